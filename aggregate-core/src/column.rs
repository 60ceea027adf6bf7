//! What a backend can hold in a column, and the three ways to keep a field in one.

use sqlx::encode::IsNull;
use sqlx::error::{BoxDynError, UnexpectedNullError};
use sqlx::types::Json;
use sqlx::{Decode, Encode, Type, TypeInfo, ValueRef};

use crate::backend::Backend;
use crate::equality::{settle, to_store};
use crate::values::Bound;

/// A type that a backend can hold in one column.
///
/// Every type that implements sqlx's `Type`, `Encode` and `Decode` for the database is one, if it is
/// also `PartialEq` (to see changes) and `Clone`. Newtypes get them from
/// `#[derive(sqlx::Type)] #[sqlx(transparent)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a column of a {DB} table",
    label = "not a column type of this database",
    note = "derive `sqlx::Type`, `Clone` and `PartialEq` for it, \
            or store it with `#[column(json)]` or `#[column(try_from = ...)]`"
)]
pub trait Column<DB: Backend>: Sized + 'static {
    /// Appends the value to a statement's arguments.
    #[doc(hidden)]
    fn bind(&self, arguments: &mut Bound<DB>) -> Result<(), BoxDynError>;
    /// Reads the value from a row.
    #[doc(hidden)]
    fn read(row: &DB::Row, at: usize) -> Result<Self, sqlx::Error>;
    /// The SQL type that the value is sent as.
    #[doc(hidden)]
    fn type_info() -> DB::TypeInfo;
    /// Whether a column of this SQL type can be read as the value.
    #[doc(hidden)]
    fn compatible(ty: &DB::TypeInfo) -> bool;
}

#[diagnostic::do_not_recommend]
impl<DB, T> Column<DB> for T
where
    DB: Backend,
    T: PartialEq + Clone + Send + Sync + 'static,
    T: Type<DB> + for<'q> Encode<'q, DB> + for<'r> Decode<'r, DB>,
{
    fn bind(&self, arguments: &mut Bound<DB>) -> Result<(), BoxDynError> {
        match to_store(self, DB::FLOATS)? {
            Some(stored) => arguments.add(Sent(&stored)),
            None => arguments.add(Sent(self)),
        }
    }

    fn read(row: &DB::Row, at: usize) -> Result<Self, sqlx::Error> {
        let stored = DB::value(row, at)?;
        let stores_null = stored.is_null();
        let value = decode::<DB, T>(stored, at)?;
        if stores_null && !is_null::<DB, T>(&value) {
            let source = UnexpectedNullError.into();
            return Err(sqlx::Error::ColumnDecode { index: at.to_string(), source });
        }
        Ok(value)
    }

    fn type_info() -> DB::TypeInfo {
        <T as Type<DB>>::type_info()
    }

    fn compatible(ty: &DB::TypeInfo) -> bool {
        <T as Type<DB>>::compatible(ty)
    }
}

/// A value as it is sent: as itself, but for what the backend makes of its type.
struct Sent<'v, T>(&'v T);

impl<DB: Backend, T: Type<DB>> Type<DB> for Sent<'_, T> {
    fn type_info() -> DB::TypeInfo {
        T::type_info()
    }
}

impl<'q, DB: Backend, T: Encode<'q, DB> + Type<DB>> Encode<'q, DB> for Sent<'_, T> {
    fn encode_by_ref(&self, buf: &mut DB::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
        self.0.encode_by_ref(buf)
    }

    fn produces(&self) -> Option<DB::TypeInfo> {
        let own = self.0.produces();
        DB::sent_as(own.as_ref().unwrap_or(&T::type_info())).or(own)
    }

    fn size_hint(&self) -> usize {
        self.0.size_hint()
    }
}

/// Whether a value is stored as `NULL`. `SQLite` reads a `NULL` as 0 or an empty text where the type has none.
fn is_null<DB: Backend, T: for<'q> Encode<'q, DB>>(value: &T) -> bool {
    let mut unused = DB::ArgumentBuffer::default();
    value.encode_by_ref(&mut unused).is_ok_and(|null| null.is_null())
}

/// Decodes a value after checking its type, as sqlx's `Row::try_get` does, which asks for bounds of its own.
fn decode<DB: Backend, T: Type<DB> + for<'r> Decode<'r, DB>>(
    value: DB::ValueRef<'_>,
    at: usize,
) -> Result<T, sqlx::Error> {
    let undecodable = |source| sqlx::Error::ColumnDecode { index: at.to_string(), source };
    if !value.is_null() {
        let ty = value.type_info();
        if !ty.is_null() && !T::compatible(&ty) {
            let expected = T::type_info();
            let why = format!("the column is `{}`, the field's type is `{}`", ty.name(), expected.name());
            return Err(undecodable(why.into()));
        }
    }
    T::decode(value).map_err(undecodable)
}

