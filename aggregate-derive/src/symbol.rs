//! The words of the attributes, and which known word an unknown one is nearest to.

/// The attributes that stand on fields.
pub(crate) const ON_FIELDS: &[&str] = &["id", "version", "child", "parent", "column", "skip"];

/// The attributes that stand on the struct.
pub(crate) const ON_STRUCT: &[&str] = &["aggregate", "entity"];

/// The options of `#[aggregate]` and `#[entity]`.
pub(crate) const CONTAINER_OPTIONS: &[&str] = &["table", "schema", "crate", "invariant"];

/// The options of `#[id]`.
pub(crate) const ID_OPTIONS: &[&str] = &["local"];

/// The options of `#[child]`.
pub(crate) const CHILD_OPTIONS: &[&str] = &["table", "foreign_key", "unversioned"];

/// The options of `#[column]`.
pub(crate) const COLUMN_OPTIONS: &[&str] =
    &["name", "json", "try_from", "same", "insert_only", "read_only", "unversioned"];

/// What to type in place of an unknown option: the nearest known one, else one of the list.
pub(crate) fn suggestion(attribute: &str, unknown: &str, known: &[&str]) -> String {
    match nearest(unknown, known) {
        Some(word) => format!("did you mean `{word}`?"),
        None => match known {
            [] => format!("`#[{attribute}]` takes no options"),
            [only] => format!("the only option of `#[{attribute}]` is `{only}`"),
            [first @ .., last] => {
                let first: Vec<_> = first.iter().map(|word| format!("`{word}`")).collect();
                format!("the options of `#[{attribute}]` are {} and `{last}`", first.join(", "))
            }
        },
    }
}

/// The known word that a typing error may have turned into `word`.
fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let near = |known: &str| known.len().max(word.len()).div_ceil(3);
    let (distance, nearest) = known.iter().map(|known| (distance(word, known), *known)).min()?;
    (distance <= near(nearest)).then_some(nearest)
}

/// The number of letters to add, drop or replace to turn `a` into `b` (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::{COLUMN_OPTIONS, CONTAINER_OPTIONS, nearest, suggestion};

    #[test]
    fn typing_errors_find_their_word() {
        assert_eq!(nearest("tabel", CONTAINER_OPTIONS), Some("table"));
        assert_eq!(nearest("readonly", COLUMN_OPTIONS), Some("read_only"));
        assert_eq!(nearest("tryfrom", COLUMN_OPTIONS), Some("try_from"));
        assert_eq!(nearest("versioned", COLUMN_OPTIONS), Some("unversioned"));
        assert_eq!(nearest("sql_type", COLUMN_OPTIONS), None);
        assert_eq!(nearest("unique", COLUMN_OPTIONS), None);
    }

    #[test]
    fn other_words_get_the_list() {
        assert_eq!(suggestion("id", "generated", &["local"]), "the only option of `#[id]` is `local`");
        assert_eq!(
            suggestion("child", "on_delete", &["table", "foreign_key"]),
            "the options of `#[child]` are `table` and `foreign_key`"
        );
        assert_eq!(suggestion("skip", "now", &[]), "`#[skip]` takes no options");
    }
}
