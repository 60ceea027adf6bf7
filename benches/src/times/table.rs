//! Times as text.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use super::watch::Cost;
use super::work::Operation;
use crate::Failure;

/// All that was timed.
#[derive(Default)]
pub(super) struct Table {
    pub(super) rows: Vec<Row>,
    /// Nanoseconds of saves with nothing to do: untouched, touched.
    pub(super) clean: [Vec<f64>; 2],
}

/// One operation on one database.
pub(super) struct Row {
    database: &'static str,
    is_delayed: bool,
    operation: Operation,
    /// The costs of each round: naive, expert, ours.
    pub(super) rounds: Vec<[Cost; 3]>,
}

const NAIVE: usize = 0;
const EXPERT: usize = 1;
const OURS: usize = 2;

/// The quarter, the half and three quarters of some numbers.
fn quartiles(numbers: impl Iterator<Item = f64>) -> [f64; 3] {
    let mut sorted: Vec<f64> = numbers.collect();
    sorted.sort_by(f64::total_cmp);
    [1, 2, 3].map(|part| sorted.get((sorted.len().max(1) - 1) * part / 4).copied().unwrap_or_default())
}

impl Row {
    pub(super) fn new(database: &'static str, is_delayed: bool, operation: Operation) -> Self {
        Self { database, is_delayed, operation, rounds: Vec::new() }
    }

    /// The ratio of ours to another's, round by round.
    fn ratio(&self, to: usize) -> [f64; 3] {
        quartiles(self.rounds.iter().map(|costs| costs[OURS].wall / costs[to].wall))
    }

    fn median(&self, contender: usize, of: impl Fn(&Cost) -> f64) -> f64 {
        quartiles(self.rounds.iter().map(|costs| of(&costs[contender])))[1]
    }

    /// The most that ours may take of naive's time, and of expert's: the aims of this project, on `PostgreSQL`.
    fn aims(&self) -> [Option<f64>; 2] {
        match (self.database, self.is_delayed, self.operation) {
            ("PostgreSQL", false, Operation::Grandchild) => [Some(0.7), Some(1.1)],
            ("PostgreSQL", false, Operation::Load | Operation::Create) => [Some(0.8), Some(1.1)],
            ("PostgreSQL", false, Operation::FindMany) => [None, Some(1.1)],
            ("PostgreSQL", false, _) => [Some(1.0), Some(1.1)],
            (
                "PostgreSQL",
                true,
                Operation::Load | Operation::Grandchild | Operation::Mixed | Operation::Create,
            ) => [Some(0.35), None],
            _ => [None, None],
        }
    }

    /// The row as a line of a table.
    pub(super) fn line(&self) -> String {
        let ratio = |to: usize| {
            let [low, half, high] = self.ratio(to);
            let aim = match self.aims()[to] {
                None => String::new(),
                Some(aim) if half <= aim => format!(", aim {aim}"),
                Some(aim) => format!(", **over the aim {aim}**"),
            };
            format!("{half:.2} ({low:.2} to {high:.2}){aim}")
        };
        let times = [NAIVE, EXPERT, OURS].map(|at| format!("{:.0}", self.median(at, |cost| cost.wall)));
        format!(
            "| {} | {} | {} | {} |",
            self.operation.name(),
            times.join(" | "),
            ratio(NAIVE),
            ratio(EXPERT)
        )
    }

    /// The processors' time as a line of a table.
    fn processors(&self) -> String {
        let all = |of: fn(&Cost) -> f64| {
            [NAIVE, EXPERT, OURS].map(|at| format!("{:.0}", self.median(at, of))).join(" | ")
        };
        format!("| {} | {} | {} |", self.operation.name(), all(|cost| cost.client), all(|cost| cost.server))
    }
}

