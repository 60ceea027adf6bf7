//! Where a client's messages begin and end, and of which kind they are.

/// How a database speaks over a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// <https://www.postgresql.org/docs/current/protocol-message-formats.html>
    Postgres,
    /// <https://mariadb.com/docs/server/reference/clientserver-protocol/0-packet>
    MariaDb,
}

/// A message of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Request {
    /// The byte that says of which kind it is; none for greetings, and for the later packets of a command.
    pub(super) tag: Option<u8>,
    /// Its length, header included.
    pub(super) bytes: usize,
}

/// Cuts the bytes of a client into messages.
#[derive(Debug)]
pub(super) struct Requests {
    protocol: Protocol,
    /// Whether the first message, which has no kind on `PostgreSQL`, is behind us.
    greeted: bool,
    /// What was read of a message that is not whole yet.
    rest: Vec<u8>,
}

impl Requests {
    pub(super) const fn new(protocol: Protocol) -> Self {
        Self { protocol, greeted: false, rest: Vec::new() }
    }

    /// The messages that are whole with these bytes.
    pub(super) fn read(&mut self, bytes: &[u8]) -> Vec<Request> {
        self.rest.extend_from_slice(bytes);
        let mut requests = Vec::new();
        let mut at = 0;
        while let Some(request) = self.next(&self.rest[at..]) {
            at += request.bytes;
            self.greeted = true;
            requests.push(request);
        }
        self.rest.drain(..at);
        requests
    }

    /// The message that these bytes begin with, if all of it is there.
    fn next(&self, bytes: &[u8]) -> Option<Request> {
        let request = match self.protocol {
            Protocol::Postgres if !self.greeted => {
                Request { tag: None, bytes: length(u32::from_be_bytes(*bytes.first_chunk()?)) }
            }
            Protocol::Postgres => {
                let (tag, rest) = bytes.split_first()?;
                Request { tag: Some(*tag), bytes: 1 + length(u32::from_be_bytes(*rest.first_chunk()?)) }
            }
            Protocol::MariaDb => {
                let [a, b, c, number] = *bytes.first_chunk()?;
                // A command is its packet number 0; the client's part of the greeting has later numbers.
                let tag = bytes.get(4).copied().filter(|_| number == 0);
                Request { tag, bytes: 4 + length(u32::from_le_bytes([a, b, c, 0])) }
            }
        };
        (bytes.len() >= request.bytes).then_some(request)
    }
}

fn length(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX - 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(protocol: Protocol, bytes: &[u8]) -> Vec<(Option<u8>, usize)> {
        Requests::new(protocol).read(bytes).iter().map(|request| (request.tag, request.bytes)).collect()
    }

    /// A greeting, then Parse and Sync in one write.
    const POSTGRES: &[u8] = &[0, 0, 0, 8, 0, 3, 0, 0, b'P', 0, 0, 0, 7, b's', 0, 0, b'S', 0, 0, 0, 4];

    /// An answer to the server's greeting, then a query and a ping.
    const MARIADB: &[u8] = &[2, 0, 0, 1, 9, 9, 2, 0, 0, 0, 3, b'x', 1, 0, 0, 0, 14];

    #[test]
    fn cuts_what_a_client_of_postgres_says() {
        let expected = [(None, 8), (Some(b'P'), 8), (Some(b'S'), 5)];
        assert_eq!(tags(Protocol::Postgres, POSTGRES), expected);
    }

    #[test]
    fn cuts_what_a_client_of_mariadb_says() {
        assert_eq!(tags(Protocol::MariaDb, MARIADB), [(None, 6), (Some(3), 6), (Some(14), 5)]);
    }

    #[test]
    fn a_message_may_come_in_pieces() {
        for (protocol, bytes) in [(Protocol::Postgres, POSTGRES), (Protocol::MariaDb, MARIADB)] {
            let whole = tags(protocol, bytes);
            let mut requests = Requests::new(protocol);
            let pieces: Vec<_> = bytes.iter().flat_map(|byte| requests.read(&[*byte])).collect();
            assert_eq!(pieces.iter().map(|piece| (piece.tag, piece.bytes)).collect::<Vec<_>>(), whole);
        }
    }

    #[test]
    fn a_long_command_is_one_command() {
        let mut bytes = vec![255, 255, 255, 0, 23];
        bytes.resize(4 + 0xff_ffff, 0);
        bytes.extend([1, 0, 0, 1, 7]);
        assert_eq!(tags(Protocol::MariaDb, &bytes), [(Some(23), 4 + 0xff_ffff), (None, 5)]);
    }
}
