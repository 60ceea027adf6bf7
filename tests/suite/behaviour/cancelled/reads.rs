//! Loads that are dropped.

use aggregate_core::{Error, Tracked};
use aggregate_tests::Engine;
use aggregate_tests::model::invoice::{Invoice, InvoiceId};
use sqlx::Connection;

use super::{Bed, Db, Lab, Place, Seen, Tally, invoice};

pub(super) const CALLS: &[&str] =
    &["SqlRepository::find", "SqlRepository::get", "SqlRepository::find_many", "SqlRepository::reload"];

pub(super) const CALLS_ON: &[&str] =
    &["SqlRepository::find_on", "SqlRepository::get_on", "SqlRepository::find_many_on"];

const ID: InvoiceId = InvoiceId(1);

/// A load that was dropped leaves nothing, and the next one works.
async fn after<T>(
    bed: &Bed<'_>,
    place: &Place<Invoice>,
    found: Option<Result<T, Error>>,
    is_right: impl Fn(&T) -> bool,
) -> Seen {
    bed.is_quiet(&place.pool, ID.0).await;
    assert_eq!(*place.repository.get(&ID).await.unwrap(), *invoice(bed, ID.0).await);
    match found.map(Result::unwrap) {
        Some(found) => {
            assert!(is_right(&found));
            Seen::Finished
        }
        None => Seen::AsBefore,
    }
}

pub(crate) async fn dropped_loads(lab: &Lab) {
    let bed = Bed::of_invoices(lab).await;
    let sample = (*invoice(&bed, ID.0).await).clone();
    let is_sample = |found: &Tracked<Invoice>| **found == sample;
    let mut tally = Tally::default();
    let find = async |place: &Place<Invoice>, times| {
        let found = place.polls.drop_after(times, place.repository.find(&ID)).await;
        after(&bed, place, found, |found| found.as_ref().is_some_and(is_sample)).await
    };
    tally.add(bed.sweep("SqlRepository::find", "of one", find).await);
    let get = async |place: &Place<Invoice>, times| {
        let found = place.polls.drop_after(times, place.repository.get(&ID)).await;
        after(&bed, place, found, is_sample).await
    };
    tally.add(bed.sweep("SqlRepository::get", "of one", get).await);
    let find_many = async |place: &Place<Invoice>, times| {
        let ids = [ID, InvoiceId(-1), ID];
        let found = place.polls.drop_after(times, place.repository.find_many(&ids)).await;
        after(&bed, place, found, |found| {
            found[1].is_none() && [0, 2].into_iter().all(|at| found[at].as_ref().is_some_and(is_sample))
        })
        .await
    };
    tally.add(bed.sweep("SqlRepository::find_many", "of three", find_many).await);
    let reload = async |place: &Place<Invoice>, times| {
        let mut copy = invoice(&bed, ID.0).await;
        copy.total = -1;
        let found = place.polls.drop_after(times, place.repository.reload(&mut copy)).await;
        // What was changed in memory is there until what is stored takes its place.
        assert_eq!((copy.total, copy.is_dirty()), if found.is_some() { (30, false) } else { (-1, true) });
        after(&bed, place, found, |()| true).await
    };
    tally.add(bed.sweep("SqlRepository::reload", "of a dirty copy", reload).await);
    tally.close("loads", CALLS, 50);
}

/// On a connection of the caller's, in a transaction of its own and outside of one.
pub(crate) async fn dropped_loads_on_a_connection_of_the_callers(lab: &Lab) {
    let bed = Bed::of_invoices(lab).await;
    invoice(&bed, ID.0).await;
    let mut tally = Tally::default();
    for call in CALLS_ON {
        for how in [IN_A_TRANSACTION, UNNAMED, "by itself"] {
            let one = async |place: &Place<Invoice>, times| on(&bed, place, times, call, how).await;
            tally.add(bed.sweep(call, how, one).await);
        }
    }
    tally.close("loads on a connection of the caller's", CALLS_ON, 50);
}

const IN_A_TRANSACTION: &str = "in a transaction";
const UNNAMED: &str = "in a transaction, by unnamed statements";

async fn on(bed: &Bed<'_>, place: &Place<Invoice>, times: usize, call: &str, how: &str) -> Seen {
    let mut lent = place.pool.acquire().await.unwrap();
    let found = if how.starts_with(IN_A_TRANSACTION) {
        let mut transaction = lent.begin().await.unwrap();
        let unnamed = Place { repository: place.repository.clone().unnamed_statements(), ..place.clone() };
        let place = if how == UNNAMED { &unnamed } else { place };
        let found = on_this(&mut transaction, place, times, call).await;
        if found.is_some() || Db::OUTLIVES_DROPS {
            let stands = Db::run(&mut transaction, Db::OUT_OF_TRANSACTION.into()).await.is_err();
            assert!(stands, "the caller's transaction goes on");
            transaction.rollback().await.unwrap();
        }
        found
    } else {
        let found = on_this(&mut lent, place, times, call).await;
        if found.is_some() || Db::OUTLIVES_DROPS {
            Db::run(&mut lent, Db::OUT_OF_TRANSACTION.into()).await.expect("there is still none");
        }
        found
    };
    if found.is_none() && !Db::OUTLIVES_DROPS {
        // As the page on transactions says.
        lent.close_on_drop();
    }
    drop(lent);
    after(bed, place, found.map(Ok), |()| true).await
}

async fn on_this(
    conn: &mut <Db as sqlx::Database>::Connection,
    place: &Place<Invoice>,
    times: usize,
    call: &str,
) -> Option<()> {
    let (polls, invoices) = (place.polls, &place.repository);
    match call {
        "SqlRepository::find_on" => polls
            .drop_after(times, invoices.find_on(conn, &ID))
            .await
            .map(|found| assert!(found.unwrap().is_some())),
        "SqlRepository::get_on" => {
            polls.drop_after(times, invoices.get_on(conn, &ID)).await.map(super::units::ended)
        }
        _ => polls.drop_after(times, invoices.find_many_on(conn, &[ID])).await.map(super::units::ended),
    }
}
