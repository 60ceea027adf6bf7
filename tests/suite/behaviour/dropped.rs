//! A save whose future is dropped is stored whole or not at all, and memory knows which, or that it does not.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use aggregate_core::{Error, Tracked, Version};
use aggregate_tests::model::invoice::{self, Invoice, InvoiceId};

use super::Lab;

/// Polls a future at most so often, then drops it.
pub(crate) async fn polled<F: Future>(times: usize, future: F) -> Option<F::Output> {
    let (mut future, mut left) = (pin!(future), times);
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

pub(crate) async fn a_dropped_save_is_stored_whole_or_not_at_all(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    let (mut known, mut unknown, mut finished) = (0, 0, 0);
    for times in 0..40 {
        let id = i64::try_from(times).unwrap();
        let mut invoice = lab.saved(&invoices, Invoice::sample(id)).await;
        invoice.total = 31;
        invoice.lines[0].quantity = 99;
        invoice.lines[1].allocations.clear();
        let edited = (*invoice).clone();
        if polled(times, invoices.save(&mut invoice)).await.is_some() {
            finished += 1;
            continue;
        }
        match invoices.save(&mut invoice).await {
            Ok(report) => {
                known += 1;
                assert_eq!(report.old_version, Version::INITIAL);
            }
            Err(Error::InDoubt { aggregate: "invoices", .. }) => {
                unknown += 1;
                assert!(matches!(invoices.delete(&mut invoice).await, Err(Error::InDoubt { .. })));
                invoices.reload(&mut invoice).await.unwrap();
                assert!(!invoice.is_dirty());
            }
            Err(other) => panic!("after {times} polls: {other:?}"),
        }
        let stored = invoices.get(&InvoiceId(id)).await.unwrap();
        assert_eq!(*stored, *invoice);
        match stored.version().get() {
            0 => assert_eq!(Invoice { version: Version::UNSAVED, ..(*stored).clone() }, Invoice::sample(id)),
            1 => assert_eq!(Invoice { version: Version::INITIAL, ..(*stored).clone() }, edited),
            other => panic!("after {times} polls: version {other}"),
        }
    }
    assert!(known > 0 && finished > 0, "{known} known, {unknown} unknown, {finished} finished");
}

/// What was in doubt and is not found after all is unsaved, and can be saved anew.
pub(crate) async fn a_dropped_first_save_can_be_made_up_for(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    // The look at the tables, which takes polls of its own, is behind us.
    lab.saved(&invoices, Invoice::sample(0)).await;
    let mut doubts = 0;
    for round in 1..=1_000 {
        if doubts > 0 && round > 40 {
            break;
        }
        // How many polls a save takes is up to the engine; somewhere among them its outcome is unknown.
        let (id, times) = (round, usize::try_from(round % 20).unwrap());
        let mut invoice = Tracked::new(Invoice::sample(id));
        if polled(times, invoices.save(&mut invoice)).await.is_none() {
            let mut saved = invoices.save(&mut invoice).await;
            if let Err(Error::InDoubt { .. }) = saved {
                doubts += 1;
                match invoices.reload(&mut invoice).await {
                    Ok(()) => assert_eq!(invoice.version(), Version::INITIAL),
                    Err(Error::NotFound { aggregate: "invoices", .. }) => {
                        assert_eq!(invoice.version(), Version::UNSAVED);
                    }
                    Err(other) => panic!("after {times} polls: {other:?}"),
                }
                saved = invoices.save(&mut invoice).await;
            }
            // The dropped statement may still have been under way when its row was looked for.
            assert!(
                matches!(saved, Ok(_) | Err(Error::AlreadyExists { .. })),
                "after {times} polls: {saved:?}"
            );
        }
        let stored = invoices.get(&InvoiceId(id)).await.unwrap();
        assert_eq!(stored.version(), Version::INITIAL);
        assert_eq!(Invoice { version: Version::UNSAVED, ..(*stored).clone() }, Invoice::sample(id));
    }
    assert!(doubts > 0, "no save was dropped while its outcome was unknown");
}
