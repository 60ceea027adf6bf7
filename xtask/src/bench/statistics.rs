//! A few numbers of one kind, and what they come to.

use std::fmt;

/// Measurements of one thing, in order of size.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sample(Vec<f64>);

impl Sample {
    /// The median: the mean of the two in the middle of an even number; not a number if there are none.
    pub(crate) fn median(&self) -> f64 {
        let half = self.0.len() / 2;
        match self.0.get(half) {
            None => f64::NAN,
            Some(upper) if self.0.len() % 2 == 1 => *upper,
            Some(upper) => f64::midpoint(self.0[half - 1], *upper),
        }
    }

    /// The least and the greatest.
    pub(crate) fn range(&self) -> (f64, f64) {
        match (self.0.first(), self.0.last()) {
            (Some(least), Some(greatest)) => (*least, *greatest),
            _ => (f64::NAN, f64::NAN),
        }
    }
}

impl FromIterator<f64> for Sample {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        let mut values: Vec<_> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        Self(values)
    }
}

/// The median and the range, with as many decimals as are asked for.
impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(2);
        let (least, greatest) = self.range();
        write!(f, "{:.decimals$} ({least:.decimals$} to {greatest:.decimals$})", self.median())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        let odd: Sample = [3.0, 1.0, 2.5].into_iter().collect();
        assert_eq!(format!("{odd:.1}"), "2.5 (1.0 to 3.0)");
        let even: Sample = [4.0, 1.0, 2.0, 3.0].into_iter().collect();
        assert_eq!(format!("{even:.2}"), "2.50 (1.00 to 4.00)");
        assert!(Sample::from_iter([]).median().is_nan());
    }
}
