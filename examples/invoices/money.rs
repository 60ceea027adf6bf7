//! Money, in whole cents.

use std::fmt;
use std::iter::Sum;
use std::ops::{Mul, Sub};
use std::str::FromStr;

/// An amount of money in cents. One derive makes it a column type of every database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, sqlx::Type)]
#[sqlx(transparent)]
pub(crate) struct Cents(pub(crate) i64);

/// Reads `12.34`: digits, a point, two digits.
impl FromStr for Cents {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (whole, cents) = text.split_once('.').filter(|(_, cents)| cents.len() == 2).ok_or("not money")?;
        let digits = format!("{whole}{cents}");
        if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err("not money".into());
        }
        digits.parse().map(Self).map_err(|_| "not money".into())
    }
}

/// Shows `2,328.60`.
impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let cents = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", grouped(cents / 100), cents % 100)
    }
}

impl Sum for Cents {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        Self(amounts.fold(0, |sum, amount| sum.saturating_add(amount.0)))
    }
}

impl Mul<i32> for Cents {
    type Output = Self;

    fn mul(self, quantity: i32) -> Self {
        Self(self.0.saturating_mul(i64::from(quantity)))
    }
}

impl Sub for Cents {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

/// A number with a comma before every three digits: `2,240`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
