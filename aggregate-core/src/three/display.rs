//! How a three-way diff reads.

use std::fmt;

use super::{RowChange, RowDifference, ThreeWayDiff};

impl fmt::Display for ThreeWayDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { aggregate, id, expected, actual, rows } = self;
        write!(f, "`{aggregate}` {id}: ")?;
        if expected.is_saved() {
            write!(f, "yours began at version {expected}, ")?;
        } else {
            write!(f, "yours is new, ")?;
        }
        match actual {
            Some(actual) => write!(f, "version {actual} is stored")?,
            None => write!(f, "the stored one is gone")?,
        }
        rows.iter().try_for_each(|row| write!(f, "\n- {row}"))
    }
}

impl fmt::Display for RowDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, id, mine, theirs, both, .. } = self;
        write!(f, "`{table}` {id}: ")?;
        let parts = match (mine, theirs) {
            (Some(RowChange::Removed), Some(RowChange::Removed)) => vec!["both removed it".to_owned()],
            (Some(RowChange::Added), Some(RowChange::Added)) if both.is_empty() => {
                vec!["both added it, in the same way".to_owned()]
            }
            (Some(RowChange::Added), Some(RowChange::Added)) => {
                vec![format!("both added it, with different {}", Names(both))]
            }
            (
                Some(RowChange::Changed { columns: here, moved: left }),
                Some(RowChange::Changed { columns: there, moved: went }),
            ) => self.changes((here, *left), (there, *went)),
            _ => [("you", mine), ("they", theirs)]
                .into_iter()
                .filter_map(|(who, change)| change.as_ref().map(|change| said(who, change)))
                .collect(),
        };
        f.write_str(&parts.join("; "))
    }
}

impl RowDifference {
    /// What each side changed, and what both did.
    fn changes(&self, mine: (&[&'static str], bool), theirs: (&[&'static str], bool)) -> Vec<String> {
        let own = |columns: &[&'static str], others: &[&'static str]| -> Vec<&'static str> {
            columns.iter().filter(|column| !others.contains(column)).copied().collect()
        };
        let alike = own(&own(mine.0, &own(mine.0, theirs.0)), &self.both);
        let mut parts = Vec::new();
        if !self.both.is_empty() {
            parts.push(format!("both changed {}", Names(&self.both)));
        }
        if !alike.is_empty() {
            parts.push(format!("both changed {}, in the same way", Names(&alike)));
        }
        for (who, (columns, moved), others) in [("you", mine, theirs.0), ("they", theirs, mine.0)] {
            let columns = own(columns, others);
            if moved || !columns.is_empty() {
                parts.push(said(who, &RowChange::Changed { columns, moved }));
            }
        }
        parts
    }
}

/// What somebody did.
fn said(who: &str, change: &RowChange) -> String {
    match change {
        RowChange::Added => format!("{who} added it"),
        RowChange::Removed => format!("{who} removed it"),
        RowChange::Changed { columns, moved: true } if columns.is_empty() => format!("{who} moved it"),
        RowChange::Changed { columns, moved: true } => {
            format!("{who} moved it and changed {}", Names(columns))
        }
        RowChange::Changed { columns, moved: false } => format!("{who} changed {}", Names(columns)),
    }
}

/// Names, with commas between.
struct Names<'n>(&'n [&'n str]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, name) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(f, "{comma}`{name}`")?;
        }
        Ok(())
    }
}
