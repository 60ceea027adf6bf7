//! A load never shows half of somebody's save.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::task::{JoinSet, yield_now};

use super::failure::{Failure, Rule};
use super::samples::Samples;
use super::stage::{Stage, said};
use super::state::{differences, turned};
use crate::entity::Aggregate;
use crate::error::Error;
use crate::repository::Repository;
use crate::tracked::Tracked;
use crate::version::Version;

const WRITERS: usize = 2;
const READERS: usize = 3;
/// How many loads are looked at.
const LOADS: usize = 600;
/// During how many saves.
const SAVES: usize = 100;
/// How long it takes, where there were few of each by then.
const TIME: Duration = Duration::from_secs(1);
const FEW: usize = 10;
/// How long it takes at most, where the database is slow or busy.
const PATIENCE: Duration = Duration::from_secs(20);

/// Writers turn the one sample into the other and back while readers load. Each load is one of the two, whole, and the one that
/// belongs to the version that was loaded with it.
///
/// It takes some hundreds of loads, or about a second; longer only where the database is too slow for a few. To be run on a runtime of several threads, with a pool of several
/// connections, where they can meet.
///
/// # Errors
///
/// The first rule that does not hold.
pub async fn torn_load<A: Aggregate, R: Repository<A> + ?Sized + 'static>(
    repository: Arc<R>,
    samples: &Samples<A>,
) -> Result<(), Failure> {
    let stage = Stage::new("torn_load", &*repository, samples)?;
    let loaded = stage.stored(&samples.one).await?;
    // Whoever turns the one into the other from a version turns it back from the next.
    let other = turned(&*loaded, &samples.other).map_err(stage.refused("a comparison of the samples"))?;
    if !stage.bumps(&loaded, &other)? {
        let found = "they differ in nothing that the version guards".to_owned();
        return Err(stage.unfit(found, "let them differ in a column or in a collection"));
    }
    let watch = Arc::new(Watch {
        repository: Arc::clone(&repository),
        states: [loaded.into_inner(), other],
        is_over: AtomicBool::new(false),
        loads: AtomicUsize::new(0),
        saves: AtomicUsize::new(0),
        begun: Instant::now(),
    });
    let mut tasks = JoinSet::new();
    for _ in 0..WRITERS {
        let watch = Arc::clone(&watch);
        tasks.spawn(async move { watch.write().await });
    }
    for _ in 0..READERS {
        let watch = Arc::clone(&watch);
        tasks.spawn(async move { watch.read().await });
    }
    let look_at = "whether a load of several tables is one statement or one snapshot";
    let mut torn = None;
    for ended in tasks.join_all().await {
        match ended {
            Ok(()) => {}
            Err(Seen::Torn(found)) => torn = Some(stage.broken(Rule::TornLoad, found, look_at)),
            Err(Seen::Error(what, error)) => {
                torn.get_or_insert_with(|| stage.refused(what)(error));
            }
        }
    }
    let (loads, saves) = (watch.loads.load(Ordering::Relaxed), watch.saves.load(Ordering::Relaxed));
    if torn.is_none() && (loads == 0 || saves == 0) {
        let found = format!("{loads} loads and {saves} saves at the same time succeeded in {PATIENCE:?}");
        return Err(stage.broken(
            Rule::Works,
            found,
            "the number of connections, and who else uses the database",
        ));
    }
    torn.map_or(Ok(()), Err)
}

/// What ended a task early.
enum Seen {
    Torn(String),
    Error(&'static str, Error),
}

/// What writers and readers share.
struct Watch<A, R: ?Sized> {
    repository: Arc<R>,
    /// What is stored at even versions, and at odd ones.
    states: [A; 2],
    is_over: AtomicBool,
    loads: AtomicUsize,
    saves: AtomicUsize,
    begun: Instant,
}

impl<A: Aggregate, R: Repository<A> + ?Sized> Watch<A, R> {
    /// The state that belongs to a version.
    fn state(&self, version: Version) -> &A {
        &self.states[usize::from(version.get() % 2 != 0)]
    }

    fn is_over(&self) -> bool {
        let (loads, saves) = (self.loads.load(Ordering::Relaxed), self.saves.load(Ordering::Relaxed));
        let (is_some, elapsed) = (loads >= FEW && saves >= FEW, self.begun.elapsed());
        (loads >= LOADS && saves >= SAVES)
            || (is_some && elapsed > TIME)
            || elapsed > PATIENCE
            || self.is_over.load(Ordering::Relaxed)
    }

    /// Ends the others too.
    fn end(&self, seen: Seen) -> Result<(), Seen> {
        self.is_over.store(true, Ordering::Relaxed);
        Err(seen)
    }

    /// Turns the one into the other and back.
    async fn write(&self) -> Result<(), Seen> {
        while !self.is_over() {
            // Memory answers at once, and there may be one thread for all.
            yield_now().await;
            match self.load().await {
                Ok(Some(mut copy)) => {
                    let next = copy.version().next().unwrap_or(Version::INITIAL);
                    *copy = self.state(next).clone();
                    match self.repository.save(&mut copy).await {
                        Err(error) if !error.is_retryable() => {
                            return self.end(Seen::Error("a save of the other sample", error));
                        }
                        Err(_) => {}
                        Ok(_) => {
                            self.saves.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                }
                Ok(None) => {}
                Err(seen) => return self.end(seen),
            }
        }
        Ok(())
    }

    /// Loads and looks.
    async fn read(&self) -> Result<(), Seen> {
        while !self.is_over() {
            yield_now().await;
            if let Err(seen) = self.load().await {
                return self.end(seen);
            }
            self.loads.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }

    /// A load that is whole; nothing if the database was too busy.
    async fn load(&self) -> Result<Option<Tracked<A>>, Seen> {
        let loaded = match self.repository.get(&self.states[0].id()).await {
            Ok(loaded) => loaded,
            Err(Error::Contended { .. }) => return Ok(None),
            // Rows of two saves may also make no aggregate at all.
            Err(error @ (Error::Inconsistent { .. } | Error::Invariant { .. })) => {
                return Err(Seen::Torn(format!("what a load found makes no aggregate: {}", said(&error))));
            }
            Err(error) => return Err(Seen::Error("a load during saves", error)),
        };
        let version = loaded.version();
        match differences(self.state(version), &loaded) {
            Ok(rows) if rows.is_empty() && Aggregate::version(&*loaded) == version => Ok(Some(loaded)),
            Ok(rows) => {
                Err(Seen::Torn(format!("of what a load found at version {version}, {}", rows.join("; "))))
            }
            Err(error) => Err(Seen::Torn(said(&error))),
        }
    }
}
