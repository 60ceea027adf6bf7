//! What the writers got done, as tables, a plot and data.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::writers::Crowd;
use super::{CHILDREN, SQLITE_CONNECTIONS, TIME, WRITERS};
use crate::Failure;
use crate::plot::{Line, Plot};
use crate::spread::shown;

/// Writes the section; `false` if the versions do not tell of each success.
pub(super) fn write(directory: &Path, results: &[Crowd]) -> Result<bool, Failure> {
    let mut text = format!(
        "{WRITERS} writers on aggregates of {} rows for {} s. Each picks one at random, loads it, edits a child and saves \
         it, and does all of that again at once after a conflict, until it succeeds. There is a connection for each writer, \
         on SQLite {SQLITE_CONNECTIONS} for all. *Contended* saves are those that the engine ended, after the library's own \
         reruns. The stored versions went up once for each success.\n\n![Successes](performance/hot.svg)\n\n",
        CHILDREN + 1,
        TIME.as_secs(),
    );
    text.push_str(
        "| database | aggregates | successes/s | conflicts | contended | retries per success | 99 of 100 below \
         | statements per save | median | 99 of 100 below |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    let mut data = String::from(
        "database,aggregates,seconds,successes,advances,conflicts,contended,retries_mean,retries_p99,statements_per_save,\
         min_us,median_us,p99_us\n",
    );
    let mut holds = true;
    for crowd in results {
        let figures = Figures::of(crowd);
        let Figures { rate, retries, worst, statements } = figures;
        let (counts, latency) = (&crowd.counts, &crowd.latency);
        let successes = counts.retries.len();
        if i64::try_from(successes)? != crowd.advances || successes == 0 {
            holds = false;
            writeln!(
                text,
                "| {} | {} | **{successes} successes, but {} versions** |",
                crowd.database, crowd.aggregates, crowd.advances
            )?;
        }
        writeln!(
            text,
            "| {} | {} | {rate:.0} | {} | {} | {retries:.2} | {worst} | {statements:.2} | {} | {} |",
            crowd.database,
            crowd.aggregates,
            counts.conflicts,
            counts.contended,
            shown(latency.median),
            shown(latency.p99),
        )?;
        let micros = [latency.min, latency.median, latency.p99].map(|time| time.as_micros());
        writeln!(
            data,
            "{},{},{:.3},{successes},{},{},{},{retries:.4},{worst},{statements:.3},{},{},{}",
            crowd.database,
            crowd.aggregates,
            crowd.took.as_secs_f64(),
            crowd.advances,
            counts.conflicts,
            counts.contended,
            micros[0],
            micros[1],
            micros[2],
        )?;
    }
    text.push('\n');
    plot(results).write(&directory.join("hot.svg"))?;
    fs::write(directory.join("hot.md"), text)?;
    fs::write(directory.join("hot.csv"), data)?;
    Ok(holds)
}

/// What follows from the counts of a crowd.
struct Figures {
    /// Successes in a second.
    rate: f64,
    /// Retries for a success: how many on average, and what 99 of 100 stay below.
    retries: f64,
    worst: u32,
    statements: f64,
}

impl Figures {
    #[allow(clippy::cast_precision_loss, reason = "a few digits are shown")]
    fn of(crowd: &Crowd) -> Self {
        let retries = &crowd.counts.retries;
        let successes = retries.len().max(1) as f64;
        Self {
            rate: retries.len() as f64 / crowd.took.as_secs_f64(),
            retries: retries.iter().map(|count| f64::from(*count)).sum::<f64>() / successes,
            worst: retries.get((retries.len() * 99).div_ceil(100).max(1) - 1).copied().unwrap_or_default(),
            statements: crowd.counts.statements as f64 / successes,
        }
    }
}

fn plot(results: &[Crowd]) -> Plot {
    let mut lines: Vec<Line> = Vec::new();
    for crowd in results {
        #[allow(clippy::cast_precision_loss, reason = "there are at most a thousand")]
        let point = (crowd.aggregates as f64, Figures::of(crowd).rate);
        match lines.iter_mut().find(|line| line.name == crowd.database) {
            Some(line) => line.points.push(point),
            None => lines.push(Line { name: crowd.database.to_owned(), points: vec![point] }),
        }
    }
    Plot {
        title: format!("{WRITERS} writers"),
        across: "aggregates".to_owned(),
        up: "successes per second".to_owned(),
        lines,
        ideal: false,
    }
}
