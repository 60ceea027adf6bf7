//! How the databases' SQL differs.

use std::fmt::Write;

/// How a database's SQL is written.
#[derive(Debug, Clone, Copy)]
pub struct Dialect {
    /// The character before a numbered placeholder: `$1` or `?1`.
    pub(crate) placeholder: char,
    /// The most values that one statement takes.
    pub(crate) bind_limit: usize,
    /// Whether one statement loads all tables, as a tagged union.
    pub(crate) loads_by_union: bool,
    /// Whether one statement can write to several tables.
    pub(crate) saves_in_one: bool,
    /// How a transaction that writes begins.
    pub(crate) begin_write: &'static str,
    /// How a transaction that reads one snapshot begins.
    pub(crate) begin_read: &'static str,
}

impl Dialect {
    /// Appends a quoted identifier.
    pub(crate) fn name(self, sql: &mut String, name: &str) {
        sql.push('"');
        sql.push_str(&name.replace('"', "\"\""));
        sql.push('"');
    }

    /// Appends a table's name, with its schema if it has one.
    pub(crate) fn table(self, sql: &mut String, schema: Option<&str>, name: &str) {
        if let Some(schema) = schema {
            self.name(sql, schema);
            sql.push('.');
        }
        self.name(sql, name);
    }

    /// Appends a column of an alias.
    pub(crate) fn column(self, sql: &mut String, alias: &str, name: &str) {
        sql.push_str(alias);
        sql.push('.');
        self.name(sql, name);
    }

    /// Appends the placeholder of the value with this number, counted from 1.
    pub(crate) fn value(self, sql: &mut String, number: usize) {
        // Writing to a `String` cannot fail.
        let _ = write!(sql, "{}{number}", self.placeholder);
    }

    /// Appends the placeholders of `count` rows of `width` values, from the number `first` on.
    pub(crate) fn tuples(self, sql: &mut String, count: usize, width: usize, first: usize, bracketed: bool) {
        for row in 0..count {
            sql.push_str(if row == 0 { "" } else { ", " });
            sql.push_str(if bracketed { "(" } else { "" });
            for column in 0..width {
                sql.push_str(if column == 0 { "" } else { ", " });
                self.value(sql, first + row * width + column);
            }
            sql.push_str(if bracketed { ")" } else { "" });
        }
    }
}
