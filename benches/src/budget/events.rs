//! What the library says that it sends, and what the driver says.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::Failure;

/// The statements that were announced since this was last asked.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Announced {
    /// By the library.
    pub(super) statements: u64,
    /// Those among them that begin or end a transaction, which some drivers keep to themselves.
    pub(super) transactions: u64,
    /// By the driver.
    pub(super) by_driver: u64,
}

static HEARD: Mutex<Announced> = Mutex::new(Announced { statements: 0, transactions: 0, by_driver: 0 });

/// Hears the events of all threads: one of `SQLite`'s is the driver's own.
pub(super) fn listen() -> Result<(), Failure> {
    Ok(tracing::subscriber::set_global_default(Listener)?)
}

/// What was announced since this was last asked.
pub(super) fn take() -> Announced {
    std::mem::take(&mut heard())
}

fn heard() -> MutexGuard<'static, Announced> {
    HEARD.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Listener;

const LIBRARY: &str = "aggregate_core::statement";
const DRIVER: &str = "sqlx::query";

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        [LIBRARY, DRIVER].contains(&metadata.target())
    }

    fn event(&self, event: &Event<'_>) {
        if event.metadata().target() == DRIVER {
            heard().by_driver += 1;
            return;
        }
        let mut kind = Kind::default();
        event.record(&mut kind);
        let mut heard = heard();
        heard.statements += 1;
        heard.transactions += u64::from(["begin", "commit", "rollback"].contains(&kind.0.as_str()));
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// What a statement is for.
#[derive(Default)]
struct Kind(String);

impl Visit for Kind {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "kind" {
            value.clone_into(&mut self.0);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

impl std::ops::Add for Announced {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            statements: self.statements + other.statements,
            transactions: self.transactions + other.transactions,
            by_driver: self.by_driver + other.by_driver,
        }
    }
}
