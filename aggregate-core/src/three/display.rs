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
        let Self { table, id, mine, theirs, both, overlaps } = self;
        write!(f, "`{table}` {id}: ")?;
        let mut parts = Vec::new();
        let is_same = !overlaps && mine.is_some() && mine == theirs;
        if is_same {
            parts.extend(mine.as_ref().map(|change| said("both", change, &[])));
        } else {
            if !both.is_empty() {
                parts.push(format!("both changed {}", Names(both)));
            }
            let sides = [("you", mine), ("they", theirs)];
            parts.extend(sides.into_iter().filter_map(|(who, change)| {
                change.as_ref().filter(|change| is_more(change, both)).map(|change| said(who, change, both))
            }));
        }
        write!(f, "{}", parts.join("; "))?;
        if is_same {
            write!(f, ", in the same way")?;
        }
        Ok(())
    }
}

/// Whether there is something to say of a change beside the columns that both made.
fn is_more(change: &RowChange, both: &[&str]) -> bool {
    match change {
        RowChange::Added | RowChange::Removed => true,
        RowChange::Changed { columns, moved } => {
            *moved || columns.iter().any(|column| !both.contains(column))
        }
    }
}

/// What somebody did, but for the columns that both changed.
fn said(who: &str, change: &RowChange, both: &[&str]) -> String {
    match change {
        RowChange::Added => format!("{who} added it"),
        RowChange::Removed => format!("{who} removed it"),
        RowChange::Changed { columns, moved } => {
            let own: Vec<&str> = columns.iter().filter(|column| !both.contains(*column)).copied().collect();
            match (own.is_empty(), moved) {
                (true, _) => format!("{who} moved it"),
                (false, false) => format!("{who} changed {}", Names(&own)),
                (false, true) => format!("{who} moved it and changed {}", Names(&own)),
            }
        }
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
