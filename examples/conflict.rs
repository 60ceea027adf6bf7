//! Two writers of one aggregate, and the loop that redoes what was refused.
//!
//! `cargo run --example conflict`, and `cargo test --example conflict` for what the library promises of this aggregate.

use aggregate_core::{Aggregate, Entity, Error, SqliteRepository, Tracked, Version};
use sqlx::SqlitePool;

/// A concert with a rule over all its bookings, which no single row could check.
#[derive(Aggregate, Clone, Debug)]
#[aggregate(table = "concerts", invariant = Concert::check_seats)]
struct Concert {
    #[id]
    id: i64,
    #[version]
    version: Version,
    seats: i64,
    #[child]
    bookings: Vec<Booking>,
}

#[derive(Entity, Clone, Debug)]
#[entity(table = "bookings")]
struct Booking {
    #[id(local)]
    guest: String,
    seats: i64,
}

impl Concert {
    fn book(&mut self, guest: &str, seats: i64) {
        self.bookings.push(Booking { guest: guest.into(), seats });
    }

    fn booked(&self) -> i64 {
        self.bookings.iter().map(|booking| booking.seats).sum()
    }

    fn check_seats(&self) -> Result<(), String> {
        if self.booked() <= self.seats { Ok(()) } else { Err("there are not that many seats".into()) }
    }
}

const TABLES: &str = "
    CREATE TABLE concerts (id BIGINT NOT NULL PRIMARY KEY, version BIGINT NOT NULL, seats BIGINT NOT NULL);
    CREATE TABLE bookings (
        concert_id BIGINT NOT NULL REFERENCES concerts (id),
        guest TEXT NOT NULL,
        seats BIGINT NOT NULL,
        PRIMARY KEY (concert_id, guest)
    );";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let pool = SqlitePool::connect("sqlite::memory:").await?;
    sqlx::raw_sql(TABLES).execute(&pool).await?;
    let concerts = SqliteRepository::<Concert>::new(pool);
    let concert = Concert { id: 7, version: Version::UNSAVED, seats: 10, bookings: Vec::new() };
    concerts.save(&mut Tracked::new(concert)).await?;

    // Both load version 0, and each sees ten free seats.
    let mut first = concerts.get(&7).await?;
    let mut second = concerts.get(&7).await?;
    first.book("aisle", 6);
    second.book("balcony", 4);
    println!("first writer: version {}", concerts.save(&mut first).await?.new_version);

    // The second writer adds another row, but the version guards them all.
    match concerts.save(&mut second).await {
        Err(Error::Conflict(conflict)) => println!("second writer: {conflict}"),
        other => return Err(format!("expected a conflict, not {other:?}").into()),
    }
    let tries = book_with_retry(&concerts, 7, "balcony", 4).await?;
    println!("second writer: loaded again, saved at try {tries}");

    // A rule that spans rows holds at every moment: there is no eleventh seat.
    match book_with_retry(&concerts, 7, "cellar", 1).await {
        Err(Error::Invariant { source, .. }) => println!("third writer: refused, {source}"),
        other => return Err(format!("expected a refusal, not {other:?}").into()),
    }

    // Two tasks at once: whoever loses a race tries again on what the winner stored.
    let mut more = concerts.get(&7).await?;
    more.seats = 100;
    concerts.save(&mut more).await?;
    let (left, right) = tokio::join!(book_many(&concerts, "left"), book_many(&concerts, "right"));
    let concert = concerts.get(&7).await?;
    let (saves, tries) = (concert.version.get(), left? + right?);
    println!("two tasks: {} seats booked, {saves} saves since the first, {tries} tries", concert.booked());
    Ok(())
}

/// Loads, changes and saves until nobody came between; returns how many tries that took.
async fn book_with_retry(
    concerts: &SqliteRepository<Concert>,
    id: i64,
    guest: &str,
    seats: i64,
) -> Result<u32, Error> {
    let mut tries = 1;
    loop {
        let mut concert = concerts.get(&id).await?;
        concert.book(guest, seats);
        match concerts.save(&mut concert).await {
            Err(error) if error.is_retryable() => tries += 1,
            saved => return saved.map(|_| tries),
        }
    }
}

async fn book_many(concerts: &SqliteRepository<Concert>, side: &str) -> Result<u32, Error> {
    let mut tries = 0;
    for row in 1..=20 {
        tries += book_with_retry(concerts, 7, &format!("{side} {row}"), 1).await?;
    }
    Ok(tries)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn concerts() -> SqliteRepository<Concert> {
        let pool = SqlitePool::connect("sqlite::memory:").await.expect("a database in memory");
        sqlx::raw_sql(TABLES).execute(&pool).await.expect("the tables");
        SqliteRepository::new(pool)
    }

    fn concert(id: i64, seats: i64, bookings: &[(&str, i64)]) -> Concert {
        let mut concert = Concert { id, version: Version::UNSAVED, seats, bookings: Vec::new() };
        for (guest, seats) in bookings {
            concert.book(guest, *seats);
        }
        concert
    }

    // Two concerts of one id that differ in their seats, in the booking that both have, and in one that only one of them has.
    aggregate_core::testing::conformance! {
        aggregate: Concert,
        repository: concerts(),
        samples: [concert(7, 10, &[("aisle", 6), ("cellar", 1)]), concert(7, 20, &[("aisle", 9), ("balcony", 4)])],
        neighbour: concert(8, 10, &[("aisle", 6)]),
    }
}
