//! Futures that are dropped after some polls.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll};

use tokio::task::coop::{consume_budget, has_budget_remaining};
use tokio::task::yield_now;

/// When a future is polled.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Polls {
    /// When it asks to be.
    Needed,
    /// After each thing that it did: all of tokio's budget is used up but for one read, write or lock.
    Steps,
    /// As `Steps`, and dropped only when it asks to be polled once more: when the answer is there, not on its way.
    Answered,
    /// Whenever the runtime has looked at its other tasks.
    Always,
}

impl Polls {
    /// Polls a future at most so often, then drops it.
    pub(crate) async fn drop_after<F: Future>(self, times: usize, future: F) -> Option<F::Output> {
        let (mut future, mut left, mut budget) = (pin!(future), times, None);
        // What this poll has used up already is not known; the next one has all of it.
        yield_now().await;
        poll_fn(|context| {
            let Some(budget) = budget else {
                budget = Some(spend(context, usize::MAX));
                context.waker().wake_by_ref();
                return Poll::Pending;
            };
            if left == 0 {
                return Poll::Ready(None);
            }
            left -= 1;
            match self {
                Self::Needed => {}
                Self::Steps | Self::Answered => drop(spend(context, budget - 1)),
                Self::Always => context.waker().wake_by_ref(),
            }
            match future.as_mut().poll(context).map(Some) {
                Poll::Pending if left == 0 && !matches!(self, Self::Answered) => Poll::Ready(None),
                polled => polled,
            }
        })
        .await
    }
}

/// Uses up some of the task's budget; gives how much.
fn spend(context: &mut Context<'_>, most: usize) -> usize {
    let mut spent = 0;
    while spent < most && has_budget_remaining() {
        if pin!(consume_budget()).poll(context).is_pending() {
            break;
        }
        spent += 1;
    }
    spent
}
