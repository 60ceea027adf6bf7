//! A process that is killed while it writes leaves a whole file: what it was told is stored is, and what it was
//! storing is there wholly or not at all.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aggregate_core::{Aggregate, Persist, SqliteRepository, Tracked};
use aggregate_tests::model::account::{self, Account};
use aggregate_tests::model::invoice::{self, Invoice, InvoiceId, Line};
use aggregate_tests::{Random, figure};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, Sqlite, SqlitePool};

/// How often the writer is killed.
const KILLS: usize = 200;

/// A variable with the seed of a run that is to be repeated; when the kills fall is up to the machine all the same.
const SEED: &str = "AGGREGATE_TEST_SEED";

/// Aggregates by a letter and their id, with their versions; -1 is what is not there.
type Versions = BTreeMap<String, i64>;

/// The file, in a directory that is removed afterwards.
struct File(PathBuf);

impl Drop for File {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl File {
    fn path(&self) -> PathBuf {
        self.0.join("killed.db")
    }

    /// Opens it as anybody would, which recovers it.
    async fn open(&self) -> SqlitePool {
        let options = SqliteConnectOptions::new().filename(self.path()).create_if_missing(true);
        SqlitePoolOptions::new().max_connections(1).connect_with(options).await.expect("the file opens")
    }

    /// Whether there is something to undo, or to take over, in a file beside it.
    fn is_hot(&self) -> bool {
        let beside = |suffix: &str| self.0.join(format!("killed.db-{suffix}"));
        ["journal", "wal"].map(beside).iter().any(|file| fs::metadata(file).is_ok_and(|file| file.len() > 0))
    }
}

#[test]
fn a_writer_that_is_killed_leaves_a_whole_file() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_nanos();
    let seed = std::env::var(SEED)
        .map_or(u64::try_from(now).unwrap_or_default(), |seed| seed.parse().expect("a number"));
    println!("{SEED}={seed}");
    let mut random = Random::new(seed);
    let file = File(std::env::temp_dir().join(format!("aggregate-killed-{}-{now}", std::process::id())));
    fs::create_dir_all(&file.0).expect("a directory for the file");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut versions = runtime.block_on(fill(&file));
    let (mut successes, mut amid, mut hot, mut stored, mut undone) = (0, 0, 0, 0, 0);
    for round in 0..KILLS {
        let journal = ["wal", "delete"][round % 2];
        let synchronous = ["full", "normal"][round / 2 % 2];
        let heard = kill(&file.path(), &mut random, journal, synchronous);
        hot += usize::from(file.is_hot());
        let mut pending = None;
        for line in &heard {
            let (word, what) = line.split_once(' ').expect("a word and what it is about");
            match word {
                "try" => assert_eq!(pending.replace(what), None, "one at a time"),
                "ok" => {
                    assert_eq!(pending.take(), Some(what));
                    versions.extend(parsed(what));
                    successes += 1;
                }
                other => panic!("`{other}`"),
            }
        }
        let found = runtime.block_on(read(&file));
        let Some(what) = pending else {
            assert_eq!(found, versions, "round {round}, {journal}, {synchronous}");
            continue;
        };
        amid += 1;
        let mut after = versions.clone();
        after.extend(parsed(what));
        if found == after {
            stored += 1;
        } else {
            assert_eq!(found, versions, "round {round}, {journal}, {synchronous}: half of `{what}`");
            undone += 1;
        }
        versions = found;
    }
    figure(format!(
        "killed: {KILLS} kills of a writer, {amid} amid a save, of which {stored} were stored and {undone} were not, \
         {hot} with a journal left behind, {successes} saves before, 0 wrong"
    ));
    assert!(amid >= 50 && undone > 0 && successes >= KILLS, "the kills did not fall into saves");
}

