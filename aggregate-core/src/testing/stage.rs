//! What all behaviours do with a repository, and how they say what they saw.

use crate::diff::diff;
use crate::entity::Aggregate;
use crate::error::Error;
use crate::invariant;
use crate::report::SaveReport;
use crate::repository::Repository;
use crate::tracked::Tracked;
use crate::version::Version;

use super::failure::{Failure, Rule};
use super::part::{Part, parts};
use super::samples::Samples;
use super::state::differences;
use super::take::{Change, Step, take};

/// A behaviour, on a repository, with two samples.
pub(super) struct Stage<'s, A: Aggregate, R: ?Sized> {
    pub(super) repository: &'s R,
    pub(super) samples: &'s Samples<A>,
    pub(super) parts: Vec<Part>,
    behaviour: &'static str,
}

const WHOLE: &str = "what the repository writes and reads, and the columns and constraints of the tables";

impl<'s, A: Aggregate, R: Repository<A> + ?Sized> Stage<'s, A, R> {
    pub(super) fn new(
        behaviour: &'static str,
        repository: &'s R,
        samples: &'s Samples<A>,
    ) -> Result<Self, Failure> {
        let stage = Self { repository, samples, parts: parts(A::TABLE), behaviour };
        let Samples { one, other, neighbour, .. } = samples;
        if one.key() != other.key() {
            let found = format!("one has the id {:?}, the other one {:?}", one.id(), other.id());
            return Err(stage.unfit(found, "give both the same id"));
        }
        if neighbour.as_ref().is_some_and(|neighbour| neighbour.key() == one.key()) {
            return Err(stage.unfit("the neighbour has the samples' id".to_owned(), "give it another id"));
        }
        for value in [Some(one), Some(other), neighbour.as_ref()].into_iter().flatten() {
            diff(None, value).and_then(|_| invariant::check(value)).map_err(|error| {
                stage.unfit(format!("one is refused: {}", said(&error)), "give values that can be saved")
            })?;
        }
        Ok(stage)
    }

    /// A rule that does not hold.
    pub(super) fn broken(&self, rule: Rule, found: impl Into<String>, look_at: impl Into<String>) -> Failure {
        let (behaviour, aggregate) = (self.behaviour, A::TABLE.name());
        Failure { behaviour, aggregate, rule, found: found.into(), look_at: look_at.into() }
    }

    /// Samples that do not show what is to be tested.
    pub(super) fn unfit(&self, found: String, advice: &str) -> Failure {
        self.broken(Rule::Samples, found, format!("the samples: {advice}"))
    }

    /// The repository did not do what it was asked.
    pub(super) fn refused<'e>(&'e self, asked: &'e str) -> impl Fn(Error) -> Failure + 'e {
        move |error| {
            let look_at = match &error {
                Error::Schema { .. } => "the tables of the test's database",
                Error::AlreadyExists { .. } => "whether the repository is made anew, and nobody else uses it",
                Error::ConstraintViolated { .. } => {
                    "the constraints of the tables, and whether the samples and their neighbour fulfil them together"
                }
                Error::Conflict(_) => "whether somebody else uses the repository, and how it counts versions",
                _ => "the error",
            };
            self.broken(Rule::Works, format!("{asked} is refused: {}", said(&error)), look_at)
        }
    }

    /// Removes the samples and their neighbour, if an earlier test has left them.
    pub(super) async fn clear(&self) -> Result<(), Failure> {
        for value in [Some(&self.samples.one), self.samples.neighbour.as_ref()].into_iter().flatten() {
            let left = self.repository.find(&value.id()).await.map_err(self.refused("a load"))?;
            if let Some(mut left) = left {
                self.repository.delete(&mut left).await.map_err(self.refused("a delete"))?;
            }
        }
        Ok(())
    }

    /// Stores this value and no other, and loads it.
    pub(super) async fn stored(&self, value: &A) -> Result<Tracked<A>, Failure> {
        self.clear().await?;
        let mut added = Tracked::new(value.clone());
        self.repository.save(&mut added).await.map_err(self.refused("a save of a new aggregate"))?;
        self.loaded().await
    }

    /// Loads what is stored of the samples.
    pub(super) async fn loaded(&self) -> Result<Tracked<A>, Failure> {
        self.repository.get(&self.samples.one.id()).await.map_err(self.refused("a load"))
    }

    /// What is stored is this value at this version.
    pub(super) async fn expect(
        &self,
        rule: Rule,
        expected: &A,
        version: Version,
        when: &str,
    ) -> Result<(), Failure> {
        let loaded = self.loaded().await?;
        self.expect_same(rule, expected, &loaded, when)?;
        if loaded.version() != version || Aggregate::version(&*loaded) != version {
            let found = format!(
                "{when}, version {} is stored instead of {version}, and the field says {}",
                loaded.version(),
                Aggregate::version(&*loaded),
            );
            let rule = if rule == Rule::RoundTrip { Rule::Bump } else { rule };
            return Err(self.broken(rule, found, "what the repository does with the root's version"));
        }
        Ok(())
    }

    /// Two values are the same by the library's own notion.
    pub(super) fn expect_same(&self, rule: Rule, expected: &A, found: &A, when: &str) -> Result<(), Failure> {
        let differences =
            differences(expected, found).map_err(|error| self.broken(rule, said(&error), WHOLE))?;
        if differences.is_empty() {
            return Ok(());
        }
        Err(self.broken(rule, format!("{when}: {}", differences.join("; ")), WHOLE))
    }

