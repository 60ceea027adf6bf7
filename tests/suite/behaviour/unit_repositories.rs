//! A unit of work as the repository of one type: the same trait, within a longer transaction.

use std::sync::Arc;
use std::time::Duration;

use aggregate_core::{
    Error, Repository, RepositoryExt, RowRepository, SaveReport, Tracked, UnitRepository, UpdateError,
    Version,
};
use aggregate_tests::assert_refused;
use aggregate_tests::model::invoice::{self, Invoice, InvoiceId, Line};

use aggregate_tests::Engine as _;
use sqlx::pool::PoolOptions;

use super::{Db, Lab, Repo, Unit, conflict};

const IDS: [InvoiceId; 3] = [InvoiceId(1), InvoiceId(2), InvoiceId(3)];

/// Three stored invoices, a unit, and what a service would hold of it.
async fn unit(lab: &Lab) -> (Repo<Invoice>, Unit, Arc<dyn RowRepository<Invoice>>) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    for id in 1..=3 {
        lab.saved(&invoices, Invoice::sample(id)).await;
    }
    let unit = Unit::begin(lab.pool()).await.unwrap();
    let repository = Arc::new(unit.repository::<Invoice>());
    (invoices, unit, repository)
}

async fn versions(invoices: &Repo<Invoice>) -> Vec<i64> {
    let found = Repository::get_many(invoices, &IDS).await.unwrap();
    found.iter().map(|invoice| invoice.version().get()).collect()
}

pub(crate) async fn what_is_written_is_part_of_the_unit(lab: &Lab) {
    let (invoices, unit, repository) = unit(lab).await;
    assert!(repository.is_in_unit() && !Repository::is_in_unit(&invoices));
    repository.add(Invoice::sample(4)).await.unwrap();
    let updated = repository
        .update(&IDS[0], |invoice| {
            let _: () = invoice.lines.clear();
            Ok::<_, ()>(())
        })
        .await
        .unwrap();
    assert_eq!((updated.report.new_version, updated.attempts), (Version::new(1), 1));
    let mut copies = repository.get_many(&[IDS[2], IDS[1]]).await.unwrap();
    for copy in &mut copies {
        copy.total += 1;
    }
    let reports = repository.save_all(&mut copies).await.unwrap();
    assert_eq!(
        reports.iter().map(|report| report.id.as_str()).collect::<Vec<_>>(),
        ["InvoiceId(3)", "InvoiceId(2)"]
    );
    let copy = Invoice { total: 5, version: copies[0].version(), ..(*copies[0]).clone() };
    let mut merged = repository.merge(&copy).await.unwrap();
    assert_eq!((merged.version(), merged.is_dirty()), (Version::new(1), true));
    repository.delete(&mut merged).await.unwrap();
    repository.touch(&mut copies[1]).await.unwrap();
    unit.commit().await.unwrap();
    assert_eq!(lab.rows("SELECT id, version FROM invoices ORDER BY id").await, ["1|1", "2|2", "4|0"]);
}

pub(crate) async fn nothing_of_it_is_left_after_a_rollback(lab: &Lab) {
    let (invoices, unit, repository) = unit(lab).await;
    repository
        .update(&IDS[0], |invoice| {
            let _: () = invoice.lines.clear();
            Ok::<_, ()>(())
        })
        .await
        .unwrap();
    let mut copies = repository.get_many(&IDS[1..]).await.unwrap();
    for copy in &mut copies {
        copy.total += 1;
    }
    repository.save_all(&mut copies).await.unwrap();
    unit.rollback().await.unwrap();
    assert_eq!(versions(&invoices).await, [0, 0, 0]);
    assert!(copies.iter().all(|copy| copy.is_dirty() && copy.version() == Version::INITIAL));
}

pub(crate) async fn one_stale_of_many_undoes_these_alone(lab: &Lab) {
    let (invoices, unit, repository) = unit(lab).await;
    let mut stale = invoices.get(&IDS[1]).await.unwrap();
    let mut winner = repository.get(&IDS[1]).await.unwrap();
    winner.total += 1;
    repository.save(&mut winner).await.unwrap();
    stale.total += 2;
    let mut all = vec![invoices.get(&IDS[0]).await.unwrap(), stale, invoices.get(&IDS[2]).await.unwrap()];
    all[0].total += 1;
    all[2].lines.push(Line::plain(9));
    let refused = conflict(repository.save_all(&mut all).await);
    assert_eq!((refused.id.as_str(), refused.actual), ("InvoiceId(2)", Some(Version::new(1))));
    assert!(all.iter().all(|copy| copy.version() == Version::INITIAL && copy.is_dirty()));
    unit.commit().await.unwrap();
    assert_eq!(versions(&invoices).await, [0, 1, 0], "what was written before stays");
}

