//! Writes the description down: as plain structs, as aggregates of this library, as entities of `SeaORM`.

use std::fmt::Write as _;

use super::model::{AGGREGATES, PARTS, Part};

/// A way to write the types down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Structs alone.
    Bare,
    /// Derived with this library.
    Ours,
    /// Entities of `SeaORM` in the format that its version 2 brought, with relations among the fields.
    SeaOrm,
    /// Entities of `SeaORM` in the format from before, with relations in an enum. They can do less.
    SeaOrmCompact,
}

/// The files of a library with all types, name and text: a module for each aggregate.
pub(super) fn library(style: Style) -> Vec<(String, String)> {
    let mut root = String::new();
    let mut files = Vec::new();
    for number in 0..AGGREGATES {
        line(&mut root, format_args!("pub mod a{number};"));
        files.push((format!("a{number}.rs"), aggregate(style, number)));
    }
    files.push(("lib.rs".to_owned(), root));
    files
}

/// The module of one aggregate.
pub(super) fn aggregate(style: Style, number: usize) -> String {
    let mut text = String::new();
    match style {
        Style::Bare => text.push_str("use chrono::{DateTime, Utc};\nuse uuid::Uuid;\n"),
        Style::Ours => text.push_str(
            "use aggregate_core::{Aggregate, Entity, Version};\nuse chrono::{DateTime, Utc};\nuse uuid::Uuid;\n",
        ),
        Style::SeaOrm | Style::SeaOrmCompact => {}
    }
    for part in &PARTS {
        if !text.is_empty() {
            text.push('\n');
        }
        match style {
            Style::Bare => bare(&mut text, part),
            Style::Ours => ours(&mut text, part, number),
            Style::SeaOrm => sea_orm(&mut text, part, number),
            Style::SeaOrmCompact => sea_orm_compact(&mut text, part, number),
        }
    }
    text
}

fn bare(text: &mut String, part: &Part) {
    line(text, "#[derive(Clone, Debug, PartialEq)]");
    line(text, format_args!("pub struct {} {{", part.name));
    for (name, ty) in part.columns("i64") {
        line(text, format_args!("    pub {name}: {ty},"));
    }
    for child in part.children() {
        line(text, format_args!("    pub {}: Vec<{}>,", child.rows, child.name));
    }
    line(text, "}");
}

fn ours(text: &mut String, part: &Part, number: usize) {
    let derive = if part.parent.is_none() { "Aggregate" } else { "Entity" };
    line(text, format_args!("#[derive({derive}, Clone, Debug, PartialEq)]"));
    line(text, format_args!("#[{}(table = \"a{number}_{}\")]", derive.to_lowercase(), part.rows));
    line(text, format_args!("pub struct {} {{", part.name));
    for (name, ty) in part.columns("Version") {
        if ["id", "version"].contains(&name) {
            line(text, format_args!("    #[{name}]"));
        }
        line(text, format_args!("    pub {name}: {ty},"));
    }
    for child in part.children() {
        line(text, "    #[child]");
        line(text, format_args!("    pub {}: Vec<{}>,", child.rows, child.name));
    }
    line(text, "}");
}

fn sea_orm(text: &mut String, part: &Part, number: usize) {
    sea_orm_columns(text, part, number, "    #[sea_orm::model]\n");
    if let Some(parent) = part.parent.map(|parent| PARTS[parent].lower()) {
        line(text, format_args!("        #[sea_orm(belongs_to, from = \"{parent}_id\", to = \"id\")]"));
        line(text, format_args!("        pub {parent}: BelongsTo<super::{parent}::Entity>,"));
    }
    for child in part.children() {
        line(text, "        #[sea_orm(has_many)]");
        line(text, format_args!("        pub {}: HasMany<super::{}::Entity>,", child.rows, child.lower()));
    }
    line(text, "    }\n\n    impl ActiveModelBehavior for ActiveModel {}\n}");
}

