//! The table at the end of a command.

use std::time::{Duration, Instant};

use crate::failure::Failure;

/// What the steps of a command came to.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    rows: Vec<Row>,
    /// What the tests counted.
    figures: Vec<String>,
}

#[derive(Debug)]
struct Row {
    step: String,
    passed: bool,
    took: Duration,
    note: String,
}

/// What one step came to.
#[derive(Debug)]
pub(crate) struct Verdict {
    /// Whether it passed.
    pub(crate) passed: bool,
    /// A few words on it for the table.
    pub(crate) note: String,
}

impl Verdict {
    /// A verdict without further words.
    pub(crate) fn new(passed: bool) -> Self {
        Self { passed, note: String::new() }
    }

    /// A verdict of failure, and why.
    pub(crate) fn failed(note: impl Into<String>) -> Self {
        Self { passed: false, note: note.into() }
    }
}

impl Summary {
    /// Runs a step under a headline and notes what it came to. An interruption ends the command; any other
    /// failure is the step's own.
    pub(crate) fn step(
        &mut self,
        name: impl Into<String>,
        step: impl FnOnce() -> Result<Verdict, Failure>,
    ) -> Result<bool, Failure> {
        let step_name = name.into();
        println!("\n==> {step_name}");
        let start = Instant::now();
        let verdict = match step() {
            Ok(verdict) => verdict,
            Err(interrupted @ Failure::Interrupted(_)) => return Err(interrupted),
            Err(failure) => {
                eprintln!("xtask: {failure}");
                // It is printed in full above the table.
                Verdict::failed(
                    failure.to_string().chars().take_while(|&c| c != '\n').take(60).collect::<String>(),
                )
            }
        };
        let passed = verdict.passed;
        self.rows.push(Row { step: step_name, passed, took: start.elapsed(), note: verdict.note });
        Ok(passed)
    }

    /// Adds lines to print above the table, under the name of the step that counted.
    pub(crate) fn figures(&mut self, step: &str, counted: &str) {
        self.figures.extend(counted.lines().map(|line| format!("{step}: {line}")));
    }

    /// Prints the figures and the table; whether all steps passed.
    pub(crate) fn close(&self) -> bool {
        if !self.figures.is_empty() {
            println!("\nfigures");
        }
        for figure in &self.figures {
            println!("{figure}");
        }
        print!("\n{}", self.table());
        self.rows.iter().all(|row| row.passed)
    }

    fn table(&self) -> String {
        use std::fmt::Write as _;

        let width = self.rows.iter().map(|row| row.step.len()).max().unwrap_or(0).max("step".len());
        let mut table = format!("{:width$}  {:6}  {:>7}\n", "step", "result", "seconds");
        for row in &self.rows {
            let result = if row.passed { "ok" } else { "FAILED" };
            let seconds = row.took.as_secs_f64();
            let line = format!("{:width$}  {result:6}  {seconds:7.1}  {}", row.step, row.note);
            let _ = writeln!(table, "{}", line.trim_end());
        }
        let failed = self.rows.iter().filter(|row| !row.passed).count();
        let _ = writeln!(table, "{} steps passed, {failed} failed", self.rows.len() - failed);
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_lines_up() {
        let mut summary = Summary::default();
        assert!(summary.step("tidy", || Ok(Verdict::new(true))).unwrap());
        assert!(!summary.step("suite", || Err(Failure::Failed("no server".to_owned()))).unwrap());
        assert!(!summary.close());
        let expected = "step   result  seconds\n\
                        tidy   ok          0.0\n\
                        suite  FAILED      0.0  no server\n\
                        1 steps passed, 1 failed\n";
        assert_eq!(summary.table(), expected);
    }

    #[test]
    fn an_interruption_is_no_result() {
        let mut summary = Summary::default();
        assert!(summary.step("suite", || Err(Failure::Interrupted(2))).is_err());
    }
}
