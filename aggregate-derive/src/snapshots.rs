//! The expansion is a product: these tests show it, pretty-printed, as real files.
//!
//! `expansions/input/*.rs` is what a user writes, `expansions/*.rs` what the derive makes of it, below the
//! bare struct. To accept changes, run `BLESS=1 cargo test -p aggregate-core-derive --lib snapshots` and read
//! the difference as code. `tests/expand.rs` compiles the files, so that what is shown here is what works.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use quote::ToTokens;
use syn::{DeriveInput, Fields, ItemStruct, parse_quote};

use crate::derive::derive;
use crate::model::Kind;
use crate::symbol::{ON_FIELDS, ON_STRUCT};

/// The lines that one more column may add: its name, its bound, and one each to decode, visit and compare it.
const LINES_PER_COLUMN: usize = 5;

#[test]
fn expansions_are_as_they_were_blessed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("expansions");
    let inputs: Vec<PathBuf> = std::fs::read_dir(root.join("input"))
        .expect("the folder of inputs")
        .map(|entry| entry.expect("an input").path())
        .collect();
    assert!(inputs.len() >= 4);
    for input in inputs {
        let text = std::fs::read_to_string(&input).expect("an input");
        let item: ItemStruct = syn::parse_str(&text).expect("an input is a struct");
        let expansion = print(&bare(item)) + &expand(&text);
        let blessed = root.join(input.file_name().expect("a file"));
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&blessed, &expansion).expect("a file to write");
        }
        let before = std::fs::read_to_string(&blessed).unwrap_or_default();
        assert!(
            before == expansion,
            "the expansion of {} changed; accept it with BLESS=1 and read the difference. It is now:\n{expansion}",
            input.display()
        );
    }
}

#[test]
fn an_expansion_grows_by_a_line_for_each_thing_done_with_a_column() {
    let lines = |columns: usize| expand(&entity_of(columns)).lines().count();
    let (few, many) = (lines(5), lines(65));
    let per_column = (many - few).div_ceil(60);
    assert!(per_column <= LINES_PER_COLUMN, "{per_column} lines a column: {few} for 5, {many} for 65");
}

#[test]
fn an_expansion_hides_nothing_in_macros() {
    let expansion = expand(&entity_of(5));
    let file = syn::parse_file(&expansion).expect("the expansion is code");
    let tokens = file.to_token_stream().to_string();
    assert!(!tokens.contains("macro_rules") && !tokens.contains("! ("), "a macro in:\n{expansion}");
}

/// An entity with an id and other columns of names that are long enough to be real.
fn entity_of(columns: usize) -> String {
    let mut text = "#[derive(Entity)] struct Wide { #[id] id: i64, ".to_owned();
    for column in 1..columns {
        write!(text, "some_column_{column}: String, ").expect("a string takes text");
    }
    text + "}"
}

/// What the derive makes of a struct.
fn expand(input: &str) -> String {
    let item: DeriveInput = syn::parse_str(input).expect("an input is a struct");
    let kind = if input.contains("derive(Aggregate") { Kind::Aggregate } else { Kind::Entity };
    print(&derive(kind, item.to_token_stream()))
}

fn print(tokens: &impl ToTokens) -> String {
    prettyplease::unparse(&syn::parse2(tokens.to_token_stream()).expect("an expansion is a file"))
}

/// The struct without what is ours.
fn bare(mut item: ItemStruct) -> ItemStruct {
    let is_ours =
        |attr: &syn::Attribute| ON_FIELDS.iter().chain(ON_STRUCT).any(|word| attr.path().is_ident(word));
    item.attrs.retain(|attr| !is_ours(attr) && !attr.path().is_ident("derive"));
    item.attrs.push(parse_quote!(#[derive(Clone)]));
    if let Fields::Named(fields) = &mut item.fields {
        for field in &mut fields.named {
            field.attrs.retain(|attr| !is_ours(attr));
        }
    }
    item
}