fn sea_orm_compact(text: &mut String, part: &Part, number: usize) {
    sea_orm_columns(text, part, number, "");
    line(
        text,
        "    }\n\n    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]\n    pub enum Relation {",
    );
    let parent = part.parent.map(|parent| &PARTS[parent]);
    if let Some(Part { name, .. }) = parent {
        let module = name.to_lowercase();
        let from = format!("belongs_to = \"super::{module}::Entity\", from = \"Column::{name}Id\"");
        line(text, format_args!("        #[sea_orm({from}, to = \"super::{module}::Column::Id\")]"));
        line(text, format_args!("        {name},"));
    }
    for child in part.children() {
        line(text, format_args!("        #[sea_orm(has_many = \"super::{}::Entity\")]", child.lower()));
        line(text, format_args!("        {},", child.name));
    }
    line(text, "    }");
    for other in parent.into_iter().chain(part.children()) {
        line(text, format_args!("\n    impl Related<super::{}::Entity> for Entity {{", other.lower()));
        line(text, "        fn to() -> RelationDef {");
        line(text, format_args!("            Relation::{}.def()", other.name));
        line(text, "        }\n    }");
    }
    line(text, "\n    impl ActiveModelBehavior for ActiveModel {}\n}");
}

/// The beginning of an entity's module, up to its last column.
fn sea_orm_columns(text: &mut String, part: &Part, number: usize, attribute: &str) {
    line(text, format_args!("pub mod {} {{\n    use sea_orm::entity::prelude::*;\n", part.lower()));
    text.push_str(attribute);
    line(text, "    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]");
    line(text, format_args!("    #[sea_orm(table_name = \"a{number}_{}\")]", part.rows));
    line(text, "    pub struct Model {");
    for (name, ty) in part.columns("i64") {
        if name == "id" {
            line(text, "        #[sea_orm(primary_key, auto_increment = false)]");
        }
        let ty = if ty == "DateTime<Utc>" { "DateTimeUtc" } else { ty };
        line(text, format_args!("        pub {name}: {ty},"));
    }
    if let Some(parent) = part.parent {
        line(text, format_args!("        pub {}_id: i64,", PARTS[parent].lower()));
    }
}

/// Appends a line.
pub(super) fn line(text: &mut String, line: impl std::fmt::Display) {
    // A `String` takes everything.
    let _ = writeln!(text, "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLES: [Style; 3] = [Style::Bare, Style::Ours, Style::SeaOrm];

    fn all(style: Style) -> String {
        library(style).into_iter().map(|(_, text)| text).collect()
    }

    fn count(text: &str, word: &str) -> usize {
        text.matches(word).count()
    }

    #[test]
    fn every_style_has_fifty_types_and_four_hundred_columns() {
        // What `SeaORM` keeps as a field, and the others in the tree: 40 foreign keys, and who they lead to.
        for (style, places) in [(Style::Bare, 40), (Style::Ours, 40), (Style::SeaOrm, 120)] {
            let text = all(style);
            assert_eq!(count(&text, "pub struct "), 50, "{style:?}");
            assert_eq!(count(&text, "    pub ") - count(&text, "    pub struct "), 400 + places, "{style:?}");
        }
    }

    #[test]
    fn every_style_has_the_same_columns_of_the_same_types() {
        let [bare, ours, sea_orm] = STYLES.map(all);
        for (ty, fields) in [("String", 50), ("i32", 50), ("bool", 50), ("f64", 50), ("Uuid", 40)] {
            for text in [&bare, &ours, &sea_orm] {
                assert_eq!(count(text, &format!(": {ty},")), fields, "{ty}");
            }
        }
        assert_eq!(count(&bare, "Vec<"), count(&sea_orm, "HasMany<"));
        assert_eq!(count(&ours, "#[child]"), count(&sea_orm, "BelongsTo<"));
    }

    #[test]
    fn every_type_of_ours_is_derived() {
        let text = all(Style::Ours);
        assert_eq!(count(&text, "#[derive(Aggregate,"), 10);
        assert_eq!(count(&text, "#[derive(Entity,"), 40);
        assert_eq!(count(&text, "    #[version]\n    pub version: Version,"), 10);
        assert_eq!(count(&text, "    #[id]\n    pub id: i64,"), 50);
    }

    #[test]
    fn every_entity_of_sea_orm_is_complete() {
        let (dense, compact) = (all(Style::SeaOrm), all(Style::SeaOrmCompact));
        for word in ["DeriveEntityModel", "impl ActiveModelBehavior", "primary_key"] {
            assert_eq!((count(&dense, word), count(&compact, word)), (50, 50), "{word}");
        }
        assert_eq!(count(&dense, "#[sea_orm::model]"), 50);
        assert_eq!(count(&compact, "pub enum Relation {"), 50);
        // Each of the 40 relations is seen from both ends.
        assert_eq!((count(&compact, "impl Related<"), count(&compact, ".def()")), (80, 80));
    }
}
