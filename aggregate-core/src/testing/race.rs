//! Several that save copies of one version at once.

use std::sync::Arc;

use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::failure::{Failure, Rule};
use super::samples::Samples;
use super::stage::{Stage, said};
use crate::entity::Aggregate;
use crate::error::Error;
use crate::repository::Repository;
use crate::version::Version;

/// How many save at once.
const RACERS: usize = 8;
/// How often.
const ROUNDS: usize = 4;
/// How often a round is run in which the database was too busy for all of them.
const PATIENCE: usize = 10;

/// Eight tasks save copies of one version at the same time, each with a change in another place if the samples have so many.
/// One succeeds, and what is stored is its copy, one version later; the others get a conflict, or contention, and have in
/// memory what they had.
///
/// To be run on a runtime of several threads, with a pool of several connections, where they can meet.
///
/// # Errors
///
/// The first rule that does not hold.
pub async fn race<A: Aggregate, R: Repository<A> + ?Sized + 'static>(
    repository: Arc<R>,
    samples: &Samples<A>,
) -> Result<(), Failure> {
    let stage = Stage::new("race", &*repository, samples)?;
    let steps = stage.bumping_steps(&samples.one, &samples.other)?;
    let (mut rounds, mut busy) = (0, 0);
    while rounds < ROUNDS {
        let loaded = stage.stored(&samples.one).await?;
        let start = Arc::new(Barrier::new(RACERS));
        let mut racers = JoinSet::new();
        for racer in 0..RACERS {
            let mut copy = loaded.clone();
            stage.change(&mut copy, steps[racer % steps.len()])?;
            let (repository, start) = (Arc::clone(&repository), Arc::clone(&start));
            racers.spawn(async move {
                let before = copy.clone();
                start.wait().await;
                let saved = repository.save(&mut copy).await;
                (saved, copy, before)
            });
        }
        let mut winners = Vec::new();
        let mut is_busy = false;
        for (saved, copy, before) in racers.join_all().await {
            match saved {
                Ok(report) => winners.push((copy, report)),
                Err(error) => {
                    is_busy |= matches!(error, Error::Contended { .. });
                    if !error.is_retryable() {
                        let found = format!("a save in a race is refused by {}", said(&error));
                        let look_at =
                            "what the repository makes of the database's errors, and the pool's size";
                        return Err(stage.broken(Rule::OneWinner, found, look_at));
                    }
                    stage.expect_unchanged(&copy, &before, "after a race was lost")?;
                }
            }
        }
        match winners.as_slice() {
            [(winner, report)] => {
                let versions = (Version::INITIAL, Version::new(1));
                stage.expect_saved(Rule::Bump, winner, report, versions, "a save in a race")?;
                stage.expect(Rule::OneWinner, winner, Version::new(1), "after a race").await?;
            }
            [] if is_busy && busy < PATIENCE => {
                busy += 1;
                continue;
            }
            winners => {
                let found = format!("{} of {RACERS} saves of one version succeeded", winners.len());
                let look_at =
                    "whether the version is checked in the statement that writes, or under its lock";
                return Err(stage.broken(Rule::OneWinner, found, look_at));
            }
        }
        rounds += 1;
    }
    Ok(())
}
