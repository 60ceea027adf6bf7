//! Two people who change one board, each with a copy of its own, in a database and on the twin in memory: whatever they do, both say
//! the same and store the same.

use aggregate_core::{Error, MemoryRepository, Persist, Repository, SaveReport, SqlRepository, Tracked};
use aggregate_tests::model::board::Board;
use aggregate_tests::{Engine, Lab};
use proptest::prelude::*;

use super::edits::{Edit, edits};

/// What one of the two does next.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    who: usize,
    /// Loads what is stored before.
    reloads: bool,
    edits: Vec<Edit>,
    end: End,
}

/// How a turn ends.
#[derive(Clone, Copy, Debug)]
enum End {
    Save,
    Delete,
}

/// Turns of two people.
pub(crate) fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let end = prop_oneof![19 => Just(End::Save), 1 => Just(End::Delete)];
    let turn = (0..2_usize, any::<bool>(), edits(), end).prop_map(|(who, reloads, edits, end)| Turn {
        who,
        reloads,
        edits,
        end,
    });
    prop::collection::vec(turn, 1..10)
}

/// The copies of both, and where they are kept.
struct Side<R> {
    boards: R,
    copies: [Tracked<Board>; 2],
}

impl<R: Repository<Board>> Side<R> {
    async fn new(boards: R) -> Self {
        let mut first = Tracked::new(Board::sample(1));
        boards.save(&mut first).await.unwrap();
        let second = boards.get(&1).await.unwrap();
        Self { boards, copies: [first, second] }
    }

    /// Takes a turn; gives what was said, and what is stored.
    async fn take(&mut self, turn: &Turn) -> (String, Option<Board>) {
        let copy = &mut self.copies[turn.who];
        if !copy.version().is_saved() {
            // Of an id that is given out anew nothing is promised to those who hold a copy from before.
            return ("it was deleted here".to_owned(), None);
        }
        if turn.reloads {
            self.boards.reload(copy).await.ok();
        }
        for edit in &turn.edits {
            edit.apply(copy);
        }
        let said = match turn.end {
            End::Save => self.boards.save(copy).await,
            End::Delete => self.boards.delete(copy).await,
        };
        (heard(said), self.boards.find(&1).await.unwrap().map(Tracked::into_inner))
    }
}

/// The answer, but for the number of statements and what only one engine says.
fn heard(said: Result<SaveReport, Error>) -> String {
    match said {
        Ok(report) => format!("{:?}", SaveReport { statements: 0, ..report }),
        Err(Error::Conflict(conflict)) => format!("{conflict:?}"),
        Err(error) => error.kind().to_owned(),
    }
}

/// One sequence of turns.
pub(crate) async fn both_agree<DB: Engine>(lab: &Lab<DB>, turns: &[Turn])
where
    Board: Persist<DB>,
{
    super::clear(lab).await;
    let mut rows = Side::new(lab.repository::<Board>() as SqlRepository<Board, DB>).await;
    let mut twin = Side::new(MemoryRepository::new()).await;
    for turn in turns {
        assert_eq!(twin.take(turn).await, rows.take(turn).await, "{turn:?}");
        for (ours, theirs) in twin.copies.iter().zip(&rows.copies) {
            assert_eq!((ours.version(), ours.is_dirty()), (theirs.version(), theirs.is_dirty()));
            assert_eq!(**ours, **theirs);
        }
    }
}
