//! Repositories that break one rule each, and the behaviour that says so.

use std::sync::Arc;

use aggregate_core::async_trait;
use aggregate_core::testing::{self, Failure, Rule, Samples};
use aggregate_core::{
    Error, MemoryRepository, Repository, RepositoryExt, RowRepository, SaveReport, TableWrites, Tracked,
    Version,
};
use aggregate_tests::model::invoice::{Invoice, InvoiceId};
use aggregate_tests::model::pairs;

/// What is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    IgnoresTheVersion,
    DeletesWhateverTheVersion,
    ForgetsLines,
    ForgetsTracks,
    ForgetsCustomers,
    TearsLoads,
    BeginsAtOne,
    BumpsTwice,
    WritesWithNothingToDo,
    ReportsMore,
    SavesOneByOne,
    ReloadsAfterErrors,
    DropsDuplicates,
    OverwritesWhatIsThere,
    KeepsWhatIsDeleted,
    DeletesTheNeighbour,
    HasNoServer,
}

/// A decorator that does one thing wrong.
#[derive(Debug)]
struct Broken {
    inner: MemoryRepository<Invoice>,
    how: How,
}

impl Broken {
    fn new(how: How) -> Self {
        Self { inner: MemoryRepository::new(), how }
    }

    /// Saves a value whatever is stored.
    async fn force(&self, aggregate: &mut Tracked<Invoice>) -> Result<SaveReport, Error> {
        let mut stored = self.inner.get(&aggregate.id).await?;
        *stored = Invoice::clone(aggregate);
        let mut report = self.inner.save(&mut stored).await?;
        report.old_version = aggregate.version();
        *aggregate = stored;
        Ok(report)
    }
}

#[async_trait]
impl Repository<Invoice> for Broken {
    async fn find_many(&self, ids: &[InvoiceId]) -> Result<Vec<Option<Tracked<Invoice>>>, Error> {
        let mut found = self.inner.find_many(ids).await?;
        if self.how == How::TearsLoads {
            tokio::task::yield_now().await;
            let later = self.inner.find_many(ids).await?;
            for (found, later) in found.iter_mut().flatten().zip(later.into_iter().flatten()) {
                found.lines.clone_from(&later.lines);
            }
        }
        Ok(found)
    }

    async fn save(&self, aggregate: &mut Tracked<Invoice>) -> Result<SaveReport, Error> {
        let (mine, is_new) = (Invoice::clone(aggregate), !aggregate.version().is_saved());
        match self.how {
            How::HasNoServer => return Err(Error::ReadOnly),
            How::ForgetsCustomers => aggregate.customer = 7,
            How::ForgetsLines | How::ForgetsTracks if !is_new => {
                let stored = self.inner.get(&mine.id).await?;
                if self.how == How::ForgetsLines {
                    aggregate.lines.clone_from(&stored.lines);
                }
                for (line, stored) in aggregate.lines.iter_mut().zip(&stored.lines) {
                    line.track.clone_from(&stored.track);
                }
            }
            How::WritesWithNothingToDo if !aggregate.is_dirty() => return self.inner.touch(aggregate).await,
            _ => {}
        }
        let saved = self.inner.save(aggregate).await;
        match (self.how, saved) {
            (How::IgnoresTheVersion, Err(Error::Conflict(conflict))) if conflict.actual.is_some() => {
                self.force(aggregate).await
            }
            (How::OverwritesWhatIsThere, Err(Error::AlreadyExists { .. })) => self.force(aggregate).await,
            (How::DropsDuplicates, Err(Error::DuplicateKey { .. })) => {
                aggregate.lines.sort_by_key(|line| line.no);
                aggregate.lines.dedup_by_key(|line| line.no);
                self.inner.save(aggregate).await
            }
            (How::ReloadsAfterErrors, Err(error @ Error::Conflict(_))) => {
                self.inner.reload(aggregate).await?;
                Err(error)
            }
            (How::BeginsAtOne, Ok(mut report)) if is_new => {
                report.new_version = self.inner.touch(aggregate).await?.new_version;
                Ok(report)
            }
            (How::BumpsTwice, Ok(mut report)) if !is_new && !report.is_noop() => {
                report.new_version = self.inner.touch(aggregate).await?.new_version;
                Ok(report)
            }
            (How::ReportsMore, Ok(mut report)) if !report.is_noop() => {
                report.tables.push(TableWrites {
                    table: "allocations",
                    updated: 1,
                    ..TableWrites::default()
                });
                Ok(report)
            }
            (_, saved) => saved,
        }
    }

