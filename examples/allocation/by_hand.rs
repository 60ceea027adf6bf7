//! A version counter as the book has it, in SQL by hand: only an allocation raises it. Two writers load the same state, then
//! one saves, then the other. The counter sees two allocations, and is blind to a change of quantity beside one.

use sqlx::Pool;
use sqlx::pool::PoolConnection;

use crate::by_library::{CUT_TO, Deed, PURCHASED, QUANTITY};
use crate::database::{PlainSql, Way};

/// What is stored when both are through.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ending {
    /// Whether the second writer was refused, by the counter or by the engine.
    pub(crate) is_refused: bool,
    pub(crate) purchased: i64,
    pub(crate) allocated: i64,
}

impl Ending {
    pub(crate) fn is_oversold(&self) -> bool {
        self.allocated > self.purchased
    }
}

/// Lets two writers load, then save one after the other.
pub(crate) async fn interleave<DB: PlainSql>(
    pool: &Pool<DB>,
    way: &Way,
    [first, second]: [Deed; 2],
) -> Result<Ending, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    DB::write(&mut connection, "DELETE FROM by_hand_lines").await?;
    DB::write(&mut connection, "DELETE FROM by_hand_batches").await?;
    DB::write(&mut connection, "DELETE FROM by_hand_products").await?;
    DB::write(&mut connection, "INSERT INTO by_hand_products (id, version_number) VALUES (1, 1)").await?;
    let batch = format!("INSERT INTO by_hand_batches (id, product_id, purchased) VALUES (1, 1, {PURCHASED})");
    DB::write(&mut connection, &batch).await?;

    let mut one = Writer::load(pool, way).await?;
    let mut other = Writer::load(pool, way).await?;
    if !one.save(first, 1).await? {
        return Err(sqlx::Error::Protocol("the first writer was refused, though nobody was before".into()));
    }
    let is_refused = !other.save(second, 2).await?;
    let stored = State::read::<DB>(&mut connection).await?;
    Ok(Ending { is_refused, purchased: stored.purchased, allocated: stored.allocated })
}

/// The product with its batch, as far as decisions need it.
struct State {
    version: i64,
    purchased: i64,
    allocated: i64,
}

impl State {
    async fn read<DB: PlainSql>(connection: &mut DB::Connection) -> Result<Self, sqlx::Error> {
        let version = DB::read(connection, "SELECT version_number FROM by_hand_products").await?;
        let purchased = DB::read(connection, "SELECT purchased FROM by_hand_batches").await?;
        let lines = DB::read(connection, "SELECT quantity FROM by_hand_lines").await?;
        let [version, purchased] = [version, purchased].map(|rows| rows.first().copied().unwrap_or_default());
        Ok(Self { version, purchased, allocated: lines.iter().sum() })
    }
}

struct Writer<'w, DB: PlainSql> {
    connection: PoolConnection<DB>,
    way: &'w Way,
    loaded: State,
}

impl<'w, DB: PlainSql> Writer<'w, DB> {
    async fn load(pool: &Pool<DB>, way: &'w Way) -> Result<Self, sqlx::Error> {
        let mut connection = pool.acquire().await?;
        if way.is_whole {
            begin::<DB>(&mut connection, way).await?;
        }
        let loaded = State::read::<DB>(&mut connection).await?;
        Ok(Self { connection, way, loaded })
    }

    /// Decides by what was loaded, and stores that; false if it was refused.
    async fn save(&mut self, deed: Deed, line: i64) -> Result<bool, sqlx::Error> {
        if !self.way.is_whole {
            begin::<DB>(&mut self.connection, self.way).await?;
        }
        let done = match self.write(deed, line).await {
            Ok(true) => DB::write(&mut self.connection, "COMMIT").await.map(|_| true),
            refused => refused,
        };
        let refused = match done {
            Ok(true) => return Ok(true),
            Ok(false) => None,
            Err(error) => Some(error).filter(|error| !DB::is_too_late(error)),
        };
        // PostgreSQL has ended it already if the COMMIT was refused, and takes this with a warning.
        DB::write(&mut self.connection, "ROLLBACK").await?;
        refused.map_or(Ok(false), Err)
    }

    async fn write(&mut self, deed: Deed, line: i64) -> Result<bool, sqlx::Error> {
        let (connection, State { version, purchased, allocated }) = (&mut *self.connection, &self.loaded);
        match deed {
            Deed::Allocate if purchased - allocated < i64::from(QUANTITY) => Ok(false),
            Deed::Allocate => {
                let insert = format!(
                    "INSERT INTO by_hand_lines (id, batch_id, quantity) VALUES ({line}, 1, {QUANTITY})"
                );
                DB::write(connection, &insert).await?;
                let next = version + 1;
                let raise = format!(
                    "UPDATE by_hand_products SET version_number = {next} WHERE version_number = {version}"
                );
                Ok(DB::write(connection, &raise).await? == 1)
            }
            Deed::Cut => {
                // The hole: neither is the counter raised here, nor asked for.
                DB::write(connection, &format!("UPDATE by_hand_batches SET purchased = {CUT_TO}")).await?;
                if *allocated > i64::from(CUT_TO) {
                    DB::write(connection, "DELETE FROM by_hand_lines").await?;
                }
                Ok(true)
            }
        }
    }
}

async fn begin<DB: PlainSql>(connection: &mut DB::Connection, way: &Way) -> Result<(), sqlx::Error> {
    for statement in way.begin {
        DB::write(connection, statement).await?;
    }
    Ok(())
}
