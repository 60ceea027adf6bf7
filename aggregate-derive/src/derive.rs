//! The pipeline of both derives: read, check, expand, or stub.

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::attr::{Container, Field};
use crate::errors::Errors;
use crate::model::{Kind, Model};
use crate::{check, expand, fallback, shape};

/// The impls for the item, or all its mistakes and stubs in place of the impls.
pub(crate) fn derive(kind: Kind, item: TokenStream) -> TokenStream {
    // The compiler has parsed the item before, so this fails on syntax newer than our parser only.
    let item: DeriveInput = match syn::parse2(item) {
        Ok(item) => item,
        Err(error) => return error.into_compile_error(),
    };
    let errors = Errors::new();
    let container = read_container(&errors, kind, &item);
    let fields = read_fields(&errors, kind, &item);
    check::whole(&errors, kind, &item, &fields);
    match errors.finish() {
        Ok(()) => expand::expand(&Model::new(kind, &item, &container, &fields)),
        Err(errors) => {
            let errors = errors.into_compile_error();
            let stub = fallback::stub(kind, &item, &container, &fields);
            quote! { #errors #stub }
        }
    }
}

fn read_container(errors: &Errors, kind: Kind, item: &DeriveInput) -> Container {
    shape::check_generics(errors, item);
    let container = Container::read(errors, kind, item);
    check::container(errors, kind, item, &container);
    container
}

fn read_fields<'a>(errors: &Errors, kind: Kind, item: &'a DeriveInput) -> Vec<Field<'a>> {
    let mut fields = Vec::new();
    for field in shape::named_fields(errors, kind, item) {
        let field = Field::read(errors, item, field);
        check::field(errors, kind, item, &field);
        fields.push(field);
    }
    fields
}
