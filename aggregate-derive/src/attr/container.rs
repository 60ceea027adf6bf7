//! `#[aggregate(...)]` and `#[entity(...)]`.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{DeriveInput, LitStr, Path};

use super::option::{self, Given};
use crate::errors::Errors;
use crate::model::Kind;
use crate::symbol::{CONTAINER_OPTIONS, ON_FIELDS, ON_STRUCT};

/// The options that stand on the struct.
#[derive(Default)]
pub(crate) struct Container {
    pub(crate) table: Option<Given<LitStr>>,
    pub(crate) schema: Option<Given<LitStr>>,
    pub(crate) krate: Option<Given<Path>>,
    pub(crate) invariant: Option<Given<Path>>,
}

impl Container {
    /// Reads the attributes on the struct.
    pub(crate) fn read(errors: &Errors, kind: Kind, item: &DeriveInput) -> Self {
        let mut container = Self::default();
        for attr in &item.attrs {
            let Some(word) = attr.path().get_ident().map(ToString::to_string) else { continue };
            if word == kind.attribute() {
                container.read_options(errors, attr);
            } else if ON_STRUCT.contains(&&*word) {
                errors.push(
                    attr.path(),
                    format!(
                        "`#[{word}]` does not belong on `{}`, which derives `{}`\nhelp: write `#[{}(...)]`",
                        item.ident,
                        kind.derive(),
                        kind.attribute()
                    ),
                );
            } else if ON_FIELDS.contains(&&*word) {
                errors.push(
                    attr,
                    format!(
                        "`#[{word}]` belongs on a field, not on `{}`\nhelp: move it to a field of `{0}`",
                        item.ident
                    ),
                );
            }
        }
        container
    }

    /// The path to `aggregate_core`.
    pub(crate) fn krate(&self) -> TokenStream {
        match &self.krate {
            Some(krate) => krate.value.to_token_stream(),
            None => quote!(::aggregate_core),
        }
    }

    fn read_options(&mut self, errors: &Errors, attr: &syn::Attribute) {
        option::each(errors, attr, |option| {
            match &*option.word() {
                "table" => option.keep(&mut self.table, option.name()?),
                "schema" => option.keep(&mut self.schema, option.name()?),
                "crate" => option.keep(&mut self.krate, option.path()?),
                "invariant" => option.keep(&mut self.invariant, option.function()?),
                _ => return Err(option.unknown(CONTAINER_OPTIONS)),
            }
            Ok(())
        });
    }
}
