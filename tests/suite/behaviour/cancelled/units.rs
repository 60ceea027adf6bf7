//! Calls of a unit of work that are dropped: each is finished in a task of its own, the next one waits for it, and
//! the unit ends as ever.

use aggregate_core::{Closed, Error, Tracked};
use aggregate_tests::Engine;
use aggregate_tests::model::invoice::{Invoice, InvoiceId, Line};

use super::polls::Polls;
use super::{Bed, Db, Lab, Place, Repo, Seen, Tally, invoice};
use crate::behaviour::Unit;

pub(super) const CALLS: &[&str] = &[
    "UnitOfWork::find",
    "UnitOfWork::get",
    "UnitOfWork::find_many",
    "UnitOfWork::find_locked",
    "UnitOfWork::get_locked",
    "UnitOfWork::flush",
    "UnitOfWork::savepoint",
    "UnitOfWork::connection",
    "Savepoint::release",
    "Savepoint::rollback",
];

pub(super) const ENDS: &[&str] = &["UnitOfWork::commit", "UnitOfWork::rollback"];

/// How a unit ends after one of its calls was dropped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum End {
    Commit,
    Rollback,
    Drop,
}

pub(super) const ALL_ENDS: [End; 3] = [End::Commit, End::Rollback, End::Drop];

/// Two copies that a unit saves, as they are in memory, and as they were.
pub(super) struct Copies {
    pub(super) first: Tracked<Invoice>,
    pub(super) second: Tracked<Invoice>,
    before: [Invoice; 2],
    edited: [Invoice; 2],
}

impl Copies {
    pub(super) async fn edited(bed: &Bed<'_>) -> Self {
        let (mut first, mut second) = (invoice(bed, 1).await, invoice(bed, 2).await);
        let before = [(*first).clone(), (*second).clone()];
        for copy in [&mut first, &mut second] {
            copy.total += 1;
            let no = copy.lines.last().map_or(1, |line| line.no + 1);
            copy.lines.remove(0);
            copy.lines.push(Line::sample(no));
        }
        let edited = [(*first).clone(), (*second).clone()];
        Self { first, second, before, edited }
    }

    /// Once the unit is over: each copy is what is stored, or what was edited and is yet to be saved; and can be
    /// saved. Tells whether they were stored.
    pub(super) async fn settle(mut self, bed: &Bed<'_>) -> [bool; 2] {
        let others: Repo<Invoice> = bed.lab.repository();
        let mut were_stored = [false; 2];
        for (at, copy) in [&mut self.first, &mut self.second].into_iter().enumerate() {
            let stored = others.get(&copy.id).await.unwrap();
            let (before, mut edited) = (&self.before[at], self.edited[at].clone());
            assert_eq!(copy.version(), stored.version(), "memory knows the version");
            were_stored[at] = stored.version() != before.version;
            if were_stored[at] {
                assert!(!copy.is_dirty());
                edited.version = before.version.next().unwrap();
                assert_eq!((*stored).clone(), edited);
            } else {
                assert!(copy.is_dirty(), "what was not stored is yet to be saved");
                assert_eq!(*stored, *before);
            }
            let saved = others.touch(copy).await.unwrap();
            assert_eq!(saved.old_version, stored.version());
            assert_eq!(*others.get(&copy.id).await.unwrap(), **copy);
        }
        were_stored
    }
}

/// Ends a unit.
pub(super) async fn end(unit: Unit, end: End) -> Result<(), Error> {
    match end {
        End::Commit => unit.commit().await.map(drop),
        End::Rollback => unit.rollback().await,
        End::Drop => {
            drop(unit);
            Ok(())
        }
    }
}

/// Ends a unit and looks what became of its copies.
pub(super) async fn end_and_settle(
    bed: &Bed<'_>,
    place: &Place<Invoice>,
    unit: Unit,
    how: End,
    copies: Copies,
) -> [bool; 2] {
    end(unit, how).await.unwrap();
    bed.is_quiet(&place.pool, 1).await;
    copies.settle(bed).await
}

