//! A network that breaks at every message of a call: what is stored is wholly old or wholly new, the error says
//! that the outcome is unknown exactly where it is, and the pool goes on. For databases on a server.

mod loads;
mod many;
mod saves;
mod units;

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use aggregate_tests::lab::{ConnectOptions, Fault, Message, Proxy, Rerouted, Then, Way};
use aggregate_tests::{Engine, figure, run};
use sqlx::Pool;
use sqlx::pool::PoolOptions;

use crate::Db;
use crate::behaviour::Lab;

/// How long a call goes on after its connection stalls, before it is dropped.
const PATIENCE: Duration = Duration::from_millis(4);

/// Of what kind a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Cut,
    LostRequest,
    LostAnswer,
    /// Stalled until the call was dropped, then delivered after all.
    LateDelivery,
    /// Stalled until the call was dropped, then cut.
    Stall,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Cut, Self::LostRequest, Self::LostAnswer, Self::LateDelivery, Self::Stall];

    const fn fault(self) -> Fault {
        match self {
            Self::Cut => Fault::Cut,
            Self::LostRequest => Fault::LoseRequest,
            Self::LostAnswer => Fault::LoseAnswer,
            Self::LateDelivery | Self::Stall => Fault::Stall,
        }
    }

    fn befalls(self, message: &Message) -> bool {
        !matches!(self, Self::LostRequest | Self::LostAnswer) || message.way == Way::Request
    }

    /// How the stall ends, if it is one.
    const fn then(self) -> Option<Then> {
        match self {
            Self::LateDelivery => Some(Then::Deliver),
            Self::Stall => Some(Then::Close),
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Cut => "cut",
            Self::LostRequest => "requests lost",
            Self::LostAnswer => "answers lost",
            Self::LateDelivery => "delivered late",
            Self::Stall => "stalled",
        }
    }
}

/// A fault at one message of a call.
#[derive(Clone, Debug)]
struct Point {
    kind: Kind,
    /// The message's number in the call.
    at: usize,
    message: Message,
    /// The first message after which nobody knows what is stored, until the answer is whole.
    doubtful: bool,
    /// Whether, if so, it is stored in truth: the server had all of the request.
    arrives: bool,
}

impl Point {
    /// Whether it is about the question whether an idle connection still lives, which costs no call.
    fn is_ping(&self, trace: &[Message]) -> bool {
        // It is the first thing that is asked, and answered by one message.
        let ping = match trace[0].tag {
            // Sync, or COM_PING.
            b'S' | 14 => 2,
            _ => 0,
        };
        self.at < ping
    }
}

/// What a call came to.
#[derive(Debug)]
enum Heard<T, E> {
    Answer(Result<T, E>),
    Dropped,
}

/// A network to the database of a test.
struct Network<'l> {
    lab: &'l Lab,
    proxy: Proxy,
    options: ConnectOptions<Db>,
}

impl<'l> Network<'l> {
    async fn to(lab: &'l Lab) -> Self {
        let options = || (*lab.pool().connect_options()).clone();
        let nowhere = "127.0.0.1:1".parse().expect("an address");
        let Rerouted { wire, server, .. } = Db::rerouted(options(), nowhere).expect("a server");
        let proxy = Proxy::listen(wire, server).await;
        let Rerouted { options, .. } = Db::rerouted(options(), proxy.address()).expect("a server");
        Self { lab, proxy, options }
    }

    /// A pool on this network without a connection yet.
    fn pool(&self) -> Pool<Db> {
        PoolOptions::new()
            .max_connections(2)
            .acquire_timeout(Duration::from_secs(10))
            .connect_lazy_with(self.options.clone())
    }

    /// Leaves a pool with one connection, which is new.
    async fn renew(&self, pool: &Pool<Db>) {
        self.proxy.settled(pool).await;
        let held: Vec<_> = std::iter::from_fn(|| pool.try_acquire()).collect();
        for connection in held {
            connection.close().await.expect("it was idle");
        }
        drop(pool.acquire().await.expect("nothing is broken"));
        self.proxy.settled(pool).await;
    }

    /// Makes the call, with the fault in it if there is one.
    async fn call<T, E>(
        &self,
        point: Option<&Point>,
        call: impl Future<Output = Result<T, E>>,
    ) -> Heard<T, E> {
        match point {
            None => self.proxy.note(),
            Some(point) => {
                let at = point.at;
                self.proxy.arm(point.kind.fault(), move |noted| noted.len() == at + 1);
            }
        }
        let stalls = point.is_some_and(|point| point.kind.then().is_some());
        let stalled = async {
            self.proxy.broken().await;
            tokio::time::sleep(PATIENCE).await;
        };
        let heard = async {
            tokio::select! {
                biased;
                answer = call => Heard::Answer(answer),
                () = stalled, if stalls => Heard::Dropped,
            }
        };
        tokio::time::timeout(Duration::from_secs(20), heard)
            .await
            .unwrap_or_else(|_| panic!("the call hangs at {point:?}"))
    }

