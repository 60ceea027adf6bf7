//! Names of tables and columns: the defaults, and which ones a database takes.

use proc_macro2::Ident;
use syn::ext::IdentExt;

/// The longest name that every database takes as it stands: `PostgreSQL` cuts longer ones.
const MAX_BYTES: usize = 63;

/// The name of the column of a field, unless one is given: the field's, without `r#`.
pub(crate) fn of_field(field: &Ident) -> String {
    field.unraw().to_string()
}

/// The name of the table of a struct, unless one is given, and the first part of foreign keys to it.
pub(crate) fn of_struct(ident: &Ident) -> String {
    snake_case(&ident.unraw().to_string())
}

/// The name of the foreign key column that refers to `id` of a struct, unless one is given.
pub(crate) fn of_foreign_key(parent: &Ident, id: &str) -> String {
    format!("{}_{id}", of_struct(parent))
}

/// Why no database takes this name, if none does.
pub(crate) fn problem(name: &str) -> Option<String> {
    match name.len() {
        0 => Some("is empty".to_owned()),
        bytes if bytes > MAX_BYTES => Some(format!("is {bytes} bytes long, and {MAX_BYTES} is the limit")),
        _ if name.contains('\0') => Some("contains a NUL character".to_owned()),
        _ => None,
    }
}

/// `InvoiceLine` as `invoice_line`, `HTTPServer2` as `http_server2`.
fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    let mut letters = name.chars().peekable();
    let mut before: Option<char> = None;
    while let Some(letter) = letters.next() {
        let word_ends = before.is_some_and(|b| b.is_lowercase() || b.is_numeric());
        let acronym_ends =
            before.is_some_and(char::is_uppercase) && letters.peek().is_some_and(|next| next.is_lowercase());
        if letter.is_uppercase() && (word_ends || acronym_ends) {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
        before = Some(letter);
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::{problem, snake_case};

    #[test]
    fn structs_give_names_in_snake_case() {
        for (name, snake) in [
            ("Invoice", "invoice"),
            ("InvoiceLine", "invoice_line"),
            ("HTTPServer2", "http_server2"),
            ("Line2Item", "line2_item"),
            ("already_snake", "already_snake"),
            ("ID", "id"),
            ("ÄnderungÖl", "änderung_öl"),
        ] {
            assert_eq!(snake_case(name), snake);
        }
    }

    #[test]
    fn names_of_63_bytes_are_the_longest() {
        assert!(problem(&"n".repeat(63)).is_none());
        assert!(problem(&"n".repeat(64)).is_some_and(|why| why.contains("64 bytes")));
        assert!(problem(&"ä".repeat(32)).is_some());
        assert!(problem("").is_some() && problem("a\0").is_some());
    }
}
