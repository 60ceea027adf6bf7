//! The description of the table, and the rules that need the descriptions of two types.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::{at, number};

use crate::model::{Child, Column, ForeignKey, Kind, Member, Mode, Model, Part, Role};

/// The value of `Entity::TABLE`.
///
/// ```text
/// &__private::Table::new("invoices", &[
///     __private::ColumnDef::new("id"),
///     __private::ColumnDef::new("version"),
/// ])
/// .id(&[0])
/// .version(1)
/// .children(&[
///     __private::Edge::new("lines", <Vec<Line> as __private::Child>::TABLE, &["invoice_id"]),
/// ])
/// ```
pub(super) fn table(model: &Model<'_>) -> TokenStream {
    let name = &model.table;
    let columns = model.columns().map(|(_, column)| definition(column));
    let schema = model.schema.as_ref().map(|schema| quote! { .schema(#schema) });
    let ids = model.ids().map(|(_, id)| number(id.index));
    let id = if model.local { quote!(local_id) } else { quote!(id) };
    let version = model
        .columns()
        .find(|(_, column)| column.part == Part::Version)
        .map(|(_, column)| number(column.index))
        .map(|index| quote! { .version(#index) });
    let parents: Vec<_> = model.parents().map(Member::name).collect();
    let parents = (!parents.is_empty()).then(|| quote! { .parent(&[#(#parents),*]) });
    let edges: Vec<_> = model.children().map(|(member, child)| edge(member, child)).collect();
    let edges = (!edges.is_empty()).then(|| quote! { .children(&[#(#edges),*]) });
    quote! {
        &__private::Table::new(#name, &[#(#columns),*]) #schema .#id(&[#(#ids),*]) #version #parents #edges
    }
}

fn definition(column: &Column<'_>) -> TokenStream {
    let name = &column.name;
    let unversioned = column.unversioned.then(|| quote! { .unversioned() });
    match column.mode {
        Mode::ReadWrite => quote! { __private::ColumnDef::new(#name) #unversioned },
        Mode::InsertOnly => quote! { __private::ColumnDef::insert_only(#name) },
        Mode::ReadOnly => quote! { __private::ColumnDef::read_only(#name) },
    }
}

fn edge(member: &Member<'_>, child: &Child) -> TokenStream {
    let field = member.name();
    let ty = member.ty;
    let table = child.table.as_ref().map(|table| quote! { .table(#table) });
    let unversioned = child.unversioned.then(|| quote! { .unversioned() });
    let (adds, given) = match &child.foreign_key {
        ForeignKey::Default(columns) => (quote! { #(#columns),* }, None),
        ForeignKey::Given(columns) => (quote!(), Some(quote! { .foreign_key(&[#(#columns),*]) })),
    };
    quote! {
        __private::Edge::new(
            #field,
            <#ty as __private::Child>::TABLE,
            &[#adds]
        ) #table #given #unversioned
    }
}

/// One assertion for each field whose type has to be something, at the type.
///
/// ```text
/// const _: () = <Invoice as __private::IsClone>::OK;
/// const _: () = <Invoice as __private::IsSendAndSync>::OK;
/// const _: () = <InvoiceId as __private::IsId>::OK;
/// const _: () = <Version as __private::IsVersion>::OK;
/// const _: () = <Vec<Line> as __private::IsChild>::OK;
/// ```
pub(super) fn types(model: &Model<'_>) -> TokenStream {
    let row = [quote!(IsClone), quote!(IsSendAndSync)].map(|required| asserted(model.ident, &required));
    let fields = model.members.iter().filter_map(|Member { ty, role, .. }| {
        let required = match role {
            Role::Column(Column { part: Part::Id, .. }) | Role::Parent(_) => quote!(IsId),
            Role::Column(Column { part: Part::Version, .. }) => quote!(IsVersion),
            Role::Child(_) => quote!(IsChild),
            Role::Skip => quote!(IsSkipped),
            Role::Column(_) => return None,
        };
        Some(asserted(ty, &required))
    });
    row.into_iter().chain(fields).collect()
}

fn asserted(ty: &impl ToTokens, required: &TokenStream) -> TokenStream {
    quote! { const _: () = <#ty as __private::#required>::OK; }
}

/// The constants whose evaluation fails where two types don't fit together, at the child field.
///
/// ```text
/// use __private::Undescribed as _;
/// const __TABLE: &__private::Table = __private::Described::<Invoice>::TABLE;
/// const _: () = __private::assert_clear(__TABLE, 0, "...");
/// const _: () = __private::assert_parent(__TABLE, 0, "...");
/// const _: () = __private::assert_tree(__TABLE);
/// ```
pub(super) fn assertions(model: &Model<'_>) -> Option<TokenStream> {
    let ident = model.ident;
    let edges: Vec<_> = model
        .children()
        .map(|(member, child)| {
            let index = number(child.index);
            let assert = |rule: TokenStream, message: String| {
                let call = at(member.ty, &quote! { __private::#rule(__TABLE, #index, #message) });
                quote! { const _: () = #call; }
            };
            let clear = assert(quote!(assert_clear), clear(member));
            let distinct =
                (child.index > 0).then(|| assert(quote!(assert_distinct), distinct(model, member)));
            let parent = assert(quote!(assert_parent), parent(member));
            quote! { #clear #distinct #parent }
        })
        .collect();
    if edges.is_empty() {
        return None;
    }
    let tree = (model.kind == Kind::Aggregate).then(|| {
        let call = at(ident, &quote! { __private::assert_tree(__TABLE) });
        quote! { const _: () = #call; }
    });
    Some(quote! {
        use __private::Undescribed as _;
        const __TABLE: &__private::Table = __private::Described::<#ident>::TABLE;
        #(#edges)*
        #tree
    })
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
