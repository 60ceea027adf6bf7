//! From the order of the code by hand to the library's and back.

use aggregate_core::Version;

use crate::{model, ours};

impl From<&model::Order> for ours::Order {
    fn from(order: &model::Order) -> Self {
        Self {
            id: order.id,
            version: Version::new(order.version),
            customer: order.customer.clone(),
            status: order.status.clone(),
            total: order.total,
            placed_at: order.placed_at,
            lines: order.lines.iter().map(Into::into).collect(),
            notes: order.notes.iter().map(Into::into).collect(),
        }
    }
}

impl From<&model::Line> for ours::Line {
    fn from(line: &model::Line) -> Self {
        Self {
            id: line.id,
            sku: line.sku.clone(),
            qty: line.qty,
            price: line.price,
            note: line.note.clone(),
            allocations: line.allocations.iter().map(Into::into).collect(),
        }
    }
}

impl From<&model::Allocation> for ours::Allocation {
    fn from(allocation: &model::Allocation) -> Self {
        Self { id: allocation.id, warehouse: allocation.warehouse.clone(), qty: allocation.qty }
    }
}

impl From<&model::Note> for ours::Note {
    fn from(note: &model::Note) -> Self {
        Self { id: note.id, body: note.body.clone() }
    }
}

impl From<&ours::Order> for model::Order {
    fn from(order: &ours::Order) -> Self {
        Self {
            id: order.id,
            version: order.version.get(),
            customer: order.customer.clone(),
            status: order.status.clone(),
            total: order.total,
            placed_at: order.placed_at,
            lines: order.lines.iter().map(Into::into).collect(),
            notes: order.notes.iter().map(Into::into).collect(),
        }
    }
}

impl From<&ours::Line> for model::Line {
    fn from(line: &ours::Line) -> Self {
        Self {
            id: line.id,
            sku: line.sku.clone(),
            qty: line.qty,
            price: line.price,
            note: line.note.clone(),
            allocations: line.allocations.iter().map(Into::into).collect(),
        }
    }
}

impl From<&ours::Allocation> for model::Allocation {
    fn from(allocation: &ours::Allocation) -> Self {
        Self { id: allocation.id, warehouse: allocation.warehouse.clone(), qty: allocation.qty }
    }
}

impl From<&ours::Note> for model::Note {
    fn from(note: &ours::Note) -> Self {
        Self { id: note.id, body: note.body.clone() }
    }
}
