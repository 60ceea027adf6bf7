//! Turns of talking: a client asks, however many messages that takes, and waits; the server answers.

use std::iter::Sum;
use std::ops::AddAssign;

use super::Protocol;
use super::requests::Request;

/// What was said on one connection, turn by turn.
#[derive(Debug, Default)]
pub(super) struct Turns(Vec<Turn>);

/// What a client says until it hears an answer, and the answer.
#[derive(Debug, Default)]
struct Turn {
    tags: Vec<u8>,
    up: usize,
    down: usize,
}

/// What passed: pings of the pool apart, and nothing of leave-takings, which have no answer.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Statements that were run: Execute or Query, `COM_STMT_EXECUTE` or `COM_QUERY`.
    pub statements: u64,
    /// Statements that were prepared: Parse, `COM_STMT_PREPARE`.
    pub prepares: u64,
    /// How often the client waited for an answer.
    pub trips: u64,
    /// How often the pool asked whether the connection still lives: a Sync alone, `COM_PING`.
    pub pings: u64,
    /// Bytes to the server.
    pub up: u64,
    /// Bytes to the client.
    pub down: u64,
}

/// What the client's messages mean: those that run, that prepare, that ask for a sign of life, that say goodbye.
struct Meanings {
    run: [u8; 2],
    prepare: u8,
    ping: u8,
    leave: u8,
}

impl Protocol {
    const fn meanings(self) -> Meanings {
        match self {
            Self::Postgres => Meanings { run: [b'E', b'Q'], prepare: b'P', ping: b'S', leave: b'X' },
            Self::MariaDb => Meanings { run: [0x17, 0x03], prepare: 0x16, ping: 0x0e, leave: 0x01 },
        }
    }
}

impl Turns {
    /// Notes a message of the client. It opens a turn if the server has spoken since.
    pub(super) fn request(&mut self, request: Request) {
        if self.0.last().is_none_or(|turn| turn.down > 0) {
            self.0.push(Turn::default());
        }
        if let Some(turn) = self.0.last_mut() {
            turn.tags.extend(request.tag);
            turn.up += request.bytes;
        }
    }

    /// Notes bytes of the server.
    pub(super) fn answer(&mut self, bytes: usize) {
        // A server may greet, or say something unasked; that is nobody's waiting.
        if self.0.is_empty() {
            return;
        }
        if let Some(turn) = self.0.last_mut() {
            turn.down += bytes;
        }
    }

    /// What it comes to.
    pub(super) fn tally(self, protocol: Protocol) -> Tally {
        let Meanings { run, prepare, ping, leave } = protocol.meanings();
        let mut tally = Tally::default();
        for turn in self.0 {
            let count = |wanted: &[u8]| turn.tags.iter().filter(|tag| wanted.contains(tag)).count() as u64;
            match turn.tags.as_slice() {
                [only] if *only == ping => tally.pings += 1,
                [only] if *only == leave => {}
                _ => {
                    tally.statements += count(&run);
                    tally.prepares += count(&[prepare]);
                    tally.trips += u64::from(turn.down > 0);
                    tally.up += turn.up as u64;
                    tally.down += turn.down as u64;
                }
            }
        }
        tally
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        let Self { statements, prepares, trips, pings, up, down } = other;
        self.statements += statements;
        self.prepares += prepares;
        self.trips += trips;
        self.pings += pings;
        self.up += up;
        self.down += down;
    }
}

impl Sum for Tally {
    fn sum<I: Iterator<Item = Self>>(tallies: I) -> Self {
        let mut sum = Self::default();
        tallies.for_each(|tally| sum += tally);
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::requests::Requests;

    /// Hears what is said in turn: the client's bytes, then the server's number of bytes.
    fn hear(protocol: Protocol, said: &[(&[u8], usize)]) -> Tally {
        let mut requests = Requests::new(protocol);
        // The greeting is not part of it.
        let hello: &[u8] = match protocol {
            Protocol::Postgres => &[0, 0, 0, 4],
            Protocol::MariaDb => &[1, 0, 0, 1, 0],
        };
        assert_eq!(requests.read(hello).len(), 1);
        let mut turns = Turns::default();
        for (asked, answered) in said {
            requests.read(asked).into_iter().for_each(|request| turns.request(request));
            if *answered > 0 {
                turns.answer(*answered);
            }
        }
        turns.tally(protocol)
    }

    #[test]
    fn a_statement_of_postgres_takes_two_trips_at_first_and_one_later() {
        let parse: &[u8] = &[b'P', 0, 0, 0, 4, b'D', 0, 0, 0, 4, b'S', 0, 0, 0, 4];
        let bind: &[u8] = &[b'B', 0, 0, 0, 4, b'E', 0, 0, 0, 4, b'S', 0, 0, 0, 4];
        let cold = Tally { statements: 1, prepares: 1, trips: 2, pings: 0, up: 30, down: 50 };
        assert_eq!(hear(Protocol::Postgres, &[(parse, 20), (bind, 30)]), cold);
        let warm = Tally { statements: 1, trips: 1, up: 15, down: 30, ..Tally::default() };
        assert_eq!(hear(Protocol::Postgres, &[(bind, 30)]), warm);
    }

    #[test]
    fn an_answer_in_pieces_is_one_answer_and_a_request_in_pieces_one_request() {
        let query: &[u8] = &[b'Q', 0, 0, 0, 6, b'x', 0];
        let tally = hear(Protocol::Postgres, &[(&query[..3], 0), (&query[3..], 9), (&[], 9), (&[], 9)]);
        assert_eq!((tally.statements, tally.trips, tally.up, tally.down), (1, 1, 7, 27));
    }

    #[test]
    fn messages_that_are_sent_without_waiting_are_one_trip() {
        // A statement is closed, which nobody answers, and another one is run.
        let closed_and_run: &[u8] = &[1, 0, 0, 0, 0x19, 2, 0, 0, 0, 0x17, 0];
        let tally = hear(Protocol::MariaDb, &[(closed_and_run, 11)]);
        assert_eq!((tally.statements, tally.trips), (1, 1));
    }

    #[test]
    fn pings_and_goodbyes_are_kept_apart() {
        let sync: &[u8] = &[b'S', 0, 0, 0, 4];
        let expected = Tally { pings: 1, ..Tally::default() };
        assert_eq!(hear(Protocol::Postgres, &[(sync, 6), (&[b'X', 0, 0, 0, 4], 0)]), expected);
        assert_eq!(hear(Protocol::MariaDb, &[(&[1, 0, 0, 0, 0x0e], 11), (&[1, 0, 0, 0, 1], 0)]), expected);
    }

    #[test]
    fn a_statement_of_mariadb_is_prepared_in_a_trip_of_its_own() {
        let said: [(&[u8], usize); 3] =
            [(&[2, 0, 0, 0, 0x16, b'x'], 12), (&[1, 0, 0, 0, 0x17], 40), (&[2, 0, 0, 0, 0x03, b'y'], 11)];
        let tally = hear(Protocol::MariaDb, &said);
        assert_eq!((tally.statements, tally.prepares, tally.trips), (2, 1, 3));
    }
}
