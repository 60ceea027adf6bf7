//! All mistakes at once: a collector that cannot be forgotten.

use std::cell::RefCell;
use std::fmt::Display;

use quote::ToTokens;

/// The mistakes found so far, in the order in which the user will read them.
///
/// Dropping it unread is a bug of this crate, and panics.
pub(crate) struct Errors {
    found: RefCell<Option<Vec<syn::Error>>>,
}

impl Errors {
    pub(crate) fn new() -> Self {
        Self { found: RefCell::new(Some(Vec::new())) }
    }

    /// Adds a mistake. `tokens` should be the narrowest that show it; all of them are underlined.
    pub(crate) fn push(&self, tokens: impl ToTokens, message: impl Display) {
        self.append(syn::Error::new_spanned(tokens, message));
    }

    /// Adds what parsing reported.
    pub(crate) fn append(&self, error: syn::Error) {
        if let Some(found) = self.found.borrow_mut().as_mut() {
            found.push(error);
        }
    }

    /// The number of mistakes so far, to see whether a phase added any.
    pub(crate) fn len(&self) -> usize {
        self.found.borrow().as_ref().map_or(0, Vec::len)
    }

    /// All mistakes as one error, if there is any.
    pub(crate) fn finish(self) -> syn::Result<()> {
        let found = self.found.take().unwrap_or_default();
        let all = found.into_iter().reduce(|mut all, error| {
            all.combine(error);
            all
        });
        all.map_or(Ok(()), Err)
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        let unread = self.found.borrow().is_some();
        assert!(!unread || std::thread::panicking(), "errors were collected and never read");
    }
}

#[cfg(test)]
mod tests {
    use super::Errors;

    #[test]
    #[should_panic(expected = "never read")]
    fn dropping_the_collector_unread_panics() {
        let _ = Errors::new();
    }

    #[test]
    fn all_mistakes_come_out_in_order() {
        let errors = Errors::new();
        errors.push(quote::quote!(a), "first");
        errors.push(quote::quote!(b), "second");
        assert_eq!(errors.len(), 2);
        let all = errors.finish().expect_err("two mistakes");
        assert_eq!(all.into_iter().map(|e| e.to_string()).collect::<Vec<_>>(), ["first", "second"]);
        assert!(Errors::new().finish().is_ok());
    }
}
