//! Units of work, whose calls go on when nobody waits for them any more.

use std::cell::Cell;

use aggregate_core::{Closed, Error, SqlRepository, Tracked, Version};
use aggregate_tests::model::account::{self, Account};
use aggregate_tests::model::invoice::{self, Invoice};
use aggregate_tests::{Engine, assert_refused};
use sqlx::Pool;

use super::saves::Whole;
use super::{Heard, Kind, Message, Network, Point, Ran, Scenario, Tally, Way, on_a_network};
use crate::Db;
use crate::behaviour::{Repo, Unit};

/// What a unit does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    /// Loads, flushes, and commits two aggregates.
    Commit,
    /// Saves both and rolls back.
    RollBack,
    /// Rolls back to a savepoint, and keeps another one.
    Savepoints,
    /// Lends the connection, then commits.
    OwnSql,
    /// Commits nothing.
    Nothing,
}

struct Work {
    flow: Flow,
    accounts: Repo<Account>,
    invoices: Repo<Invoice>,
}

/// Where the parts of a run begin.
#[derive(Default)]
struct Marks {
    own_sql: Cell<usize>,
    end: Cell<usize>,
}

impl Work {
    fn new(network: &Network<'_>, flow: Flow) -> Self {
        let pool = network.pool();
        Self { flow, accounts: SqlRepository::new(pool.clone()), invoices: SqlRepository::new(pool) }
    }

    async fn work(
        &self,
        network: &Network<'_>,
        (account, invoice): (&mut Tracked<Account>, &mut Tracked<Invoice>),
        marks: &Marks,
    ) -> Result<(), Error> {
        let unit = Unit::begin(self.accounts.pool()).await?;
        match self.flow {
            Flow::Commit => {
                let id = account.id;
                unit.save(account)?;
                unit.get::<Account>(&id).await?;
                unit.save(invoice)?;
            }
            Flow::RollBack => {
                unit.save(account)?;
                unit.save(invoice)?;
                unit.flush().await?;
                marks.end.set(network.proxy.noted());
                return unit.rollback().await;
            }
            Flow::Savepoints => {
                unit.save(account)?;
                let savepoint = unit.savepoint().await?;
                unit.save(invoice)?;
                unit.flush().await?;
                savepoint.rollback().await?;
                let savepoint = unit.savepoint().await?;
                unit.save(invoice)?;
                savepoint.release().await?;
            }
            Flow::OwnSql => {
                unit.save(account)?;
                unit.save(invoice)?;
                let mut connection = unit.connection().await?;
                marks.own_sql.set(network.proxy.noted());
                let own = "UPDATE accounts SET balance = 0 WHERE id = -1".to_owned();
                // The unit finds out by itself.
                Db::run(&mut connection, own).await.ok();
            }
            Flow::Nothing => {
                unit.get::<Account>(&account.id).await?;
            }
        }
        marks.end.set(network.proxy.noted());
        unit.commit().await.map(drop)
    }

    /// What the error must be; whether the copies are in doubt.
    fn judge(&self, error: &Error, point: &Point, trace: &[Message], marks: &Marks) -> bool {
        let starts = |message: &Message| message.sql.as_deref().is_some_and(|sql| sql.starts_with("START"));
        // There is a unit once the answer to the first statement was heard.
        let begun = trace.iter().position(starts).is_some_and(|start| {
            let is_next = |(at, message): (usize, &Message)| at > start && message.way == Way::Request;
            trace.iter().enumerate().position(is_next).is_some_and(|next| point.at >= next)
        });
        if point.doubtful {
            match error {
                Error::CommitUnknown { aggregate: "accounts", id, .. } => {
                    assert!(id.contains(", `invoices` InvoiceId("), "{id}");
                }
                // There is nothing to be unknown.
                Error::Database { transaction_lost: true, .. } if self.flow == Flow::Nothing => {}
                other => panic!("{other:?} at {point:?}"),
            }
            return self.flow != Flow::Nothing;
        }
        let own_sql = marks.own_sql.get();
        if own_sql > 0 && point.at >= own_sql {
            let released = |m: &Message| m.asks("RELEASE SAVEPOINT aggregate_own");
            let release = trace.iter().position(released).unwrap_or(usize::MAX);
            let next = trace.iter().skip(release.saturating_add(1)).position(|m| m.way == Way::Request);
            if next.is_none_or(|next| point.at <= release + next) {
                // It may have been the caller's own COMMIT that was cut off.
                assert!(matches!(error, Error::UnitClosed(Closed::Lost)), "{error:?} at {point:?}");
                return true;
            }
        }
        match error {
            Error::Database { transaction_lost, .. } => assert_eq!(*transaction_lost, begun, "at {point:?}"),
            other => panic!("{other:?} at {point:?}"),
        }
        false
    }

    /// The stored aggregate is this one, memory knows or is in doubt until a reload, and it can be saved.
    async fn see<A: Whole>(
        direct: &Repo<A>,
        repository: &Repo<A>,
        copy: &mut Tracked<A>,
        truth: &A,
        in_doubt: bool,
        change: fn(&mut A),
    ) {
        let id = copy.id();
        assert_eq!(&*direct.get(&id).await.unwrap(), truth);
        if in_doubt {
            assert_refused!(repository.save(copy).await, Error::InDoubt { .. });
            repository.reload(copy).await.expect("the pool goes on");
            assert_eq!(&**copy, truth);
        }
        assert_eq!(copy.version(), truth.version());
        change(copy);
        repository.save(copy).await.expect("the pool goes on");
        assert_eq!(*direct.get(&id).await.unwrap(), **copy);
    }
}