/// Polls a call after every look at the other tasks up to some number of times, where a sweep polls only when the call
/// asks for it: so a unit's next call meets the dropped one at other points.
pub(super) async fn early(
    place: &Place<Invoice>,
    tally: &mut Tally,
    one: &impl AsyncFn(&Place<Invoice>, usize) -> Seen,
) {
    for times in 0..6 {
        tally.count(one(&Place { polls: Polls::Always, ..place.clone() }, times).await);
    }
}

/// Sweeps a call of a unit that ends in this way then. Where the end is no commit, one way of dropping it will do.
pub(super) async fn sweep(
    bed: &Bed<'_>,
    tally: &mut Tally,
    call: &'static str,
    end: End,
    one: impl AsyncFn(&Place<Invoice>, usize) -> Seen,
) {
    let how = ["then a commit", "then a rollback", "then nothing"][end as usize];
    if end == End::Commit {
        tally.add(bed.sweep(call, how, &one).await);
        early(&bed.place(), tally, &one).await;
    } else {
        tally.add(bed.sweep_these(&[(false, Polls::Steps)], call, how, &one).await);
    }
}

pub(crate) async fn dropped_calls_of_a_unit(lab: &Lab) {
    let bed = Bed::of_invoices(lab).await;
    let mut tally = Tally::default();
    for call in CALLS {
        for how in ALL_ENDS {
            let one = async |place: &Place<Invoice>, times| called(&bed, place, times, call, how).await;
            sweep(&bed, &mut tally, call, how, one).await;
        }
    }
    tally.close("calls of units", CALLS, 250);
}

async fn called(bed: &Bed<'_>, place: &Place<Invoice>, times: usize, call: &str, how: End) -> Seen {
    let (polls, ids) = (place.polls, [InvoiceId(1), InvoiceId(3)]);
    invoice(bed, 3).await;
    let mut copies = Copies::edited(bed).await;
    let unit = Unit::begin(&place.pool).await.unwrap();
    let savepoint = if call.starts_with("Savepoint") { Some(unit.savepoint().await.unwrap()) } else { None };
    unit.save(&mut copies.first).unwrap();
    unit.save(&mut copies.second).unwrap();
    // Of the first invoice, which is queued, so that the queue is sent; and of one that is not.
    let id = &ids[times % 2];
    let finished = match (call, savepoint) {
        ("UnitOfWork::find", _) => polls.drop_after(times, unit.find::<Invoice>(id)).await.map(ended),
        ("UnitOfWork::get", _) => polls.drop_after(times, unit.get::<Invoice>(id)).await.map(ended),
        ("UnitOfWork::find_many", _) => {
            polls.drop_after(times, unit.find_many::<Invoice>(&ids)).await.map(ended)
        }
        ("UnitOfWork::find_locked", _) => {
            polls.drop_after(times, unit.find_locked::<Invoice>(id)).await.map(ended)
        }
        ("UnitOfWork::get_locked", _) => {
            polls.drop_after(times, unit.get_locked::<Invoice>(id)).await.map(ended)
        }
        ("UnitOfWork::flush", _) => polls.drop_after(times, unit.flush()).await.map(ended),
        ("UnitOfWork::savepoint", _) => polls.drop_after(times, unit.savepoint()).await.map(ended),
        ("UnitOfWork::connection", _) => polls.drop_after(times, unit.connection()).await.map(ended),
        ("Savepoint::release", Some(savepoint)) => {
            unit.flush().await.unwrap();
            polls.drop_after(times, savepoint.release()).await.map(ended)
        }
        ("Savepoint::rollback", Some(savepoint)) => {
            unit.flush().await.unwrap();
            polls.drop_after(times, savepoint.rollback()).await.map(ended)
        }
        _ => panic!("no call {call}"),
    };
    if times.is_multiple_of(3) && how != End::Drop {
        // The next call waits for the one that was dropped.
        assert_eq!(unit.get::<Invoice>(&InvoiceId(3)).await.unwrap().total, 30);
    }
    let undone =
        call == "Savepoint::rollback" && (finished.is_some() || copies.first.is_dirty() || times > 0);
    let were_stored = end_and_settle(bed, place, unit, how, copies).await;
    let wanted = how == End::Commit && !undone;
    assert_eq!(were_stored, [wanted; 2], "{call} after {times} polls, then {how:?}");
    seen(finished, were_stored[0])
}

