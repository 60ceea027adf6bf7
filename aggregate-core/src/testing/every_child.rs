//! A change of any part is a change of the aggregate.

use super::failure::{Failure, Rule};
use super::part::Part;
use super::samples::Samples;
use super::stage::Stage;
use super::take::{Change, Step, take};
use crate::entity::Aggregate;
use crate::report::SaveReport;
use crate::repository::Repository;
use crate::version::Version;

/// Takes over what the samples differ in part by part, and in both directions: columns of rows that both have, rows that
/// only one of them has; of the root, and of each child field at any depth.
///
/// Each of these changes alone is saved, raises the version by one, unless the part is `unversioned`, is reported for its table
/// only, and is there after a reload. Where an invariant of the domain refuses a change by itself, the columns of
/// the rows above change with it.
///
/// # Errors
///
/// The first rule that does not hold. [`Rule::Samples`] if the samples do not differ in a child field, or in the root's columns, unless
/// that is [meant](Samples::allow_equal).
pub async fn every_child_is_dirty<A: Aggregate, R: Repository<A> + ?Sized>(
    repository: &R,
    samples: &Samples<A>,
) -> Result<(), Failure> {
    let stage = Stage::new("every_child_is_dirty", repository, samples)?;
    let mut tested = vec![false; stage.parts.len()];
    let mut barred = vec![false; stage.parts.len()];
    for (from, to) in [(&samples.one, &samples.other), (&samples.other, &samples.one)] {
        let (steps, invariants) = stage.steps(from, to)?;
        barred.iter_mut().zip(&invariants).for_each(|(barred, other)| *barred |= *other);
        for step in steps {
            tested[step.part] = true;
            if step.with_above {
                // What an invariant lets change only together was changed together.
                let above = &stage.parts[step.part].above;
                above.iter().filter(|above| invariants[**above]).for_each(|above| tested[*above] = true);
            }
            one_part(&stage, from, to, step).await?;
        }
    }
    for (at, part) in stage.parts.iter().enumerate() {
        let is_needed = part.has_columns || !part.is_root();
        if is_needed && !samples.may_be_equal(&part.path) {
            let missing = (!tested[at]).then(|| advice(&stage.parts, part, barred[at]));
            match (&samples.coverage, missing) {
                (Some(coverage), missing) => coverage.note(&part.path, missing),
                (None, Some(missing)) => return Err(stage.unfit("they do not differ".to_owned(), &missing)),
                (None, None) => {}
            }
        }
    }
    Ok(())
}

/// What to do so that a part is tested.
fn advice(parts: &[Part], part: &Part, barred: bool) -> String {
    let name = part.name();
    let meant = if part.is_root() { "" } else { part.path.as_str() };
    let meant = format!("or say `allow_equal: [\"{meant}\"]`");
    if barred {
        return format!(
            "an invariant refuses each change of {name} alone; let them differ in another way, {meant}"
        );
    }
    match part.above.last().map(|above| &parts[*above]).filter(|above| !above.is_root()) {
        Some(above) => format!(
            "{name} is not exercised; let them differ in it below a row of {} that both have, {meant}",
            above.name()
        ),
        None => format!("{name} is not exercised; let them differ in it, {meant}"),
    }
}

async fn one_part<A: Aggregate, R: Repository<A> + ?Sized>(
    stage: &Stage<'_, A, R>,
    from: &A,
    to: &A,
    step: Step,
) -> Result<(), Failure> {
    let mut copy = stage.stored(from).await?;
    let taken = take(&*copy, to, &stage.parts, step).map_err(stage.refused("a comparison of the samples"))?;
    let Some(taken) = taken else {
        let found = "a sample that was just saved is loaded as something else";
        return Err(stage.broken(Rule::RoundTrip, found, "`round_trip`, which says more"));
    };
    let expected = taken.value.clone();
    let what = describe(&stage.parts[step.part], step.change);
    *copy = taken.value;
    let report =
        stage.repository.save(&mut copy).await.map_err(stage.refused(&format!("a save of {what}")))?;

    if report.is_noop() {
        let look_at = "whether the repository passes all of the aggregate on";
        return Err(stage.broken(Rule::Saved, format!("{what} was not saved"), look_at));
    }
    let (rule, version) =
        if taken.bumps { (Rule::Bump, Version::new(1)) } else { (Rule::NoBump, Version::INITIAL) };
    stage.expect_saved(rule, &copy, &report, (Version::INITIAL, version), &what)?;
    expect_report(stage, &report, step, taken.rows, taken.bumps, &what)?;
    let when = format!("after {what}");
    let loaded = stage.loaded().await?;
    stage.expect_same(Rule::Saved, &expected, &loaded, &when)?;
    stage.expect(rule, &expected, version, &when).await
}

/// The change in a sentence.
fn describe(part: &Part, change: Change) -> String {
    let name = part.name();
    match change {
        Change::Edited => format!("a change of {name} alone"),
        Change::Counted => format!("a change of what is `unversioned` in {name} alone"),
        Change::Added => format!("a row that was added to {name} alone"),
        Change::Removed => format!("a row that was removed from {name} alone"),
        Change::Replaced => format!("a change of all of {name} alone"),
    }
}

/// The report names the part's table, with as many rows as differ, and no table but those that it must.
fn expect_report<A: Aggregate, R: Repository<A> + ?Sized>(
    stage: &Stage<'_, A, R>,
    report: &SaveReport,
    step: Step,
    rows: u64,
    bumps: bool,
    what: &str,
) -> Result<(), Failure> {
    let part = &stage.parts[step.part];
    let root = A::TABLE.name();
    let mut may = vec![part.table];
    if bumps {
        may.push(root);
    }
    if step.with_above {
        may.extend(part.above.iter().map(|above| stage.parts[*above].table));
    }
    if matches!(step.change, Change::Added | Change::Removed | Change::Replaced) {
        may.extend(stage.parts[step.part..part.end].iter().map(|below| below.table));
    }
    let written: Vec<&str> =
        report.tables.iter().filter(|table| table.total() > 0).map(|table| table.table).collect();
    let is_more = written.iter().any(|table| !may.contains(table));
    let writes = report.table(part.table);
    let (count, is_exact) = match step.change {
        Change::Edited | Change::Counted => (writes.updated, writes.total() == rows),
        Change::Added => (writes.inserted, writes.inserted >= rows),
        Change::Removed => (writes.deleted, writes.deleted >= rows),
        Change::Replaced => (writes.total(), writes.total() >= rows),
    };
    let is_counted = part.is_root() || step.with_above || is_exact;
    let has_root = report.tables.first().is_some_and(|table| table.table == root && table.updated == 1);
    if is_more || !is_counted || (bumps && !has_root) {
        let tables: Vec<String> = written.iter().map(|table| format!("`{table}`")).collect();
        let found = format!(
            "{what}, {rows} of its rows, is reported as a save of {}, {count} rows of it",
            tables.join(", ")
        );
        let look_at = "what the repository writes, and whether its reports are those of this save";
        return Err(stage.broken(Rule::OnlyDifferences, found, look_at));
    }
    Ok(())
}
