//! The statements that the library says it sent.

use std::sync::{Arc, Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Metadata, Subscriber};

/// A statement that was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// The database.
    pub backend: String,
    /// What it was for: `load`, `save` and so on.
    pub kind: String,
    /// Whether the connection keeps it prepared.
    pub kept: bool,
    /// Its text.
    pub sql: String,
}

/// Hears the library's events, target `aggregate_core::statement`.
#[derive(Clone, Debug, Default)]
pub struct StatementLog(Arc<Mutex<Vec<Sent>>>);

impl StatementLog {
    /// Starts to hear what this thread sends, until the guard is dropped.
    #[must_use]
    pub fn listen(&self) -> DefaultGuard {
        tracing::subscriber::set_default(self.clone())
    }

    /// Takes what was heard so far.
    #[must_use]
    pub fn take(&self) -> Vec<Sent> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Subscriber for StatementLog {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "aggregate_core::statement"
    }

    fn event(&self, event: &Event<'_>) {
        let mut sent = Sent::default();
        event.record(&mut sent);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(sent);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

impl Visit for Sent {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "backend" => value.clone_into(&mut self.backend),
            "kind" => value.clone_into(&mut self.kind),
            "sql" => value.clone_into(&mut self.sql),
            other => panic!("a statement's event has no field `{other}`: it could hold a value"),
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        match field.name() {
            "kept" => self.kept = value,
            other => panic!("a statement's event has no field `{other}`: it could hold a value"),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}
