//! The options inside an attribute's parentheses.

use proc_macro2::{Ident, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::token::Paren;
use syn::{Attribute, Lit, LitStr, Meta, Path, Token, Type, parenthesized};

use crate::errors::Errors;
use crate::symbol;

/// A value and the word before it, so that a conflict underlines the word to delete.
pub(crate) struct Given<T> {
    pub(crate) key: Ident,
    pub(crate) value: T,
}

/// One option, its word read and its value to come.
pub(crate) struct Opt<'a, 'p> {
    attribute: &'a str,
    pub(crate) key: Ident,
    input: ParseStream<'p>,
    errors: &'a Errors,
}

/// Shows each option of an attribute to `read`; after a mistake it goes on with the next one.
pub(crate) fn each(errors: &Errors, attr: &Attribute, mut read: impl FnMut(&Opt<'_, '_>) -> syn::Result<()>) {
    let attribute = attr.path().get_ident().map_or_else(String::new, Ident::to_string);
    match &attr.meta {
        Meta::Path(_) => {}
        Meta::NameValue(meta) => errors.push(
            meta,
            format!(
                "`#[{attribute}]` takes no value\n\
                 help: write its options in parentheses, `#[{attribute}(...)]`, or none"
            ),
        ),
        Meta::List(_) => {
            let all = attr.parse_args_with(|input: ParseStream<'_>| {
                while !input.is_empty() {
                    if let Err(error) = one(errors, &attribute, input, &mut read) {
                        errors.append(error);
                        skip_option(input)?;
                    }
                    if !input.is_empty() {
                        input.parse::<Token![,]>()?;
                    }
                }
                Ok(())
            });
            if let Err(error) = all {
                errors.append(error);
            }
        }
    }
}

fn one(
    errors: &Errors,
    attribute: &str,
    input: ParseStream<'_>,
    read: &mut impl FnMut(&Opt<'_, '_>) -> syn::Result<()>,
) -> syn::Result<()> {
    let Ok(key) = input.call(Ident::parse_any) else {
        let found: TokenTree = input.parse()?;
        return Err(syn::Error::new_spanned(
            &found,
            format!("`{found}` is not an option of `#[{attribute}]`\nhelp: an option begins with a word"),
        ));
    };
    read(&Opt { attribute, key: key.clone(), input, errors })?;
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(());
    }
    let rest = rest_of_option(input)?;
    let help = if rest.to_string().starts_with(['=', '(']) {
        format!("write `{key}` alone")
    } else {
        "put a comma between two options".to_owned()
    };
    Err(syn::Error::new_spanned(&rest, format!("unexpected `{rest}` after `{key}`\nhelp: {help}")))
}

/// Skips what is left of an option that was not understood.
fn skip_option(input: ParseStream<'_>) -> syn::Result<()> {
    rest_of_option(input).map(drop)
}

