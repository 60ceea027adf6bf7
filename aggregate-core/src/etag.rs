//! Versions in HTTP: entity tags, and the `If-Match` header.

use std::error::Error as StdError;
use std::fmt;
use std::str::FromStr;

use crate::version::Version;

impl Version {
    /// The version as a strong entity tag, for the header `ETag`: `"3"`, quotes included.
    ///
    /// An unsaved aggregate has `"-1"`, which no [`IfMatch`] matches.
    ///
    /// ```
    /// use aggregate_core::Version;
    ///
    /// assert_eq!(Version::new(3).etag(), "\"3\"");
    /// ```
    #[must_use]
    pub fn etag(self) -> String {
        format!("\"{self}\"")
    }

    /// The version of an entity tag that [`etag`](Self::etag) made, `None` for any other one, a weak one among them.
    ///
    /// # Errors
    ///
    /// [`EtagError`] if it is no entity tag at all.
    ///
    /// ```
    /// use aggregate_core::Version;
    ///
    /// assert_eq!(Version::from_etag("\"3\""), Ok(Some(Version::new(3))));
    /// assert_eq!(Version::from_etag("W/\"3\""), Ok(None), "a weak tag promises nothing about each byte");
    /// assert!(Version::from_etag("3").is_err(), "a tag stands in quotes");
    /// ```
    pub fn from_etag(tag: &str) -> Result<Option<Self>, EtagError> {
        let malformed = || EtagError { value: tag.to_owned() };
        let (version, rest) = entity_tag(tag.trim_matches(WHITESPACE)).ok_or_else(malformed)?;
        if rest.is_empty() { Ok(version) } else { Err(malformed()) }
    }
}

/// The header `If-Match`: which stored versions a request may overwrite.
///
/// Tags are compared strongly, as [RFC 9110, 13.1.1](https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1) asks: a weak tag
/// matches nothing, and neither does a tag that is not one of ours.
///
/// ```
/// use aggregate_core::{IfMatch, Version};
///
/// let header: IfMatch = "\"3\", W/\"4\"".parse()?;
/// assert!(header.matches(Some(Version::new(3))));
/// assert!(!header.matches(Some(Version::new(4))), "a weak tag");
/// assert!("*".parse::<IfMatch>()?.matches(Some(Version::new(9))));
/// assert!(!"*".parse::<IfMatch>()?.matches(None), "nothing is stored");
/// assert!("3".parse::<IfMatch>().is_err(), "no quotes");
/// # Ok::<(), aggregate_core::EtagError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IfMatch {
    /// `*`: whatever is stored, if anything is.
    Any,
    /// These versions. Tags that can match none are not among them.
    Versions(Vec<Version>),
}

impl IfMatch {
    /// Whether a request with this header may be carried out while this version is stored; `None` if nothing is.
    #[must_use]
    pub fn matches(&self, stored: Option<Version>) -> bool {
        match (self, stored) {
            (_, None) => false,
            (Self::Any, Some(_)) => true,
            (Self::Versions(versions), Some(stored)) => versions.contains(&stored),
        }
    }
}

/// Reads the value of the header; several headers are one, joined by commas.
impl FromStr for IfMatch {
    type Err = EtagError;

    fn from_str(value: &str) -> Result<Self, EtagError> {
        let malformed = || EtagError { value: value.to_owned() };
        let mut rest = value.trim_matches(WHITESPACE);
        if rest == "*" {
            return Ok(Self::Any);
        }
        let (mut versions, mut tags) = (Vec::new(), 0);
        loop {
            // Empty members of a list are allowed, and mean nothing.
            rest = rest.trim_start_matches([' ', '\t', ',']);
            if rest.is_empty() {
                break;
            }
            let (version, after) = entity_tag(rest).ok_or_else(malformed)?;
            rest = after.trim_start_matches(WHITESPACE);
            if !(rest.is_empty() || rest.starts_with(',')) {
                return Err(malformed());
            }
            versions.extend(version);
            tags += 1;
        }
        if tags == 0 { Err(malformed()) } else { Ok(Self::Versions(versions)) }
    }
}

