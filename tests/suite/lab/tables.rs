//! The tables of an aggregate, written by hand once for all databases.

use super::Engine;

/// The text that creates tables, and which of their rows are noted when written.
#[derive(Debug, Clone, Copy)]
pub struct Tables {
    /// `CREATE TABLE` statements, with `{double}`, `{time}`, `{uuid}`, `{json}` and `{bytes}` for the types whose names differ, and
    /// `{name}` for a text that a key or a constraint is about.
    pub ddl: &'static str,
    /// The tables and the columns of their keys.
    pub keys: &'static [(&'static str, &'static [&'static str])],
}

impl Tables {
    /// The text for one database.
    pub(super) fn text<DB: Engine>(&self) -> String {
        let tables = DB::TYPES.iter().fold(self.ddl.to_owned(), |text, (word, ty)| text.replace(word, ty));
        self.keys.iter().fold(tables, |text, (table, key)| text + &DB::triggers(table, key))
    }
}
