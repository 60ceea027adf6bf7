//! Many writers at once: exactly one succeeds a round, and successes are version advances.

use aggregate_core::{ConflictReason, Error, SqlRepository, Version};
use aggregate_tests::Engine;
use aggregate_tests::model::invoice::{self, Invoice, InvoiceId, Line};
use tokio::task::JoinSet;

use super::{Db, Lab, Repo};

const WRITERS: i32 = 16;
const ROUNDS: i64 = 10;

pub(crate) async fn one_of_16_writers_succeeds_in_each_round(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    race(lab, &invoices, ROUNDS).await;
}

/// Where the engine ends transactions for reasons of its own, only the version still says who lost.
pub(crate) async fn one_of_16_writers_succeeds_at_every_isolation_level(lab: &Lab) {
    lab.create(&invoice::TABLES).await;
    for level in Db::LEVELS {
        let pool = lab.pool_that(20, level.set).await;
        let invoices = SqlRepository::new(pool.clone());
        race(lab, &invoices, 6).await;
        invoices.delete(&mut invoices.get(&InvoiceId(1)).await.unwrap()).await.unwrap();
        pool.close().await;
    }
}

async fn race(lab: &Lab, invoices: &Repo<Invoice>, rounds: i64) {
    let lines = (0..WRITERS).map(Line::plain).collect();
    lab.saved(invoices, Invoice { lines, ..Invoice::empty(1) }).await;
    for round in 0..rounds {
        let loaded = invoices.get(&InvoiceId(1)).await.unwrap();
        assert_eq!(loaded.version().get(), round, "successes are version advances");
        let mut writers = JoinSet::new();
        for writer in 0..WRITERS {
            let (invoices, mut copy) = (invoices.clone(), loaded.clone());
            writers.spawn(async move {
                // Each writes a line of its own: only the root's version can tell them apart.
                copy.lines[usize::try_from(writer).unwrap()].quantity = 1_000 + i32::try_from(round).unwrap();
                invoices.save(&mut copy).await.map(|report| (writer, report))
            });
        }
        let mut winners = vec![];
        for result in writers.join_all().await {
            match result {
                Ok((writer, report)) => {
                    assert_eq!(report.new_version.get(), round + 1);
                    winners.push(writer);
                }
                Err(Error::Conflict(conflict)) => {
                    assert_eq!(conflict.expected.get(), round);
                    assert_eq!(
                        (conflict.actual, conflict.reason),
                        (Some(Version::new(round + 1)), ConflictReason::Changed)
                    );
                }
                Err(other) => panic!("round {round}: {other:?}"),
            }
        }
        assert_eq!(winners.len(), 1, "round {round}: {winners:?}");
        let written = lab.written().await;
        assert_eq!(
            written,
            ["invoices U 1".to_owned(), format!("lines U 1/{}", winners[0])],
            "round {round}"
        );
    }
    assert_eq!(lab.cell("SELECT version FROM invoices").await, rounds.to_string());
}

/// Whoever is refused loads again and redoes the change: no update is lost.
pub(crate) async fn writers_that_try_again_lose_nothing(lab: &Lab) {
    const EACH: i64 = 5;
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    lab.saved(&invoices, Invoice::sample(1)).await;
    let mut writers = JoinSet::new();
    for _ in 0..WRITERS {
        let invoices = invoices.clone();
        writers.spawn(async move {
            for _ in 0..EACH {
                loop {
                    let mut copy = invoices.get(&InvoiceId(1)).await.unwrap();
                    copy.total += 1;
                    match invoices.save(&mut copy).await {
                        Ok(_) => break,
                        Err(Error::Conflict(_)) => {}
                        Err(other) => panic!("{other:?}"),
                    }
                }
            }
        });
    }
    writers.join_all().await;
    let saves = i64::from(WRITERS) * EACH;
    assert_eq!(lab.rows("SELECT version, total FROM invoices").await, [format!("{saves}|{}", 30 + saves)]);
}

/// Savers and deleters of one aggregate: each success is told apart from each loss.
pub(crate) async fn a_delete_races_with_saves(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    for id in 1..=10 {
        let loaded = lab.saved(&invoices, Invoice::sample(id)).await;
        let mut writers = JoinSet::new();
        for writer in 0..8 {
            let (invoices, mut copy) = (invoices.clone(), loaded.clone());
            writers.spawn(async move {
                if writer % 2 == 0 {
                    invoices.delete(&mut copy).await
                } else {
                    copy.lines[0].quantity += 1;
                    invoices.save(&mut copy).await
                }
            });
        }
        let mut successes = 0;
        for result in writers.join_all().await {
            match result {
                Ok(_) => successes += 1,
                Err(Error::Conflict(conflict)) => assert_eq!(conflict.expected, Version::INITIAL),
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!(successes, 1);
        match invoices.find(&InvoiceId(id)).await.unwrap() {
            Some(saved) => assert_eq!((saved.version().get(), saved.lines[0].quantity), (1, 2)),
            None => assert_eq!(lab.count(&format!("batches WHERE invoice_id = {id}")).await, 0),
        }
    }
}
