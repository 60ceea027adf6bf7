//! Saves and deletes.

use std::fmt::Debug;

use aggregate_core::{Aggregate, ConstraintKind, Error, Persist, SqlRepository, Tracked, Version};
use aggregate_tests::model::account::{self, Account};
use aggregate_tests::model::document::{self, Document, Remark};
use aggregate_tests::model::invoice::{self, Invoice, Line};
use aggregate_tests::{Engine, assert_refused};

use super::{Heard, Network, Point, Ran, Scenario, Tally, decides, on_a_network};
use crate::Db;
use crate::behaviour::Repo;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Create,
    Save,
    Delete,
    DeleteById,
}

/// A write of one aggregate.
struct Write<A> {
    /// Not on the network.
    direct: Repo<A>,
    repository: Repo<A>,
    what: What,
    /// Whether the connection has run the same statements before.
    warm: bool,
    sample: fn(i64) -> A,
    change: fn(&mut A),
    /// Whether the version counts it.
    bumps: bool,
}

/// An aggregate that can be looked at whole.
pub(super) trait Whole:
    Aggregate<Id: Debug> + Persist<Db> + Clone + PartialEq + Debug + Send + Sync
{
}

impl<A: Aggregate<Id: Debug> + Persist<Db> + Clone + PartialEq + Debug + Send + Sync> Whole for A {}

impl<A: Whole> Write<A> {
    fn new(network: &Network<'_>, what: What, warm: bool, sample: fn(i64) -> A, change: fn(&mut A)) -> Self {
        let repository = SqlRepository::new(network.pool());
        Self { direct: network.lab.repository(), repository, what, warm, sample, change, bumps: true }
    }

    async fn stored(&self, id: &A::Id) -> Option<A> {
        self.direct.find(id).await.expect("the network of the test itself holds").map(Tracked::into_inner)
    }

    /// The aggregate as it is before the call, and as it is stored after it.
    async fn before(&self, id: i64) -> (Tracked<A>, Option<A>) {
        let mut copy = Tracked::new((self.sample)(id));
        if self.what == What::Create {
            let mut new = (*copy).clone();
            new.set_version(Version::INITIAL);
            return (copy, Some(new));
        }
        self.direct.save(&mut copy).await.expect("a new aggregate");
        if self.what != What::Save {
            return (copy, None);
        }
        (self.change)(&mut copy);
        let mut new = (*copy).clone();
        if self.bumps {
            new.set_version(Version::new(1));
        }
        (copy, Some(new))
    }

    async fn act(&self, copy: &mut Tracked<A>) -> Result<(), Error> {
        let repository = &self.repository;
        match self.what {
            What::Create | What::Save => repository.save(copy).await.map(drop),
            What::Delete => repository.delete(copy).await.map(drop),
            What::DeleteById => repository.delete_by_id(&copy.id(), copy.version()).await.map(drop),
        }
    }

    /// Nothing was written, memory knows, and the same call works now.
    async fn again(&self, copy: &mut Tracked<A>, new: Option<&A>) {
        self.act(copy).await.expect("the pool goes on");
        assert_eq!(self.stored(&copy.id()).await.as_ref(), new);
    }

