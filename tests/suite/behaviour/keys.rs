//! Ids of several columns, one type under several fields, and a schema.

use aggregate_core::{Error, Tracked};
use aggregate_tests::assert_refused;
use aggregate_tests::model::shipment::{self, Label, Shipment};
use aggregate_tests::model::team::{self, Member, Player, Team};

use super::Lab;

pub(crate) async fn an_id_of_two_columns_finds_its_aggregate(lab: &Lab) {
    let shipments = lab.with::<Shipment>(&shipment::TABLES).await;
    for (region, number) in [("north", 1), ("north", 2), ("south", 1)] {
        lab.saved(&shipments, Shipment::sample(region, number)).await;
    }
    let asked = [("south".to_owned(), 1), ("south".to_owned(), 2), ("north".to_owned(), 2)];
    let found = shipments.find_many(&asked).await.unwrap();
    let numbers: Vec<_> = found.iter().map(|f| f.as_ref().map(|s| (s.region.as_str(), s.number))).collect();
    assert_eq!(numbers, [Some(("south", 1)), None, Some(("north", 2))]);
    let mut one = shipments.get(&("north".to_owned(), 1)).await.unwrap();
    assert_eq!(one.parcels, Shipment::sample("north", 1).parcels);
    lab.forget().await;

    one.parcels[1].weight = 99;
    one.parcels[2].labels[0].text = "edited".into();
    one.parcels[0].labels.push(Label { no: 3, text: "third".to_owned() });
    lab.save(&shipments, &mut one).await.unwrap();
    let rows =
        ["label I north/1/a/1/3", "label U north/1/b/1/1", "parcel U north/1/a/2", "shipment U north/1"];
    assert_eq!(lab.written().await, rows);
    assert_eq!(*shipments.get(&("north".to_owned(), 1)).await.unwrap(), *one);
    shipments.delete(&mut one).await.unwrap();
    assert_eq!(super::deletes::deleted(lab).await.len(), 1 + 3 + 7);
    assert_eq!(
        lab.rows("SELECT region, number FROM shipment ORDER BY region, number").await,
        ["north|2", "south|1"]
    );
}

pub(crate) async fn a_conflict_names_an_id_of_two_columns(lab: &Lab) {
    let shipments = lab.with::<Shipment>(&shipment::TABLES).await;
    let mut winner = lab.saved(&shipments, Shipment::sample("north", 1)).await;
    let mut loser = winner.clone();
    winner.note = "edited".into();
    lab.save(&shipments, &mut winner).await.unwrap();
    loser.parcels.clear();
    let conflict = super::conflict(lab.save(&shipments, &mut loser).await);
    assert_eq!(conflict.id, "(\"north\", 1)");
    assert_refused!(
        lab.save(&shipments, &mut Tracked::new(Shipment::sample("north", 1))).await,
        Error::AlreadyExists { aggregate: "shipment", .. }
    );
}

pub(crate) async fn one_type_in_a_table_for_each_field(lab: &Lab) {
    let teams = lab.with::<Team>(&team::TABLES).await;
    let mut team = lab.saved(&teams, Team::sample(1)).await;
    lab.saved(&teams, Team::sample(2)).await;
    assert_eq!(*teams.get(&1).await.unwrap(), *team);
    team.home[0].name = "edited".into();
    let player = team.away.remove(1);
    team.home.push(Player { no: 3, ..player });
    let report = lab.save(&teams, &mut team).await.unwrap();
    assert_eq!((report.table("home_players").updated, report.table("home_players").inserted), (1, 1));
    assert_eq!((report.table("away_players").deleted, report.rows_written()), (1, 4));
    assert_eq!(
        lab.rows("SELECT name FROM main.home_players WHERE team_id = 1 ORDER BY no").await,
        ["edited", "h2", "a2"]
    );
    assert_eq!(*teams.get(&1).await.unwrap(), *team);
}

pub(crate) async fn one_table_under_a_foreign_key_for_each_field(lab: &Lab) {
    let teams = lab.with::<Team>(&team::TABLES).await;
    let mut team = lab.saved(&teams, Team::sample(1)).await;
    assert_eq!(
        lab.rows("SELECT name, coaches, treats FROM main.staff ORDER BY id").await,
        ["c1|1|NULL", "d1|NULL|1"]
    );
    team.coaches.push(Member { id: 30, name: "new".to_owned() });
    team.doctors[0].name = "edited".into();
    lab.save(&teams, &mut team).await.unwrap();
    let rows = ["c1|1|NULL", "edited|NULL|1", "new|1|NULL"];
    assert_eq!(lab.rows("SELECT name, coaches, treats FROM main.staff ORDER BY id").await, rows);
    assert_eq!(*teams.get(&1).await.unwrap(), *team);
    teams.delete(&mut team).await.unwrap();
    assert_eq!(lab.count("main.staff").await, 0);
}

/// The row leaves the one field before it enters the other.
pub(crate) async fn a_row_goes_from_one_field_to_another_over_the_same_table(lab: &Lab) {
    let teams = lab.with::<Team>(&team::TABLES).await;
    let mut team = lab.saved(&teams, Team::sample(1)).await;
    let member = team.coaches.remove(0);
    team.doctors.insert(0, member);
    let report = lab.save(&teams, &mut team).await.unwrap();
    assert_eq!((report.new_version.get(), report.rows_written()), (1, 3));
    assert_eq!(
        lab.rows("SELECT name, coaches, treats FROM main.staff ORDER BY id").await,
        ["c1|NULL|1", "d1|NULL|1"]
    );
    assert_eq!(*teams.get(&1).await.unwrap(), *team);
}

/// A value that must be unique is free for a new row once its old row goes, in the same save.
pub(crate) async fn a_unique_value_goes_from_a_removed_row_to_a_new_one(lab: &Lab) {
    let teams = lab.with::<Team>(&team::TABLES).await;
    let mut team = lab.saved(&teams, Team::sample(1)).await;
    team.coaches = vec![Member { id: 30, name: "c1".to_owned() }];
    lab.save(&teams, &mut team).await.unwrap();
    assert_eq!(lab.rows("SELECT id, name FROM main.staff ORDER BY id").await, ["12|d1", "30|c1"]);
}

/// It is free for a row that stays, too.
pub(crate) async fn a_unique_value_goes_from_a_removed_row_to_another_one(lab: &Lab) {
    let teams = lab.with::<Team>(&team::TABLES).await;
    let mut sample = Team::sample(1);
    sample.coaches =
        vec![Member { id: 30, name: "leaves".to_owned() }, Member { id: 31, name: "stays".to_owned() }];
    let mut team = lab.saved(&teams, sample).await;
    team.coaches.remove(0);
    "leaves".clone_into(&mut team.coaches[0].name);
    lab.save(&teams, &mut team).await.unwrap();
    assert_eq!(lab.rows("SELECT id, name FROM main.staff WHERE id >= 30").await, ["31|leaves"]);
}
