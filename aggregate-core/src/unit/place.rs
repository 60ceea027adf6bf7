//! The one order in which all units of work take the locks of roots.

use std::fmt::Debug;
use std::hash::Hash;

use crate::layout::Node;
use crate::order;

/// Where a root stands in the order: by table, then by id.
///
/// Ids need no order of their own. What they feed a hasher is the same in every process, so it gives one; where it
/// is the same for two ids, which a `Hash` of the user's own may do, they are told apart by how they are shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    schema: Option<&'static str>,
    table: &'static str,
    id: Vec<u8>,
    shown: String,
}

impl Place {
    pub(crate) fn of<I: Hash + Debug>(root: &Node, id: &I) -> Self {
        Self { schema: root.schema, table: root.name, id: order::place(id), shown: format!("{id:?}") }
    }
}

#[cfg(test)]
mod tests {
    use super::Place;
    use crate::entity::Entity;
    use crate::layout::Layout;
    use crate::samples::Order;

    #[test]
    fn ids_that_differ_have_places_that_differ_and_numbers_stand_in_their_order() {
        let layout = Layout::of(Order::TABLE);
        let place = |id: i64| Place::of(layout.root(), &id);
        assert!(place(1) < place(2) && place(255) < place(256) && place(256) < place(i64::MAX));
        assert_eq!(place(7), place(7));
        let text = |id: (&str, &str)| Place::of(layout.root(), &id);
        assert_ne!(text(("ab", "c")), text(("a", "bc")));
    }
}
