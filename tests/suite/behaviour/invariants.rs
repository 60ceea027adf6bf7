//! The domain's own rules hold for what is loaded and for what is saved.

use aggregate_core::{Error, Tracked};
use aggregate_tests::assert_refused;
use aggregate_tests::model::basket::{self, Basket, Broken, Item};

use super::{Lab, Repo};

async fn baskets(lab: &Lab) -> (Repo<Basket>, Tracked<Basket>) {
    let baskets = lab.with::<Basket>(&basket::TABLES).await;
    let basket = lab.saved(&baskets, Basket::sample(1)).await;
    (baskets, basket)
}

pub(crate) async fn a_save_that_breaks_the_roots_rule_sends_nothing(lab: &Lab) {
    let (baskets, mut basket) = baskets(lab).await;
    basket.items[0].pieces = 9;
    assert_refused!(
        lab.save(&baskets, &mut basket).await,
        Error::Invariant { entity: "basket", id, stored: false, source }
            if id == "1" && source.downcast_ref() == Some(&Broken::Sum)
    );
    assert_eq!(lab.sent(), []);
    basket.pieces = 12;
    assert_eq!(lab.save(&baskets, &mut basket).await.unwrap().new_version.get(), 1);
}

pub(crate) async fn rules_are_checked_from_the_bottom_up(lab: &Lab) {
    let (baskets, mut basket) = baskets(lab).await;
    basket.items.push(Item { no: 3, pieces: 0 });
    basket.pieces = 99;
    assert_refused!(
        lab.save(&baskets, &mut basket).await,
        Error::Invariant { entity: "item", id, stored: false, source }
            if id == "3" && source.downcast_ref() == Some(&Broken::EmptyItem)
    );
    assert_eq!(lab.sent(), []);
}

pub(crate) async fn a_new_aggregate_is_checked(lab: &Lab) {
    let (baskets, _) = baskets(lab).await;
    let mut new = Tracked::new(Basket { pieces: 1, ..Basket::sample(2) });
    assert_refused!(lab.save(&baskets, &mut new).await, Error::Invariant { entity: "basket", .. });
    assert_eq!(lab.sent(), []);
}

pub(crate) async fn a_load_of_rows_that_break_a_rule_is_refused(lab: &Lab) {
    let (baskets, _) = baskets(lab).await;
    lab.sql("UPDATE item SET pieces = 4 WHERE no = 2").await;
    assert_refused!(
        baskets.get(&1).await,
        Error::Invariant { entity: "basket", id, stored: true, .. } if id == "1"
    );
    lab.sql("UPDATE item SET pieces = 0 WHERE no = 2").await;
    assert_refused!(
        baskets.find_many(&[1]).await,
        Error::Invariant { entity: "item", stored: true, source, .. } if source.downcast_ref() == Some(&Broken::EmptyItem)
    );
}