    async fn save_all(&self, aggregates: &mut [Tracked<Invoice>]) -> Result<Vec<SaveReport>, Error> {
        if self.how != How::SavesOneByOne {
            return self.inner.save_all(aggregates).await;
        }
        let mut reports = Vec::new();
        for aggregate in aggregates {
            reports.push(self.inner.save(aggregate).await?);
        }
        Ok(reports)
    }

    async fn delete(&self, aggregate: &mut Tracked<Invoice>) -> Result<SaveReport, Error> {
        match self.how {
            How::DeletesWhateverTheVersion => self.inner.reload(aggregate).await?,
            How::DeletesTheNeighbour => {
                if let Some(mut neighbour) = self.inner.find(&InvoiceId(2)).await? {
                    neighbour.lines.clear();
                    self.inner.save(&mut neighbour).await?;
                }
            }
            _ => {}
        }
        let value = Invoice::clone(aggregate);
        let report = self.inner.delete(aggregate).await?;
        if self.how == How::KeepsWhatIsDeleted {
            self.inner.add(value).await?;
        }
        Ok(report)
    }
}

#[async_trait]
impl RowRepository<Invoice> for Broken {
    async fn touch(&self, aggregate: &mut Tracked<Invoice>) -> Result<SaveReport, Error> {
        self.inner.touch(aggregate).await
    }
}

/// What the behaviours say about a repository, each by its name.
fn failures(how: How) -> Vec<Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    let samples = Samples::from(pairs::invoices()).neighbour(Invoice::sample(2));
    runtime.block_on(async {
        // What a domain service holds.
        let broken = || -> Arc<dyn RowRepository<Invoice>> { Arc::new(Broken::new(how)) };
        let all = [
            testing::round_trip(&*broken(), &samples).await,
            testing::every_child_is_dirty(&*broken(), &samples).await,
            testing::no_op(&*broken(), &samples).await,
            testing::stale_save(&*broken(), &samples).await,
            testing::race(broken(), &samples).await,
            testing::torn_load(broken(), &samples).await,
            testing::rollback(&*broken(), &samples).await,
        ];
        all.into_iter().filter_map(Result::err).collect()
    })
}

/// The behaviour says that this rule is broken.
fn assert_caught(how: How, behaviour: &str, rule: Rule) {
    let failures = failures(how);
    let said = failures.iter().find(|failure| failure.behaviour == behaviour);
    assert!(
        said.is_some_and(|failure| failure.rule == rule && failure.aggregate == "invoices"),
        "{behaviour} should say `{rule}` of one that {how:?}: {failures:#?}"
    );
}

#[test]
fn one_that_ignores_the_version() {
    assert_caught(How::IgnoresTheVersion, "stale_save", Rule::StaleSave);
    assert_caught(How::IgnoresTheVersion, "race", Rule::OneWinner);
}

#[test]
fn one_that_deletes_whatever_the_version() {
    assert_caught(How::DeletesWhateverTheVersion, "stale_save", Rule::StaleDelete);
}

#[test]
fn one_that_forgets_a_collection() {
    assert_caught(How::ForgetsLines, "every_child_is_dirty", Rule::Saved);
    assert_caught(How::ForgetsLines, "round_trip", Rule::RoundTrip);
}

#[test]
fn one_that_forgets_a_column_of_a_row_below() {
    assert_caught(How::ForgetsTracks, "every_child_is_dirty", Rule::Saved);
}

#[test]
fn one_that_forgets_a_column_of_the_root() {
    assert_caught(How::ForgetsCustomers, "round_trip", Rule::RoundTrip);
}

