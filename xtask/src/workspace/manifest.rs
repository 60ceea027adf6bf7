//! As much of a `Cargo.toml` as the chores ask for.

/// A package's manifest: its tables, in order, each a header and its `key = value` lines.
///
/// Knows the form that this repository's manifests have: one key a line, strings in double quotes. What
/// stands on the further lines of a value is not read.
#[derive(Debug)]
pub(crate) struct Manifest {
    tables: Vec<(String, Vec<(String, String)>)>,
}

impl Manifest {
    /// Reads a manifest.
    pub(crate) fn parse(text: &str) -> Self {
        let mut tables = Vec::new();
        for line in text.lines() {
            if line.starts_with('[') {
                let header = line.split(" #").next().unwrap_or(line).trim();
                tables.push((header.to_owned(), Vec::new()));
            } else if let Some((key, value)) = line.split_once('=')
                && !line.starts_with([' ', '#', '\t'])
                && let Some((_, lines)) = tables.last_mut()
            {
                lines.push((key.trim().to_owned(), value.trim().trim_matches('"').to_owned()));
            }
        }
        Self { tables }
    }

    /// The package's name.
    pub(crate) fn name(&self) -> &str {
        self.values("[package]", "name").next().unwrap_or_default()
    }

    /// Whether the package is meant for the registry.
    pub(crate) fn is_published(&self) -> bool {
        self.values("[package]", "publish").all(|value| value != "false")
    }

    /// The names of its examples.
    pub(crate) fn examples(&self) -> impl Iterator<Item = &str> {
        self.values("[[example]]", "name")
    }

    /// The names of its features.
    pub(crate) fn features(&self) -> impl Iterator<Item = &str> {
        let tables = self.tables.iter().filter(|(header, _)| header == "[features]");
        tables.flat_map(|(_, lines)| lines).map(|(key, _)| key.as_str())
    }

    fn values<'a>(&'a self, header: &'a str, key: &'a str) -> impl Iterator<Item = &'a str> {
        let tables = self.tables.iter().filter(move |(found, _)| found == header);
        let lines = tables.flat_map(|(_, lines)| lines);
        lines.filter(move |(found, _)| found == key).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
[package]
name = "some-examples"
publish = false

[[example]] # the main one
name = "invoices"
path = "invoices/main.rs"

[[example]]
name = "quickstart"

[features]
default = [
    "sqlite",
]
# A server.
postgres = ["x/postgres"]
sqlite = []
"#;

    #[test]
    fn reads_names_examples_and_features() {
        let manifest = Manifest::parse(TEXT);
        assert_eq!(manifest.name(), "some-examples");
        assert!(!manifest.is_published());
        assert_eq!(manifest.examples().collect::<Vec<_>>(), ["invoices", "quickstart"]);
        assert_eq!(manifest.features().collect::<Vec<_>>(), ["default", "postgres", "sqlite"]);
    }

    #[test]
    fn a_package_is_published_unless_it_says_no() {
        assert!(Manifest::parse("[package]\nname = \"x\"\n").is_published());
    }
}
