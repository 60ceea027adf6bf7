//! No prelude, and `aggregate_core` under another name.
#![allow(dead_code, reason = "it is enough that it compiles")]
#![no_implicit_prelude]

extern crate aggregate_core as renamed;

/// A façade that re-exports the crate.
mod facade {
    pub(super) use ::aggregate_core as inner;
}

mod by_extern_crate {
    use super::renamed::{Aggregate, Entity, Version};

    #[derive(Aggregate, ::std::clone::Clone)]
    #[aggregate(crate = super::renamed)]
    struct Invoice {
        #[id]
        id: i64,
        #[version]
        version: Version,
        #[child]
        lines: ::std::vec::Vec<Line>,
    }

    #[derive(Entity, ::std::clone::Clone)]
    #[entity(crate = super::renamed, table = "lines")]
    struct Line {
        #[id]
        id: i64,
        quantity: i32,
    }
}

mod by_path {
    use super::facade::inner::Entity;

    #[derive(Entity, ::std::clone::Clone)]
    #[entity(crate = super::facade::inner)]
    struct Line {
        #[id]
        id: i64,
        quantity: i32,
    }

    // A mistake in the struct is reported through the same path: see `ui/fail/fallback`.
}
