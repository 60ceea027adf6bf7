//! Beginnings of units of work that are dropped, closures, and calls of a unit as a repository.

use aggregate_core::Error;
use aggregate_tests::model::invoice::{Invoice, InvoiceId};

use super::units::{ALL_ENDS, Copies, End, early, end_and_settle, ended, seen, sweep};
use super::{Bed, Lab, Place, Seen, Tally, invoice};
use crate::behaviour::Unit;

pub(super) const BEGINNINGS: &[&str] = &[
    "UnitOfWork::begin",
    "UnitOptions::begin",
    "UnitOfWork::from_transaction",
    "UnitOptions::adopt",
    "UnitOfWork::transact",
    "UnitOptions::transact",
];

pub(super) const CALLS: &[&str] = &[
    "UnitRepository::find",
    "UnitRepository::get",
    "UnitRepository::find_many",
    "UnitRepository::save",
    "UnitRepository::touch",
    "UnitRepository::delete",
];

pub(crate) async fn dropped_beginnings(lab: &Lab) {
    let bed = Bed::of_invoices(lab).await;
    let mut tally = Tally::default();
    for call in BEGINNINGS {
        let one = async |place: &Place<Invoice>, times| begun(&bed, place, times, call).await;
        tally.add(bed.sweep(call, "by itself", one).await);
        early(&bed.place(), &mut tally, &one).await;
    }
    tally.close("beginnings of units", BEGINNINGS, 80);
}

async fn begun(bed: &Bed<'_>, place: &Place<Invoice>, times: usize, call: &str) -> Seen {
    let (polls, pool) = (place.polls, &place.pool);
    let before = (*invoice(bed, 1).await).clone();
    let work = async |unit: Unit| {
        let mut copy = unit.get::<Invoice>(&InvoiceId(1)).await?;
        copy.total += 1;
        copy.lines[0].quantity += 1;
        unit.save(&mut copy)?;
        Ok::<_, Error>(())
    };
    let finished = match call {
        "UnitOfWork::begin" => polls.drop_after(times, Unit::begin(pool)).await.map(ended),
        "UnitOptions::begin" => {
            polls.drop_after(times, Unit::options().read_only().begin(pool)).await.map(ended)
        }
        "UnitOfWork::from_transaction" => {
            let transaction = pool.begin().await.unwrap();
            polls.drop_after(times, Unit::from_transaction(transaction)).await.map(ended)
        }
        "UnitOptions::adopt" => {
            let transaction = pool.begin().await.unwrap();
            polls.drop_after(times, Unit::options().adopt(transaction)).await.map(ended)
        }
        "UnitOfWork::transact" => polls.drop_after(times, Unit::transact(pool, work)).await.map(ended),
        "UnitOptions::transact" => {
            polls.drop_after(times, Unit::options().attempts(3).transact(pool, work)).await.map(ended)
        }
        _ => panic!("no call {call}"),
    };
    bed.is_quiet(pool, 1).await;
    let stored = invoice(bed, 1).await;
    let is_stored = stored.version() != before.version;
    if is_stored {
        assert!(call.ends_with("transact"));
        assert_eq!(stored.version(), before.version.next().unwrap());
        let edit = (stored.total - before.total, stored.lines[0].quantity - before.lines[0].quantity);
        assert_eq!(edit, (1, 1));
    } else {
        assert!(finished.is_none() || !call.ends_with("transact"));
        assert_eq!(*stored, before);
    }
    seen(finished, is_stored)
}

pub(crate) async fn dropped_calls_of_a_units_repository(lab: &Lab) {
    let bed = Bed::of_invoices(lab).await;
    let mut tally = Tally::default();
    for call in CALLS {
        for how in ALL_ENDS {
            let one = async |place: &Place<Invoice>, times| called(&bed, place, times, call, how).await;
            sweep(&bed, &mut tally, call, how, one).await;
        }
    }
    tally.close("calls of a unit's repository", CALLS, 150);
}

async fn called(bed: &Bed<'_>, place: &Place<Invoice>, times: usize, call: &str, how: End) -> Seen {
    let polls = place.polls;
    if call == "UnitRepository::delete" {
        return deleted(bed, place, times, how).await;
    }
    let mut copies = Copies::edited(bed).await;
    let unit = Unit::begin(&place.pool).await.unwrap();
    let repository = unit.repository::<Invoice>();
    unit.save(&mut copies.first).unwrap();
    let first = InvoiceId(1);
    let finished = match call {
        "UnitRepository::find" => polls.drop_after(times, repository.find(&first)).await.map(ended),
        "UnitRepository::get" => polls.drop_after(times, repository.get(&first)).await.map(ended),
        "UnitRepository::find_many" => {
            polls.drop_after(times, repository.find_many(&[first])).await.map(ended)
        }
        "UnitRepository::save" => {
            polls.drop_after(times, repository.save(&mut copies.second)).await.map(ended)
        }
        "UnitRepository::touch" => {
            polls.drop_after(times, repository.touch(&mut copies.second)).await.map(ended)
        }
        _ => panic!("no call {call}"),
    };
    drop(repository);
    // A save that was dropped before it was queued has not been asked for.
    let is_queued = !copies.second.is_dirty();
    assert!(finished.is_none() || is_queued == (call.ends_with("save") || call.ends_with("touch")));
    let were_stored = end_and_settle(bed, place, unit, how, copies).await;
    assert_eq!(were_stored, [how == End::Commit, how == End::Commit && is_queued]);
    seen(finished, were_stored[1])
}

async fn deleted(bed: &Bed<'_>, place: &Place<Invoice>, times: usize, how: End) -> Seen {
    let mut copy = invoice(bed, 1).await;
    let unit = Unit::begin(&place.pool).await.unwrap();
    let before = copy.version();
    let deleted = place.polls.drop_after(times, unit.repository().delete(&mut copy)).await.map(ended);
    let is_queued = !copy.version().is_saved();
    super::units::end(unit, how).await.unwrap();
    bed.is_quiet(&place.pool, 1).await;
    let stored = bed.lab.repository::<Invoice>().find(&InvoiceId(1)).await.unwrap();
    assert_eq!(stored.is_none(), is_queued && how == End::Commit);
    assert_eq!(copy.version().is_saved(), stored.is_some());
    assert!(stored.is_none_or(|stored| stored.version() == before && copy.version() == before));
    bed.lab.repository::<Invoice>().touch(&mut copy).await.unwrap();
    seen(deleted, is_queued && how == End::Commit)
}
