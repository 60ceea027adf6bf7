//! How much machine code an entity adds to a program, on each database.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use object::read::{File, Object as _, ObjectSection as _};

use super::crates::{Package, done};
use super::model::PARTS;
use super::sources::{self, Style, line};
use crate::failure::Failure;
use crate::workspace::Workspace;

/// The databases: the feature, the driver's pool, the repository.
const BACKENDS: [(&str, &str, &str); 3] = [
    ("sqlite", "SqlitePool", "SqliteRepository"),
    ("postgres", "PgPool", "PgRepository"),
    ("mysql", "MySqlPool", "MySqlRepository"),
];

/// How many aggregates the bigger program has.
const MORE: usize = 3;

/// Measures; the text of its section.
pub(super) fn measure(workspace: &Workspace) -> Result<String, Failure> {
    let package = Package::create(workspace, "text", "")?;
    let mut text = format!(
        "### Machine code of an entity\n\n\
         A program that loads, edits and saves one of the aggregates above, and one that does so with {MORE} of them, by \
         repositories on one database; nothing else differs. The size is that of the section `.text`, with cargo's \
         settings for a release. What it grows by is divided by the {} entities that came in: their own functions, \
         and the generic ones of the library and of sqlx, made for them.\n\n\
         | database | 1 aggregate, kB | {MORE} aggregates, kB | an entity, kB |\n|---|--:|--:|--:|\n",
        (MORE - 1) * PARTS.len(),
    );
    for backend in BACKENDS {
        println!("compile: building programs for {}", backend.0);
        let one = size(&package, backend, 1)?;
        let more = size(&package, backend, MORE)?;
        let _ = writeln!(
            text,
            "| {} | {:.0} | {:.0} | {:.1} |",
            backend.0,
            one / 1000.0,
            more / 1000.0,
            per_entity(one, more) / 1000.0,
        );
    }
    Ok(text)
}

/// What each entity adds.
fn per_entity(one: f64, more: f64) -> f64 {
    let added = u32::try_from((MORE - 1) * PARTS.len()).expect("it is a small number");
    (more - one) / f64::from(added)
}

/// Builds a program and looks how much code it has, in bytes.
fn size(package: &Package, backend: (&str, &str, &str), aggregates: usize) -> Result<f64, Failure> {
    let mut files = vec![("main.rs".to_owned(), program(backend, aggregates))];
    files.extend(
        (0..aggregates).map(|number| (format!("a{number}.rs"), sources::aggregate(Style::Ours, number))),
    );
    package.write(&files)?;
    done(package.cargo(["clean", "--release", "--package", &package.name]))?;
    done(package.cargo(["build", "--release", "--features", backend.0]))?;
    text_section(&package.release()).map(f64::from)
}

/// The size of `.text`.
fn text_section(program: &Path) -> Result<u32, Failure> {
    let bytes = fs::read(program).map_err(Failure::io(program.display()))?;
    let unreadable = |why: String| Failure::Failed(format!("{}: {why}", program.display()));
    let file = File::parse(&*bytes).map_err(|error| unreadable(error.to_string()))?;
    let section = file.section_by_name(".text").ok_or_else(|| unreadable("it has no `.text`".to_owned()))?;
    u32::try_from(section.size()).map_err(|error| unreadable(error.to_string()))
}

/// A program that edits an aggregate of each of the first types.
fn program((_, pool, repository): (&str, &str, &str), aggregates: usize) -> String {
    let mut text = String::new();
    for number in 0..aggregates {
        line(&mut text, format_args!("mod a{number};"));
    }
    line(&mut text, format_args!("\nuse aggregate_core::sqlx::{pool} as Pool;"));
    line(&mut text, format_args!("use aggregate_core::{{Error, {repository} as Repository}};"));
    line(&mut text, "\n#[tokio::main(flavor = \"current_thread\")]");
    line(&mut text, "async fn main() -> Result<(), Box<dyn std::error::Error>> {");
    line(&mut text, "    let pool = Pool::connect(&std::env::args().nth(1).ok_or(\"no address\")?).await?;");
    for number in 0..aggregates {
        line(&mut text, format_args!("    edit_a{number}(&pool).await?;"));
    }
    line(&mut text, "    Ok(())\n}");
    for number in 0..aggregates {
        line(&mut text, format_args!("\nasync fn edit_a{number}(pool: &Pool) -> Result<(), Error> {{"));
        line(&mut text, format_args!("    let orders = Repository::<a{number}::Order>::new(pool.clone());"));
        line(&mut text, "    let mut order = orders.get(&1).await?;");
        line(&mut text, "    for line in &mut order.lines {\n        line.quantity += 1;\n    }");
        line(&mut text, "    orders.save(&mut order).await?;\n    Ok(())\n}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_uses_what_it_has() {
        let text = program(BACKENDS[1], 3);
        assert!(text.starts_with("mod a0;\nmod a1;\nmod a2;\n"));
        assert_eq!(text.matches("Repository::<a").count(), 3);
        assert!(text.contains("use aggregate_core::sqlx::PgPool as Pool;"));
        assert!(!text.contains("a3"));
    }

    #[test]
    fn the_code_of_this_very_test_is_found() {
        let size = text_section(&std::env::current_exe().unwrap()).unwrap();
        assert!(size > 100_000, "{size}");
        assert!(text_section(Path::new("Cargo.toml")).is_err());
    }

    #[test]
    fn what_is_added_is_shared_by_ten() {
        assert!((per_entity(1000.0, 11_000.0) - 1000.0).abs() < 1e-9);
    }
}