#[test]
fn one_that_tears_loads() {
    let failures = failures(How::TearsLoads);
    let [failure] = failures.as_slice() else {
        panic!("it is torn by saves at the same time only: {failures:#?}")
    };
    assert_eq!((failure.behaviour, failure.rule), ("torn_load", Rule::TornLoad));
}

#[test]
fn one_that_begins_at_another_version() {
    assert_caught(How::BeginsAtOne, "round_trip", Rule::FirstVersion);
}

#[test]
fn one_that_bumps_twice() {
    assert_caught(How::BumpsTwice, "every_child_is_dirty", Rule::Bump);
}

#[test]
fn one_that_writes_with_nothing_to_do() {
    let failures = failures(How::WritesWithNothingToDo);
    let [failure] = failures.as_slice() else { panic!("all else is right: {failures:#?}") };
    assert_eq!((failure.behaviour, failure.rule), ("no_op", Rule::NoOp));
}

#[test]
fn one_that_reports_more_than_it_wrote() {
    assert_caught(How::ReportsMore, "every_child_is_dirty", Rule::OnlyDifferences);
}

#[test]
fn one_that_does_not_roll_back() {
    let failures = failures(How::SavesOneByOne);
    let [failure] = failures.as_slice() else { panic!("all else is right: {failures:#?}") };
    assert_eq!((failure.behaviour, failure.rule), ("rollback", Rule::StoredUnchanged));
}

#[test]
fn one_that_changes_memory_after_an_error() {
    assert_caught(How::ReloadsAfterErrors, "stale_save", Rule::MemoryUnchanged);
    assert_caught(How::ReloadsAfterErrors, "race", Rule::MemoryUnchanged);
}

#[test]
fn one_that_drops_duplicates() {
    assert_caught(How::DropsDuplicates, "rollback", Rule::DuplicateKey);
}

#[test]
fn one_that_overwrites_what_is_there() {
    assert_caught(How::OverwritesWhatIsThere, "round_trip", Rule::IdTaken);
}

#[test]
fn one_that_keeps_what_is_deleted() {
    assert_caught(How::KeepsWhatIsDeleted, "round_trip", Rule::Deleted);
}

#[test]
fn one_that_touches_a_neighbour() {
    assert_caught(How::DeletesTheNeighbour, "round_trip", Rule::Neighbour);
}

#[test]
fn one_that_does_not_work_at_all() {
    let failures = failures(How::HasNoServer);
    assert_eq!(failures.len(), 7, "{failures:#?}");
    assert!(failures.iter().all(|failure| failure.rule == Rule::Works), "{failures:#?}");
}

/// The version moves on though nothing but `unversioned` parts changed.
#[test]
fn one_that_bumps_for_what_is_unversioned() {
    use aggregate_tests::model::document::Document;

    #[derive(Debug)]
    struct BumpsAlways(MemoryRepository<Document>);

    #[async_trait]
    impl Repository<Document> for BumpsAlways {
        async fn find_many(&self, ids: &[i64]) -> Result<Vec<Option<Tracked<Document>>>, Error> {
            self.0.find_many(ids).await
        }

        async fn save(&self, aggregate: &mut Tracked<Document>) -> Result<SaveReport, Error> {
            if aggregate.version() == Version::UNSAVED || !aggregate.is_dirty() {
                return self.0.save(aggregate).await;
            }
            self.0.touch(aggregate).await
        }

        async fn save_all(&self, aggregates: &mut [Tracked<Document>]) -> Result<Vec<SaveReport>, Error> {
            self.0.save_all(aggregates).await
        }

        async fn delete(&self, aggregate: &mut Tracked<Document>) -> Result<SaveReport, Error> {
            self.0.delete(aggregate).await
        }
    }

    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let samples = Samples::from(pairs::documents());
    let failure = runtime
        .block_on(testing::every_child_is_dirty(&BumpsAlways(MemoryRepository::new()), &samples))
        .unwrap_err();
    assert_eq!(failure.rule, Rule::NoBump, "{failure}");
}
