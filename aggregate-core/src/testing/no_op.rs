//! Nothing to do, nothing sent.

use super::failure::{Failure, Rule};
use super::samples::Samples;
use super::stage::Stage;
use super::state::{reordered, turned};
use crate::entity::Aggregate;
use crate::repository::Repository;
use crate::tracked::Tracked;
use crate::version::Version;

/// What may happen to a copy.
type Touch<'t, A> = &'t (dyn Fn(&mut Tracked<A>) + Sync);

/// An aggregate that was not touched, touched without a change, replaced by an equal one, reordered, or changed and
/// changed back has nothing to save: the report says so, and the version stays.
///
/// # Errors
///
/// The first rule that does not hold.
pub async fn no_op<A: Aggregate, R: Repository<A> + ?Sized>(
    repository: &R,
    samples: &Samples<A>,
) -> Result<(), Failure> {
    let stage = Stage::new("no_op", repository, samples)?;
    let loaded = stage.stored(&samples.one).await?;
    let mut saved = Tracked::new(samples.one.clone());
    stage.clear().await?;
    repository.save(&mut saved).await.map_err(stage.refused("a save of a new aggregate"))?;
    let there = turned(&*loaded, &samples.other).map_err(stage.refused("a comparison of the samples"))?;
    let idle: [(&str, Touch<'_, A>); 5] = [
        ("that was not touched", &|_| ()),
        ("that was borrowed without a change", &|copy| {
            let _: &mut A = copy;
        }),
        ("that was replaced by an equal one", &|copy| **copy = A::clone(copy)),
        ("whose collections are in another order", &|copy| **copy = reordered(&**copy)),
        ("that was changed and changed back", &|copy| {
            let before = A::clone(copy);
            **copy = there.clone();
            **copy = before;
        }),
    ];
    for (what, touch) in idle {
        for (whence, copy) in [("one that was loaded, ", &loaded), ("one that was saved, ", &saved)] {
            let mut copy = copy.clone();
            touch(&mut copy);
            let what = format!("a save of {whence}{what}");
            let report = repository.save(&mut copy).await.map_err(stage.refused(&what))?;
            stage.expect_saved(Rule::NoOp, &copy, &report, (Version::INITIAL, Version::INITIAL), &what)?;
            if !report.is_noop() || report.statements > 0 {
                let found = format!(
                    "{what} wrote to {} tables by {} statements",
                    report.tables.len(),
                    report.statements
                );
                return Err(stage.broken(Rule::NoOp, found, "what the repository sends before it compares"));
            }
        }
    }
    let mut all = [loaded.clone(), loaded];
    let reports =
        repository.save_all(&mut all).await.map_err(stage.refused("a save of two that are unchanged"))?;
    if reports.len() != 2 || reports.iter().any(|report| !report.is_noop()) {
        let found = "a save of two that are unchanged wrote something, or has not two reports";
        return Err(stage.broken(Rule::NoOp, found, "`save_all`"));
    }
    stage.expect(Rule::NoOp, &samples.one, Version::INITIAL, "after saves of nothing").await
}
