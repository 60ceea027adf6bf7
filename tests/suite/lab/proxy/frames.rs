//! Where a message of a database's protocol begins and ends.

/// How a database speaks over a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// <https://www.postgresql.org/docs/current/protocol-message-formats.html>
    Postgres,
    /// <https://mariadb.com/docs/server/reference/clientserver-protocol/0-packet>
    MariaDb,
}

/// Which way a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// To the server.
    Request,
    /// To the client.
    Answer,
}

/// A message that passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Which way it went.
    pub way: Way,
    /// The byte that says of which kind it is; 0 for the first one of a connection.
    pub tag: u8,
    /// The text of a statement that is sent unprepared.
    pub sql: Option<String>,
}

impl Message {
    /// Whether it asks for this statement, unprepared.
    #[must_use]
    pub fn asks(&self, sql: &str) -> bool {
        self.sql.as_deref() == Some(sql)
    }

    /// Whether it is of the same kind, and goes the same way.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        (self.way, self.tag) == (other.way, other.tag)
    }
}

/// The bytes of one direction that were read and not passed on yet.
pub(super) struct Frames {
    wire: Wire,
    way: Way,
    /// Whether the first message, which has no kind on `PostgreSQL`, is behind us.
    greeted: bool,
    pub(super) bytes: Vec<u8>,
}

impl Frames {
    pub(super) const fn new(wire: Wire, way: Way) -> Self {
        Self { wire, way, greeted: false, bytes: Vec::new() }
    }

    pub(super) const fn way(&self) -> Way {
        self.way
    }

    /// Takes the next message, if all of it is there.
    pub(super) fn next(&mut self) -> Option<(Message, Vec<u8>)> {
        let startup = matches!((self.wire, self.way), (Wire::Postgres, Way::Request)) && !self.greeted;
        let length = match self.wire {
            Wire::Postgres if startup => number(*self.bytes.first_chunk::<4>()?, u32::from_be_bytes),
            Wire::Postgres => 1 + number(*self.bytes.get(1..)?.first_chunk::<4>()?, u32::from_be_bytes),
            Wire::MariaDb => {
                let [a, b, c, _] = *self.bytes.first_chunk::<4>()?;
                4 + number([a, b, c, 0], u32::from_le_bytes)
            }
        };
        if self.bytes.len() < length {
            return None;
        }
        let frame: Vec<u8> = self.bytes.drain(..length).collect();
        self.greeted = true;
        let (tag, rest) = match self.wire {
            Wire::Postgres if startup => (0, &[][..]),
            Wire::Postgres => (frame[0], &frame[5..]),
            Wire::MariaDb => (frame.get(4).copied().unwrap_or_default(), frame.get(5..).unwrap_or_default()),
        };
        let is_query = self.way == Way::Request
            && match self.wire {
                Wire::Postgres => tag == b'Q',
                // COM_QUERY, the first packet of a command.
                Wire::MariaDb => tag == 3 && frame[3] == 0,
            };
        let sql = is_query.then(|| String::from_utf8_lossy(rest).trim_end_matches('\0').to_owned());
        Some((Message { way: self.way, tag, sql }, frame))
    }
}

fn number(bytes: [u8; 4], of: fn([u8; 4]) -> u32) -> usize {
    usize::try_from(of(bytes)).expect("a length")
}
