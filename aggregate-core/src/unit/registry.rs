//! What units of work know of the tables of the types that they meet.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use sqlx::Pool;

use crate::backend::Backend;
use crate::entity::{Aggregate, Persist};
use crate::tables::Tables;

/// The tables by type, for one database.
#[derive(Default)]
pub(super) struct Registry {
    types: Mutex<HashMap<TypeId, Arc<Tables>>>,
    /// Whether the sessions' own isolation level was looked at and is high enough.
    level_is_known: AtomicBool,
}

type AnyArc = Arc<dyn Any + Send + Sync>;

/// The registries of all pools that are alive. A pool is known by its connect options, which it shares with its
/// clones and with no other pool.
static POOLS: Mutex<Vec<Known>> = Mutex::new(Vec::new());

/// The connect options of a pool, and its registry.
type Known = (Weak<dyn Any + Send + Sync>, Arc<Registry>);

impl Registry {
    /// The registry of a pool, shared by all units of work on it.
    pub(super) fn of_pool<DB: Backend>(pool: &Pool<DB>) -> Arc<Self> {
        let options: AnyArc = pool.connect_options();
        let mut pools = POOLS.lock().unwrap_or_else(PoisonError::into_inner);
        pools.retain(|(pool, _)| pool.strong_count() > 0);
        let known =
            pools.iter().find(|(pool, _)| pool.upgrade().is_some_and(|pool| Arc::ptr_eq(&pool, &options)));
        if let Some((_, registry)) = known {
            return Arc::clone(registry);
        }
        let registry = Arc::new(Self::default());
        pools.push((Arc::downgrade(&options), Arc::clone(&registry)));
        registry
    }

    pub(super) fn level_is_known(&self) -> bool {
        self.level_is_known.load(Ordering::Relaxed)
    }

    pub(super) fn know_level(&self) {
        self.level_is_known.store(true, Ordering::Relaxed);
    }

    /// The tables of a type.
    pub(super) fn tables<DB: Backend, A: Aggregate + Persist<DB>>(&self) -> Arc<Tables> {
        let mut types = self.types.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(types.entry(TypeId::of::<A>()).or_insert_with(|| Arc::new(Tables::of(A::TABLE))))
    }
}
