//! Spans of what the library does, for `tracing`: which aggregates, versions, rows, how it ended; never values of columns.
//!
//! All have the target `aggregate_core::operation` and the level INFO. `docs/repositories.md` lists their names and fields.

use std::time::Duration;

use tracing::Span;
use tracing::field::{Empty, debug, display};

use crate::entity::{Aggregate, Branches, Child, Entity};
use crate::error::Error;
use crate::report::SaveReport;
use crate::repository::UpdateError;
use crate::tracked::Tracked;
use crate::version::Version;

/// A load of this many ids.
pub(crate) fn load<A: Aggregate>(ids: usize) -> Span {
    tracing::info_span!(
        target: "aggregate_core::operation",
        "aggregate.load",
        aggregate = A::TABLE.name(),
        ids,
        found = Empty,
        rows = Empty,
        version = Empty,
        statements = Empty,
        outcome = Empty,
    )
}

/// Notes how a load ended: what was found, and how many statements that took.
pub(crate) fn loaded<A: Aggregate>(span: &Span, found: &Result<Vec<A>, Error>, statements: u64) {
    if span.is_disabled() {
        return;
    }
    if let Ok(found) = found {
        span.record("found", found.len());
        span.record("rows", found.iter().map(rows).sum::<usize>());
        if let [only] = &found[..] {
            span.record("version", only.version().get());
        }
    }
    span.record("statements", statements);
    span.record("outcome", found.as_ref().map_or_else(Error::kind, |_| "ok"));
}

/// A save, or a touch.
pub(crate) fn save<A: Aggregate>(aggregate: &Tracked<A>) -> Span {
    tracing::info_span!(
        target: "aggregate_core::operation",
        "aggregate.save",
        aggregate = A::TABLE.name(),
        id = debug(aggregate.stored_id()),
        old_version = aggregate.version().get(),
        new_version = Empty,
        rows = Empty,
        statements = Empty,
        outcome = Empty,
    )
}

/// A delete of this id at this version.
pub(crate) fn delete<A: Aggregate>(id: &A::Id, version: Version) -> Span {
    deletion(A::TABLE.name(), debug(id), version)
}

fn deletion(aggregate: &'static str, id: impl tracing::Value, version: Version) -> Span {
    tracing::info_span!(
        target: "aggregate_core::operation",
        "aggregate.delete",
        aggregate,
        id,
        old_version = version.get(),
        new_version = Empty,
        rows = Empty,
        statements = Empty,
        outcome = Empty,
    )
}

/// A save or a delete in a unit of work, as its report will be.
pub(crate) fn in_unit(planned: &SaveReport) -> Span {
    let id = display(&planned.id);
    if planned.old_version.is_saved() && !planned.new_version.is_saved() {
        return deletion(planned.aggregate, id, planned.old_version);
    }
    tracing::info_span!(
        target: "aggregate_core::operation",
        "aggregate.save",
        aggregate = planned.aggregate,
        id,
        old_version = planned.old_version.get(),
        new_version = Empty,
        rows = Empty,
        statements = Empty,
        outcome = Empty,
    )
}

/// Notes how a save or a delete ended.
pub(crate) fn written(span: &Span, written: Result<&SaveReport, &Error>) {
    if span.is_disabled() {
        return;
    }
    match written {
        Ok(report) => {
            span.record("new_version", report.new_version.get());
            span.record("rows", report.rows_written());
            span.record("statements", report.statements);
            span.record(
                "outcome",
                if report.is_noop() && report.statements == 0 { "unchanged" } else { "ok" },
            );
        }
        Err(error) => {
            span.record("outcome", error.kind());
        }
    }
}

/// A change that is done again when others were faster.
pub(crate) fn update<A: Aggregate>(id: &A::Id) -> Span {
    tracing::info_span!(
        target: "aggregate_core::operation",
        "aggregate.update",
        aggregate = A::TABLE.name(),
        id = debug(id),
        attempts = Empty,
        outcome = Empty,
    )
}

/// Tells that a change will be done again: an event in the span of the update.
pub(crate) fn retry(error: &Error, attempt: u32, wait: Duration) {
    tracing::info!(
        target: "aggregate_core::operation",
        attempt,
        wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
        cause = error.kind(),
        "aggregate.retry",
    );
}

/// Notes how an update ended.
pub(crate) fn updated<T, E>(span: &Span, attempts: u32, updated: &Result<T, UpdateError<E>>) {
    span.record("attempts", attempts);
    span.record(
        "outcome",
        match updated {
            Ok(_) => "ok",
            Err(UpdateError::Refused(_)) => "refused",
            Err(UpdateError::Failed { error, .. }) => error.kind(),
        },
    );
}

/// The rows of a tree.
fn rows<E: Entity>(entity: &E) -> usize {
    let mut counted = Count { entity, rows: 1 };
    // Counting cannot fail.
    E::children(&mut counted).ok();
    counted.rows
}

struct Count<'e, E> {
    entity: &'e E,
    rows: usize,
}

impl<E: Entity> Branches<E> for Count<'_, E> {
    fn child<C: Child>(&mut self, get: impl Fn(&E) -> &C, _: impl Fn(&mut E) -> &mut C) -> Result<(), Error> {
        self.rows += get(self.entity).rows().iter().map(rows).sum::<usize>();
        Ok(())
    }
}
