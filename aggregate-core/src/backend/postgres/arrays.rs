//! Columns of many rows as arrays, as the server sends and receives them.
//!
//! <https://www.postgresql.org/docs/current/protocol-overview.html#PROTOCOL-FORMAT-CODES>

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo};
use sqlx::{Encode, Postgres, Type};

use crate::values::Array;

/// Types and the types of their arrays, as every server numbers them: those whose values are sent as they are.
/// (The driver sends JSON as one of two types, which it learns when the statement is prepared.)
///
/// <https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_type.dat>
const ARRAYS: [(u32, u32); 21] = [
    (16, 1000),   // bool
    (17, 1001),   // bytea
    (18, 1002),   // "char"
    (20, 1016),   // int8
    (21, 1005),   // int2
    (23, 1007),   // int4
    (25, 1009),   // text
    (26, 1028),   // oid
    (650, 651),   // cidr
    (700, 1021),  // float4
    (701, 1022),  // float8
    (829, 1040),  // macaddr
    (869, 1041),  // inet
    (1043, 1015), // varchar
    (1082, 1182), // date
    (1083, 1183), // time
    (1114, 1115), // timestamp
    (1184, 1185), // timestamptz
    (1186, 1187), // interval
    (1700, 1231), // numeric
    (2950, 2951), // uuid
];

pub(super) fn array_of(element: &PgTypeInfo) -> Option<PgTypeInfo> {
    let Oid(element) = element.oid()?;
    let (_, array) = ARRAYS.iter().find(|(of, _)| *of == element)?;
    Some(PgTypeInfo::with_oid(Oid(*array)))
}

/// Appends an element: its length, then its bytes; -1 for NULL.
pub(super) fn append<'v, T: Encode<'v, Postgres>>(
    elements: &mut PgArgumentBuffer,
    value: T,
) -> Result<(), BoxDynError> {
    let start = elements.len();
    elements.extend_from_slice(&(-1_i32).to_be_bytes());
    if let IsNull::No = value.encode(elements)? {
        let length = i32::try_from(elements.len() - start - 4)?;
        elements[start..start + 4].copy_from_slice(&length.to_be_bytes());
    }
    Ok(())
}

/// An array as a value of a statement.
pub(super) struct Sent {
    array: Array<Postgres>,
    rows: i32,
    element: u32,
}

impl Sent {
    pub(super) fn new(array: Array<Postgres>, rows: usize) -> Result<Self, BoxDynError> {
        let Oid(element) = array.element.oid().ok_or("an element's type has no number")?;
        Ok(Self { array, rows: i32::try_from(rows)?, element })
    }
}

impl Type<Postgres> for Sent {
    fn type_info() -> PgTypeInfo {
        // Never asked for: `produces` knows better.
        <Vec<i64> as Type<Postgres>>::type_info()
    }
}

impl Encode<'_, Postgres> for Sent {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        // One dimension, with NULLs or without, the elements' type, their number, the first one's index.
        for number in [1, 1, self.element.cast_signed(), self.rows, 1] {
            buffer.extend_from_slice(&number.to_be_bytes());
        }
        buffer.extend_from_slice(&self.array.elements);
        Ok(IsNull::No)
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(self.array.ty.clone())
    }

    fn size_hint(&self) -> usize {
        20 + self.array.elements.len()
    }
}