/// Runs the writer, kills it some time after its first success, and gives what it had said.
fn kill(file: &Path, random: &mut Random, journal: &str, synchronous: &str) -> Vec<String> {
    let mut writer = Command::new(env!("CARGO_BIN_EXE_busy_writer"))
        .arg(file)
        .args([&random.below(u64::MAX).to_string(), journal, synchronous])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the writer starts");
    let out = BufReader::new(writer.stdout.take().expect("its output"));
    let (first, heard_first) = mpsc::channel();
    let listener = std::thread::spawn(move || {
        let mut heard = Vec::new();
        for line in out.lines() {
            let line = line.expect("text");
            if line.starts_with("ok") {
                let _ = first.send(());
            }
            heard.push(line);
        }
        heard
    });
    let started = heard_first.recv_timeout(Duration::from_secs(30));
    std::thread::sleep(Duration::from_micros(random.below(30_000)));
    writer.kill().expect("it runs until it is killed");
    let ended = writer.wait().expect("it is gone");
    let heard = listener.join().expect("what it said");
    assert!(started.is_ok() && !ended.success() && ended.code().is_none(), "{ended}: {heard:?}");
    heard
}

fn parsed(what: &str) -> Versions {
    let one = |word: &str| {
        let (name, version) = word.split_once('=').expect("a name and a version");
        (name.to_owned(), version.parse().expect("a number"))
    };
    what.split(' ').map(one).collect()
}

/// The aggregates that the writer finds.
async fn fill(file: &File) -> Versions {
    let pool = file.open().await;
    for tables in [invoice::TABLES, account::TABLES] {
        sqlx::raw_sql(AssertSqlSafe(tables.ddl.replace("{name}", "TEXT"))).execute(&pool).await.unwrap();
    }
    let invoices = SqliteRepository::<Invoice>::new(pool.clone());
    for (id, lines) in [(1, 6), (2, 6), (3, 6), (9, 300)] {
        let lines: Vec<Line> = (1..=lines).map(Line::plain).collect();
        let total = lines.iter().map(|line| i64::from(line.quantity)).sum();
        invoices.save(&mut Tracked::new(Invoice { lines, total, ..Invoice::empty(id) })).await.unwrap();
    }
    let accounts = SqliteRepository::<Account>::new(pool.clone());
    for id in 0..4 {
        accounts.save(&mut Tracked::new(Account::with(id, 100))).await.unwrap();
    }
    pool.close().await;
    read(file).await
}

/// What the file holds, which is whole.
async fn read(file: &File) -> Versions {
    let pool = file.open().await;
    let whole: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check").fetch_all(&pool).await.unwrap();
    assert_eq!(whole, ["ok"]);
    let orphans = sqlx::query("PRAGMA foreign_key_check").fetch_all(&pool).await.unwrap();
    assert!(orphans.is_empty(), "{} rows without their parent", orphans.len());
    let mut versions = Versions::new();
    let ids = [1, 2, 3, 5, 9].map(InvoiceId);
    for (id, invoice) in ids.into_iter().zip(all::<Invoice>(&pool, &ids).await) {
        versions.insert(format!("i{}", id.0), invoice.as_ref().map_or(-1, |invoice| invoice.version.get()));
        let quantities =
            invoice.iter().flat_map(|invoice| &invoice.lines).map(|line| i64::from(line.quantity));
        assert_eq!(invoice.as_ref().map_or(0, |invoice| invoice.total), quantities.sum::<i64>(), "{id:?}");
    }
    let accounts = all::<Account>(&pool, &[0, 1, 2, 3]).await;
    let accounts: Vec<_> = accounts.into_iter().map(|account| account.expect("an account")).collect();
    assert_eq!(accounts.iter().map(|account| account.balance).sum::<i64>(), 400);
    versions.extend(accounts.iter().map(|account| (format!("a{}", account.id), account.version.get())));
    pool.close().await;
    versions
}

async fn all<A: Aggregate + Persist<Sqlite>>(pool: &SqlitePool, ids: &[A::Id]) -> Vec<Option<Tracked<A>>> {
    SqliteRepository::<A>::new(pool.clone()).find_many(ids).await.expect("every aggregate loads")
}
