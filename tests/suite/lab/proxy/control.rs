//! What the connections of a proxy share: the messages noted so far, and the fault to come.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::frames::{Message, Way, Wire};

/// What happens to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is not passed on, and both sides are closed.
    Cut,
    /// Neither it nor what follows is passed on; the client waits in vain until the connection is gone.
    LoseRequest,
    /// It is passed on with what follows, and the server answers; then both sides are closed, and the client
    /// has heard nothing.
    LoseAnswer,
    /// Nothing passes, either way, until the test says how it goes on.
    Stall,
}

/// How a stall ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// What was held is passed on, and all that follows.
    Deliver,
    /// Both sides are closed.
    Close,
}

/// What a connection does with a message.
pub(super) enum Act {
    Pass,
    PassAndLoseTheAnswer,
    Lose,
    Close,
    Hold,
}

/// Picks the message to break at: the last one of those that were noted.
type At = Box<dyn Fn(&[Message]) -> bool + Send>;

pub(super) struct Control {
    wire: Wire,
    state: Mutex<State>,
    broken: watch::Sender<bool>,
    then: watch::Sender<Option<Then>>,
}

#[derive(Default)]
struct State {
    fault: Option<(Fault, At)>,
    /// The messages since it was armed, if they are noted.
    noted: Option<Vec<Message>>,
    open: usize,
}

impl Control {
    pub(super) fn new(wire: Wire) -> Self {
        Self {
            wire,
            state: Mutex::default(),
            broken: watch::Sender::new(false),
            then: watch::Sender::new(None),
        }
    }

    pub(super) const fn wire(&self) -> Wire {
        self.wire
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn opened(&self) {
        self.state().open += 1;
    }

    pub(super) fn closed(&self) {
        self.state().open -= 1;
    }

    pub(super) fn open(&self) -> usize {
        self.state().open
    }

    pub(super) fn arm(&self, fault: Option<(Fault, At)>) {
        self.broken.send_replace(false);
        self.then.send_replace(None);
        let mut state = self.state();
        state.fault = fault;
        state.noted = Some(Vec::new());
    }

    pub(super) fn noted(&self) -> usize {
        self.state().noted.as_ref().map_or(0, Vec::len)
    }

    pub(super) fn take(&self) -> Vec<Message> {
        let mut state = self.state();
        state.fault = None;
        state.noted.take().unwrap_or_default()
    }

    pub(super) async fn broken(&self) {
        // The sender lives as long as this.
        let _ = self.broken.subscribe().wait_for(|broken| *broken).await;
    }

    pub(super) fn release(&self, then: Then) {
        self.then.send_replace(Some(then));
    }

    pub(super) async fn released(&self) -> Then {
        let mut then = self.then.subscribe();
        match then.wait_for(Option::is_some).await {
            Ok(then) => then.unwrap_or(Then::Close),
            Err(_) => Then::Close,
        }
    }

    /// Whether the server has done what it was asked for.
    pub(super) fn ends_an_answer(&self, message: &Message) -> bool {
        match self.wire {
            Wire::Postgres => message.way == Way::Answer && message.tag == b'Z',
            // What comes first says that the statement was run.
            Wire::MariaDb => message.way == Way::Answer,
        }
    }

    /// Notes a message, and says what becomes of it.
    pub(super) fn meet(&self, message: Message) -> Act {
        let mut state = self.state();
        let State { fault, noted: Some(noted), .. } = &mut *state else { return Act::Pass };
        noted.push(message);
        let Some((fault, _)) = fault.take_if(|(_, at)| at(noted)) else { return Act::Pass };
        self.broken.send_replace(true);
        match fault {
            Fault::Cut => Act::Close,
            Fault::LoseRequest => Act::Lose,
            Fault::LoseAnswer => Act::PassAndLoseTheAnswer,
            Fault::Stall => Act::Hold,
        }
    }
}
