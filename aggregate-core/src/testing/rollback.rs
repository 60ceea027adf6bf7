//! All or nothing, in the database and in memory.

use super::failure::{Failure, Rule};
use super::samples::Samples;
use super::stage::{Stage, said};
use super::state::repeated;
use crate::entity::Aggregate;
use crate::error::Error;
use crate::repository::Repository;
use crate::tracked::Tracked;
use crate::version::Version;

/// A save that is refused, for two rows of one key in any of its collections or for a stale copy among several, leaves what
/// is stored and what is in memory as they were; what was fine with it can be saved afterwards.
///
/// # Errors
///
/// The first rule that does not hold.
pub async fn rollback<A: Aggregate, R: Repository<A> + ?Sized>(
    repository: &R,
    samples: &Samples<A>,
) -> Result<(), Failure> {
    let stage = Stage::new("rollback", repository, samples)?;
    duplicates(&stage).await?;
    for is_last in [true, false] {
        several(&stage, is_last).await?;
    }
    Ok(())
}

/// A collection with one of its rows twice, with other changes beside.
async fn duplicates<A: Aggregate, R: Repository<A> + ?Sized>(stage: &Stage<'_, A, R>) -> Result<(), Failure> {
    let steps = stage.bumping_steps(&stage.samples.one, &stage.samples.other)?;
    let mut loaded = stage.stored(&stage.samples.one).await?;
    let stored = A::clone(&loaded);
    let mut changed = loaded.clone();
    stage.change(&mut changed, steps[0])?;
    for (part, state) in repeated(&*changed) {
        let what = format!("a save with a row of {} twice", stage.parts[part].name());
        *loaded = state;
        match stage.repository.save(&mut loaded).await {
            // The domain may have rules of its own, which are looked at first.
            Err(Error::DuplicateKey { .. } | Error::Invariant { .. }) => {}
            Err(error) => {
                let found = format!("{what} is refused by another error: {}", said(&error));
                return Err(stage.broken(
                    Rule::DuplicateKey,
                    found,
                    "what the repository does before a save",
                ));
            }
            Ok(_) => {
                let found = format!("{what} is not refused");
                return Err(stage.broken(Rule::DuplicateKey, found, "the primary key of its table"));
            }
        }
        let when = format!("after {what}");
        if loaded.version() != Version::INITIAL {
            let found = format!("{when} memory is at version {}", loaded.version());
            return Err(stage.broken(
                Rule::MemoryUnchanged,
                found,
                "what the repository does after an error",
            ));
        }
        stage.expect(Rule::StoredUnchanged, &stored, Version::INITIAL, &when).await?;
    }
    *loaded = changed.into_inner();
    let saved = stage.repository.save(&mut loaded).await;
    saved.map_err(stage.refused("a save of what was fine with a refused one"))?;
    stage.expect(Rule::RoundTrip, &loaded, Version::new(1), "after a refused save was repaired").await
}

/// A save of several, one of which is stale.
async fn several<A: Aggregate, R: Repository<A> + ?Sized>(
    stage: &Stage<'_, A, R>,
    is_last: bool,
) -> Result<(), Failure> {
    let steps = stage.bumping_steps(&stage.samples.one, &stage.samples.other)?;
    let mut second = stage.stored(&stage.samples.one).await?;
    let mut first = second.clone();
    stage.change(&mut first, steps[0])?;
    stage.change(&mut second, steps[steps.len() - 1])?;
    stage.repository.save(&mut first).await.map_err(stage.refused("a save of a change"))?;
    let (stored, version) = (A::clone(&first), first.version());

    // A change of the current version, and a new aggregate, are fine by themselves.
    let mut good = first;
    *good = stage.samples.one.clone();
    let mut all = vec![good];
    all.extend(stage.samples.neighbour.clone().map(Tracked::new));
    let at = if is_last { all.len() } else { 0 };
    all.insert(at, second);
    let before = all.clone();
    let what = if is_last {
        "a save of several, the last one stale"
    } else {
        "a save of several, the first one stale"
    };
    match stage.repository.save_all(&mut all).await {
        Err(Error::Conflict(_)) => {}
        Err(error) => {
            let found = format!("{what}, is refused by another error: {}", said(&error));
            return Err(stage.broken(Rule::StaleSave, found, "`save_all`"));
        }
        Ok(_) => {
            return Err(stage.broken(Rule::StaleSave, format!("{what}, is not refused"), "`save_all`"));
        }
    }
    let when = format!("after {what}");
    stage.expect(Rule::StoredUnchanged, &stored, version, &when).await?;
    if let Some(neighbour) = &stage.samples.neighbour
        && stage.repository.find(&neighbour.id()).await.map_err(stage.refused("a load"))?.is_some()
    {
        let found = format!("{when}, the new one beside it is stored");
        return Err(stage.broken(Rule::StoredUnchanged, found, "whether `save_all` is one transaction"));
    }
    for (memory, before) in all.iter().zip(&before) {
        stage.expect_unchanged(memory, before, &when)?;
    }
    all.remove(at);
    let reports = stage.repository.save_all(&mut all).await;
    let reports = reports.map_err(stage.refused("a save of the others without the stale one"))?;
    let versions: Vec<Version> = reports.iter().map(|report| report.new_version).collect();
    let expected: Vec<Version> =
        all.iter().zip([Version::new(2), Version::INITIAL]).map(|(_, version)| version).collect();
    if versions != expected {
        let found =
            format!("a save of the others without the stale one reports other versions: {versions:?}");
        return Err(stage.broken(Rule::Bump, found, "`save_all`"));
    }
    stage.expect(Rule::RoundTrip, &stage.samples.one, Version::new(2), "after a save of several").await
}