    /// Until it is reloaded the copy is refused, and afterwards it is what is stored.
    async fn resolve(&self, network: &Network<'_>, copy: &mut Tracked<A>, truth: Option<&A>) {
        let (id, repository) = (copy.id(), &self.repository);
        if self.what != What::DeleteById {
            let mut clone = copy.clone();
            for copy in [&mut *copy, &mut clone] {
                assert_refused!(repository.save(copy).await, Error::InDoubt { .. });
                assert_refused!(repository.touch(copy).await, Error::InDoubt { .. });
                assert_refused!(repository.delete(copy).await, Error::InDoubt { .. });
            }
            match repository.reload(copy).await {
                Ok(()) => assert!(copy.version().is_saved()),
                Err(Error::NotFound { .. }) => assert_eq!(copy.version(), Version::UNSAVED),
                Err(other) => panic!("{other:?}"),
            }
        }
        network.proxy.settled(repository.pool()).await;
        assert_eq!(self.stored(&id).await.as_ref(), truth);
        if self.what == What::DeleteById {
            return;
        }
        // What was sent may have overtaken the reload. Then the version tells.
        let overtaken = copy.version() != truth.map_or(Version::UNSAVED, Aggregate::version);
        let unseen = !self.bumps && truth != Some(&**copy);
        (self.change)(copy);
        let saved = repository.save(copy).await;
        if unseen {
            // No version tells, but the row that is added again has a key.
            assert_refused!(saved, Error::ConstraintViolated { kind: ConstraintKind::Unique, .. });
            assert_eq!(self.stored(&id).await.as_ref(), truth);
        } else if overtaken {
            assert!(saved.as_ref().is_err_and(Error::is_conflict), "{saved:?}");
            assert_eq!(self.stored(&id).await.as_ref(), truth);
        } else {
            saved.expect("what was reloaded can be saved");
            assert_eq!(self.stored(&id).await.as_ref(), Some(&**copy));
        }
    }
}

impl<A: Whole> Scenario for Write<A> {
    fn name(&self) -> String {
        let warm = if self.warm { "warm" } else { "cold" };
        format!("{warm} {:?} of {}", self.what, A::TABLE.name())
    }

    fn doubt(&self, trace: &[super::Message]) -> Option<usize> {
        decides(trace)
    }

    async fn run(&self, network: &Network<'_>, id: i64, point: Option<&Point>) -> Ran {
        let pool = self.repository.pool();
        let (mut copy, new) = self.before(id).await;
        let (key, old) = (copy.id(), self.stored(&copy.id()).await);
        // The look at the tables is behind us.
        if point.is_none() {
            self.repository.find(&key).await.expect("nothing is broken yet");
        }
        network.renew(pool).await;
        if self.warm {
            let (mut other, _) = self.before(id + 1).await;
            self.act(&mut other).await.expect("nothing is broken yet");
            network.proxy.settled(pool).await;
        }

        let heard = network.call(point, self.act(&mut copy)).await;
        let trace = network.proxy.take();
        let unknown = match (&heard, point) {
            (Heard::Answer(Ok(())), None) => false,
            (Heard::Answer(Ok(())), Some(point)) => {
                assert!(point.is_ping(&trace), "stored in spite of {point:?}");
                false
            }
            (Heard::Answer(Err(Error::CommitUnknown { aggregate, id, .. })), Some(point)) => {
                assert!(point.doubtful, "known at {point:?}");
                assert_eq!((*aggregate, id), (A::TABLE.name(), &format!("{key:?}")));
                true
            }
            (Heard::Answer(Err(error @ Error::Database { .. })), Some(point)) => {
                assert!(!point.doubtful, "unknown at {point:?}: {error:?}");
                assert!(!error.is_retryable() && !error.transaction_lost());
                false
            }
            (Heard::Dropped, Some(point)) => point.doubtful,
            _ => panic!("{heard:?} at {point:?}"),
        };
        let sent = matches!(heard, Heard::Answer(Ok(()))) || point.is_some_and(|p| p.doubtful && p.arrives);
        network.go_on(point);
        if unknown {
            let truth = if sent { &new } else { &old };
            self.resolve(network, &mut copy, truth.as_ref()).await;
        } else if sent {
            assert_eq!(self.stored(&key).await, new);
        } else {
            network.proxy.settled(pool).await;
            assert_eq!(self.stored(&key).await, old, "at {point:?}");
            self.again(&mut copy, new.as_ref()).await;
        }
        self.repository.find(&key).await.expect("the pool goes on");
        Ran { trace, unknown }
    }
}

