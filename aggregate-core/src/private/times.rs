//! The types of times that are cut to microseconds, where their crates are switched on.

use std::any::Any;

use crate::equality::Special;
#[cfg(any(feature = "chrono", feature = "time"))]
use crate::equality::first_of;

/// Implements [`Special`] for types of times, given how to cut one to whole microseconds.
#[cfg(any(feature = "chrono", feature = "time"))]
macro_rules! special_time {
    ($($time:ty => |$t:ident| $cut:expr),* $(,)?) => {$(
        impl $crate::equality::Special for $time {
            fn same(&self, other: &dyn std::any::Any) -> bool {
                let cut = |$t: &$time| $cut;
                other.downcast_ref::<$time>().is_some_and(|other| cut(self) == cut(other))
            }

            fn settle(&mut self, _: $crate::equality::FloatLimits) {
                let $t = &*self;
                *self = $cut;
            }
        }
    )*};
}

#[cfg(feature = "chrono")]
mod with_chrono {
    use chrono::{DateTime, FixedOffset, Local, NaiveDateTime, NaiveTime, SubsecRound, Utc};

    special_time! {
        DateTime<Utc> => |t| t.trunc_subsecs(6),
        DateTime<Local> => |t| t.trunc_subsecs(6),
        DateTime<FixedOffset> => |t| t.trunc_subsecs(6),
        NaiveDateTime => |t| t.trunc_subsecs(6),
        NaiveTime => |t| t.trunc_subsecs(6),
    }
}

#[cfg(feature = "time")]
mod with_time {
    use time::{OffsetDateTime, PrimitiveDateTime, Time};

    /// The nanoseconds of a time that are whole microseconds.
    fn whole(nanosecond: u32) -> u32 {
        nanosecond / 1_000 * 1_000
    }

    special_time! {
        OffsetDateTime => |t| t.replace_nanosecond(whole(t.nanosecond())).unwrap_or(*t),
        PrimitiveDateTime => |t| t.replace_nanosecond(whole(t.nanosecond())).unwrap_or(*t),
        Time => |t| t.replace_nanosecond(whole(t.nanosecond())).unwrap_or(*t),
    }
}

/// Generic, so that the compiler knows the answer for each type of a column: at run time it is a call for each type.
#[inline]
pub(crate) fn special<T: 'static>(value: &T) -> Option<&dyn Special> {
    let value: &dyn Any = value;
    #[cfg(feature = "chrono")]
    first_of!(
        value,
        downcast_ref,
        chrono::DateTime<chrono::Utc>,
        chrono::DateTime<chrono::Local>,
        chrono::DateTime<chrono::FixedOffset>,
        chrono::NaiveDateTime,
        chrono::NaiveTime,
    );
    #[cfg(feature = "time")]
    first_of!(value, downcast_ref, time::OffsetDateTime, time::PrimitiveDateTime, time::Time);
    let _ = value;
    None
}

pub(crate) fn special_mut(value: &mut dyn Any) -> Option<&mut dyn Special> {
    #[cfg(feature = "chrono")]
    first_of!(
        value,
        downcast_mut,
        chrono::DateTime<chrono::Utc>,
        chrono::DateTime<chrono::Local>,
        chrono::DateTime<chrono::FixedOffset>,
        chrono::NaiveDateTime,
        chrono::NaiveTime,
    );
    #[cfg(feature = "time")]
    first_of!(value, downcast_mut, time::OffsetDateTime, time::PrimitiveDateTime, time::Time);
    let _ = value;
    None
}
