//! How long `cargo check` takes for fifty types, beside the same fifty written otherwise.

use std::fmt::Write as _;

use super::crates::{LIMIT, Package, done};
use super::passes;
use super::sources::{self, Style};
use crate::bench::statistics::Sample;
use crate::bench::weigh::{Weight, weighed};
use crate::failure::Failure;
use crate::scratch::Scratch;
use crate::workspace::Workspace;

/// How often each crate is checked.
const ROUNDS: usize = 3;

/// The most that ours may take of what the peer takes.
const TARGET: f64 = 0.4;

/// What is compared: the words for it, its manifest, what tells two of one manifest apart, its sources.
const SUBJECTS: [(&str, &str, &str, Style); 4] = [
    ("bare structs", "bare", "", Style::Bare),
    ("this library", "ours", "", Style::Ours),
    ("SeaORM, models of version 2", "sea-orm", "", Style::SeaOrm),
    ("SeaORM, compact models of before", "sea-orm", "-compact", Style::SeaOrmCompact),
];

/// Where ours and the peer stand among the subjects.
const OURS: usize = 1;
const PEER: usize = 2;

/// Measures; the text of its section, and whether ours took little enough.
pub(super) fn measure(workspace: &Workspace, scratch: &Scratch) -> Result<(String, bool), Failure> {
    let mut packages = Vec::new();
    for (words, template, suffix, style) in SUBJECTS {
        println!("compile: building what {words} depend on");
        let package = Package::create(workspace, template, suffix)?;
        package.write(&sources::library(style))?;
        done(package.cargo(["check"]))?;
        packages.push(package);
    }
    let mut weights: Vec<Vec<Weight>> = vec![Vec::new(); packages.len()];
    for round in 0..ROUNDS {
        for turn in 0..packages.len() {
            // Another one comes first each time.
            let index = (turn + round) % packages.len();
            let package = &packages[index];
            done(package.cargo(["clean", "--offline", "--package", &package.name]))?;
            let weight = weighed(&package.cargo(["check", "--offline"]), scratch.path(), LIMIT)?;
            println!(
                "compile: round {}, {}: {:.2} s",
                round + 1,
                SUBJECTS[index].0,
                weight.wall.as_secs_f64()
            );
            weights[index].push(weight);
        }
    }
    let passes = passes::measure(&packages[OURS])?;
    let (text, met) = section(&weights, packages[PEER].pinned("sea-orm")?.as_str());
    Ok((format!("{text}\n{passes}"), met))
}

/// The text, from what was measured.
fn section(weights: &[Vec<Weight>], version: &str) -> (String, bool) {
    // Others who work on the machine stretch the time on the clock, but hardly that of the processor.
    let [on_clock, of_cpu] =
        [wall, user].map(|figure| ratio(&weights[OURS], &weights[PEER], figure).median());
    let met = on_clock <= TARGET && of_cpu <= TARGET;
    let mut text = format!(
        "### Compile time of fifty types\n\n\
         Ten aggregates of five types in three levels, eight columns each, generated from one description; in `SeaORM`, \
         {version} here, a model below a root has its foreign key too. Each way to write them is a crate of its own, all \
         but the bare structs with the driver of `PostgreSQL`, `chrono` and `uuid`, and no further features of `SeaORM`. \
         The dependencies are built; then, {ROUNDS} times in turn, `cargo clean --package` of the crate alone and `cargo check` \
         of it, in the dev profile as it is. The figures are those of the kernel for cargo and all that it started: \
         medians, with the least and the greatest. The ratios are taken within each round.\n\n\
         | 50 types as | time, s | user CPU, s | peak memory, MB | time, of the models of version 2 | user CPU, of theirs |\n\
         |---|--:|--:|--:|--:|--:|\n"
    );
    for ((words, ..), own) in SUBJECTS.iter().zip(weights) {
        let of = |figure: fn(&Weight) -> f64| own.iter().map(figure).collect::<Sample>();
        let [on_clock, of_cpu] = [wall, user].map(|figure| ratio(own, &weights[PEER], figure));
        let _ = writeln!(
            text,
            "| {words} | {:.2} | {:.2} | {:.0} | {on_clock:.3} | {of_cpu:.3} |",
            of(wall),
            of(user),
            // A user's memory is not of so many bytes that an `f64` rounds it.
            of(|weight| f64::from(u32::try_from(weight.peak >> 10).unwrap_or(u32::MAX)) / 1024.0),
        );
    }
    let _ = write!(
        text,
        "\nOurs takes {on_clock:.2} of the time and {of_cpu:.2} of the user CPU that the models of `SeaORM` 2 take; at most \
         {TARGET} is asked for: {}. The compact models, which version 2 still takes, are the older format: relations in an \
         enum, no nested models and no loader of them.\n",
        if met { "met" } else { "**missed**" },
    );
    (text, met)
}

fn wall(weight: &Weight) -> f64 {
    weight.wall.as_secs_f64()
}

fn user(weight: &Weight) -> f64 {
    weight.user.as_secs_f64()
}

/// One figure of two crates, divided round by round.
fn ratio(ours: &[Weight], theirs: &[Weight], figure: fn(&Weight) -> f64) -> Sample {
    ours.iter().zip(theirs).map(|(ours, theirs)| figure(ours) / figure(theirs)).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn weights(seconds: [u64; 4]) -> Vec<Vec<Weight>> {
        let weight = |wall| Weight {
            wall: Duration::from_secs(wall),
            user: Duration::from_secs(wall),
            peak: 100 << 20,
        };
        seconds.into_iter().map(|seconds| vec![weight(seconds)]).collect()
    }

    #[test]
    fn the_target_is_a_share_of_the_peer() {
        let (text, met) = section(&weights([1, 4, 10, 5]), "2.0.0");
        assert!(met);
        assert!(text.contains(
            "| this library | 4.00 (4.00 to 4.00) | 4.00 (4.00 to 4.00) | 100 (100 to 100) | 0.400"
        ));
        let (text, met) = section(&weights([1, 5, 10, 5]), "2.0.0");
        assert!(!met);
        assert!(text.contains("**missed**"));
    }
}
