//! One type under several child fields: a table for each field, or a foreign key for each; and a schema.

use aggregate_core::{Aggregate, Entity, Version};

use crate::Tables;

pub const TABLES: Tables = Tables {
    ddl: "{schema main};
          CREATE TABLE main.team (id BIGINT PRIMARY KEY, version BIGINT NOT NULL);
          CREATE TABLE main.home_players (team_id BIGINT NOT NULL, no INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (team_id, no));
          CREATE TABLE main.away_players (team_id BIGINT NOT NULL, no INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (team_id, no));
          CREATE TABLE main.staff (id BIGINT PRIMARY KEY, name {name} NOT NULL UNIQUE, coaches BIGINT, treats BIGINT)",
    keys: &[],
};

#[derive(Aggregate, Clone, Debug, PartialEq)]
#[aggregate(schema = "main")]
pub struct Team {
    #[id]
    pub id: i64,
    #[version]
    pub version: Version,
    #[child(table = "home_players")]
    pub home: Vec<Player>,
    #[child(table = "away_players")]
    pub away: Vec<Player>,
    #[child(foreign_key = "coaches")]
    pub coaches: Vec<Member>,
    #[child(foreign_key = "treats")]
    pub doctors: Vec<Member>,
}

#[derive(Entity, Clone, Debug, PartialEq)]
pub struct Player {
    #[id(local)]
    pub no: i32,
    pub name: String,
}

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "staff")]
pub struct Member {
    #[id]
    pub id: i64,
    pub name: String,
}

impl Team {
    #[must_use]
    pub fn sample(id: i64) -> Self {
        let player = |no, name: &str| Player { no, name: name.to_owned() };
        let member = |id, name: &str| Member { id, name: name.to_owned() };
        Self {
            id,
            version: Version::UNSAVED,
            home: vec![player(1, "h1"), player(2, "h2")],
            away: vec![player(1, "a1"), player(2, "a2")],
            coaches: vec![member(id * 10 + 1, &format!("c{id}"))],
            doctors: vec![member(id * 10 + 2, &format!("d{id}"))],
        }
    }
}
