//! `measure SECTION DIRECTORY` measures what a section of `docs/performance.md` shows, and leaves its text,
//! data and plots in the directory, as `SECTION.md` and whatever files that refers to.

use std::path::PathBuf;
use std::process::ExitCode;

use aggregate_benches::Failure;
use aggregate_benches::databases::Databases;

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
        "curves" => aggregate_benches::curves::run(&databases, &directory),
        "hot" => aggregate_benches::hot::run(&databases, &directory),
        unknown => Err(format!("there is no section `{unknown}`").into()),
    }
}
