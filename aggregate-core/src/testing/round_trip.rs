//! What is loaded is what was saved.

use super::failure::{Failure, Rule};
use super::samples::Samples;
use super::stage::{Stage, said};
use super::state::turned;
use crate::entity::Aggregate;
use crate::error::Error;
use crate::repository::Repository;
use crate::tracked::Tracked;
use crate::version::Version;

/// A new aggregate is stored whole, at version 0; an edit into the other sample is stored whole too, and a delete takes
/// all of it, and nothing of a neighbour.
///
/// Values are compared by the library's own notion, which is that of a save; `PartialEq` is not asked for.
///
/// # Errors
///
/// The first rule that does not hold.
pub async fn round_trip<A: Aggregate, R: Repository<A> + ?Sized>(
    repository: &R,
    samples: &Samples<A>,
) -> Result<(), Failure> {
    let stage = Stage::new("round_trip", repository, samples)?;
    stage.clear().await?;
    if let Some(neighbour) = &samples.neighbour {
        let saved = repository.save(&mut Tracked::new(neighbour.clone())).await;
        saved.map_err(stage.refused("a save of the neighbour"))?;
    }
    for (first, second) in [(&samples.one, &samples.other), (&samples.other, &samples.one)] {
        let mut added = Tracked::new(first.clone());
        let report = repository.save(&mut added).await.map_err(stage.refused("a save of a new aggregate"))?;
        let versions = (Version::UNSAVED, Version::INITIAL);
        stage.expect_saved(Rule::FirstVersion, &added, &report, versions, "the first save")?;
        stage.expect(Rule::RoundTrip, first, Version::INITIAL, "after the first save").await?;

        let loaded = stage.loaded().await?;
        if samples.same.is_some_and(|same| !same(&added, &loaded)) {
            let found =
                "by your own `same`, what is loaded is not what was saved, though all columns and rows are";
            let look_at = "the fields that are `#[skip]`, among which `#[child]` may be missing, and the order of the sample's rows";
            return Err(stage.broken(Rule::RoundTrip, found, look_at));
        }

        match repository.save(&mut Tracked::new(second.clone())).await {
            Err(Error::AlreadyExists { .. }) => {}
            taken => {
                let found = match taken {
                    Ok(_) => "another new one of the same id was saved".to_owned(),
                    Err(error) => format!("another new one is refused by another error: {}", said(&error)),
                };
                return Err(stage.broken(Rule::IdTaken, found, "the primary key of the root's table"));
            }
        }
        stage.expect(Rule::IdTaken, first, Version::INITIAL, "after another new one was refused").await?;

        let mut edited = stage.loaded().await?;
        let target = turned(&*edited, second).map_err(stage.refused("an edit into the other sample"))?;
        let version = if stage.bumps(&edited, &target)? { Version::new(1) } else { Version::INITIAL };
        *edited = target.clone();
        let report = repository.save(&mut edited).await;
        let report = report.map_err(stage.refused("an edit of one sample into the other"))?;
        let versions = (Version::INITIAL, version);
        stage.expect_saved(Rule::Bump, &edited, &report, versions, "an edit of everything")?;
        stage.expect(Rule::RoundTrip, &target, version, "after an edit of everything").await?;

        let mut loaded = stage.loaded().await?;
        repository.delete(&mut loaded).await.map_err(stage.refused("a delete"))?;
        if loaded.version() != Version::UNSAVED {
            let found = format!("memory is at version {} after the delete", loaded.version());
            return Err(stage.broken(
                Rule::Deleted,
                found,
                "whether the repository passes the caller's copy on",
            ));
        }
        if repository.find(&first.id()).await.map_err(stage.refused("a load"))?.is_some() {
            return Err(stage.broken(Rule::Deleted, "it is still found", "what a delete does"));
        }
        if let Some(neighbour) = &samples.neighbour {
            let found =
                repository.get(&neighbour.id()).await.map_err(stage.refused("a load of the neighbour"))?;
            stage.expect_same(Rule::Neighbour, neighbour, &found, "after all this the neighbour differs")?;
        }
    }
    Ok(())
}
