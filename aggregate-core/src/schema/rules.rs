//! Rules that span types, asserted in constants of the generated code.
//!
//! The macro sees one struct at a time. What depends on two of them is checked here, on their
//! descriptions, while the crate compiles; the macro words the message, since it knows the names.

use super::{Edge, ForeignKey, Table};

/// No column of the child has the name of one that this edge's foreign key adds.
///
/// # Panics
///
/// With `message`, while the crate compiles.
pub const fn assert_clear(parent: &Table, edge: usize, message: &'static str) {
    let edge = &parent.edges[edge];
    let foreign_key = edge.foreign_key.columns();
    let mut i = 0;
    while i < foreign_key.len() {
        let mut column = 0;
        while column < edge.child.columns.len() {
            assert!(!equal(foreign_key[i], edge.child.columns[column].name), "{}", message);
            column += 1;
        }
        i += 1;
    }
}

/// No earlier child field keeps its rows in the same table under the same foreign key.
///
/// # Panics
///
/// With `message`, while the crate compiles.
pub const fn assert_distinct(parent: &Table, edge: usize, message: &'static str) {
    let mut earlier = 0;
    while earlier < edge {
        assert!(!same_rows(&parent.edges[earlier], &parent.edges[edge]), "{}", message);
        earlier += 1;
    }
}

/// The child mirrors its parent's key in as many `#[parent]` fields as the foreign key has columns, or in none.
///
/// Where the parent's id is local the whole key is known at the root only, see [`assert_tree`].
///
/// # Panics
///
/// With `message`, while the crate compiles.
pub const fn assert_parent(parent: &Table, edge: usize, message: &'static str) {
    let edge = &parent.edges[edge];
    let mirrored = edge.child.parent.len();
    let named = edge.foreign_key.columns().len();
    let whole = !parent.local || matches!(edge.foreign_key, ForeignKey::Whole(_));
    let fits = mirrored == 0 || if whole { mirrored == named } else { mirrored > named };
    assert!(fits, "{}", message);
}

/// The rules that only a root can check, since the keys of local entities start there.
///
/// # Panics
///
/// In words, while the crate compiles.
pub const fn assert_tree(root: &Table) {
    check_below(root, 0);
}

/// `inherited` is the number of columns in the table's own foreign key.
const fn check_below(table: &Table, inherited: usize) {
    let mut i = 0;
    while i < table.edges.len() {
        let edge = &table.edges[i];
        let key = table.id.len() + if table.local { inherited } else { 0 };
        if let ForeignKey::Whole(columns) = edge.foreign_key {
            assert!(
                columns.len() == key,
                "a `foreign_key(...)` below this root names more or fewer columns than its parent's key has\n\
                 help: name the columns of the parent's own foreign key first, then one for each of its ids"
            );
        }
        let mirrored = edge.child.parent.len();
        assert!(
            mirrored == 0 || mirrored == key,
            "an entity below this root has more or fewer `#[parent]` fields than its parent's key has columns\n\
             help: mirror the whole key, in its order, or none of it"
        );
        check_below(edge.child, key);
        i += 1;
    }
}

const fn same_rows(a: &Edge, b: &Edge) -> bool {
    let (one, other) = (a.foreign_key.columns(), b.foreign_key.columns());
    if !equal(a.table_name(), b.table_name())
        || !same_schema(a.child.schema, b.child.schema)
        || one.len() != other.len()
    {
        return false;
    }
    let mut i = 0;
    while i < one.len() {
        if !equal(one[i], other[i]) {
            return false;
        }
        i += 1;
    }
    true
}

const fn same_schema(a: Option<&str>, b: Option<&str>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => equal(a, b),
        (None, None) => true,
        _ => false,
    }
}

/// `a == b`, which is not `const` for strings.
const fn equal(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}
