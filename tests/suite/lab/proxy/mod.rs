//! A network between the tests and their server, which breaks at a message of their choice.

mod control;
mod frames;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use sqlx::{Database, Pool};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use control::{Act, Control};
pub use control::{Fault, Then};
use frames::Frames;
pub use frames::{Message, Way, Wire};

/// What becomes of a request that is lost: its sender waits so long, then the connection is gone.
const LOST: Duration = Duration::from_millis(3);

/// A proxy on a loopback port. Its connections pass everything on, but for one fault at a time.
pub struct Proxy {
    control: Arc<Control>,
    address: SocketAddr,
    listening: tokio::task::JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Proxy {
    /// Listens in front of a server, `host:port`.
    ///
    /// # Panics
    ///
    /// If no port is free.
    pub async fn listen(wire: Wire, server: String) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let control = Arc::new(Control::new(wire));
        let shared = Arc::clone(&control);
        let listening = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (control, server) = (Arc::clone(&shared), server.clone());
                control.opened();
                tokio::spawn(async move {
                    if let Ok(server) = TcpStream::connect(&*server).await {
                        relay(&control, client, server).await;
                    }
                    control.closed();
                });
            }
        });
        Self { control, address, listening }
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Notes the messages from here on, and breaks at the first one that `at` picks, by all that were noted.
    pub fn arm(&self, fault: Fault, at: impl Fn(&[Message]) -> bool + Send + 'static) {
        self.control.arm(Some((fault, Box::new(at))));
    }

    /// Notes the messages from here on.
    pub fn note(&self) {
        self.control.arm(None);
    }

    /// How many messages were noted so far.
    #[must_use]
    pub fn noted(&self) -> usize {
        self.control.noted()
    }

    /// Takes the messages that were noted, and notes no more.
    #[must_use]
    pub fn take(&self) -> Vec<Message> {
        self.control.take()
    }

    /// Waits until the fault has happened.
    pub async fn broken(&self) {
        self.control.broken().await;
    }

    /// Ends a stall.
    pub fn release(&self, then: Then) {
        self.control.release(then);
    }

    /// Waits until every connection is idle in its pool, or gone on both sides.
    ///
    /// # Panics
    ///
    /// If that takes long.
    pub async fn settled<DB: Database>(&self, pool: &Pool<DB>) {
        for _ in 0..10_000 {
            let size = usize::try_from(pool.size()).expect("few connections");
            if pool.num_idle() == size && self.control.open() == size {
                return;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        panic!("{} connections, {} idle, {} open", pool.size(), pool.num_idle(), self.control.open());
    }
}

/// Passes messages on, both ways, until either side closes or the fault does. A stall holds both ways.
async fn relay(control: &Control, client: TcpStream, server: TcpStream) {
    for socket in [&client, &server] {
        let _ = socket.set_nodelay(true);
    }
    let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
        (client.into_split(), server.into_split());
    let mut requests = Frames::new(control.wire(), Way::Request);
    let mut answers = Frames::new(control.wire(), Way::Answer);
    let mut answers_are_lost = false;
    let mut client_left = false;
    loop {
        let (read, frames, to) = tokio::select! {
            read = from_client.read_buf(&mut requests.bytes), if !client_left => {
                (read, &mut requests, &mut to_server)
            }
            read = from_server.read_buf(&mut answers.bytes) => (read, &mut answers, &mut to_client),
        };
        let way = frames.way();
        match (read, way) {
            (Ok(1..), _) => {}
            // The server has what was sent before, and says when it is done with it.
            (Ok(0) | Err(_), Way::Request) => {
                client_left = true;
                let _ = to.shutdown().await;
            }
            (_, Way::Answer) => return,
        }
        while let Some((message, frame)) = frames.next() {
            let is_last = control.ends_an_answer(&message);
            if answers_are_lost && way == Way::Answer {
                if is_last {
                    return;
                }
                continue;
            }
            match control.meet(message) {
                Act::Pass => {}
                Act::PassAndLoseTheAnswer => answers_are_lost = true,
                Act::Lose => return tokio::time::sleep(LOST).await,
                Act::Close => return,
                Act::Hold => {
                    if control.released().await == Then::Close {
                        return;
                    }
                }
            }
            // Who does not listen any more does not keep the other side from hearing the rest.
            let _ = to.write_all(&frame).await;
        }
    }
}
