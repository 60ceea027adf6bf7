//! The chores of this workspace: `cargo xtask <command>`.
//!
//! Entry points: [`cli`] reads the command line, each command is a module of its name. What they share:
//! [`process`] runs commands so that nothing outlives them, [`server`] lends throw-away servers,
//! [`summary`] prints the closing table.

mod bench;
mod budget;
mod cli;
mod contract;
mod examples;
mod failure;
mod interrupt;
mod leftovers;
mod lint;
mod mutants;
mod process;
mod scratch;
mod server;
mod summary;
mod targets;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use crate::cli::Command;
use crate::failure::Failure;
use crate::workspace::Workspace;

fn main() -> ExitCode {
    let result = cli::parse(std::env::args().skip(1)).and_then(|command| {
        interrupt::watch()?;
        run(command)
    });
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            failure.exit_code()
        }
    }
}

/// Runs a command; `false` if a step of it failed and said so.
fn run(command: Command) -> Result<bool, Failure> {
    let workspace = Workspace::find()?;
    match command {
        Command::Help => {
            print!("{}", cli::USAGE);
            Ok(true)
        }
        Command::Test(options) => test::run(&workspace, &options),
        Command::Mutants(options) => mutants::run(&workspace, &options),
        Command::Budget(options) => budget::run(&workspace, &options),
        Command::Bench(options) => bench::run(&workspace, &options),
        Command::Contract => contract::run(&workspace),
        Command::Tidy => tidy::run(&workspace),
        Command::Weigh(file, program) => bench::weigh(&file, &program),
        Command::Lint => lint::run(&workspace),
    }
}
