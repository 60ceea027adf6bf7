//! What a run takes: time on the clock, and of the processors.

use std::fs;
use std::time::Instant;

/// What a run took, in microseconds.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cost {
    /// On the clock.
    pub(super) wall: f64,
    /// Of the processor that ran us.
    pub(super) client: f64,
    /// Of the processor that ran the server's process for our connection, where it has one.
    pub(super) server: f64,
}

/// A watch that runs.
pub(super) struct Watch {
    server: Option<String>,
    before: (f64, f64),
    start: Instant,
}

impl Watch {
    /// Starts, beside the server's process if it is known.
    pub(super) fn start(server: Option<i32>) -> Self {
        let server = server.map(|process| format!("/proc/{process}/schedstat"));
        let before = (ran(OURS), server.as_deref().map_or(0.0, ran));
        Self { server, before, start: Instant::now() }
    }

    /// Stops.
    pub(super) fn stop(self) -> Cost {
        let wall = self.start.elapsed().as_secs_f64() * 1e6;
        let client = ran(OURS) - self.before.0;
        Cost { wall, client, server: self.server.as_deref().map_or(0.0, ran) - self.before.1 }
    }
}

const OURS: &str = "/proc/thread-self/schedstat";

/// How many microseconds a thread ran: the first number that Linux tells, in nanoseconds; 0 elsewhere.
///
/// <https://docs.kernel.org/scheduler/sched-stats.html>
fn ran(statistics: &str) -> f64 {
    let text = fs::read_to_string(statistics).unwrap_or_default();
    text.split(' ').next().and_then(|nanoseconds| nanoseconds.parse().ok()).map_or(0.0, |ns: f64| ns / 1e3)
}
