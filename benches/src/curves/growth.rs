//! How a curve grows, and whether that is too fast.

use super::clock::Point;

/// Growth by more than the size to this power is shown as worse than linear.
const MARKED: f64 = 1.2;
/// And by more than this, it is a failure: a measurement is not that wrong.
const FAILED: f64 = 1.5;

/// The power of the size by which a curve grows between its two last points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Slope(f64);

impl Slope {
    /// The slope of the value that is read from each point.
    #[allow(clippy::cast_precision_loss, reason = "sizes are small")]
    pub(super) fn of(points: &[Point], value: impl Fn(&Point) -> f64) -> Option<Self> {
        let [.., before, last] = points else { return None };
        let (rise, run) = (value(last) / value(before), last.size as f64 / before.size as f64);
        let slope = rise.ln() / run.ln();
        slope.is_finite().then_some(Self(slope))
    }

    /// Whether it is beyond what any measurement explains.
    pub(super) fn is_failure(self) -> bool {
        self.0 > FAILED
    }

    /// As a table shows it.
    pub(super) fn shown(self) -> String {
        if self.0 > MARKED {
            format!("**{:.2}: worse than linear**", self.0)
        } else {
            format!("{:.2}", self.0)
        }
    }
}