pub(crate) async fn calls_that_overlap_hear_of_their_own_saves(lab: &Lab) {
    let (invoices, unit, repository) = unit(lab).await;
    let mut copies = repository.get_many(&IDS).await.unwrap();
    // Somebody else's save in this unit makes the second copy stale.
    let mut winner = repository.get(&IDS[1]).await.unwrap();
    winner.total = 1;
    repository.save(&mut winner).await.unwrap();
    let [first, second, third] = &mut copies[..] else { panic!("three were asked for") };
    first.total = 71;
    second.total = 72;
    third.lines.clear();
    let (of_first, of_second, of_third) =
        tokio::join!(repository.save(first), repository.save(second), repository.save(third));
    let of_first = of_first.unwrap();
    assert_eq!((of_first.id.as_str(), of_first.rows_written()), ("InvoiceId(1)", 1));
    assert_eq!(conflict(of_second).id, "InvoiceId(2)");
    let of_third = of_third.unwrap();
    assert_eq!((of_third.id.as_str(), of_third.table("lines").deleted), ("InvoiceId(3)", 2));
    assert_eq!((second.version(), second.is_dirty()), (Version::INITIAL, true));
    unit.commit().await.unwrap();
    assert_eq!(versions(&invoices).await, [1, 1, 1]);
    assert_eq!(lab.rows("SELECT total FROM invoices ORDER BY id").await, ["71", "1", "30"]);
}

pub(crate) async fn what_is_queued_meanwhile_is_not_undone_with_others(lab: &Lab) {
    let (invoices, unit, repository) = unit(lab).await;
    let mut stale = repository.get(&IDS[1]).await.unwrap();
    repository.touch(&mut stale.clone()).await.unwrap();
    stale.total = 72;
    let mut good = repository.get(&IDS[0]).await.unwrap();
    good.total = 71;
    let mut together = vec![good, stale];
    let mut queued = repository.get(&IDS[2]).await.unwrap();
    queued.total = 73;
    let (refused, ()) = tokio::join!(repository.save_all(&mut together), async {
        unit.save(&mut queued).unwrap();
    });
    assert_eq!(conflict(refused).id, "InvoiceId(2)");
    assert!(together.iter().all(|copy| copy.version() == Version::INITIAL && copy.is_dirty()));
    unit.commit().await.unwrap();
    assert_eq!(versions(&invoices).await, [0, 1, 1]);
    assert_eq!(lab.rows("SELECT total FROM invoices ORDER BY id").await, ["30", "30", "73"]);
}

pub(crate) async fn an_explanation_in_a_unit_knows_what_the_unit_saved(lab: &Lab) {
    let (_, unit, repository) = unit(lab).await;
    let mut invoice = repository.get(&IDS[0]).await.unwrap();
    invoice.total = 71;
    repository.save(&mut invoice).await.unwrap();
    let diff = repository.explain(&invoice).await.unwrap().diff;
    assert_eq!((diff.expected, diff.actual, diff.rows.len()), (Version::new(1), Some(Version::new(1)), 0));
    unit.rollback().await.unwrap();
}

pub(crate) async fn nothing_to_save_sends_nothing(lab: &Lab) {
    let (_, unit, repository) = unit(lab).await;
    let mut copies = repository.get_many(&IDS).await.unwrap();
    drop(lab.sent());
    let reports = repository.save_all(&mut copies).await.unwrap();
    assert!(reports.iter().all(SaveReport::is_noop));
    assert_eq!(lab.sent(), []);
    unit.commit().await.unwrap();
}

pub(crate) async fn an_update_is_tried_once(lab: &Lab) {
    let (invoices, unit, _) = unit(lab).await;
    let overtaken = Overtaken(unit.repository());
    let mut calls = 0;
    let updated = overtaken.update(&IDS[0], |invoice| {
        calls += 1;
        invoice.total += 1;
        Ok::<_, ()>(())
    });
    assert_refused!(updated.await, UpdateError::Failed { error: Error::Conflict(_), attempts: 1, .. });
    assert_eq!(calls, 1);
    drop(overtaken);
    unit.rollback().await.unwrap();
    assert_eq!(versions(&invoices).await, [0, 0, 0]);
}

/// A unit of work in which another copy of the same aggregate is always saved first.
struct Overtaken(UnitRepository<Invoice, Db>);

#[aggregate_core::async_trait]
impl Repository<Invoice> for Overtaken {
    async fn find_many(&self, ids: &[InvoiceId]) -> Result<Vec<Option<Tracked<Invoice>>>, Error> {
        self.0.find_many(ids).await
    }

