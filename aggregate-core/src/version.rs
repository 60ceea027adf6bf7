//! The version of an aggregate: the optimistic lock's counter.

use std::fmt;

use serde::{Deserialize, Serialize};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::{Database, Decode, Encode, Type};

/// The version of an aggregate's root, counted in saves.
///
/// A new aggregate is [`Version::UNSAVED`] (-1). Its first save writes
/// [`Version::INITIAL`] (0), and each later save that changes anything adds one.
/// In the database it is a 64-bit integer column that is never `NULL`; in JSON it is a number, and in HTTP an
/// [entity tag](Version::etag).
///
/// ```
/// use aggregate_core::Version;
///
/// assert_eq!(Version::default(), Version::UNSAVED);
/// assert_eq!(Version::UNSAVED.next(), Some(Version::INITIAL));
/// assert_eq!(Version::INITIAL.to_string(), "0");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(i64);

impl Version {
    /// The version of an aggregate that was never saved: -1.
    pub const UNSAVED: Self = Self(-1);
    /// The version that the first save writes: 0.
    pub const INITIAL: Self = Self(0);
    /// The last version that a row can hold; a save of it is refused.
    pub const MAX: Self = Self(i64::MAX);

    /// The version with this number.
    ///
    /// Numbers below -1 do not occur; such a version matches no row.
    #[must_use]
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// The number as it stands in the database, -1 for an unsaved aggregate.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Whether a save has written this version.
    #[must_use]
    pub const fn is_saved(self) -> bool {
        self.0 >= 0
    }

    /// The version after this one, or `None` after [`Version::MAX`].
    #[must_use]
    pub const fn next(self) -> Option<Self> {
        match self.0.checked_add(1) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }
}

/// [`Version::UNSAVED`].
impl Default for Version {
    fn default() -> Self {
        Self::UNSAVED
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<i64> for Version {
    fn from(number: i64) -> Self {
        Self(number)
    }
}

impl From<Version> for i64 {
    fn from(version: Version) -> Self {
        version.0
    }
}

impl<DB: Database> Type<DB> for Version
where
    i64: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        <i64 as Type<DB>>::type_info()
    }

    fn compatible(ty: &DB::TypeInfo) -> bool {
        <i64 as Type<DB>>::compatible(ty)
    }
}

impl<'q, DB: Database> Encode<'q, DB> for Version
where
    i64: Encode<'q, DB>,
{
    fn encode_by_ref(&self, buf: &mut DB::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
        self.0.encode_by_ref(buf)
    }
}

impl<'r, DB: Database> Decode<'r, DB> for Version
where
    i64: Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
        let number = i64::decode(value)?;
        if number < 0 {
            return Err(format!("a stored version is 0 or more, not {number}").into());
        }
        Ok(Self(number))
    }
}
