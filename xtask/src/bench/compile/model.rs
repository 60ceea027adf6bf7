//! The one description that all sources are generated from: ten aggregates of five types.

/// How many aggregates there are.
pub(super) const AGGREGATES: usize = 10;

/// One of the five types of an aggregate.
#[derive(Debug)]
pub(super) struct Part {
    /// Its name.
    pub(super) name: &'static str,
    /// What its rows are called, in a table's name and in the field of the parent.
    pub(super) rows: &'static str,
    /// The index of the type that it stands below; none for the root.
    pub(super) parent: Option<usize>,
}

/// The types of each aggregate, parents first: three levels.
pub(super) const PARTS: [Part; 5] = [
    Part { name: "Order", rows: "orders", parent: None },
    Part { name: "Line", rows: "lines", parent: Some(0) },
    Part { name: "Note", rows: "notes", parent: Some(0) },
    Part { name: "Allocation", rows: "allocations", parent: Some(1) },
    Part { name: "Reply", rows: "replies", parent: Some(2) },
];

/// The columns of each type, name and Rust type, beside those that hold its place in the tree. The first is
/// the id, and the root's version takes the place of the last one.
pub(super) const COLUMNS: [(&str, &str); 8] = [
    ("id", "i64"),
    ("title", "String"),
    ("quantity", "i32"),
    ("open", "bool"),
    ("weight", "f64"),
    ("remark", "Option<String>"),
    ("changed_at", "DateTime<Utc>"),
    ("token", "Uuid"),
];

/// The field that a root has instead of the last column.
pub(super) const VERSION: &str = "version";

impl Part {
    /// The columns, where a version has this type.
    pub(super) fn columns(&self, version: &'static str) -> [(&'static str, &'static str); 8] {
        let mut columns = COLUMNS;
        if self.parent.is_none() {
            columns[COLUMNS.len() - 1] = (VERSION, version);
        }
        columns
    }

    /// The types right below this one.
    pub(super) fn children(&self) -> impl Iterator<Item = &'static Part> {
        let is_parent = |part: &&Part| part.parent.is_some_and(|parent| PARTS[parent].name == self.name);
        PARTS.iter().filter(is_parent)
    }

    /// The name of its module, and with `_id` behind it that of a column that refers to it.
    pub(super) fn lower(&self) -> String {
        self.name.to_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_fifty_types_of_eight_columns() {
        assert_eq!(AGGREGATES * PARTS.len(), 50);
        for part in &PARTS {
            let columns = part.columns("i64");
            let mut names = columns.map(|(name, _)| name).to_vec();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), 8, "{}", part.name);
            assert_eq!(names.contains(&VERSION), part.parent.is_none());
        }
    }

    #[test]
    fn the_types_of_an_aggregate_are_one_tree() {
        assert_eq!(PARTS.iter().filter(|part| part.parent.is_none()).count(), 1);
        assert_eq!(PARTS.iter().map(|part| part.children().count()).sum::<usize>(), 4);
        for (index, part) in PARTS.iter().enumerate() {
            assert!(part.parent.is_none_or(|parent| parent < index), "{}", part.name);
        }
    }
}
