//! Rows are looked up from the root down: no statement reads the rows of other aggregates.

use aggregate_core::Tracked;
use aggregate_tests::model::tower::{self, Tower};
use aggregate_tests::{Lab, run};
use sqlx::Sqlite;

#[test]
fn no_table_is_scanned_at_any_depth() {
    run(async |lab: &Lab<Sqlite>| {
        let towers = lab.with::<Tower>(&tower::TABLES).await;
        lab.sql("CREATE INDEX on1 ON floor1 (tower_id); CREATE INDEX on2 ON floor2 (floor1_id)").await;
        lab.sql("CREATE INDEX on3 ON floor3 (floor2_id); CREATE INDEX on4 ON floor4 (floor3_id)").await;
        lab.sql("CREATE INDEX on5 ON floor5 (floor4_id)").await;
        let mut tower: Tracked<Tower> = lab.saved(&towers, Tower::sample(1)).await;
        lab.saved(&towers, Tower::sample(2)).await;
        drop(lab.sent());
        towers.get(&1).await.unwrap();
        towers.find_many(&[1, 2]).await.unwrap();
        towers.delete(&mut tower).await.unwrap();
        let sent: Vec<_> = lab.sent().into_iter().filter(|sent| sent.sql.contains(" FROM ")).collect();
        assert_eq!(sent.len(), 6 + 6 + 6);
        for statement in sent {
            let plan = lab.rows(&format!("EXPLAIN QUERY PLAN {}", statement.sql)).await;
            assert!(!plan.iter().any(|step| step.contains("SCAN")), "{}\n{plan:#?}", statement.sql);
        }
    });
}