    /// Ends the stall, if there is one.
    fn go_on(&self, point: Option<&Point>) {
        if let Some(then) = point.and_then(|point| point.kind.then()) {
            self.proxy.release(then);
        }
    }
}

/// A call to break at each of its messages.
trait Scenario {
    fn name(&self) -> String;

    /// Where the outcome begins to be unknown.
    fn doubt(&self, trace: &[Message]) -> Option<usize>;

    /// Makes the call on an aggregate of its own, and asserts what must hold after it; gives its messages, and
    /// whether the outcome was unknown.
    async fn run(&self, network: &Network<'_>, id: i64, point: Option<&Point>) -> Ran;
}

#[derive(Debug, Default)]
struct Ran {
    trace: Vec<Message>,
    unknown: bool,
}

/// The first message of the request that a save is: its COMMIT, or the values of its only statement.
fn decides(trace: &[Message]) -> Option<usize> {
    let commit = trace.iter().rposition(|message| message.asks("COMMIT"));
    commit.or_else(|| trace.iter().rposition(|message| message.way == Way::Request && message.tag == b'B'))
}

/// The kinds of messages, as the protocol names them.
fn tags(trace: &[Message]) -> String {
    let tag = |message: &Message| match (message.way, message.tag) {
        (Way::Request, tag) => format!(">{}", tag.escape_ascii()),
        (Way::Answer, tag) => format!("{}", tag.escape_ascii()),
    };
    trace.iter().map(tag).collect::<Vec<_>>().join(" ")
}

/// What was counted.
#[derive(Default)]
struct Tally {
    kinds: BTreeMap<Kind, usize>,
    points: usize,
    unknown: usize,
    ids: i64,
}

impl Tally {
    /// Breaks a call at each of its messages, in each way.
    async fn count(&mut self, network: &Network<'_>, scenario: &impl Scenario) {
        self.ids += 10;
        let whole = scenario.run(network, self.ids, None).await;
        let doubt = scenario.doubt(&whole.trace).unwrap_or(usize::MAX);
        let last_request = whole.trace.iter().rposition(|message| message.way == Way::Request);
        let mut tried = 0;
        for (at, message) in whole.trace.iter().enumerate() {
            for kind in Kind::ALL.into_iter().filter(|kind| kind.befalls(message)) {
                let arrives = match kind {
                    Kind::Cut | Kind::Stall => Some(at) > last_request,
                    Kind::LostRequest => false,
                    Kind::LostAnswer | Kind::LateDelivery => true,
                };
                let (doubtful, message) = (at >= doubt, message.clone());
                let point = Point { kind, at, message, doubtful, arrives };
                self.ids += 10;
                let ran = scenario.run(network, self.ids, Some(&point)).await;
                let met = ran.trace.get(at);
                assert!(
                    met.is_some_and(|met| met.is_like(&point.message)),
                    "{}: {point:?}\nmet {}\nnot {}",
                    scenario.name(),
                    tags(&ran.trace),
                    tags(&whole.trace),
                );
                *self.kinds.entry(kind).or_default() += 1;
                self.unknown += usize::from(ran.unknown);
                tried += 1;
            }
        }
        println!("{}: {} messages, {tried} points", scenario.name(), whole.trace.len());
        self.points += tried;
    }

    /// Tells the figures, of which there must be some.
    async fn end(self, network: &Network<'_>, what: &str, floor: usize, unknown: bool) {
        network.lab.until_no_transaction_is_open().await;
        let name = <Db as sqlx::Database>::NAME;
        let kinds: Vec<_> = self.kinds.iter().map(|(kind, n)| format!("{n} {}", kind.name())).collect();
        let (points, unknowns) = (self.points, self.unknown);
        figure(format!(
            "doubt on {name}, {what}: {points} fault points ({}), {unknowns} outcomes unknown, 0 wrong",
            kinds.join(", ")
        ));
        assert!(points >= floor, "{points} points");
        assert_eq!(unknowns > 0, unknown, "{unknowns} of {points}");
        assert!(unknowns < points);
    }
}

/// A test on a network of its own.
fn on_a_network(test: impl AsyncFnOnce(&Network<'_>)) {
    run::<Db>(async |lab| {
        let network = Network::to(lab).await;
        test(&network).await;
    });
}
