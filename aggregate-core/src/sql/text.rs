//! The text of a statement while it is written.

use std::fmt::{self, Write};
use std::ops::Range;
use std::sync::Arc;

use super::Dialect;
use crate::layout::Node;

/// A statement.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sql {
    pub(crate) text: Arc<str>,
    pub(crate) order: Order,
}

/// Which values a statement's placeholders stand for, by number, counted from 1.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Order {
    /// The placeholders say it.
    Numbered,
    /// These, one after the other, a run of numbers each.
    Positional(Vec<Range<usize>>),
}

/// A statement's text so far.
pub(super) struct Text {
    sql: String,
    order: Order,
    pub(super) dialect: Dialect,
}

impl Text {
    pub(super) fn new(dialect: Dialect) -> Self {
        let order = if dialect.numbered { Order::Numbered } else { Order::Positional(Vec::new()) };
        Self { sql: String::new(), order, dialect }
    }

    /// Appends text as it is.
    pub(super) fn push(&mut self, text: impl fmt::Display) -> &mut Self {
        // Writing to a `String` cannot fail.
        let _ = write!(self.sql, "{text}");
        self
    }

    /// Appends a quoted identifier.
    pub(super) fn name(&mut self, name: &str) -> &mut Self {
        let quote = self.dialect.quote;
        self.sql.push(quote);
        for character in name.chars() {
            if character == quote {
                self.sql.push(quote);
            }
            self.sql.push(character);
        }
        self.sql.push(quote);
        self
    }

    /// Appends a table's name, with its schema if it has one.
    pub(super) fn table(&mut self, node: &Node) -> &mut Self {
        if let Some(schema) = node.schema {
            self.name(schema).push('.');
        }
        self.name(node.name)
    }

    /// Appends a column of an alias.
    ///
    /// Columns are always qualified where they are read: `SQLite` takes an unknown name in quotes for a
    /// text, but not one behind an alias.
    pub(super) fn column(&mut self, alias: &str, name: &str) -> &mut Self {
        self.push(alias).push('.').name(name)
    }

    /// Appends the placeholder of the value with this number, counted from 1.
    pub(super) fn value(&mut self, number: usize) -> &mut Self {
        let placeholder = self.dialect.placeholder;
        match &mut self.order {
            Order::Numbered => return self.push(placeholder).push(number),
            Order::Positional(runs) => match runs.last_mut() {
                Some(run) if run.end == number => run.end += 1,
                _ => runs.push(number..number + 1),
            },
        }
        self.push(placeholder)
    }

    /// Appends each item, with the separator between them.
    pub(super) fn join<T>(
        &mut self,
        separator: &str,
        items: impl IntoIterator<Item = T>,
        mut each: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        for (i, item) in items.into_iter().enumerate() {
            if i > 0 {
                self.sql.push_str(separator);
            }
            each(self, item);
        }
        self
    }

    /// Appends quoted identifiers.
    pub(super) fn names(&mut self, names: impl IntoIterator<Item = &'static str>) -> &mut Self {
        self.join(", ", names, |text, name| {
            text.name(name);
        })
    }

    /// Appends columns of an alias.
    pub(super) fn columns(
        &mut self,
        alias: &str,
        names: impl IntoIterator<Item = &'static str>,
    ) -> &mut Self {
        self.join(", ", names, |text, name| {
            text.column(alias, name);
        })
    }

    /// Appends `$1, $2`, from the number `first` on.
    pub(super) fn values(&mut self, count: usize, first: usize) -> &mut Self {
        self.join(", ", first..first + count, |text, number| {
            text.value(number);
        })
    }

    /// Appends `($1, $2), ($3, $4)`, from the number `first` on.
    pub(super) fn tuples(&mut self, count: usize, width: usize, first: usize) -> &mut Self {
        self.join(", ", 0..count, |text, row| {
            text.push('(').values(width, first + row * width).push(')');
        })
    }

    /// Appends `a.x = $1 AND a.y = $2`, from the number `first` on.
    pub(super) fn equal(
        &mut self,
        alias: &str,
        names: impl IntoIterator<Item = &'static str>,
        first: usize,
    ) -> &mut Self {
        self.join(" AND ", names.into_iter().enumerate(), |text, (i, name)| {
            text.column(alias, name).push(" = ").value(first + i);
        })
    }

    /// Appends `unnest($1, $2)`, which makes rows of arrays, from the number `first` on.
    pub(super) fn unnest(&mut self, width: usize, first: usize) -> &mut Self {
        self.push("unnest(").values(width, first).push(')')
    }

    /// Appends `(VALUES ($1, $2), ($3, $4))`, which values are among, from the number `first` on.
    pub(super) fn among(&mut self, count: usize, width: usize, first: usize) -> &mut Self {
        self.push(if self.dialect.joins_lists { "(VALUES " } else { "(" });
        self.tuples(count, width, first).push(')')
    }

    /// The whole statement.
    pub(super) fn finish(self) -> Sql {
        Sql { text: self.sql.into(), order: self.order }
    }
}
