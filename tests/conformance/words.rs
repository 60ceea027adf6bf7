//! What the suite says to those who must repair something.

use std::panic::catch_unwind;

use aggregate_core::testing::{self, Failure, Generated, Rule, Samples};
use aggregate_core::{Aggregate, MemoryRepository};
use aggregate_tests::model::invoice::{Invoice, InvoiceId};
use aggregate_tests::model::pairs;
use aggregate_tests::model::ticket::Ticket;
use proptest::strategy::Just;
use proptest::strategy::Strategy;

fn every_child<A: Aggregate>(samples: &Samples<A>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(testing::every_child_is_dirty(&MemoryRepository::new(), samples))
}

#[test]
fn a_failure_says_what_was_broken_and_what_to_look_at() {
    let [one, _] = pairs::invoices();
    let failure = every_child(&Samples::new(one.clone(), Invoice { total: 1, ..one })).unwrap_err();
    assert_eq!(
        failure.to_string(),
        "every_child_is_dirty of `invoices`: the samples must show what is to be tested\n  \
         found: they do not differ\n  \
         look at: the samples: `lines` is not exercised; let them differ in it, or say `allow_equal: [\"lines\"]`"
    );
}

#[test]
fn rows_below_equal_rows_are_asked_for_by_the_whole_path() {
    let [one, mut other] = pairs::invoices();
    other.lines.clone_from(&one.lines);
    other.lines[0].quantity = 9;
    let failure = every_child(&Samples::new(one, other)).unwrap_err();
    assert!(
        failure
            .look_at
            .contains("`lines.allocations` is not exercised; let them differ in it below a row of `lines`"),
        "{failure}"
    );
}

#[test]
fn a_field_may_be_equal_where_that_is_meant() {
    let [one, mut other] = pairs::boards();
    other.lists.clone_from(&one.lists);
    other.lists[0].name = "another".to_owned();
    other.lists[0].quota = None;
    let samples = Samples::new(one, other);
    let failure = every_child(&samples).unwrap_err();
    assert_eq!(failure.rule, Rule::Samples, "{failure}");
    for half in ["lists.card", "", "cards"] {
        every_child(&samples.clone().allow_equal(half)).unwrap_err();
    }
    for whole in ["lists.cards", "lists"] {
        every_child(&samples.clone().allow_equal(whole)).unwrap();
    }
}

#[test]
fn samples_of_two_ids_or_that_cannot_be_saved_are_refused() {
    let [one, other] = pairs::invoices();
    let moved = Invoice { id: InvoiceId(2), ..other.clone() };
    let failure = every_child(&Samples::new(one.clone(), moved)).unwrap_err();
    assert_eq!(
        (failure.rule, failure.found.contains("the id InvoiceId(1)")),
        (Rule::Samples, true),
        "{failure}"
    );

    let failure = every_child(&Samples::new(one.clone(), other.clone()).neighbour(one.clone())).unwrap_err();
    assert!(failure.found.contains("neighbour"), "{failure}");

    let mut twice = other;
    twice.lines.push(twice.lines[0].clone());
    let failure = every_child(&Samples::new(one, twice)).unwrap_err();
    assert!(failure.found.contains("duplicate_key"), "{failure}");
}

#[test]
fn equal_samples_serve_no_race() {
    let [one, _] = pairs::invoices();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let samples = Samples::new(one.clone(), one);
    let failure = runtime.block_on(testing::stale_save(&MemoryRepository::new(), &samples)).unwrap_err();
    assert_eq!(failure.rule, Rule::Samples, "{failure}");
}

#[test]
fn what_is_not_stored_is_found_by_a_comparison_of_the_users() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let samples = Samples::from(pairs::invoices()).same(Invoice::eq);
    runtime.block_on(testing::round_trip(&MemoryRepository::new(), &samples)).unwrap();
    // It has a field that is skipped.
    let samples = Samples::from(pairs::tickets());
    runtime.block_on(testing::round_trip(&MemoryRepository::new(), &samples)).unwrap();
    let samples = samples.same(Ticket::eq);
    let failure = runtime.block_on(testing::round_trip(&MemoryRepository::new(), &samples)).unwrap_err();
    assert_eq!(
        (failure.rule, failure.look_at.contains("`#[child]` may be missing")),
        (Rule::RoundTrip, true),
        "{failure}"
    );
}

/// What a run with this strategy panics with.
fn generated(strategy: impl Strategy<Value = Invoice> + std::panic::UnwindSafe) -> String {
    let panicked = catch_unwind(|| {
        testing::run(
            async { MemoryRepository::new() },
            Generated::new(strategy),
            8,
            async |repository, samples| testing::every_child_is_dirty(&*repository, samples).await,
        );
    });
    *panicked.expect_err("it should fail").downcast::<String>().expect("a message")
}

#[test]
fn a_strategy_must_keep_the_id_and_show_every_field() {
    let [one, _] = pairs::invoices();
    let message = generated((1..1000_i64).prop_map(|id| Invoice { id: InvoiceId(id), ..Invoice::sample(1) }));
    assert!(message.contains("give both the same id"), "{message}");

    let message = generated(Just(Invoice { lines: vec![], ..one }));
    assert!(message.contains("none of 8 generated pairs differ there"), "{message}");
    assert!(message.contains("is not exercised"), "{message}");
}

#[test]
fn the_futures_can_be_sent() {
    fn sent<T: Send>(_: T) {}
    let (repository, samples) =
        (std::sync::Arc::new(MemoryRepository::new()), Samples::from(pairs::invoices()));
    sent(testing::round_trip(&*repository, &samples));
    sent(testing::every_child_is_dirty(&*repository, &samples));
    sent(testing::no_op(&*repository, &samples));
    sent(testing::stale_save(&*repository, &samples));
    sent(testing::rollback(&*repository, &samples));
    sent(testing::race(repository.clone(), &samples));
    sent(testing::torn_load(repository, &samples));
}
