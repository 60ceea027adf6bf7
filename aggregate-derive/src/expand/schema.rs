//! The description of the table, and the rules that need the descriptions of two types.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use crate::model::{Child, Column, ForeignKey, Kind, Member, Mode, Model, Part};

/// The value of `Entity::TABLE`.
///
/// ```ignore
/// &__private::Table::new("invoices", &[
///     __private::ColumnDef::new("id"),
///     __private::ColumnDef::new("version"),
/// ])
/// .id(&[0])
/// .version(1)
/// .children(&[
///     __private::Edge::new("lines", <<Vec<Line> as __private::Child>::Entity as __private::Entity>::TABLE, &["invoice_id"]),
/// ])
/// ```
pub(super) fn table(model: &Model<'_>) -> TokenStream {
    let name = &model.table;
    let columns = model.columns().map(|(_, column)| definition(column));
    let schema = model.schema.as_ref().map(|schema| quote! { .schema(#schema) });
    let ids = model.ids().map(|(_, id)| id.index);
    let id = if model.local { quote!(local_id) } else { quote!(id) };
    let version = model
        .columns()
        .find(|(_, column)| column.part == Part::Version)
        .map(|(_, Column { index, .. })| quote! { .version(#index) });
    let parents: Vec<_> = model.parents().map(|parent| parent.name()).collect();
    let parents = (!parents.is_empty()).then(|| quote! { .parent(&[#(#parents),*]) });
    let edges: Vec<_> = model.children().map(|(member, child)| edge(member, child)).collect();
    let edges = (!edges.is_empty()).then(|| quote! { .children(&[#(#edges),*]) });
    quote! {
        &__private::Table::new(#name, &[#(#columns),*]) #schema .#id(&[#(#ids),*]) #version #parents #edges
    }
}

fn definition(column: &Column<'_>) -> TokenStream {
    let name = &column.name;
    match column.mode {
        Mode::ReadWrite => quote! { __private::ColumnDef::new(#name) },
        Mode::InsertOnly => quote! { __private::ColumnDef::insert_only(#name) },
        Mode::ReadOnly => quote! { __private::ColumnDef::read_only(#name) },
    }
}

fn edge(member: &Member<'_>, child: &Child) -> TokenStream {
    let field = member.name();
    let ty = member.ty;
    let table = child.table.as_ref().map(|table| quote! { .table(#table) });
    let (adds, given) = match &child.foreign_key {
        ForeignKey::Default(columns) => (quote! { #(#columns),* }, None),
        ForeignKey::Given(columns) => (quote!(), Some(quote! { .foreign_key(&[#(#columns),*]) })),
    };
    quote! {
        __private::Edge::new(
            #field,
            <<#ty as __private::Child>::Entity as __private::Entity>::TABLE,
            &[#adds]
        ) #table #given
    }
}

/// The constants whose evaluation fails where two types don't fit together, at the child field.
///
/// ```ignore
/// const _: () = __private::assert_clear(<Invoice as __private::Entity>::TABLE, 0, "...");
/// const _: () = __private::assert_parent(<Invoice as __private::Entity>::TABLE, 0, "...");
/// const _: () = __private::assert_tree(<Invoice as __private::Entity>::TABLE);
/// ```
pub(super) fn assertions(model: &Model<'_>) -> TokenStream {
    let ident = model.ident;
    let edges = model.children().map(|(member, child)| {
        let index = child.index;
        let (clear, parent) = (clear(member), parent(member));
        let distinct = (index > 0).then(|| distinct(model, member)).map(|message| {
            quote_spanned! {member.ty.span()=>
                const _: () = __private::assert_distinct(<#ident as __private::Entity>::TABLE, #index, #message);
            }
        });
        quote_spanned! {member.ty.span()=>
            const _: () = __private::assert_clear(<#ident as __private::Entity>::TABLE, #index, #clear);
            #distinct
            const _: () = __private::assert_parent(<#ident as __private::Entity>::TABLE, #index, #parent);
        }
    });
    let tree = (model.kind == Kind::Aggregate).then(|| {
        quote_spanned! {ident.span()=>
            const _: () = __private::assert_tree(<#ident as __private::Entity>::TABLE);
        }
    });
    quote! { #(#edges)* #tree }
}

fn clear(member: &Member<'_>) -> String {
    format!(
        "the rows of field `{}` have a column of their own with the name of their foreign key\n\
         help: put `#[parent]` on it if it mirrors the parent's key, \
         else name the key otherwise: `#[child(foreign_key = \"...\")]`",
        member.name()
    )
}

fn distinct(model: &Model<'_>, member: &Member<'_>) -> String {
    format!(
        "field `{0}` of `{1}` would load the rows of another field: they share a table and a foreign key\n\
         help: give one of the two its own: `#[child(table = \"...\")]` or `#[child(foreign_key = \"...\")]`",
        member.name(),
        model.ident
    )
}

fn parent(member: &Member<'_>) -> String {
    format!(
        "the rows of field `{}` have more or fewer `#[parent]` fields than their foreign key has columns\n\
         help: mirror the whole key, in its order, or none of it",
        member.name()
    )
}