/// What stands before the next comma that is not inside `<...>`.
fn rest_of_option(input: ParseStream<'_>) -> syn::Result<proc_macro2::TokenStream> {
    let mut depth = 0_u32;
    let mut rest = Vec::new();
    while !input.is_empty() && (depth > 0 || !input.peek(Token![,])) {
        let token: TokenTree = input.parse()?;
        if let TokenTree::Punct(punct) = &token {
            match punct.as_char() {
                '<' => depth += 1,
                '>' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        rest.push(token);
    }
    Ok(rest.into_iter().collect())
}

impl Opt<'_, '_> {
    /// The option's word.
    pub(crate) fn word(&self) -> String {
        self.key.to_string()
    }

    /// Keeps the option, unless it was given before.
    pub(crate) fn keep<T>(&self, slot: &mut Option<Given<T>>, value: T) {
        if slot.is_some() {
            self.errors.push(
                &self.key,
                format!("`{}` stands twice in `#[{}]`\nhelp: keep one of the two", self.key, self.attribute),
            );
        } else {
            *slot = Some(Given { key: self.key.clone(), value });
        }
    }

    /// The error of an option that the attribute does not have.
    pub(crate) fn unknown(&self, known: &[&str]) -> syn::Error {
        let help = symbol::suggestion(self.attribute, &self.word(), known);
        syn::Error::new_spanned(
            &self.key,
            format!("unknown option `{}` of `#[{}]`\nhelp: {help}", self.key, self.attribute),
        )
    }

    /// `= "name"`.
    pub(crate) fn name(&self) -> syn::Result<LitStr> {
        self.equals("\"...\"")?;
        self.literal(&format!("{} = \"...\"", self.key))
    }

    /// `= path`.
    pub(crate) fn path(&self) -> syn::Result<Path> {
        self.equals("path")?;
        self.bare("path", Path::parse_mod_style)
    }

    /// `= path::to::function`, which may have generic arguments.
    pub(crate) fn function(&self) -> syn::Result<Path> {
        self.equals("path")?;
        self.bare("path", Path::parse)
    }

    /// `= Type`.
    pub(crate) fn ty(&self) -> syn::Result<Type> {
        self.equals("Type")?;
        self.bare("Type", Type::parse)
    }

    /// `= "name"` or `("name", "name")`.
    pub(crate) fn names(&self) -> syn::Result<Vec<LitStr>> {
        if !self.input.peek(Paren) {
            return self.name().map(|name| vec![name]);
        }
        let inside;
        let parens = parenthesized!(inside in self.input);
        if inside.is_empty() {
            return Err(syn::Error::new(
                parens.span.join(),
                format!("`{0}` names no column\nhelp: write `{0} = \"...\"`", self.key),
            ));
        }
        let form = format!("{}(\"...\", \"...\")", self.key);
        let mut names = Vec::new();
        while !inside.is_empty() {
            names.push(literal(&inside, &self.key, &form)?);
            if !inside.is_empty() {
                inside.parse::<Token![,]>()?;
            }
        }
        Ok(names)
    }

    fn equals(&self, value: &str) -> syn::Result<()> {
        if self.input.peek(Token![=]) {
            let equals: Token![=] = self.input.parse()?;
            if !self.input.is_empty() && !self.input.peek(Token![,]) {
                return Ok(());
            }
            let key = &self.key;
            return Err(syn::Error::new_spanned(
                quote::quote!(#key #equals),
                format!("`{key}` has no value\nhelp: write `{key} = {value}`"),
            ));
        }
        Err(syn::Error::new_spanned(
            &self.key,
            format!("`{0}` has no value\nhelp: write `{0} = {value}`", self.key),
        ))
    }

    fn literal(&self, form: &str) -> syn::Result<LitStr> {
        literal(self.input, &self.key, form)
    }

    /// A path or a type, which must not stand in quotes.
    fn bare<T>(&self, what: &str, parse: fn(ParseStream<'_>) -> syn::Result<T>) -> syn::Result<T> {
        let start = self.input.fork();
        let key = &self.key;
        if let Ok(quoted) = start.parse::<LitStr>() {
            return Err(syn::Error::new_spanned(
                &quoted,
                format!("the value of `{key}` stands in quotes\nhelp: write `{key} = {}`", quoted.value()),
            ));
        }
        if parse(&start).is_ok() {
            return parse(self.input);
        }
        let found = rest_of_option(self.input)?;
        Err(syn::Error::new_spanned(
            &found,
            format!("`{found}` cannot be the value of `{key}`\nhelp: write `{key} = {what}`"),
        ))
    }
}

fn literal(input: ParseStream<'_>, key: &Ident, form: &str) -> syn::Result<LitStr> {
    if input.peek(LitStr) {
        return input.parse();
    }
    let found = match input.fork().parse::<Lit>() {
        Ok(_) => input.parse::<TokenTree>()?.into(),
        Err(_) => rest_of_option(input)?,
    };
    Err(syn::Error::new_spanned(
        &found,
        format!("`{found}` is no name in quotes, which `{key}` wants\nhelp: write `{form}`"),
    ))
}
