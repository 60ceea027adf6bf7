//! Rules that span types, asserted in constants of the generated code.
//!
//! The macro sees one struct at a time. What depends on two of them is checked here, on their
//! descriptions, while the crate compiles; the macro words the message, since it knows the names.
//! An edge that is not there belongs to a type that is wrong otherwise, see
//! [`Described`](crate::private::Described).

use super::{Edge, ForeignKey, Table};

/// No column of the child has the name of one that this edge's foreign key adds.
///
/// # Panics
///
/// With `message`, while the crate compiles.
#[track_caller]
pub const fn assert_clear(parent: &Table, edge: usize, message: &'static str) {
    if edge < parent.edges.len() {
        let edge = &parent.edges[edge];
        assert!(!shares_a_name(edge.child, edge.foreign_key.columns()), "{}", message);
    }
}

/// No earlier child field keeps its rows in the same table under the same foreign key.
///
/// # Panics
///
/// With `message`, while the crate compiles.
#[track_caller]
pub const fn assert_distinct(parent: &Table, edge: usize, message: &'static str) {
    let mut earlier = 0;
    while earlier < edge && edge < parent.edges.len() {
        assert!(!same_rows(parent, &parent.edges[earlier], &parent.edges[edge]), "{}", message);
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
#[track_caller]
pub const fn assert_parent(parent: &Table, edge: usize, message: &'static str) {
    if edge >= parent.edges.len() {
        return;
    }
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
#[track_caller]
pub const fn assert_tree(root: &Table) {
    check_below(root, &ForeignKeyOf { columns: &[], inherited: None });
}

/// A whole foreign key: the columns that an edge names, behind those that it inherits from the edge above.
struct ForeignKeyOf<'a> {
    columns: &'a [&'static str],
    inherited: Option<&'a Self>,
}

impl ForeignKeyOf<'_> {
    const fn len(&self) -> usize {
        self.columns.len()
            + match self.inherited {
                Some(inherited) => inherited.len(),
                None => 0,
            }
    }
}

#[track_caller]
const fn check_below(table: &Table, foreign_key: &ForeignKeyOf<'_>) {
    let mut i = 0;
    while i < table.edges.len() {
        let edge = &table.edges[i];
        let key = table.id.len() + if table.local { foreign_key.len() } else { 0 };
        if let ForeignKey::Whole(columns) = edge.foreign_key {
            assert!(
                columns.len() == key,
                "a `foreign_key(...)` below this root names more or fewer columns than its parent's key has\n\
                 help: name the columns of the parent's own foreign key first, then one for each of its ids"
            );
        }
        // Fewer than the edge names itself were reported at its field, and so was any other number that is
        // wrong where the edge names all.
        let mirrored = edge.child.parent.len();
        let unreported =
            table.local && matches!(edge.foreign_key, ForeignKey::Adds(names) if mirrored > names.len());
        assert!(
            !unreported || mirrored == key,
            "an entity below this root has more or fewer `#[parent]` fields than its parent's key has columns\n\
             help: mirror the whole key, in its order, or none of it"
        );
        let inherits = table.local && matches!(edge.foreign_key, ForeignKey::Adds(_));
        let inherited = if inherits { Some(foreign_key) } else { None };
        check_names(edge, inherited);
        check_below(edge.child, &ForeignKeyOf { columns: edge.foreign_key.columns(), inherited });
        i += 1;
    }
}

/// The part of a foreign key that an edge names itself was checked where it stands.
#[track_caller]
const fn check_names(edge: &Edge, mut inherited: Option<&ForeignKeyOf<'_>>) {
    while let Some(above) = inherited {
        assert!(
            !shares_a_name(edge.child, above.columns),
            "an entity below this root has a column of its own with the name of a column of its foreign key, \
             which begins with its parent's\n\
             help: put `#[parent]` on each field that mirrors the parent's key, or rename the column"
        );
        let mut i = 0;
        while i < above.columns.len() {
            assert!(
                !contains(edge.foreign_key.columns(), above.columns[i]),
                "a foreign key below this root has two columns of one name, one of them from its parent's\n\
                 help: name the whole of it: `#[child(foreign_key(\"...\", \"...\"))]`"
            );
            i += 1;
        }
        inherited = above.inherited;
    }
}

const fn shares_a_name(table: &Table, names: &[&str]) -> bool {
    let mut i = 0;
    while i < table.columns.len() {
        if contains(names, table.columns[i].name) {
            return true;
        }
        i += 1;
    }
    false
}

const fn contains(names: &[&str], name: &str) -> bool {
    let mut i = 0;
    while i < names.len() {
        if equal(names[i], name) {
            return true;
        }
        i += 1;
    }
    false
}

/// Whether two child fields of one parent keep their rows in one table under one foreign key.
///
/// Below a local id one key may be named in full and the other by what it adds: then their ends are compared.
const fn same_rows(parent: &Table, a: &Edge, b: &Edge) -> bool {
    let (one, other) = (a.foreign_key.columns(), b.foreign_key.columns());
    let comparable = one.len() == other.len() || parent.local;
    if !comparable || !equal(a.table_name(), b.table_name()) || !same_schema(parent, a, b) {
        return false;
    }
    let mut i = 1;
    while i <= one.len() && i <= other.len() {
        if !equal(one[one.len() - i], other[other.len() - i]) {
            return false;
        }
        i += 1;
    }
    true
}

/// Whether two child tables stand in one schema: their own, or their parent's.
const fn same_schema(parent: &Table, a: &Edge, b: &Edge) -> bool {
    let a = if a.child.schema.is_some() { a.child.schema } else { parent.schema };
    let b = if b.child.schema.is_some() { b.child.schema } else { parent.schema };
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