/// A type that a backend can hold in one column as JSON, for `#[column(json)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a JSON column of a {DB} table",
    label = "not a JSON column of this database",
    note = "derive `serde::Serialize`, `serde::Deserialize`, `Clone` and `PartialEq` for it"
)]
pub trait JsonColumn<DB: Backend>: Sized + 'static {
    /// Appends the value to a statement's arguments.
    #[doc(hidden)]
    fn bind_json(&self, arguments: &mut Bound<DB>) -> Result<(), BoxDynError>;
    /// Reads the value from a row.
    #[doc(hidden)]
    fn read_json(row: &DB::Row, at: usize) -> Result<Self, sqlx::Error>;
    /// The SQL type that the value is sent as.
    #[doc(hidden)]
    fn json_type_info() -> DB::TypeInfo;
    /// Whether a column of this SQL type can be read as the value.
    #[doc(hidden)]
    fn json_compatible(ty: &DB::TypeInfo) -> bool;
}

#[diagnostic::do_not_recommend]
impl<DB, T> JsonColumn<DB> for T
where
    DB: Backend,
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + Clone + Send + Sync + 'static,
    Json<T>: Type<DB> + for<'r> Decode<'r, DB>,
    for<'a> Json<&'a T>: Type<DB> + Encode<'a, DB>,
{
    fn bind_json(&self, arguments: &mut Bound<DB>) -> Result<(), BoxDynError> {
        arguments.add(Json(self))
    }

    fn read_json(row: &DB::Row, at: usize) -> Result<Self, sqlx::Error> {
        decode(DB::value(row, at)?, at).map(|Json(value)| value)
    }

    fn json_type_info() -> DB::TypeInfo {
        <Json<T> as Type<DB>>::type_info()
    }

    fn json_compatible(ty: &DB::TypeInfo) -> bool {
        <Json<T> as Type<DB>>::compatible(ty)
    }
}

/// A type that converts to and from a column type `S`, for `#[column(try_from = S)]`.
///
/// It is read by `TryFrom<S>` and written by `S: From<Self>`, as serde's `try_from` and `into` do.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored as `{S}` in a {DB} table",
    label = "not convertible to and from the stored type",
    note = "implement `TryFrom<{S}>` for `{Self}` and `From<{Self}>` for `{S}`, and `Clone` and `PartialEq`"
)]
pub trait ViaColumn<DB: Backend, S>: Sized + 'static {
    /// The value as it is stored.
    #[doc(hidden)]
    fn to_stored(&self) -> S;
    /// The value from what is stored.
    #[doc(hidden)]
    fn from_stored(stored: S) -> Result<Self, BoxDynError>;
}

#[diagnostic::do_not_recommend]
impl<DB, S, T> ViaColumn<DB, S> for T
where
    DB: Backend,
    S: Column<DB> + From<T>,
    T: TryFrom<S> + PartialEq + Clone + Send + Sync + 'static,
    T::Error: Into<BoxDynError>,
{
    fn to_stored(&self) -> S {
        S::from(self.clone())
    }

    fn from_stored(stored: S) -> Result<Self, BoxDynError> {
        T::try_from(stored).map_err(Into::into)
    }
}

/// How a field is kept in its column: the three visitor methods of
/// [`Columns`](crate::entity::Columns) as types, so that each visitor is written once.
pub(crate) trait Codec<DB: Backend, T> {
    fn bind(value: &T, arguments: &mut Bound<DB>) -> Result<(), BoxDynError>;
    fn type_info() -> DB::TypeInfo;
    fn compatible(ty: &DB::TypeInfo) -> bool;
    /// Makes the value in memory equal to what a reload gives.
    fn settle(value: &mut T);
}

/// The field's own type.
pub(crate) struct Plain;
/// JSON.
pub(crate) struct AsJson;
/// Another type.
pub(crate) struct Via<S>(std::marker::PhantomData<S>);

impl<DB: Backend, T: Column<DB>> Codec<DB, T> for Plain {
    fn bind(value: &T, arguments: &mut Bound<DB>) -> Result<(), BoxDynError> {
        value.bind(arguments)
    }

    fn type_info() -> DB::TypeInfo {
        T::type_info()
    }

    fn compatible(ty: &DB::TypeInfo) -> bool {
        T::compatible(ty)
    }

    fn settle(value: &mut T) {
        settle(value, DB::FLOATS);
    }
}

impl<DB: Backend, T: JsonColumn<DB>> Codec<DB, T> for AsJson {
    fn bind(value: &T, arguments: &mut Bound<DB>) -> Result<(), BoxDynError> {
        value.bind_json(arguments)
    }

    fn type_info() -> DB::TypeInfo {
        T::json_type_info()
    }

    fn compatible(ty: &DB::TypeInfo) -> bool {
        T::json_compatible(ty)
    }

    fn settle(_: &mut T) {}
}

impl<DB: Backend, S: Column<DB>, T: ViaColumn<DB, S>> Codec<DB, T> for Via<S> {
    fn bind(value: &T, arguments: &mut Bound<DB>) -> Result<(), BoxDynError> {
        value.to_stored().bind(arguments)
    }

    fn type_info() -> DB::TypeInfo {
        S::type_info()
    }

    fn compatible(ty: &DB::TypeInfo) -> bool {
        S::compatible(ty)
    }

    fn settle(value: &mut T) {
        let mut stored = value.to_stored();
        settle(&mut stored, DB::FLOATS);
        if let Ok(settled) = T::from_stored(stored) {
            *value = settled;
        }
    }
}
