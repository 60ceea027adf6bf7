//! The table, for readers and for programs.

use std::fmt::Write as _;

use super::count::Heat;
use super::formula::Place;
use super::row::{Cell, Row, UNIT, name_of_heat, name_of_place};

/// The columns of a shape's table: an operation on a database in one line.
const HEADER: [&str; 13] = [
    "operation",
    "database",
    "statements",
    "trips, warm",
    "cold",
    "first",
    "statements in a unit",
    "trips, warm",
    "cold",
    "rows written",
    "bytes up",
    "bytes down",
    "pings",
];

/// Markdown that can be read as it stands, too.
pub(super) fn markdown(rows: &[Row], problems: &[String]) -> String {
    let mut text = String::new();
    for shape in unique(rows.iter().filter(|row| row.shape != UNIT).map(|row| row.shape)) {
        let _ = writeln!(text, "### {}{}\n", shape[..1].to_uppercase(), &shape[1..]);
        text.push_str(&lines(&shape_table(rows, shape)));
        text.push('\n');
    }
    text.push_str("### A unit of work in which nothing is done\n\n");
    let header = ["database", "statements", "round trips"].map(str::to_owned).to_vec();
    let units = rows.iter().filter(|row| row.shape == UNIT);
    let units = units.map(|row| vec![row.database.to_owned(), cell(row.statements), maybe(row.trips)]);
    text.push_str(&lines(&std::iter::once(header).chain(units).collect::<Vec<_>>()));
    let cells: usize = rows.iter().map(|row| 2 + usize::from(row.trips.is_some())).sum();
    let pings: u64 = rows.iter().map(|row| row.tally.pings).sum();
    let _ = writeln!(
        text,
        "\n{cells} cells counted in {} operations, {} over budget. Beside them the driver's pool sent {pings} pings, a round \
         trip each.",
        rows.len(),
        problems.len()
    );
    for problem in problems {
        let _ = writeln!(text, "- **over budget**: {problem}");
    }
    text
}

fn shape_table(rows: &[Row], shape: &str) -> Vec<Vec<String>> {
    let mut table = vec![HEADER.map(str::to_owned).to_vec()];
    let of_shape: Vec<&Row> = rows.iter().filter(|row| row.shape == shape).collect();
    let operations = unique(of_shape.iter().map(|row| row.operation.as_str()));
    let databases = unique(of_shape.iter().map(|row| row.database));
    for operation in operations {
        for &database in &databases {
            let find = |place, heat| {
                of_shape.iter().find(|row| {
                    (row.operation.as_str(), row.database, row.place, row.heat)
                        == (operation, database, place, heat)
                })
            };
            // What was counted cold alone takes as many statements warm.
            let warm = find(Place::Alone, Heat::Warm);
            let Some(shown) = warm.or_else(|| find(Place::Alone, Heat::Cold)) else { continue };
            let of = |place, heat, what: fn(&Row) -> String| {
                find(place, heat).map_or_else(|| "–".to_owned(), |row| what(row))
            };
            let trips: fn(&Row) -> String = |row| maybe(row.trips);
            let passed = |number: u64| shown.trips.map_or_else(|| "–".to_owned(), |_| thousands(number));
            table.push(vec![
                operation.to_owned(),
                database.to_owned(),
                cell(shown.statements),
                of(Place::Alone, Heat::Warm, trips),
                of(Place::Alone, Heat::Cold, trips),
                of(Place::Alone, Heat::First, trips),
                of(Place::InUnit, Heat::Warm, |row| cell(row.statements)),
                of(Place::InUnit, Heat::Warm, trips),
                of(Place::InUnit, Heat::Cold, trips),
                cell(shown.rows),
                passed(shown.tally.up),
                passed(shown.tally.down),
                passed(shown.tally.pings),
            ]);
        }
    }
    table
}

/// Each name once, in the order of their first appearance.
fn unique<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut unique = Vec::new();
    for name in names {
        if !unique.contains(&name) {
            unique.push(name);
        }
    }
    unique
}

/// `counted/budget`; one number where nothing may be and nothing is.
fn cell(Cell { counted, budget }: Cell) -> String {
    let mark = if counted > budget { "**" } else { "" };
    if (counted, budget) == (0, 0) {
        return "0".to_owned();
    }
    format!("{mark}{}/{}{mark}", thousands(counted), thousands(budget))
}

fn maybe(counted: Option<Cell>) -> String {
    counted.map_or_else(|| "–".to_owned(), cell)
}

/// A number with a comma before each three digits.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A table whose columns line up; numbers to the right.
fn lines(table: &[Vec<String>]) -> String {
    let columns = table.first().map_or(0, Vec::len);
    let width = |column: usize| table.iter().map(|row| row[column].chars().count()).max().unwrap_or(0).max(3);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let is_text = |column: usize| ["operation", "database"].contains(&table[0][column].as_str());
    let mut text = String::new();
    for (at, row) in table.iter().enumerate() {
        for (column, width) in widths.iter().copied().enumerate() {
            let _ = if is_text(column) {
                write!(text, "| {:width$} ", row[column])
            } else {
                write!(text, "| {:>width$} ", row[column])
            };
        }
        text.push_str("|\n");
        if at == 0 {
            for (column, width) in widths.iter().enumerate() {
                let dashes = "-".repeat(width + 1);
                let end = if is_text(column) { '-' } else { ':' };
                let _ = write!(text, "|{dashes}{end}");
            }
            text.push_str("|\n");
        }
    }
    text
}

/// Everything that was counted, a line for each operation, place and heat.
pub(super) fn csv(rows: &[Row]) -> String {
    let mut text = "shape,operation,database,place,heat,statements,statements_budget,trips,trips_budget,\
                    rows_written,rows_budget,prepares,pings,bytes_up,bytes_down\n"
        .to_owned();
    for row in rows {
        let (trips, trips_budget) = match row.trips {
            Some(Cell { counted, budget }) => (counted.to_string(), budget.to_string()),
            None => (String::new(), String::new()),
        };
        let tally = row.tally;
        let _ = writeln!(
            text,
            "\"{}\",\"{}\",{},{},{},{},{},{trips},{trips_budget},{},{},{},{},{},{}",
            row.shape,
            row.operation,
            row.database,
            name_of_place(row.place),
            name_of_heat(row.heat),
            row.statements.counted,
            row.statements.budget,
            row.rows.counted,
            row.rows.budget,
            tally.prepares,
            tally.pings,
            tally.up,
            tally.down,
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_shows_both_numbers_and_stands_out_if_it_is_over() {
        assert_eq!(cell(Cell { counted: 1, budget: 1 }), "1/1");
        assert_eq!(cell(Cell { counted: 11, budget: 1_200 }), "11/1,200");
        assert_eq!(cell(Cell { counted: 2, budget: 1 }), "**2/1**");
        assert_eq!(cell(Cell { counted: 0, budget: 0 }), "0");
    }

    #[test]
    fn columns_line_up() {
        let table = [vec!["database".to_owned(), "n".to_owned()], vec!["x".to_owned(), "1,000".to_owned()]];
        let expected = "| database |     n |\n|----------|------:|\n| x        | 1,000 |\n";
        assert_eq!(lines(&table), expected);
    }
}
