//! The suite that users run on their own aggregates, on those of these tests.

use std::sync::Arc;

use aggregate_core::testing::{self, Failure, Samples};
use aggregate_core::{Aggregate, Persist};
use aggregate_tests::Tables;
use aggregate_tests::model::basket::{self, Basket};
use aggregate_tests::model::board::{self, Board};
use aggregate_tests::model::comment::{self, Post};
use aggregate_tests::model::document::{self, Document};
use aggregate_tests::model::invoice::{self, Invoice};
use aggregate_tests::model::pairs;
use aggregate_tests::model::ticket::{self, Ticket};

use super::{Db, Lab};

pub(crate) async fn invoices(lab: &Lab) {
    conform(lab, &invoice::TABLES, Samples::from(pairs::invoices()).neighbour(Invoice::sample(2))).await;
}

pub(crate) async fn boards(lab: &Lab) {
    conform(lab, &board::TABLES, Samples::from(pairs::boards()).neighbour(Board::sample(2))).await;
}

pub(crate) async fn rearranged_boards(lab: &Lab) {
    let samples = Samples::from(pairs::rearranged_boards()).neighbour(Board::sample(2));
    conform(lab, &board::TABLES, samples).await;
}

pub(crate) async fn posts(lab: &Lab) {
    conform(lab, &comment::TABLES, Samples::from(pairs::posts()).neighbour(Post::sample(2))).await;
}

pub(crate) async fn tickets(lab: &Lab) {
    conform(lab, &ticket::TABLES, Samples::from(pairs::tickets()).neighbour(Ticket::sample(2))).await;
}

pub(crate) async fn documents(lab: &Lab) {
    conform(lab, &document::TABLES, Samples::from(pairs::documents()).neighbour(Document::sample(2))).await;
}

pub(crate) async fn baskets(lab: &Lab) {
    conform(lab, &basket::TABLES, Samples::from(pairs::baskets()).neighbour(Basket::sample(2))).await;
}

async fn conform<A: Aggregate + Persist<Db>>(lab: &Lab, tables: &Tables, samples: Samples<A>) {
    let repository = Arc::new(lab.with::<A>(tables).await);
    let all = [
        testing::round_trip(&*repository, &samples).await,
        testing::every_child_is_dirty(&*repository, &samples).await,
        testing::no_op(&*repository, &samples).await,
        testing::stale_save(&*repository, &samples).await,
        testing::race(Arc::clone(&repository), &samples).await,
        testing::torn_load(Arc::clone(&repository), &samples).await,
        testing::rollback(&*repository, &samples).await,
    ];
    let failures: Vec<String> =
        all.into_iter().filter_map(|result: Result<(), Failure>| Some(result.err()?.to_string())).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
