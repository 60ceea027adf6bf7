//! Counts statements as an application can: the library emits a `tracing` event for each one that it sends.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tracing::instrument::WithSubscriber;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Runs a future and counts the statements that it sends.
pub(crate) async fn counted<T>(future: impl Future<Output = T>) -> (T, u64) {
    let sent = Arc::new(AtomicU64::new(0));
    let output = future.with_subscriber(Counter(Arc::clone(&sent))).await;
    (output, sent.load(Ordering::Relaxed))
}

/// A subscriber that looks at nothing but the statements' target.
struct Counter(Arc<AtomicU64>);

impl Subscriber for Counter {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "aggregate_core::statement"
    }

    fn event(&self, _: &Event<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}
