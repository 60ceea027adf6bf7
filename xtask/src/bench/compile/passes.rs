//! What the compiler does with the time: its own account of its passes.

use super::crates::{Package, done};
use crate::failure::Failure;

/// The passes to show: the compiler's name, and what it is.
const PASSES: [(&str, &str); 4] = [
    ("macro_expand_crate", "expansion, the derives included"),
    ("type_check_crate", "types, with the check that no two impls overlap"),
    ("MIR_borrow_checking", "borrows"),
    ("total", "all"),
];

/// Checks the crate once more and says how long each pass took.
pub(super) fn measure(package: &Package) -> Result<String, Failure> {
    // Build scripts of dependencies look at the variable, so that these are built anew where it is set.
    let profiled = || {
        let words = ["rustc", "--lib", "--profile", "check"];
        let mut command = package.cargo_apart("passes", words);
        command.env("RUSTC_BOOTSTRAP", "1");
        command
    };
    println!("compile: asking the compiler for its passes");
    done(profiled())?;
    let mut clean = package.cargo_apart("passes", ["clean", "--offline", "--package", &package.name]);
    clean.env("RUSTC_BOOTSTRAP", "1");
    done(clean)?;
    let mut command = profiled();
    command.args(["--offline", "--", "-Ztime-passes"]);
    let output = done(command)?;
    let mut parts = Vec::new();
    for (name, words) in PASSES {
        let seconds = seconds(&output, name)
            .ok_or_else(|| Failure::Failed(format!("the compiler names no pass `{name}`:\n{output}")))?;
        parts.push(format!("{words} {seconds:.2} s"));
    }
    Ok(format!("By the compiler's account (`-Ztime-passes`), of one run of ours: {}.\n", parts.join("; ")))
}

/// The seconds of a pass in a report of lines such as `time: 0.144; rss: 44MB -> 95MB (+51MB) expand_crate`.
fn seconds(report: &str, pass: &str) -> Option<f64> {
    let line = report.lines().find(|line| line.split_whitespace().last() == Some(pass))?;
    line.strip_prefix("time:")?.split(';').next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_report_of_the_compiler() {
        let report = "warning: a word\n\
            time:   0.139; rss:   44MB ->   95MB (  +51MB)\texpand_crate\n\
            time:   0.144; rss:   44MB ->   95MB (  +51MB)\tmacro_expand_crate\n\
            time:  12.486; rss:   28MB ->   71MB (  +43MB)\ttotal\n";
        assert_eq!(seconds(report, "macro_expand_crate"), Some(0.144));
        assert_eq!(seconds(report, "total"), Some(12.486));
        assert_eq!(seconds(report, "crate"), None);
    }
}