/// What HTTP calls optional whitespace.
const WHITESPACE: [char; 2] = [' ', '\t'];

/// The entity tag that a text begins with: the version, if it is a strong one of ours, and what follows.
///
/// [RFC 9110, 8.8.3](https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3).
fn entity_tag(text: &str) -> Option<(Option<Version>, &str)> {
    let strong = text.strip_prefix("W/");
    let (opaque, rest) = strong.unwrap_or(text).strip_prefix('"')?.split_once('"')?;
    if !opaque.chars().all(|c| c == '!' || ('#'..='~').contains(&c) || c >= '\u{80}') {
        return None;
    }
    let version = opaque.parse().ok().map(Version::new).filter(|version| version.is_saved());
    // `+3` and `03` are numbers too, but no tags that were ever given out.
    let own = version.filter(|version| strong.is_none() && version.to_string() == opaque);
    Some((own, rest))
}

/// A text that is no entity tag, or no list of such.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EtagError {
    /// The text.
    pub value: String,
}

impl fmt::Display for EtagError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = &self.value;
        write!(f, "malformed entity tag: {value:?} is no list of tags in quotes such as `\"3\"`, and not `*`")
    }
}

impl StdError for EtagError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions(header: &str) -> Result<Vec<i64>, EtagError> {
        header.parse().map(|header| match header {
            IfMatch::Any => panic!("{header:?}"),
            IfMatch::Versions(versions) => versions.into_iter().map(Version::get).collect(),
        })
    }

    #[test]
    fn lists_of_tags_are_read_as_http_writes_them() {
        assert_eq!(versions("\"3\""), Ok(vec![3]));
        assert_eq!(versions("\t \"3\" ,\"4\",, \"0\" ,"), Ok(vec![3, 4, 0]));
        assert_eq!(versions("\"9223372036854775807\""), Ok(vec![i64::MAX]));
        assert_eq!(" * ".parse(), Ok(IfMatch::Any));
    }

    #[test]
    fn what_can_match_no_version_matches_none() {
        for tag in [
            "W/\"3\"",
            "\"\"",
            "\"abc\"",
            "\"a,b\"",
            "\"-1\"",
            "\"+3\"",
            "\"03\"",
            "\"9223372036854775808\"",
            "\"é\"",
        ] {
            assert_eq!(versions(tag), Ok(vec![]), "{tag}");
            assert_eq!(Version::from_etag(tag), Ok(None), "{tag}");
        }
        assert_eq!(versions("\"a,\", \"3\""), Ok(vec![3]));
    }

    #[test]
    fn what_is_no_tag_is_an_error_that_shows_it() {
        for text in [
            "",
            " ",
            ",",
            "3",
            "\"3",
            "3\"",
            "\"3\" \"4\"",
            "\"3\"x",
            "w/\"3\"",
            "W/3",
            "*, \"3\"",
            "\"3\", *",
            "\"a b\"",
            "\"\u{7f}\"",
        ] {
            assert_eq!(text.parse::<IfMatch>(), Err(EtagError { value: text.to_owned() }), "{text}");
        }
        for text in ["", "*", "\"3\",\"4\"", "3"] {
            assert_eq!(Version::from_etag(text), Err(EtagError { value: text.to_owned() }), "{text}");
        }
        let error = EtagError { value: "3".to_owned() }.to_string();
        assert_eq!(
            error,
            "malformed entity tag: \"3\" is no list of tags in quotes such as `\"3\"`, and not `*`"
        );
    }

    #[test]
    fn a_tag_is_read_back() {
        for version in [0, 1, i64::MAX].map(Version::new) {
            assert_eq!(Version::from_etag(&version.etag()), Ok(Some(version)));
        }
        assert_eq!(Version::from_etag(&Version::UNSAVED.etag()), Ok(None));
    }
}
