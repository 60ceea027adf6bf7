//! How long something took, over many runs.

use std::time::Duration;

/// The times of some runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// How many runs.
    pub runs: usize,
    /// The shortest time.
    pub min: Duration,
    /// The time that half of the runs stayed below.
    pub median: Duration,
    /// The time that nine of ten runs stayed below.
    pub p90: Duration,
    /// The time that ninety-nine of a hundred runs stayed below.
    pub p99: Duration,
}

impl Spread {
    /// The spread of these times; all zero if there is none.
    #[must_use]
    pub fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |percent: usize| {
            let place = (times.len() * percent).div_ceil(100).max(1) - 1;
            times.get(place).copied().unwrap_or_default()
        };
        Self { runs: times.len(), min: at(0), median: at(50), p90: at(90), p99: at(99) }
    }
}

/// A time as tables show it, in three digits.
#[must_use]
pub fn shown(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        s if s >= 1.0 => format!("{s:.2} s"),
        s if s >= 1e-3 => format!("{} ms", digits(s * 1e3)),
        s if s >= 1e-6 => format!("{} µs", digits(s * 1e6)),
        s => format!("{:.0} ns", s * 1e9),
    }
}

/// A number of bytes as tables show it, in three digits.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "three digits are shown")]
pub fn bytes(count: u64) -> String {
    match count as f64 {
        b if b >= 1e6 => format!("{} MB", digits(b / 1e6)),
        b if b >= 1e3 => format!("{} kB", digits(b / 1e3)),
        b => format!("{b:.0} B"),
    }
}

fn digits(value: f64) -> String {
    match value {
        value if value >= 99.95 => format!("{value:.0}"),
        value if value >= 9.995 => format!("{value:.1}"),
        value => format!("{value:.2}"),
    }
}
