//! Of two copies of one version, one is saved.

use super::failure::{Failure, Rule};
use super::samples::Samples;
use super::stage::Stage;
use crate::entity::Aggregate;
use crate::repository::Repository;
use crate::version::Version;

/// Two copies of one version are changed in different places. The second save, and a delete by the second copy, are
/// conflicts that name both versions; nothing of them is stored, memory is as it was, and after a reload the copy can be saved.
/// After a delete a conflict says that it is gone.
///
/// # Errors
///
/// The first rule that does not hold.
pub async fn stale_save<A: Aggregate, R: Repository<A> + ?Sized>(
    repository: &R,
    samples: &Samples<A>,
) -> Result<(), Failure> {
    let stage = Stage::new("stale_save", repository, samples)?;
    let steps = stage.bumping_steps(&samples.one, &samples.other)?;
    let (one, two) = (Version::INITIAL, Version::new(1));
    let loaded = stage.stored(&samples.one).await?;
    let (mut first, mut second) = (loaded.clone(), loaded.clone());
    stage.change(&mut first, steps[0])?;
    stage.change(&mut second, steps[steps.len() - 1])?;
    repository.save(&mut first).await.map_err(stage.refused("a save of a change"))?;

    let before = second.clone();
    let saved = repository.save(&mut second).await;
    stage.expect_conflict(Rule::StaleSave, saved, (one, Some(two)), "the save of a second copy")?;
    stage.expect(Rule::StoredUnchanged, &first, two, "after a stale save was refused").await?;
    stage.expect_unchanged(&second, &before, "after a stale save was refused")?;

    let deleted = repository.delete(&mut second).await;
    stage.expect_conflict(Rule::StaleDelete, deleted, (one, Some(two)), "the delete by a second copy")?;
    if repository.find(&samples.one.id()).await.map_err(stage.refused("a load"))?.is_none() {
        let found = "it is gone after a stale delete was refused";
        return Err(stage.broken(Rule::StaleDelete, found, "whether a delete is one transaction"));
    }
    stage.expect(Rule::StoredUnchanged, &first, two, "after a stale delete was refused").await?;
    stage.expect_unchanged(&second, &before, "after a stale delete was refused")?;

    repository.reload(&mut second).await.map_err(stage.refused("a reload"))?;
    *second = samples.one.clone();
    repository.save(&mut second).await.map_err(stage.refused("a save after a reload"))?;
    stage.expect(Rule::RoundTrip, &second, Version::new(2), "after a reload and a save").await?;
    repository.delete(&mut second).await.map_err(stage.refused("a delete"))?;
    let mut third = before;
    let saved = repository.save(&mut third).await;
    stage.expect_conflict(Rule::StaleSave, saved, (one, None), "the save after a delete")?;
    if repository.find(&samples.one.id()).await.map_err(stage.refused("a load"))?.is_some() {
        let found = "a stale save after a delete has stored it again";
        return Err(stage.broken(
            Rule::StoredUnchanged,
            found,
            "whether a save of a change ever inserts the root",
        ));
    }
    Ok(())
}
