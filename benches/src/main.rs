//! `measure SECTION DIRECTORY` measures what a section of `docs/performance.md` shows, and leaves its text,
//! data and plots in the directory, as `SECTION.md` and whatever files that refers to.

use std::path::PathBuf;
use std::process::ExitCode;

use aggregate_benches::databases::Databases;
use aggregate_benches::{Failure, agree, budget, shapes, times, versions};
#[cfg(feature = "curves")]
use aggregate_benches::{curves, hot};

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("measure: {failure}");
            ExitCode::from(2)
        }
    }
}

/// Runs the section that is asked for; `false` if it shows something that must not be.
fn run() -> Result<bool, Failure> {
    let mut arguments = std::env::args().skip(1);
    let (Some(section), Some(directory)) = (arguments.next(), arguments.next().map(PathBuf::from)) else {
        return Err("usage: measure SECTION DIRECTORY".into());
    };
    let databases = Databases::of_environment(&directory)?;
    match section.as_str() {
        "agree" => agree::agree(&databases),
        "budget" => budget::run(&databases, &directory),
        "versions" => versions::run(&databases),
        "shapes" => block_on(shapes::run(&databases, &directory)),
        "times" => block_on(times::run(&databases, &directory)).map(|()| true),
        #[cfg(feature = "curves")]
        "curves" => curves::run(&databases, &directory),
        #[cfg(feature = "curves")]
        "hot" => hot::run(&databases, &directory),
        unknown => Err(format!("there is no section `{unknown}`").into()),
    }
}

/// Runs a measurement on this thread alone, so that what it waits for wakes nobody else.
fn block_on<T>(measurement: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(measurement)
}
