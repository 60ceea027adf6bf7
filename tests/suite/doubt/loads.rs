//! Loads, which never have an outcome that is not known.

use aggregate_core::{Error, SqlRepository, Tracked};
use aggregate_tests::assert_refused;
use aggregate_tests::lab::Fault;
use aggregate_tests::model::invoice::{self, Invoice, InvoiceId};

use super::{Heard, Message, Network, Point, Ran, Scenario, Tally, decides, on_a_network};
use crate::behaviour::Repo;

/// What the pool has before the load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Has {
    /// No connection.
    Nothing,
    /// One that has run the same load before, of the same repository.
    Connection,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Get,
    FindMany,
    /// Of a copy that is in doubt.
    Reload,
}

struct Load {
    what: What,
    has: Has,
}

impl Load {
    /// A copy that was stored without its hearing of it.
    async fn in_doubt(network: &Network<'_>, repository: &Repo<Invoice>, id: InvoiceId) -> Tracked<Invoice> {
        let mut copy = repository.get(&id).await.expect("nothing is broken yet");
        copy.total += 1;
        network.proxy.settled(repository.pool()).await;
        network.proxy.arm(Fault::LoseAnswer, |noted| decides(noted) == Some(noted.len() - 1));
        assert_refused!(repository.save(&mut copy).await, Error::CommitUnknown { .. });
        drop(network.proxy.take());
        network.renew(repository.pool()).await;
        copy
    }
}

impl Scenario for Load {
    fn name(&self) -> String {
        format!("{:?} with {:?}", self.what, self.has)
    }

    fn doubt(&self, _: &[Message]) -> Option<usize> {
        None
    }

    async fn run(&self, network: &Network<'_>, id: i64, point: Option<&Point>) -> Ran {
        let pool = network.pool();
        let repository: Repo<Invoice> = SqlRepository::new(pool.clone());
        let id = InvoiceId(id);
        let mut stored = Tracked::new(Invoice::sample(id.0));
        network.lab.repository().save(&mut stored).await.expect("the network of the test itself holds");
        if self.has == Has::Connection {
            network.renew(&pool).await;
            repository.get(&id).await.expect("nothing is broken yet");
            network.proxy.settled(&pool).await;
        }
        let mut copy = match self.what {
            What::Reload => Self::in_doubt(network, &repository, id).await,
            _ => stored.clone(),
        };
        let found = async {
            match self.what {
                What::Get => repository.get(&id).await.map(|found| assert_eq!(*found, *stored)),
                What::FindMany => {
                    let found = repository.find_many(&[InvoiceId(-1), id, id]).await?;
                    assert!(found[0].is_none() && found[1].as_deref() == Some(&*stored));
                    Ok(())
                }
                What::Reload => repository.reload(&mut copy).await,
            }
        };
        let heard = network.call(point, found).await;
        let trace = network.proxy.take();
        network.go_on(point);
        let found = match (heard, point) {
            (Heard::Answer(Ok(())), None) => true,
            (Heard::Answer(Ok(())), Some(point)) => {
                assert!(point.is_ping(&trace), "found in spite of {point:?}");
                true
            }
            (
                Heard::Answer(Err(Error::Database { transaction_lost: false, .. })) | Heard::Dropped,
                Some(_),
            ) => false,
            (heard, _) => panic!("{heard:?} at {point:?}"),
        };
        if let What::Reload = self.what {
            if !found {
                assert_refused!(repository.save(&mut copy).await, Error::InDoubt { .. });
                repository.reload(&mut copy).await.expect("the pool goes on");
            }
            assert_eq!(copy.version().get(), 1);
            copy.total += 1;
            repository.save(&mut copy).await.expect("what was reloaded can be saved");
        }
        assert!(repository.find(&id).await.expect("the pool goes on").is_some());
        pool.close().await;
        network.proxy.settled(&pool).await;
        Ran { trace, ..Ran::default() }
    }
}

async fn count(network: &Network<'_>, loads: &[(What, Has)], name: &str) {
    network.lab.create(&invoice::TABLES).await;
    let mut tally = Tally::default();
    for (what, has) in loads {
        tally.count(network, &Load { what: *what, has: *has }).await;
    }
    tally.end(network, name, 100, false).await;
}

#[test]
fn a_first_load_that_breaks_at_any_message() {
    on_a_network(async |network| {
        let loads = [(What::Get, Has::Nothing)];
        count(network, &loads, "connecting and a first load").await;
    });
}

#[test]
fn a_load_that_breaks_at_any_message() {
    on_a_network(async |network| {
        let loads = [
            (What::Get, Has::Connection),
            (What::FindMany, Has::Connection),
            (What::Reload, Has::Connection),
        ];
        count(network, &loads, "loads and reloads").await;
    });
}