pub(super) fn ended<T>(answer: Result<T, Error>) {
    assert!(answer.is_ok(), "{:?}", answer.err());
}

pub(super) fn seen(finished: Option<()>, was_stored: bool) -> Seen {
    match (finished, was_stored) {
        (Some(()), _) => Seen::Finished,
        (None, true) => Seen::Stored,
        (None, false) => Seen::AsBefore,
    }
}

pub(crate) async fn dropped_ends_of_a_unit(lab: &Lab) {
    let bed = Bed::of_invoices(lab).await;
    let mut tally = Tally::default();
    for (call, how) in [("UnitOfWork::commit", End::Commit), ("UnitOfWork::rollback", End::Rollback)] {
        for is_flushed in [false, true] {
            for is_busy in [false, true] {
                let one = async |place: &Place<Invoice>, times| {
                    ends(&bed, place, times, how, is_flushed, is_busy).await
                };
                let state = if is_flushed { "of what is written" } else { "of what is queued" };
                tally.add(bed.sweep(call, state, one).await);
                early(&bed.place(), &mut tally, &one).await;
            }
        }
    }
    tally.close("ends of units", ENDS, 100);
}

/// Drops a commit or a rollback; while another call is under way, if the unit is busy.
async fn ends(
    bed: &Bed<'_>,
    place: &Place<Invoice>,
    times: usize,
    how: End,
    is_flushed: bool,
    is_busy: bool,
) -> Seen {
    let mut copies = Copies::edited(bed).await;
    let unit = Unit::begin(&place.pool).await.unwrap();
    unit.save(&mut copies.first).unwrap();
    unit.save(&mut copies.second).unwrap();
    if is_flushed {
        unit.flush().await.unwrap();
    }
    if is_busy {
        drop(Polls::Needed.drop_after(1, unit.get::<Invoice>(&InvoiceId(1))).await);
    }
    let finished = place.polls.drop_after(times, end(unit.clone(), how)).await.map(ended);
    let next = unit.flush().await;
    let closed = match next {
        Err(Error::UnitClosed(closed)) => Some(closed),
        Ok(_) => None,
        Err(other) => panic!("{other:?}"),
    };
    // Who asked at all has asked for all of it.
    let wanted = match how {
        _ if times == 0 => None,
        End::Commit => Some(Closed::Committed),
        End::Rollback | End::Drop => Some(Closed::RolledBack),
    };
    assert_eq!(closed, wanted, "{how:?} after {times} polls, busy: {is_busy}");
    drop(unit);
    bed.is_quiet(&place.pool, 1).await;
    let were_stored = copies.settle(bed).await;
    assert_eq!(were_stored, [closed == Some(Closed::Committed); 2]);
    seen(finished, were_stored[0])
}

/// SQL of the caller's own is the caller's to finish; where the driver outlives it, the unit goes on.
pub(crate) async fn dropped_sql_of_your_own(lab: &Lab) {
    if !Db::OUTLIVES_DROPS {
        return;
    }
    let bed = Bed::of_invoices(lab).await;
    let mut tally = Tally::default();
    for how in ALL_ENDS {
        let one = async |place: &Place<Invoice>, times| {
            let mut copies = Copies::edited(&bed).await;
            let unit = Unit::begin(&place.pool).await.unwrap();
            unit.save(&mut copies.first).unwrap();
            let mut connection = unit.connection().await.unwrap();
            let update = String::from("UPDATE invoices SET customer = 8 WHERE id = 4");
            let ran = place.polls.drop_after(times, Db::run(&mut connection, update)).await;
            drop(connection);
            unit.save(&mut copies.second).unwrap();
            let were_stored = end_and_settle(&bed, place, unit, how, copies).await;
            assert_eq!(were_stored, [how == End::Commit; 2]);
            seen(ran.map(Result::unwrap), were_stored[0])
        };
        sweep(&bed, &mut tally, "SQL of your own", how, one).await;
    }
    tally.close("SQL of your own", &["SQL of your own"], 20);
}