impl Table {
    /// Writes `times.md` and `times.csv`.
    pub(super) fn write(&self, directory: &Path) -> Result<(), Failure> {
        fs::write(directory.join("times.md"), self.markdown()?)?;
        let mut csv = String::from(
            "database,added_ms,operation,round,naive_us,expert_us,ours_us,naive_client_us,expert_client_us,\
             ours_client_us,naive_server_us,expert_server_us,ours_server_us\n",
        );
        for row in &self.rows {
            for (round, costs) in row.rounds.iter().enumerate() {
                write!(csv, "{},{},", row.database, u8::from(row.is_delayed))?;
                write!(csv, "{},{round}", row.operation.name().replace(['`', ','], ""))?;
                let all: [fn(&Cost) -> f64; 3] = [|cost| cost.wall, |cost| cost.client, |cost| cost.server];
                for of in all {
                    costs.iter().try_for_each(|cost| write!(csv, ",{:.1}", of(cost)))?;
                }
                csv.push('\n');
            }
        }
        fs::write(directory.join("times.csv"), csv)?;
        Ok(())
    }

    fn markdown(&self) -> Result<String, Failure> {
        let mut text = String::new();
        for (database, is_delayed) in self.groups() {
            let rows =
                || self.rows.iter().filter(|row| (row.database, row.is_delayed) == (database, is_delayed));
            let network = match (database, is_delayed) {
                ("SQLite", _) => "in a file",
                (_, false) => "on loopback",
                (_, true) => "1 ms more per round trip",
            };
            writeln!(text, "### {database}, {network}\n")?;
            writeln!(
                text,
                "| microseconds, median | naive | expert | ours | ours / naive | ours / expert |"
            )?;
            writeln!(text, "|---|--:|--:|--:|---|---|")?;
            rows().try_for_each(|row| writeln!(text, "{}", row.line()))?;
            text.push('\n');
            if rows().any(|row| row.median(OURS, |cost| cost.server) > 0.0) {
                writeln!(text, "Time of the processors, of the client's thread and the server's process:\n")?;
                writeln!(
                    text,
                    "| microseconds, median | naive, client | expert, client | ours, client | naive, server | expert, server | ours, server |"
                )?;
                writeln!(text, "|---|--:|--:|--:|--:|--:|--:|")?;
                rows().try_for_each(|row| writeln!(text, "{}", row.processors()))?;
                text.push('\n');
            }
        }
        writeln!(
            text,
            "### A save with nothing to do\n\n| of an order of 34 rows | nanoseconds |\n|---|---|"
        )?;
        for (what, aim, times) in [
            ("untouched", 1000, &self.clean[0]),
            ("borrowed mutably and left as it was: copied and compared", 10_000, &self.clean[1]),
        ] {
            let [low, half, high] = quartiles(times.iter().copied());
            let verdict = if half < f64::from(aim) { "aim: under" } else { "**over the aim of**" };
            writeln!(text, "| {what} | {half:.0} ({low:.0} to {high:.0}), {verdict} {aim} |")?;
        }
        Ok(text)
    }

    /// The databases and networks, in their order.
    fn groups(&self) -> Vec<(&'static str, bool)> {
        let mut groups: Vec<_> = self.rows.iter().map(|row| (row.database, row.is_delayed)).collect();
        groups.dedup();
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_of_rounds_and_not_of_medians() {
        let mut row = Row::new("PostgreSQL", false, Operation::Grandchild);
        for wall in [[10.0, 5.0, 6.0], [100.0, 50.0, 60.0], [1000.0, 500.0, 600.0]] {
            row.rounds.push(wall.map(|wall| Cost { wall, ..Cost::default() }));
        }
        assert_eq!(
            row.line(),
            "| one dirty grandchild | 100 | 50 | 60 | 0.60 (0.60 to 0.60), aim 0.7 | 1.20 (1.20 to 1.20), **over the aim 1.1** |"
        );
    }

    #[test]
    fn quartiles_of_few_numbers_are_among_them() {
        let text = |numbers: &[f64]| format!("{:?}", quartiles(numbers.iter().copied()));
        assert_eq!(text(&[3.0, 1.0, 2.0]), "[1.0, 2.0, 2.0]");
        assert_eq!(text(&[]), "[0.0, 0.0, 0.0]");
    }
}
