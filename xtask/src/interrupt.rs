//! Ctrl-C and its kin, turned into a question that the running step asks.
//!
//! The handlers only store the signal's number. Whoever waits for something polls [`check`], and the
//! failure it returns unwinds through the guards that stop servers and remove directories.

use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::failure::Failure;

static SIGNAL: OnceLock<Arc<AtomicUsize>> = OnceLock::new();

/// How often those who wait ask.
pub(crate) const POLL: Duration = Duration::from_millis(20);

/// Starts to watch for signals.
pub(crate) fn watch() -> Result<(), Failure> {
    let cell = SIGNAL.get_or_init(Arc::default);
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        let value = usize::try_from(signal).expect("signal numbers are positive");
        signal_hook::flag::register_usize(signal, Arc::clone(cell), value)
            .map_err(Failure::io("cannot watch for signals"))?;
    }
    Ok(())
}

/// The signal that arrived, if one did.
pub(crate) fn signal() -> Option<i32> {
    let number = SIGNAL.get()?.load(Ordering::SeqCst);
    i32::try_from(number).ok().filter(|&number| number != 0)
}

/// Fails if a signal arrived.
pub(crate) fn check() -> Result<(), Failure> {
    signal().map_or(Ok(()), |signal| Err(Failure::Interrupted(signal)))
}