fn invoices_change(invoice: &mut Invoice) {
    invoice.total += 1;
    if let Some(line) = invoice.lines.first_mut() {
        line.allocations.truncate(1);
        for allocation in &mut line.allocations {
            allocation.amount += 1;
        }
    }
    let next = invoice.lines.last().map_or(1, |line| line.no + 1);
    invoice.lines.push(Line::sample(next));
}

fn remarks_change(document: &mut Document) {
    let next = document.remarks.last().map_or(document.id * 1_000, |remark| remark.id + 1);
    document.views += 1;
    document.remarks.push(Remark { answers: Vec::new(), ..Remark::sample(next) });
}

/// Removes a section with its unversioned marks, which takes a transaction on every database.
fn sections_change(document: &mut Document) {
    document.title.push('!');
    document.sections.pop();
}

fn views_change(document: &mut Document) {
    document.views += 1;
}

fn balance_change(account: &mut Account) {
    account.balance += 1;
}

#[test]
fn a_save_that_breaks_at_any_message() {
    on_a_network(async |network| {
        network.lab.create(&invoice::TABLES).await;
        network.lab.create(&document::TABLES).await;
        let mut tally = Tally::default();
        for warm in [false, true] {
            let save = Write::new(network, What::Save, warm, Invoice::sample, invoices_change);
            tally.count(network, &save).await;
        }
        let save = Write::new(network, What::Save, true, Document::sample, sections_change);
        tally.count(network, &save).await;
        tally.end(network, "saves of a changed tree", 100, true).await;
    });
}

#[test]
fn a_first_save_that_breaks_at_any_message() {
    on_a_network(async |network| {
        network.lab.create(&invoice::TABLES).await;
        let mut tally = Tally::default();
        for warm in [false, true] {
            let save = Write::new(network, What::Create, warm, Invoice::sample, invoices_change);
            tally.count(network, &save).await;
        }
        tally.end(network, "first saves", 100, true).await;
    });
}

#[test]
fn a_save_of_a_root_alone_that_breaks_at_any_message() {
    on_a_network(async |network| {
        network.lab.create(&account::TABLES).await;
        let mut tally = Tally::default();
        for (what, warm) in [(What::Save, false), (What::Save, true), (What::Create, true)] {
            let save = Write::new(network, what, warm, |id| Account::with(id, 5), balance_change);
            tally.count(network, &save).await;
        }
        if Db::SAVES_AT_ONCE {
            // A transaction stands around what would be alone.
            let mut save = Write::new(network, What::Save, true, |id| Account::with(id, 5), balance_change);
            save.repository = save.repository.unnamed_statements();
            tally.count(network, &save).await;
        }
        tally.end(network, "saves of a root alone", 100, true).await;
    });
}

#[test]
fn a_save_of_unversioned_parts_that_breaks_at_any_message() {
    on_a_network(async |network| {
        network.lab.create(&document::TABLES).await;
        let mut tally = Tally::default();
        for change in [views_change, remarks_change] {
            let mut save = Write::new(network, What::Save, false, Document::sample, change);
            save.bumps = false;
            tally.count(network, &save).await;
        }
        tally.end(network, "saves of unversioned parts", 100, true).await;
    });
}

#[test]
fn a_delete_that_breaks_at_any_message() {
    on_a_network(async |network| {
        network.lab.create(&invoice::TABLES).await;
        let mut tally = Tally::default();
        for (what, warm) in [(What::Delete, false), (What::Delete, true), (What::DeleteById, true)] {
            let delete = Write::new(network, what, warm, Invoice::sample, invoices_change);
            tally.count(network, &delete).await;
        }
        // What others added below it is looked for, in a transaction on every database.
        network.lab.create(&document::TABLES).await;
        let delete = Write::new(network, What::Delete, true, Document::sample, views_change);
        tally.count(network, &delete).await;
        tally.end(network, "deletes", 100, true).await;
    });
}
