//! Checks of aggregates that a unit of work reads and does not write.

use aggregate_core::{Error, Tracked, Version};
use aggregate_tests::assert_refused;
use aggregate_tests::model::account::{self, Account};

use super::{Lab, Repo, Unit};

async fn three(lab: &Lab) -> (Repo<Account>, [Tracked<Account>; 3]) {
    let accounts = lab.with::<Account>(&account::TABLES).await;
    let mut all = Vec::new();
    for id in [1, 2, 3] {
        all.push(lab.saved(&accounts, Account::with(id, 100)).await);
    }
    (accounts, all.try_into().unwrap())
}

pub(crate) async fn a_check_of_what_is_unchanged_writes_nothing(lab: &Lab) {
    let (_, [mut one, two, three]) = three(lab).await;
    let unit = Unit::begin(lab.pool()).await.unwrap();
    unit.check(&two).unwrap();
    one.balance = 5;
    unit.save(&mut one).unwrap();
    unit.check(&three).unwrap();
    assert_eq!(unit.commit().await.unwrap().len(), 1);
    assert_eq!(lab.written().await, ["accounts U 1"]);
    assert_eq!((two.version(), three.version()), (Version::INITIAL, Version::INITIAL));
}

pub(crate) async fn a_check_of_what_was_changed_or_deleted_is_a_conflict(lab: &Lab) {
    let (accounts, [mut one, mut two, mut three]) = three(lab).await;
    let (stale, gone) = (two.clone(), three.clone());
    accounts.touch(&mut two).await.unwrap();
    accounts.delete(&mut three).await.unwrap();
    lab.forget().await;
    for (checked, actual) in [(stale, Some(Version::new(1))), (gone, None)] {
        let unit = Unit::begin(lab.pool()).await.unwrap();
        one.balance += 5;
        unit.save(&mut one).unwrap();
        unit.check(&checked).unwrap();
        let conflict = super::conflict(unit.flush().await);
        assert_eq!((conflict.expected, conflict.actual), (Version::INITIAL, actual));
        // Swallowed, it says so again: what depends on it cannot be committed.
        super::conflict(unit.commit().await);
        assert_eq!(one.version(), Version::INITIAL);
    }
    assert_eq!(lab.written().await, Vec::<String>::new());
}

/// What the unit writes itself is not in its own way.
pub(crate) async fn a_check_of_what_the_unit_saves_itself_passes(lab: &Lab) {
    let (accounts, [mut one, mut two, _]) = three(lab).await;
    let before = one.clone();
    let unit = Unit::begin(lab.pool()).await.unwrap();
    unit.check(&one).unwrap();
    one.balance = 5;
    unit.save(&mut one).unwrap();
    unit.check(&one).unwrap();
    unit.check(&before).unwrap();
    unit.flush().await.unwrap();
    // Written by now.
    unit.check(&one).unwrap();
    unit.flush().await.unwrap();
    unit.check(&before).unwrap();
    assert_eq!(super::conflict(unit.flush().await).actual, Some(Version::new(1)));
    drop(unit);
    // A stale copy is told by the save as by the check.
    let stale = two.clone();
    accounts.touch(&mut two).await.unwrap();
    let unit = Unit::begin(lab.pool()).await.unwrap();
    two.balance = 1;
    unit.save(&mut two).unwrap();
    unit.check(&stale).unwrap();
    assert_eq!(super::conflict(unit.commit().await).expected, Version::INITIAL);
}

/// A copy that another unit has saved and not committed has no version to check.
pub(crate) async fn a_check_of_an_uncommitted_copy_is_refused(lab: &Lab) {
    let (_, [mut one, ..]) = three(lab).await;
    let other = Unit::begin(lab.pool()).await.unwrap();
    one.balance = 5;
    other.save(&mut one).unwrap();
    // A transaction that begins late waits for no writer.
    let second = Unit::from_transaction(lab.pool().begin().await.unwrap()).await.unwrap();
    assert_refused!(second.check(&one), Error::Uncommitted { aggregate: "accounts", .. });
    assert_refused!(second.save(&mut one), Error::Uncommitted { aggregate: "accounts", .. });
    assert_refused!(second.delete(&mut one), Error::Uncommitted { aggregate: "accounts", .. });
    second.rollback().await.unwrap();
    other.rollback().await.unwrap();
    let unit = Unit::begin(lab.pool()).await.unwrap();
    // Rolled back, it has the version from before again.
    unit.check(&one).unwrap();
    unit.commit().await.unwrap();
    assert_eq!(one.version(), Version::INITIAL);
}

/// A check that a save would have seen to outlives that save.
pub(crate) async fn a_check_beside_a_save_that_is_refused_stays(lab: &Lab) {
    let (accounts, [mut one, mut two, _]) = three(lab).await;
    let checked = two.clone();
    accounts.touch(&mut two.clone()).await.unwrap();
    lab.forget().await;
    let unit = Unit::begin(lab.pool()).await.unwrap();
    unit.check(&checked).unwrap();
    two.balance = 5;
    unit.save(&mut two).unwrap();
    super::conflict(unit.flush().await);
    one.balance = 6;
    unit.save(&mut one).unwrap();
    super::conflict(unit.commit().await);
    assert_eq!(lab.written().await, Vec::<String>::new());
}
