//! Orders in memory, the same for the same seed, and the changes that all contenders make to them.

use chrono::{DateTime, Utc};
use uuid::{Builder, Uuid};

use crate::{model, ours};

/// Numbers from a seed, by `SplitMix64`.
#[derive(Debug, Clone)]
pub struct Numbers(u64);

impl Numbers {
    /// Those that follow from this seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below this one, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.number() % end as u64).unwrap_or_default()
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// The next id, with the bits that a random one has.
    fn id(&mut self) -> Uuid {
        let random = u128::from(self.number()) << 64 | u128::from(self.number());
        Builder::from_random_bytes(random.to_be_bytes()).into_uuid()
    }

    /// A line with as many allocations; `n` is its number.
    fn line(&mut self, n: usize, allocations: usize) -> model::Line {
        let count = i32::try_from(n).expect("the lines of an order are few");
        model::Line {
            id: self.id(),
            sku: format!("sku-{n}"),
            qty: count,
            price: 100 * i64::from(count),
            note: n.is_multiple_of(2).then(|| format!("n{n}")),
            allocations: (1..).take(allocations).map(|qty| self.allocation(qty)).collect(),
        }
    }

    /// An allocation of as many.
    fn allocation(&mut self, qty: i32) -> model::Allocation {
        model::Allocation { id: self.id(), warehouse: format!("wh{qty}"), qty }
    }
}

/// An order with as many lines and notes, and as many allocations for each line. Its version is the one that the
/// library gives to what it saves first. All is sorted by id.
///
/// # Panics
///
/// If there are more lines than an `i32` counts.
#[must_use]
pub fn order(seed: u64, lines: usize, allocations: usize, notes: usize) -> model::Order {
    // Neighbouring seeds must not give shifted copies of each other.
    let mut numbers = Numbers(Numbers(seed).number());
    let mut order = model::Order {
        id: numbers.id(),
        version: 0,
        customer: format!("cust{seed}"),
        status: "open".to_owned(),
        total: 1000 + i64::try_from(lines).expect("the lines of an order are few"),
        placed_at: DateTime::<Utc>::UNIX_EPOCH + chrono::Duration::microseconds(1_767_225_600_123_456),
        lines: (1..=lines).map(|n| numbers.line(n, allocations)).collect(),
        notes: (1..=notes)
            .map(|n| model::Note { id: numbers.id(), body: format!("note body {n}") })
            .collect(),
    };
    sort(&mut order);
    order
}

/// Sorts all of an order by id.
pub fn sort(order: &mut model::Order) {
    order.lines.sort_by_key(|line| line.id);
    order.notes.sort_by_key(|note| note.id);
    for line in &mut order.lines {
        line.allocations.sort_by_key(|allocation| allocation.id);
    }
}

/// The change of many kinds: the status, a line edited, a line removed, a line with two allocations added.
#[derive(Debug, Clone)]
pub struct Mixed {
    /// The new status.
    pub status: String,
    /// A line as it is to be.
    pub changed: model::Line,
    /// A line that goes.
    pub removed: Uuid,
    /// The line that comes.
    pub added: Vec<model::Line>,
}

impl Mixed {
    /// The `n`-th such change of an order with at least two lines; it keeps how many there are.
    ///
    /// # Panics
    ///
    /// If there are fewer than two lines.
    #[must_use]
    pub fn of(order: &model::Order, n: u64) -> Self {
        let [first, second, ..] = order.lines.as_slice() else {
            panic!("the order has fewer than two lines")
        };
        let changed = model::Line { qty: first.qty + 1, ..first.clone() };
        let mut numbers = Numbers(Numbers(order.id.as_u64_pair().0 ^ n).number());
        let added = vec![numbers.line(order.lines.len() + 1, 2)];
        Self { status: format!("packed-{n}"), changed, removed: second.id, added }
    }

    /// Makes the change to the library's order.
    ///
    /// # Panics
    ///
    /// If the order has no such line.
    pub fn edit(&self, order: &mut ours::Order) {
        order.status.clone_from(&self.status);
        order.lines.retain(|line| line.id != self.removed);
        let line = order.lines.iter_mut().find(|line| line.id == self.changed.id);
        line.expect("the order has the line").qty = self.changed.qty;
        order.lines.extend(self.added.iter().map(ours::Line::from));
    }

    /// Makes the change to the order of the code by hand, whose saves take the status from there and the rest from here.
    pub fn edit_model(&self, order: &mut model::Order) {
        order.status.clone_from(&self.status);
        order.lines.retain(|line| line.id != self.removed);
        for line in order.lines.iter_mut().filter(|line| line.id == self.changed.id) {
            line.clone_from(&self.changed);
        }
        order.lines.extend(self.added.iter().cloned());
    }
}

/// Edits every line of an order of the code by hand.
pub fn edit_lines(order: &mut model::Order) {
    for line in &mut order.lines {
        line.qty += 1;
    }
}

/// Edits every line of the library's order.
pub fn edit_our_lines(order: &mut ours::Order) {
    for line in &mut order.lines {
        line.qty += 1;
    }
}

/// The same order as the library takes it for new.
#[must_use]
pub fn unsaved(order: &model::Order) -> ours::Order {
    ours::Order { version: aggregate_core::Version::UNSAVED, ..order.into() }
}
