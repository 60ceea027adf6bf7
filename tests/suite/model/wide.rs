//! More columns than a machine word has bits.

use aggregate_core::{Aggregate, Entity, Version};

use crate::Tables;

macro_rules! wide {
    ($($column:ident)*) => {
        pub const TABLES: Tables = Tables {
            ddl: concat!(
                "CREATE TABLE wide (id BIGINT PRIMARY KEY, version BIGINT NOT NULL",
                $(", ", stringify!($column), " INTEGER NOT NULL",)*
                "); CREATE TABLE wide_row (id BIGINT PRIMARY KEY, wide_id BIGINT NOT NULL",
                $(", ", stringify!($column), " INTEGER NOT NULL",)*
                ")",
            ),
            keys: &[("wide", &["id"]), ("wide_row", &["id"])],
        };

        #[derive(Aggregate, Clone, Debug, PartialEq)]
        pub struct Wide {
            #[id]
            pub id: i64,
            #[version]
            pub version: Version,
            $(pub $column: i32,)*
            #[child]
            pub rows: Vec<WideRow>,
        }

        #[derive(Entity, Clone, Debug, PartialEq)]
        pub struct WideRow {
            #[id]
            pub id: i64,
            $(pub $column: i32,)*
        }

        impl Wide {
            #[must_use]
            pub fn sample(id: i64) -> Self {
                let row = |id| WideRow { id, $($column: 0,)* };
                Self { id, version: Version::UNSAVED, $($column: 0,)* rows: vec![row(1), row(2), row(3)] }
            }
        }
    };
}

wide! {
    c0 c1 c2 c3 c4 c5 c6 c7 c8 c9 c10 c11 c12 c13 c14 c15 c16 c17 c18 c19 c20 c21 c22 c23 c24 c25 c26 c27 c28 c29
    c30 c31 c32 c33 c34 c35 c36 c37 c38 c39 c40 c41 c42 c43 c44 c45 c46 c47 c48 c49 c50 c51 c52 c53 c54 c55 c56
    c57 c58 c59 c60 c61 c62 c63 c64 c65 c66 c67 c68 c69 c70 c71 c72 c73 c74 c75 c76 c77 c78 c79
}