    /// Whether a save of this change raises the version.
    pub(super) fn bumps(&self, from: &A, to: &A) -> Result<bool, Failure> {
        let difference = diff(Some(from), to).map_err(self.refused("a comparison of the samples"))?;
        Ok(difference.bumps)
    }

    /// What was saved counts its version as it should: in its report, in memory and in its field.
    pub(super) fn expect_saved(
        &self,
        rule: Rule,
        saved: &Tracked<A>,
        report: &SaveReport,
        versions: (Version, Version),
        what: &str,
    ) -> Result<(), Failure> {
        let said = [
            ("the report begins at", report.old_version, versions.0),
            ("the report ends at", report.new_version, versions.1),
            ("memory is at", saved.version(), versions.1),
            ("the field says", Aggregate::version(&**saved), versions.1),
        ];
        if let Some((who, found, expected)) = said.into_iter().find(|(_, found, expected)| found != expected)
        {
            let found = format!("after {what} {who} version {found}, not {expected}");
            let look_at =
                "how the repository counts, and whether `#[child]` and `unversioned` stand where they should";
            return Err(self.broken(rule, found, look_at));
        }
        if saved.is_dirty() {
            let found = format!("after {what} memory counts as changed");
            return Err(self.broken(rule, found, "whether the repository passes the caller's copy on"));
        }
        Ok(())
    }

    /// A refused save left memory as it was.
    pub(super) fn expect_unchanged(
        &self,
        memory: &Tracked<A>,
        before: &Tracked<A>,
        when: &str,
    ) -> Result<(), Failure> {
        self.expect_same(Rule::MemoryUnchanged, before, memory, when)?;
        let changes = |copy: &Tracked<A>| copy.changes().map(|changes| changes.tables).ok();
        if memory.version() != before.version() || changes(memory) != changes(before) {
            let found = format!(
                "{when}, memory is at version {} instead of {}, or has other changes to save",
                memory.version(),
                before.version(),
            );
            return Err(self.broken(Rule::MemoryUnchanged, found, "what the repository does after an error"));
        }
        Ok(())
    }

    /// The differences between the samples one by one, as changes of `from`; and for each part whether an invariant
    /// is in the way.
    pub(super) fn steps(&self, from: &A, to: &A) -> Result<(Vec<Step>, Vec<bool>), Failure> {
        let mut steps = Vec::new();
        let mut barred = vec![false; self.parts.len()];
        for (part, is_barred) in barred.iter_mut().enumerate() {
            let known = steps.len();
            for change in [Change::Edited, Change::Counted, Change::Added, Change::Removed, Change::Replaced]
            {
                if change == Change::Replaced && !(*is_barred && steps.len() == known) {
                    continue;
                }
                for with_above in [false, true] {
                    let step = Step { part, change, with_above };
                    let taken = take(from, to, &self.parts, step);
                    match taken.map_err(self.refused("a comparison of the samples"))? {
                        None => break,
                        Some(taken) if invariant::check(&taken.value).is_ok() => {
                            steps.push(step);
                            break;
                        }
                        Some(_) => *is_barred = true,
                    }
                }
            }
        }
        Ok((steps, barred))
    }

    /// The differences that raise the version.
    pub(super) fn bumping_steps(&self, from: &A, to: &A) -> Result<Vec<Step>, Failure> {
        let (mut steps, _) = self.steps(from, to)?;
        let mut bumps = Vec::with_capacity(steps.len());
        for step in &steps {
            let taken = take(from, to, &self.parts, *step);
            let taken = taken.map_err(self.refused("a comparison of the samples"))?;
            bumps.push(taken.is_some_and(|taken| taken.bumps));
        }
        let mut bumps = bumps.into_iter();
        steps.retain(|_| bumps.next().unwrap_or_default());
        if steps.is_empty() {
            let found =
                "they differ in nothing that the version guards and that the invariants let change alone";
            return Err(self.unfit(found.to_owned(), "let them differ in a column or in a collection"));
        }
        Ok(steps)
    }

    /// Makes one of the differences in a copy.
    pub(super) fn change(&self, copy: &mut Tracked<A>, step: Step) -> Result<(), Failure> {
        let one = take(&**copy, &self.samples.other, &self.parts, step);
        let Some(taken) = one.map_err(self.refused("a comparison of the samples"))? else {
            return Err(self.broken(Rule::RoundTrip, "what is stored is not the sample", WHOLE));
        };
        **copy = taken.value;
        Ok(())
    }

    /// The conflict that this must be.
    pub(super) fn expect_conflict<T>(
        &self,
        rule: Rule,
        result: Result<T, Error>,
        versions: (Version, Option<Version>),
        what: &str,
    ) -> Result<(), Failure> {
        let look_at = "whether the version is checked in the statement that writes, or under its lock";
        match result {
            Ok(_) => Err(self.broken(rule, format!("{what} is not refused"), look_at)),
            Err(Error::Conflict(conflict)) if (conflict.expected, conflict.actual) == versions => Ok(()),
            Err(error) => {
                let found = format!("{what} is refused by another error: {}", said(&error));
                Err(self.broken(rule, found, look_at))
            }
        }
    }
}

/// An error with its kind and what is behind it.
pub(super) fn said(error: &Error) -> String {
    let mut said = format!("{} ({})", error, error.kind());
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        said = format!("{said}: {cause}");
        source = cause.source();
    }
    said
}