    async fn save(&self, invoice: &mut Tracked<Invoice>) -> Result<SaveReport, Error> {
        let mut theirs = self.0.get(&invoice.id).await?;
        self.0.touch(&mut theirs).await?;
        self.0.save(invoice).await
    }

    async fn save_all(&self, invoices: &mut [Tracked<Invoice>]) -> Result<Vec<SaveReport>, Error> {
        Repository::save_all(&self.0, invoices).await
    }

    async fn delete(&self, invoice: &mut Tracked<Invoice>) -> Result<SaveReport, Error> {
        self.0.delete(invoice).await
    }

    fn is_in_unit(&self) -> bool {
        Repository::is_in_unit(&self.0)
    }
}

/// Every call of a repository, each of which must be refused; the copies are stored ones and a new one.
async fn errors_of_every_call(
    repository: &dyn RowRepository<Invoice>,
    copies: &mut [Tracked<Invoice>],
) -> Vec<Error> {
    let copy = (*copies[0]).clone();
    let updated = repository.update(&IDS[0], |_| Ok::<_, ()>(())).await.map(|_| ());
    let Err(UpdateError::Failed { error: updated, attempts: 1, .. }) = updated else {
        panic!("one attempt that fails, not {updated:?}")
    };
    vec![
        updated,
        repository.find(&IDS[0]).await.unwrap_err(),
        repository.get_many(&IDS).await.unwrap_err(),
        repository.save(&mut copies[0]).await.unwrap_err(),
        repository.save_all(copies).await.unwrap_err(),
        repository.touch(&mut copies[0]).await.unwrap_err(),
        repository.delete(&mut copies[0]).await.unwrap_err(),
        repository.reload(&mut copies[0]).await.unwrap_err(),
        repository.merge(&copy).await.unwrap_err(),
        repository.merge_any(&copy).await.unwrap_err(),
        repository.explain(&copies[0]).await.unwrap_err(),
        Error::from(repository.add(Invoice::sample(3)).await.unwrap_err()),
    ]
}

/// A stored invoice that was changed, and a new one.
async fn changed_and_new(invoices: &Repo<Invoice>) -> Vec<Tracked<Invoice>> {
    let mut changed = invoices.get(&IDS[0]).await.unwrap();
    changed.total = 77;
    vec![changed, Tracked::new(Invoice::sample(2))]
}

fn values(copies: &[Tracked<Invoice>]) -> Vec<Invoice> {
    copies.iter().map(|copy| (**copy).clone()).collect()
}

pub(crate) async fn a_closed_pool_is_a_typed_error(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    lab.saved(&invoices, Invoice::sample(1)).await;
    let pool = lab.another_pool(1, Duration::from_secs(1)).await;
    let closing = Repo::<Invoice>::new(pool.clone());
    let mut copies = changed_and_new(&closing).await;
    let before = values(&copies);
    pool.close().await;
    for error in errors_of_every_call(&closing, &mut copies).await {
        let is_closed =
            matches!(&error, Error::Database { source: sqlx::Error::PoolClosed, transaction_lost: false });
        assert!(is_closed, "{error:?}");
    }
    assert_eq!(values(&copies), before, "memory is as it was");
    assert_eq!(lab.rows("SELECT id, version, total FROM invoices").await, ["1|0|30"]);
}

pub(crate) async fn a_database_that_is_down_is_a_typed_error(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    lab.saved(&invoices, Invoice::sample(1)).await;
    // Nobody listens at an address that was just given back.
    let nobody = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let Some(rerouted) = Db::rerouted((*lab.pool().connect_options()).clone(), nobody) else {
        // There is no server that could be down.
        return;
    };
    let pool = PoolOptions::<Db>::new().acquire_timeout(Duration::from_millis(100));
    let down = Repo::<Invoice>::new(pool.connect_lazy_with(rerouted.options));
    let mut copies = changed_and_new(&invoices).await;
    let before = values(&copies);
    for error in errors_of_every_call(&down, &mut copies).await {
        let is_down = matches!(
            &error,
            Error::Database {
                source: sqlx::Error::PoolTimedOut | sqlx::Error::Io(_),
                transaction_lost: false
            }
        );
        assert!(is_down, "{error:?}");
    }
    assert_eq!(values(&copies), before, "memory is as it was");
    // The same copies are saved where somebody listens.
    let reports = Repository::save_all(&invoices, &mut copies).await.unwrap();
    assert_eq!(reports.iter().map(|report| report.new_version.get()).collect::<Vec<_>>(), [1, 0]);
}
