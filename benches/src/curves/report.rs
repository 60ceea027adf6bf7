//! Curves as tables, plots and data.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::clock::Point;
use super::growth::Slope;
use crate::Failure;
use crate::plot::{Line, Plot};
use crate::spread::{bytes, shown};

/// One curve with a line for each database.
pub(super) struct Curve {
    /// Its name in files.
    pub(super) slug: String,
    pub(super) title: String,
    /// What its size counts.
    pub(super) across: &'static str,
    /// The names of the lines and their points.
    pub(super) lines: Vec<(&'static str, Vec<Point>)>,
}

/// What a section says so far.
pub(super) struct Report<'d> {
    directory: &'d Path,
    text: String,
    data: String,
    /// Whether nothing is wrong.
    pub(super) holds: bool,
}

impl<'d> Report<'d> {
    pub(super) fn new(directory: &'d Path) -> Self {
        let data = "curve,line,size,runs,min_us,median_us,p90_us,peak_bytes,allocated_bytes,allocations\n";
        Self { directory, text: String::new(), data: data.to_owned(), holds: true }
    }

    /// Adds a paragraph or a heading.
    pub(super) fn say(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push_str("\n\n");
    }

    /// Adds a curve: its table, its plot and its data.
    pub(super) fn add(&mut self, curve: &Curve) -> Result<(), Failure> {
        let file = format!("curves-{}.svg", curve.slug);
        plot(curve).write(&self.directory.join(&file))?;
        self.add_data(curve);
        let mut table = format!("| {} |", curve.across);
        for (line, _) in &curve.lines {
            write!(table, " {line} | peak |")?;
        }
        write!(table, "\n|---:|{}\n", "---:|---:|".repeat(curve.lines.len()))?;
        let longest = curve.lines.iter().map(|(_, points)| points).max_by_key(|points| points.len());
        for (row, point) in longest.into_iter().flatten().enumerate() {
            write!(table, "| {} |", point.size)?;
            for (_, points) in &curve.lines {
                match points.get(row) {
                    Some(point) => {
                        write!(table, " {} | {} |", shown(point.time.median), bytes(point.memory.peak))?;
                    }
                    None => table.push_str(" | |"),
                }
            }
            table.push('\n');
        }
        table.push_str("| slope |");
        for (_, points) in &curve.lines {
            for slope in [Slope::of(points, seconds), Slope::of(points, peak)] {
                self.holds &= !slope.is_some_and(Slope::is_failure);
                write!(table, " {} |", slope.map(Slope::shown).unwrap_or_default())?;
            }
        }
        self.say(&format!("#### {}\n\n![{}](performance/{file})\n\n{table}", curve.title, curve.title));
        Ok(())
    }

    fn add_data(&mut self, curve: &Curve) {
        for (line, points) in &curve.lines {
            for Point { size, time, memory } in points {
                let [min, median, p90] =
                    [time.min, time.median, time.p90].map(|time| time.as_secs_f64() * 1e6);
                // Writing to a `String` cannot fail.
                let _ = writeln!(
                    self.data,
                    "{},{line},{size},{},{min:.3},{median:.3},{p90:.3},{},{},{}",
                    curve.slug, time.runs, memory.peak, memory.total, memory.count,
                );
            }
        }
    }

    /// Writes the text and the data.
    pub(super) fn finish(self) -> Result<bool, Failure> {
        fs::write(self.directory.join("curves.md"), self.text)?;
        fs::write(self.directory.join("curves.csv"), self.data)?;
        Ok(self.holds)
    }
}

fn plot(curve: &Curve) -> Plot {
    let lines = curve.lines.iter().map(|(name, points)| Line {
        name: (*name).to_owned(),
        points: points.iter().map(|point| (float(point.size), seconds(point) * 1e6)).collect(),
    });
    Plot {
        title: curve.title.clone(),
        across: curve.across.to_owned(),
        up: "µs, median".to_owned(),
        lines: lines.collect(),
        ideal: true,
    }
}

fn seconds(point: &Point) -> f64 {
    point.time.median.as_secs_f64()
}

fn peak(point: &Point) -> f64 {
    float(point.memory.peak)
}

#[allow(clippy::cast_precision_loss, reason = "a few digits are shown")]
fn float(number: u64) -> f64 {
    number as f64
}
