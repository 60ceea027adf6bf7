//! When two values of a column are the same, and what a column keeps of a value.
//!
//! `PartialEq` decides, but for two kinds of types, which are recognised at run time, plain or in an
//! `Option` or a `Vec`: floats are the same when their bits are, so that `NaN` equals itself and `-0.0` is
//! not `0.0`; times are the same when their microseconds are, which is the finest that every backend keeps.

use std::any::Any;

/// Whether two values of a column are the same.
#[inline]
pub(crate) fn same<T: PartialEq + 'static>(a: &T, b: &T) -> bool {
    match special(a) {
        Some(a) => a.same(b),
        None => a == b,
    }
}

/// What a backend cannot keep of a float.
#[derive(Clone, Copy, Debug)]
pub struct FloatLimits {
    /// Whether `NaN` comes back as `NaN`.
    pub nan: bool,
    /// Whether an infinity comes back as one.
    pub infinite: bool,
    /// Whether `-0.0` comes back as `-0.0`.
    pub negative_zero: bool,
}

/// Makes a value in memory what a reload will give: times are cut to microseconds.
pub(crate) fn settle<T: 'static>(value: &mut T, limits: FloatLimits) {
    if let Some(value) = special_mut(value) {
        value.settle(limits);
    }
}

/// The value as it must be sent, where that differs from the value itself.
///
/// # Errors
///
/// A sentence, if the backend would store something else without a word.
pub(crate) fn to_store<T: Clone + 'static>(
    value: &T,
    limits: FloatLimits,
) -> Result<Option<T>, &'static str> {
    match special(value) {
        None => Ok(None),
        Some(seen) if !limits.nan && seen.has_nan() => {
            Err("this database does not store NaN: keep a NULL of your own (`Option`) in its place")
        }
        Some(seen) if !limits.infinite && seen.has_infinity() => {
            Err("this database does not store infinities: keep a NULL of your own (`Option`) in their place")
        }
        Some(_) => {
            let mut stored = value.clone();
            settle(&mut stored, limits);
            Ok(Some(stored))
        }
    }
}

/// A type that is not compared by its `PartialEq`.
pub(crate) trait Special: Any {
    fn same(&self, other: &dyn Any) -> bool;
    fn settle(&mut self, limits: FloatLimits);
    fn has_nan(&self) -> bool {
        false
    }
    fn has_infinity(&self) -> bool {
        false
    }
}

macro_rules! special_float {
    ($($float:ty),*) => {$(
        impl Special for $float {
            fn same(&self, other: &dyn Any) -> bool {
                other.downcast_ref::<$float>().is_some_and(|other| self.to_bits() == other.to_bits())
            }

            fn settle(&mut self, limits: FloatLimits) {
                if *self == 0.0 && !limits.negative_zero {
                    *self = 0.0;
                }
            }

            fn has_nan(&self) -> bool {
                self.is_nan()
            }

            fn has_infinity(&self) -> bool {
                self.is_infinite()
            }
        }
    )*};
}
special_float!(f32, f64);

impl<T: Special> Special for Option<T> {
    fn same(&self, other: &dyn Any) -> bool {
        match (self, other.downcast_ref::<Self>()) {
            (Some(a), Some(Some(b))) => a.same(b),
            (None, Some(None)) => true,
            _ => false,
        }
    }

    fn settle(&mut self, limits: FloatLimits) {
        if let Some(value) = self {
            value.settle(limits);
        }
    }

    fn has_nan(&self) -> bool {
        self.as_ref().is_some_and(Special::has_nan)
    }

    fn has_infinity(&self) -> bool {
        self.as_ref().is_some_and(Special::has_infinity)
    }
}

impl<T: Special> Special for Vec<T> {
    fn same(&self, other: &dyn Any) -> bool {
        other
            .downcast_ref::<Self>()
            .is_some_and(|other| self.len() == other.len() && self.iter().zip(other).all(|(a, b)| a.same(b)))
    }

    fn settle(&mut self, limits: FloatLimits) {
        for value in self {
            value.settle(limits);
        }
    }

    fn has_nan(&self) -> bool {
        self.iter().any(Special::has_nan)
    }

    fn has_infinity(&self) -> bool {
        self.iter().any(Special::has_infinity)
    }
}

/// Returns the value, of type `$own`, as the first of these types that it is, plain or in an `Option` or a `Vec`.
///
/// The types are compared where `$own` is known, so that the compiler does it: nothing is left at run time
/// of a value that is none of them.
macro_rules! first_of {
    ($own:ty, $value:expr, $downcast:ident, $($t:ty),* $(,)?) => {
        $(
            $crate::equality::first_of!(@ $own, $value, $downcast, $t);
            $crate::equality::first_of!(@ $own, $value, $downcast, Option<$t>);
            $crate::equality::first_of!(@ $own, $value, $downcast, Vec<$t>);
            $crate::equality::first_of!(@ $own, $value, $downcast, Option<Vec<$t>>);
            $crate::equality::first_of!(@ $own, $value, $downcast, Vec<Option<$t>>);
        )*
    };
    (@ $own:ty, $value:expr, $downcast:ident, $t:ty) => {
        if std::any::TypeId::of::<$own>() == std::any::TypeId::of::<$t>() {
            // Borrowed only here, so that the value is free after the last comparison.
            return <dyn std::any::Any>::$downcast::<$t>($value).map(|v| v as _);
        }
    };
}
pub(crate) use first_of;

fn special<T: 'static>(value: &T) -> Option<&dyn Special> {
    first_of!(T, value, downcast_ref, f64, f32);
    crate::private::times::special(value)
}

fn special_mut<T: 'static>(value: &mut T) -> Option<&mut dyn Special> {
    first_of!(T, value, downcast_mut, f64, f32);
    crate::private::times::special_mut(value)
}

#[cfg(test)]
mod tests {
    use super::{FloatLimits, same, settle, to_store};

    const SQLITE: FloatLimits = FloatLimits { nan: false, infinite: true, negative_zero: false };

    #[test]
    fn floats_are_compared_by_bits_also_inside_options_and_vecs() {
        assert!(same(&f64::NAN, &f64::NAN));
        assert!(same(&Some(f32::NAN), &Some(f32::NAN)));
        assert!(same(&vec![f64::NAN, 1.0], &vec![f64::NAN, 1.0]));
        assert!(same(&vec![Some(f64::NAN), None], &vec![Some(f64::NAN), None]));
        assert!(!same(&0.0_f64, &-0.0_f64));
        assert!(!same(&Some(1.0_f64), &None));
        assert!(!same(&vec![1.0_f64], &vec![1.0_f64, 2.0]));
        assert!(same(&"a", &"a") && !same(&1, &2));
    }

    #[test]
    fn a_value_that_would_be_stored_as_another_is_settled_or_refused() {
        let mut zero = Some(-0.0_f64);
        settle(&mut zero, SQLITE);
        assert!(same(&zero, &Some(0.0)));
        assert!(to_store(&vec![1.0, f64::NAN], SQLITE).is_err_and(|why| why.contains("NaN")));
        assert!(to_store(&"text", SQLITE).is_ok_and(|stored| stored.is_none()));
    }
}
