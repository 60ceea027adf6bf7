//! Aggregates of one row on each of 1, 2, 4 and 8 levels.

use aggregate_core::{Aggregate, Entity, Version};

use super::sample::{Edit, Sample};
use crate::ddl::{Int, Table, Text};

/// One row and what stands below it.
trait Level {
    /// The table's name.
    const NAME: &'static str;
    /// The row with this id, as have those below.
    fn level(id: i64) -> Self;
    /// The number in the deepest row, or in all.
    fn edit(&mut self, edit: Edit);
    /// Adds the tables from here down.
    fn add_tables(above: Option<&str>, tables: &mut Vec<Table>);
}

/// Declares a row type with the chain of types below it.
macro_rules! chain {
    (@row $derive:ident $kind:ident $row:ident $table:literal { $($version:tt)* } [ $($next:ident)? ]) => {
        #[doc = concat!("A row of `", $table, "`.")]
        #[derive($derive, Clone, Debug)]
        #[$kind(table = $table)]
        pub(super) struct $row {
            #[id]
            id: i64,
            $($version)*
            name: String,
            number: i64,
            $(#[child(foreign_key = "above_id")] below: Vec<$next>,)?
        }
    };
    (@level $row:ident $table:literal { $($version:tt)* } [ $($next:ident)? ]) => {
        impl Level for $row {
            const NAME: &'static str = $table;

            fn level(id: i64) -> Self {
                Self { id, $($version)* name: format!("row {id}"), number: 1, $(below: vec![$next::level(id)],)? }
            }

            fn edit(&mut self, edit: Edit) {
                $(self.below.iter_mut().for_each(|row: &mut $next| row.edit(edit));)?
                let below: &[&str] = &[$(stringify!($next))?];
                if edit == Edit::All || below.is_empty() {
                    self.number += 1;
                }
            }

            fn add_tables(above: Option<&str>, tables: &mut Vec<Table>) {
                let mut table = Table::new(Self::NAME).column("name", Text).column("number", Int);
                table = match above {
                    Some(above) => table.below(above, "above_id"),
                    None => table.column("version", Int),
                };
                tables.push(table);
                $($next::add_tables(Some(Self::NAME), tables);)?
            }
        }
    };
    (@each $derive:ident $kind:ident { $($field:tt)* } { $($value:tt)* }; $row:ident $table:literal) => {
        chain!(@row $derive $kind $row $table { $($field)* } []);
        chain!(@level $row $table { $($value)* } []);
    };
    (@each $derive:ident $kind:ident { $($field:tt)* } { $($value:tt)* };
        $row:ident $table:literal, $next:ident $next_table:literal $(, $more:ident $more_table:literal)*) => {
        chain!(@row $derive $kind $row $table { $($field)* } [ $next ]);
        chain!(@level $row $table { $($value)* } [ $next ]);
        chain!(@each Entity entity {} {}; $next $next_table $(, $more $more_table)*);
    };
    ($root:ident $table:literal $(, $row:ident $row_table:literal)*) => {
        chain!(@each Aggregate aggregate { #[version] version: Version, } { version: Version::UNSAVED, };
            $root $table $(, $row $row_table)*);
        impl Sample for $root {
            fn sample(id: i64, _: u64) -> Self {
                Self::level(id)
            }

            fn edit(&mut self, edit: Edit) {
                Level::edit(self, edit);
            }

            fn tables() -> Vec<Table> {
                let mut tables = Vec::new();
                Self::add_tables(None, &mut tables);
                tables
            }
        }
    };
}

chain!(Deep1 "deep1");
chain!(Deep2 "deep2", Deep2b "deep2_b");
chain!(Deep4 "deep4", Deep4b "deep4_b", Deep4c "deep4_c", Deep4d "deep4_d");
chain!(Deep8 "deep8", Deep8b "deep8_b", Deep8c "deep8_c", Deep8d "deep8_d", Deep8e "deep8_e",
    Deep8f "deep8_f", Deep8g "deep8_g", Deep8h "deep8_h");
