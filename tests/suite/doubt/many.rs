//! Saves of several aggregates together.

use aggregate_core::{Error, Repository, SqlRepository, Tracked};
use aggregate_tests::assert_refused;
use aggregate_tests::model::invoice::{self, Invoice, InvoiceId, Line};

use super::{Heard, Message, Network, Point, Ran, Scenario, Tally, decides, on_a_network};
use crate::behaviour::Repo;

/// A save of two changed invoices, and of one that was not.
struct Many {
    /// Not on the network.
    direct: Repo<Invoice>,
    repository: Repo<Invoice>,
}

impl Many {
    /// Two that were changed and one that was not.
    async fn copies(&self, first: i64) -> [Tracked<Invoice>; 3] {
        let mut copies = [0, 1, 2].map(|at| Tracked::new(Invoice::sample(first + at)));
        Repository::save_all(&self.direct, &mut copies).await.expect("new aggregates");
        for copy in &mut copies[..2] {
            copy.total += 1;
            copy.lines.push(Line::sample(9));
            copy.lines.remove(0);
        }
        copies
    }

    /// The versions and the totals that are stored.
    async fn stored(&self, first: i64) -> [(i64, i64); 3] {
        let ids = [first, first + 1, first + 2].map(InvoiceId);
        let found =
            Repository::get_many(&self.direct, &ids).await.expect("the network of the test itself holds");
        [0, 1, 2].map(|at| (found[at].version().get(), found[at].total))
    }

    async fn act(&self, copies: &mut [Tracked<Invoice>]) -> Result<(), Error> {
        Repository::save_all(&self.repository, copies).await.map(drop)
    }
}

impl Scenario for Many {
    fn name(&self) -> String {
        "save of many".to_owned()
    }

    fn doubt(&self, trace: &[Message]) -> Option<usize> {
        decides(trace)
    }

    async fn run(&self, network: &Network<'_>, id: i64, point: Option<&Point>) -> Ran {
        const OLD: [(i64, i64); 3] = [(0, 30); 3];
        const NEW: [(i64, i64); 3] = [(1, 31), (1, 31), (0, 30)];
        let pool = self.repository.pool();
        let mut copies = self.copies(id).await;
        network.renew(pool).await;
        // The look at the tables is behind us, and the statements are known.
        let mut others = self.copies(id + 5).await;
        self.act(&mut others).await.expect("nothing is broken yet");
        network.proxy.settled(pool).await;

        let heard = network.call(point, self.act(&mut copies)).await;
        let trace = network.proxy.take();
        let unknown = match (&heard, point) {
            (Heard::Answer(Ok(())), None) => false,
            (Heard::Answer(Ok(())), Some(point)) => {
                assert!(point.is_ping(&trace), "stored in spite of {point:?}");
                false
            }
            (
                Heard::Answer(Err(Error::CommitUnknown { aggregate: "invoices", id: named, .. })),
                Some(point),
            ) => {
                assert!(point.doubtful, "known at {point:?}");
                let both = format!("InvoiceId({id}), `invoices` InvoiceId({})", id + 1);
                assert_eq!(*named, both, "both that were to be written");
                true
            }
            (Heard::Answer(Err(error @ Error::Database { .. })), Some(point)) => {
                assert!(!point.doubtful, "unknown at {point:?}: {error:?}");
                assert!(!error.is_retryable());
                false
            }
            (Heard::Dropped, Some(point)) => point.doubtful,
            _ => panic!("{heard:?} at {point:?}"),
        };
        let sent = matches!(heard, Heard::Answer(Ok(()))) || point.is_some_and(|p| p.doubtful && p.arrives);
        network.go_on(point);
        network.proxy.settled(pool).await;
        assert_eq!(self.stored(id).await, if sent { NEW } else { OLD }, "both or neither, at {point:?}");
        let [first, second, clean] = &mut copies;
        assert!(self.repository.save(clean).await.expect("it had nothing to save").is_noop());
        if unknown {
            for copy in [first, second] {
                if matches!(heard, Heard::Answer(_)) {
                    assert_refused!(self.repository.save(copy).await, Error::InDoubt { .. });
                }
                self.repository.reload(copy).await.expect("it is there");
            }
        } else if !sent {
            for copy in [first, second] {
                assert_eq!((copy.version().get(), copy.is_dirty()), (0, true), "at {point:?}");
            }
            self.act(&mut copies).await.expect("the pool goes on");
            assert_eq!(self.stored(id).await, NEW);
        }
        for (copy, stored) in copies.iter().zip(self.stored(id).await) {
            assert_eq!((copy.version().get(), copy.total), stored);
        }
        Ran { trace, unknown }
    }
}

#[test]
fn a_save_of_many_that_breaks_at_any_message() {
    on_a_network(async |network| {
        network.lab.create(&invoice::TABLES).await;
        let repository = SqlRepository::new(network.pool());
        let mut tally = Tally::default();
        tally.count(network, &Many { direct: network.lab.repository(), repository }).await;
        tally.end(network, "saves of many", 50, true).await;
    });
}
