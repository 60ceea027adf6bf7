//! A network that takes longer: a proxy that holds what goes to the server for a while.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// Listens before a server, and passes on what it hears: to the server after a while, so that each round trip takes so
/// much longer; to the client at once. Requests that are sent without waiting for answers wait together.
///
/// It runs until the process ends, in threads of its own: a timer of tokio's has a resolution of a millisecond.
///
/// # Errors
///
/// If no port is free.
pub(super) fn listen(server: (String, u16), delay: Duration) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        while let Ok((client, _)) = listener.accept() {
            let Ok(server) = TcpStream::connect((&*server.0, server.1)) else { continue };
            // A connection that breaks is the client's to notice.
            let _ = relay(client, server, delay);
        }
    });
    Ok(address)
}

fn relay(client: TcpStream, server: TcpStream, delay: Duration) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut from_client, mut to_server) = (client.try_clone()?, server.try_clone()?);
    let (sender, receiver) = mpsc::channel::<(Instant, Vec<u8>)>();
    thread::spawn(move || {
        each_chunk(&mut from_client, |chunk| sender.send((Instant::now() + delay, chunk.to_vec())).is_ok());
    });
    thread::spawn(move || {
        while let Ok((due, chunk)) = receiver.recv() {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if to_server.write_all(&chunk).is_err() {
                break;
            }
        }
        let _ = to_server.shutdown(Shutdown::Both);
    });
    thread::spawn(move || {
        let (mut from_server, mut to_client) = (server, client);
        each_chunk(&mut from_server, |chunk| to_client.write_all(chunk).is_ok());
        let _ = to_client.shutdown(Shutdown::Both);
    });
    Ok(())
}

/// Reads until the end, or until `pass` says that there is nobody to pass it to.
fn each_chunk(from: &mut TcpStream, mut pass: impl FnMut(&[u8]) -> bool) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        if !pass(&buffer[..read]) {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_trip_takes_so_much_longer_and_what_is_sent_together_waits_together() {
        let echo = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = echo.local_addr().unwrap().port();
        thread::spawn(move || {
            let (mut stream, _) = echo.accept().unwrap();
            let mut back = stream.try_clone().unwrap();
            each_chunk(&mut stream, |chunk| back.write_all(chunk).is_ok());
        });
        let delay = Duration::from_millis(20);
        let proxy = listen(("127.0.0.1".to_owned(), port), delay).unwrap();
        let mut stream = TcpStream::connect(proxy).unwrap();
        let start = Instant::now();
        for part in [b"one ", b"two "] {
            stream.write_all(part).unwrap();
        }
        let mut answer = [0; 8];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"one two ");
        assert!(start.elapsed() >= delay, "{:?}", start.elapsed());
        assert!(start.elapsed() < 2 * delay, "{:?}", start.elapsed());
    }
}
