//! Where policies guard the rows, the server tells less.

use std::time::Duration;

use aggregate_core::{Aggregate, ConstraintKind, Error, PgRepository, Tracked, Version};
use aggregate_tests::{assert_refused, run};
use sqlx::Postgres;

#[derive(Aggregate, Clone, Debug)]
#[aggregate(table = "members")]
struct Member {
    #[id]
    id: i64,
    #[version]
    version: Version,
    email: String,
}

const TABLES: &str = "
    CREATE TABLE members (id BIGINT PRIMARY KEY, version BIGINT NOT NULL, email TEXT NOT NULL UNIQUE);
    ALTER TABLE members ENABLE ROW LEVEL SECURITY;
    ALTER TABLE members FORCE ROW LEVEL SECURITY;
    CREATE POLICY all_rows ON members USING (true)";

fn member(id: i64, email: &str) -> Tracked<Member> {
    Tracked::new(Member { id, version: Version::UNSAVED, email: email.into() })
}

/// The values that are in the way are not shown, only the constraint.
#[test]
fn another_key_is_not_taken_for_the_id() {
    run::<Postgres>(async |lab| {
        lab.sql(TABLES).await;
        // A role is the whole server's: its name is this database's.
        let role = lab.cell("SELECT 'guarded_' || current_database()").await;
        lab.sql(&format!("CREATE ROLE {role}; GRANT ALL ON members TO {role}")).await;
        let pool = lab.small_pool(1, Duration::from_secs(2));
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("SET ROLE {role}"))).execute(&pool).await.unwrap();
        let members = PgRepository::<Member>::new(pool.clone());
        members.save(&mut member(1, "a")).await.unwrap();
        let taken = members.save(&mut member(2, "a")).await;
        assert_refused!(taken, Error::ConstraintViolated { kind: ConstraintKind::Unique, .. });
        assert_refused!(members.save(&mut member(1, "b")).await, Error::AlreadyExists { .. });
        pool.close().await;
        lab.sql(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
    });
}