/// A stored aggregate that was changed, as it was and as it will be.
async fn changed<A: Whole>(direct: &Repo<A>, new: A, change: fn(&mut A)) -> (Tracked<A>, A, A) {
    let mut copy = Tracked::new(new);
    direct.save(&mut copy).await.expect("the network of the test itself holds");
    let old = (*copy).clone();
    change(&mut copy);
    let mut new = (*copy).clone();
    new.set_version(Version::new(1));
    (copy, old, new)
}

fn account_change(account: &mut Account) {
    account.balance += 1;
}

fn invoice_change(invoice: &mut Invoice) {
    invoice.lines[1].quantity += 1;
}

impl Scenario for Work {
    fn name(&self) -> String {
        format!("a unit: {:?}", self.flow)
    }

    fn doubt(&self, trace: &[Message]) -> Option<usize> {
        trace.iter().position(|message| message.asks("COMMIT"))
    }

    async fn run(&self, network: &Network<'_>, id: i64, point: Option<&Point>) -> Ran {
        let pool: &Pool<Db> = self.accounts.pool();
        let (accounts, invoices): (Repo<Account>, Repo<Invoice>) = (direct(network), direct(network));
        let (mut account, old_account, new_account) =
            changed(&accounts, Account::with(id, 5), account_change).await;
        let (mut invoice, old_invoice, new_invoice) =
            changed(&invoices, Invoice::sample(id), invoice_change).await;
        if point.is_none() {
            // The look at the tables, and at the session's level, is behind us.
            let unit = Unit::begin(pool).await.unwrap();
            unit.get::<Account>(&id).await.unwrap();
            unit.get::<Invoice>(&invoice.id).await.unwrap();
            unit.rollback().await.unwrap();
        }
        network.renew(pool).await;

        let marks = Marks::default();
        let heard = network.call(point, self.work(network, (&mut account, &mut invoice), &marks)).await;
        let mut in_doubt = false;
        let stored;
        let trace = network.proxy.take();
        match (&heard, point) {
            (Heard::Answer(Ok(())), None) => stored = self.flow != Flow::RollBack,
            (Heard::Answer(Ok(())), Some(point)) => {
                let rolls_back = self.flow == Flow::RollBack && point.at >= marks.end.get();
                assert!(point.is_ping(&trace) || rolls_back, "stored in spite of {point:?}");
                stored = self.flow != Flow::RollBack;
            }
            (Heard::Answer(Err(error)), Some(point)) => {
                in_doubt = self.judge(error, point, &trace, &marks);
                stored = point.doubtful && point.arrives;
            }
            // What is committed is committed, whoever waits for it.
            (Heard::Dropped, Some(point)) => {
                if point.doubtful && self.flow != Flow::Nothing {
                    assert_refused!(self.accounts.save(&mut account).await, Error::InDoubt { .. });
                    assert_refused!(self.invoices.save(&mut invoice).await, Error::InDoubt { .. });
                    in_doubt = point.kind == Kind::Stall;
                }
                let commits = marks.end.get() > 0 && point.at >= marks.end.get();
                stored = match point.kind {
                    Kind::LateDelivery => commits && self.flow != Flow::RollBack,
                    _ => point.doubtful && point.arrives,
                };
                if self.flow == Flow::OwnSql && commits && point.kind == Kind::Stall && !point.doubtful {
                    let error = Error::UnitClosed(Closed::Lost);
                    let own = trace.last().is_some_and(|last| {
                        last.way == Way::Answer || last.asks("RELEASE SAVEPOINT aggregate_own")
                    });
                    in_doubt = own && self.judge(&error, point, &trace, &marks);
                }
            }
            (Heard::Answer(Err(error)), None) => panic!("{error:?}"),
            (Heard::Dropped, None) => unreachable!("nothing stalls"),
        }
        network.go_on(point);
        network.proxy.settled(pool).await;
        if self.flow != Flow::Nothing {
            let truth = if stored { &new_account } else { &old_account };
            Self::see(&accounts, &self.accounts, &mut account, truth, in_doubt, account_change).await;
            let truth = if stored { &new_invoice } else { &old_invoice };
            Self::see(&invoices, &self.invoices, &mut invoice, truth, in_doubt, invoice_change).await;
        }
        let unit = Unit::begin(pool).await.expect("the pool goes on");
        unit.rollback().await.expect("the pool goes on");
        Ran { trace, unknown: in_doubt }
    }
}

fn direct<A: Whole>(network: &Network<'_>) -> Repo<A> {
    network.lab.repository()
}

async fn count(network: &Network<'_>, flows: &[Flow], name: &str, unknown: bool) {
    network.lab.create(&account::TABLES).await;
    network.lab.create(&invoice::TABLES).await;
    let mut tally = Tally::default();
    for flow in flows {
        tally.count(network, &Work::new(network, *flow)).await;
    }
    tally.end(network, name, 40, unknown).await;
}

#[test]
fn a_unit_that_breaks_at_any_message() {
    on_a_network(async |network| count(network, &[Flow::Commit], "units that commit", true).await);
}

#[test]
fn a_rollback_that_breaks_at_any_message() {
    on_a_network(async |network| count(network, &[Flow::RollBack], "units that roll back", false).await);
}

#[test]
fn a_savepoint_that_breaks_at_any_message() {
    on_a_network(async |network| count(network, &[Flow::Savepoints], "units with savepoints", true).await);
}

#[test]
fn own_sql_that_breaks_at_any_message() {
    on_a_network(async |network| count(network, &[Flow::OwnSql], "units with SQL of one's own", true).await);
}

/// A COMMIT of nothing is never unknown.
#[test]
fn an_empty_unit_that_breaks_at_any_message() {
    on_a_network(async |network| count(network, &[Flow::Nothing], "units that write nothing", false).await);
}
