//! What the library tells `tracing` of its work.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use aggregate_core::{Repository, RepositoryExt, RetryPolicy};
use aggregate_tests::model::order::{self, Line, Order};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::meddler::{Meddler, Mishap};
use super::{FIRST, Orders, Source, conflict, id, one_order, somebody_saves};

/// A span or an event: its name and its fields.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    name: &'static str,
    fields: BTreeMap<&'static str, String>,
}

/// Hears the library's spans and events of this thread.
#[derive(Clone, Default)]
pub(crate) struct Listener(Arc<Mutex<Vec<Told>>>);

impl Listener {
    /// What was told while this ran.
    pub(crate) async fn hear<T>(work: impl Future<Output = T>) -> (T, Vec<Told>) {
        let listener = Self::default();
        let listening = tracing::subscriber::set_default(listener.clone());
        let done = work.await;
        drop(listening);
        let told = std::mem::take(&mut *listener.0.lock().unwrap());
        (done, told)
    }
}

impl Visit for Told {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.fields.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.insert(field.name(), value.to_owned());
    }
}

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "aggregate_core::operation"
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut told = Told { name: span.metadata().name(), ..Told::default() };
        span.record(&mut told);
        let mut all = self.0.lock().unwrap();
        all.push(told);
        Id::from_u64(all.len() as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        values.record(&mut self.0.lock().unwrap()[usize::try_from(span.into_u64()).unwrap() - 1]);
    }

    fn event(&self, event: &Event<'_>) {
        let mut told = Told { name: "event", ..Told::default() };
        event.record(&mut told);
        self.0.lock().unwrap().push(told);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

impl Told {
    /// The fields of these names, those that are missing as `-`.
    pub(crate) fn of<const N: usize>(&self, names: [&str; N]) -> [&str; N] {
        names.map(|name| self.fields.get(name).map_or("-", String::as_str))
    }

    /// How many statements it says that were sent.
    pub(crate) fn statements(&self) -> usize {
        self.fields["statements"].parse().unwrap()
    }
}

/// The only span of this name.
#[track_caller]
pub(crate) fn only<'t>(told: &'t [Told], name: &str) -> &'t Told {
    let named: Vec<_> = told.iter().filter(|told| told.name == name).collect();
    assert_eq!(named.len(), 1, "{told:#?}");
    named[0]
}

pub(crate) async fn each_call_has_a_span(source: &Source<'_>) {
    let orders = source.of::<Order>(&order::TABLES).await;
    let (order, told) = Listener::hear(orders.add(Order::sample(1))).await;
    let save = only(&told, "aggregate.save");
    let fields = ["aggregate", "id", "old_version", "new_version", "rows", "outcome"];
    assert_eq!(save.of(fields), ["orders", "(1, 1)", "-1", "0", "8", "ok"]);
    let mut order = order.unwrap();
    let (report, told) = Listener::hear(async {
        order.status = "paid".into();
        orders.save(&mut order).await.unwrap()
    })
    .await;
    let save = only(&told, "aggregate.save");
    assert_eq!(save.of(fields), ["orders", "(1, 1)", "0", "1", "1", "ok"]);
    assert_eq!(save.statements() as u64, report.statements);
    let (_, told) = Listener::hear(orders.save(&mut order)).await;
    assert_eq!(only(&told, "aggregate.save").of(fields), ["orders", "(1, 1)", "1", "1", "0", "unchanged"]);

    source.statements();
    let (_, told) = Listener::hear(orders.find_many(&[id(1), id(9), id(1)])).await;
    let load = only(&told, "aggregate.load");
    assert_eq!(load.of(["aggregate", "ids", "found", "rows", "outcome"]), ["orders", "2", "1", "8", "ok"]);
    // The listener takes the place of the one that counts, so they are counted once more.
    orders.find_many(&[id(1), id(9), id(1)]).await.unwrap();
    assert_eq!(load.statements(), source.statements());

    let mut stale = order.clone();
    somebody_saves(&orders, 1).await;
    stale.lines.clear();
    let (refused, told) = Listener::hear(orders.save(&mut stale)).await;
    conflict(refused);
    assert_eq!(only(&told, "aggregate.save").of(fields), ["orders", "(1, 1)", "1", "-", "-", "conflict"]);
    orders.reload(&mut stale).await.unwrap();
    let (_, told) = Listener::hear(orders.delete(&mut stale)).await;
    assert_eq!(only(&told, "aggregate.delete").of(fields), ["orders", "(1, 1)", "2", "-1", "8", "ok"]);
    let (_, told) = Listener::hear(orders.save_all(&mut [new(1), new(2)])).await;
    let ids: Vec<_> = told
        .iter()
        .filter(|told| told.name == "aggregate.save")
        .map(|told| told.of(["id", "outcome"]))
        .collect();
    assert_eq!(ids, [["(1, 1)", "ok"], ["(1, 2)", "ok"]]);
}

fn new(number: i64) -> aggregate_core::Tracked<Order> {
    aggregate_core::Tracked::new(Order::sample(number))
}

pub(crate) async fn an_update_tells_its_retries(source: &Source<'_>) {
    let (orders, _) = one_order(source).await;
    let meddler = Meddler::new(&orders, [Mishap::Overtaken, Mishap::Overtaken]);
    let (_, told) = Listener::hear(meddler.update(&FIRST, |order| {
        let _: () = order.lines.clear();
        Ok::<_, ()>(())
    }))
    .await;
    let update = only(&told, "aggregate.update");
    assert_eq!(update.of(["aggregate", "id", "attempts", "outcome"]), ["orders", "(1, 1)", "3", "ok"]);
    let retries: Vec<_> = told
        .iter()
        .filter(|told| told.name == "event")
        .map(|told| told.of(["message", "attempt", "cause"]))
        .collect();
    assert_eq!(retries, [["aggregate.retry", "1", "conflict"], ["aggregate.retry", "2", "conflict"]]);
    let meddler = Meddler::new(&orders, [Mishap::Overtaken]);
    let once = meddler.update_with(RetryPolicy::NEVER, &FIRST, |order| {
        let _: () = order.status.clear();
        Ok::<_, ()>(())
    });
    let (_, told) = Listener::hear(once).await;
    assert_eq!(only(&told, "aggregate.update").of(["attempts", "outcome"]), ["1", "conflict"]);
    let refused = orders.update(&FIRST, |_| Err::<(), _>("no"));
    let (_, told) = Listener::hear(refused).await;
    assert_eq!(only(&told, "aggregate.update").of(["attempts", "outcome"]), ["1", "refused"]);
}

pub(crate) async fn no_value_stands_in_a_span(source: &Source<'_>) {
    let (orders, _): (Orders, _) = one_order(source).await;
    let ((), told) = Listener::hear(async {
        let mut order = orders.get(&FIRST).await.unwrap();
        order.status = "secret".into();
        order.lines.push(Line { sku: "secret".to_owned(), ..Line::plain(13) });
        orders.save(&mut order).await.unwrap();
        order.lines.push(Line { sku: "secret".to_owned(), ..Line::plain(13) });
        orders.save(&mut order).await.unwrap_err();
        orders
            .update(&FIRST, |order| {
                let _: () = order.status.push_str(" secret");
                Ok::<_, ()>(())
            })
            .await
            .unwrap();
        orders.delete(&mut orders.get(&FIRST).await.unwrap()).await.unwrap();
    })
    .await;
    assert!(told.len() >= 6, "{told:#?}");
    for told in &told {
        assert!(told.fields.values().all(|value| !value.contains("secret")), "{told:?}");
    }
}
