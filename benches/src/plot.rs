//! Small plots with logarithmic axes, as SVG.

use std::path::Path;

use plotters::prelude::*;

use crate::Failure;

/// The size of a plot, in pixels.
const SIZE: (u32, u32) = (640, 400);
/// A colour for each line, told apart also by who sees red and green alike; the last one is for the ideal.
const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(230, 159, 0),
];

/// A line of a plot.
#[derive(Debug, Clone)]
pub struct Line {
    /// What the legend calls it.
    pub name: String,
    /// Its points, from left to right; those that a logarithm does not take are left out.
    pub points: Vec<(f64, f64)>,
}

/// What is drawn.
#[derive(Debug, Clone)]
pub struct Plot {
    /// What stands above it.
    pub title: String,
    /// What the axis below counts.
    pub across: String,
    /// What the axis at the left counts.
    pub up: String,
    /// The lines.
    pub lines: Vec<Line>,
    /// Whether a line shows growth in proportion, beside them.
    pub ideal: bool,
}

impl Plot {
    /// Writes the plot to a file.
    ///
    /// # Errors
    ///
    /// If the file cannot be written, or there is nothing to draw.
    pub fn write(&self, path: &Path) -> Result<(), Failure> {
        let lines: Vec<Line> = self.lines.iter().map(Line::drawable).collect();
        let points = || lines.iter().flat_map(|line| &line.points);
        let (Some(across), Some(up)) = (range(points().map(|at| at.0)), range(points().map(|at| at.1)))
        else {
            return Err(format!("{}: nothing to draw", self.title).into());
        };
        let ideal = ideal(&lines).filter(|_| self.ideal);
        let area = SVGBackend::new(path, SIZE).into_drawing_area();
        area.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&area)
            .caption(&self.title, ("sans-serif", 18))
            .margin(10)
            .x_label_area_size(40)
            .y_label_area_size(70)
            .build_cartesian_2d((across.0..across.1).log_scale(), (up.0..up.1).log_scale())?;
        chart
            .configure_mesh()
            .x_desc(&self.across)
            .y_desc(&self.up)
            .label_style(("sans-serif", 13))
            .light_line_style(WHITE.mix(0.0))
            .x_label_formatter(&|x| short(*x))
            .y_label_formatter(&|y| short(*y))
            .draw()?;
        if let Some(ideal) = ideal {
            let grey = RGBColor(150, 150, 150).stroke_width(1);
            chart
                .draw_series(LineSeries::new(ideal, grey))?
                .label("linear")
                .legend(move |(x, y)| PathElement::new(vec![(x, y), (x + 18, y)], grey));
        }
        for (line, colour) in lines.iter().zip(COLOURS.iter().cycle()) {
            chart
                .draw_series(
                    LineSeries::new(line.points.iter().copied(), colour.stroke_width(2)).point_size(3),
                )?
                .label(&line.name)
                .legend(move |(x, y)| PathElement::new(vec![(x, y), (x + 18, y)], colour.stroke_width(2)));
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperLeft)
            .label_font(("sans-serif", 13))
            .background_style(WHITE.mix(0.8))
            .draw()?;
        area.present()?;
        Ok(())
    }
}

impl Line {
    /// The line without the points that have no logarithm.
    fn drawable(&self) -> Self {
        let points = self.points.iter().copied().filter(|(x, y)| *x > 0.0 && *y > 0.0).collect();
        Self { name: self.name.clone(), points }
    }
}

/// The range that holds these values, with a little room.
fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let (mut least, mut most) = (f64::INFINITY, 0.0_f64);
    for value in values {
        least = least.min(value);
        most = most.max(value);
    }
    (most > 0.0).then_some((least / 1.5, most * 1.5))
}

/// What grows in proportion, from the slowest line's first point that is big enough to outweigh what each
/// operation costs by itself.
fn ideal(lines: &[Line]) -> Option<[(f64, f64); 2]> {
    let end = lines.iter().flat_map(|line| &line.points).map(|at| at.0).fold(0.0, f64::max);
    let big = if end >= 1_000.0 { 100.0 } else { 1.0 };
    let firsts = lines.iter().filter_map(|line| line.points.iter().find(|at| at.0 >= big));
    let (x, y) = *firsts.max_by(|a, b| a.1.total_cmp(&b.1))?;
    // Not above the highest point of all, so that the plot keeps its range.
    let top = lines.iter().flat_map(|line| &line.points).map(|at| at.1).fold(0.0, f64::max) * 1.4;
    let end = end.min(x * top / y);
    (end > x).then_some([(x, y), (end, y * end / x)])
}

/// A number as an axis shows it.
fn short(value: f64) -> String {
    match value {
        value if value >= 1e9 => format!("{}G", value / 1e9),
        value if value >= 1e6 => format!("{}M", value / 1e6),
        value if value >= 1e3 => format!("{}k", value / 1e3),
        value => format!("{value}"),
    }
}
