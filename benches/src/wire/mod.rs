//! A proxy before a database's server that counts what passes: statements, round trips, bytes.
//!
//! Entry points: [`Proxy`] passes everything on; `requests` knows where a request begins and ends, `turns` what is
//! a round trip.

mod requests;
mod turns;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

pub use requests::Protocol;
use requests::Requests;
pub use turns::Tally;
use turns::Turns;

/// A server's counting double; it stops when dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    protocol: Protocol,
    conversations: Conversations,
    accepting: JoinHandle<()>,
}

/// What was said on each connection.
type Conversations = Arc<Mutex<Vec<Turns>>>;

impl Proxy {
    /// Starts to listen on a free loopback port, for the server at `to`.
    ///
    /// # Errors
    ///
    /// If there is no port to be had.
    pub async fn start(protocol: Protocol, to: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let conversations = Conversations::default();
        let kept = Arc::clone(&conversations);
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(to).await else { continue };
                // As the drivers do, or the proxy would make the network slower than it is.
                let _ = (client.set_nodelay(true), server.set_nodelay(true));
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                let number = open(&kept);
                tokio::spawn(ask(protocol, from_client, to_server, Arc::clone(&kept), number));
                tokio::spawn(answer(from_server, to_client, Arc::clone(&kept), number));
            }
        });
        Ok(Self { address, protocol, conversations, accepting })
    }

    /// Where clients find it.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What passed on all connections since this was last asked. Ask when nothing is under way.
    #[must_use]
    pub fn take(&self) -> Tally {
        let mut conversations = lock(&self.conversations);
        conversations.iter_mut().map(|turns| std::mem::take(turns).tally(self.protocol)).sum()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn lock(conversations: &Conversations) -> MutexGuard<'_, Vec<Turns>> {
    conversations.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The number of a new connection.
fn open(conversations: &Conversations) -> usize {
    let mut conversations = lock(conversations);
    conversations.push(Turns::default());
    conversations.len() - 1
}

/// Passes requests on, each noted before the server can answer it.
async fn ask(
    protocol: Protocol,
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    conversations: Conversations,
    number: usize,
) {
    let mut requests = Requests::new(protocol);
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        for request in requests.read(&buffer[..read]) {
            lock(&conversations)[number].request(request);
        }
        if to.write_all(&buffer[..read]).await.is_err() {
            break;
        }
    }
    // The end of what is said is passed on too; if that fails the server is gone.
    let _ = to.shutdown().await;
}

/// Passes answers on, each noted before the client can go on.
async fn answer(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    conversations: Conversations,
    number: usize,
) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        lock(&conversations)[number].answer(read);
        if to.write_all(&buffer[..read]).await.is_err() {
            break;
        }
    }
    let _ = to.shutdown().await;
}
