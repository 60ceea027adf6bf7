//! A change at any depth bumps the root once and writes the dirty rows only.

use aggregate_core::{SqlRepository, Tracked};
use aggregate_tests::model::tower::{self, Floor1, Floor2, Floor3, Floor5, Tower};

use super::Lab;

/// One level of the tower, which the tests below are written for once.
trait Level {
    const TABLE: &'static str;
    /// How many levels below the root.
    const DEPTH: u32;
    type Row: Clone + std::fmt::Debug;
    /// The rows under the first parent of this level, or the last one.
    fn rows(tower: &mut Tower, under: Parent) -> &mut Vec<Self::Row>;
    fn new(id: i64) -> Self::Row;
    fn rename(row: &mut Self::Row);
}

#[derive(Clone, Copy, PartialEq)]
enum Parent {
    First,
    Last,
}

impl Parent {
    const fn at(self) -> usize {
        match self {
            Self::First => 0,
            Self::Last => 1,
        }
    }

    /// The id of the first row under this parent.
    fn first_row(self, depth: u32) -> i64 {
        let digit = 1 + i64::try_from(self.at()).unwrap();
        (0..depth - 1).fold(1, |id, _| id * 10 + digit) * 10 + 1
    }
}

macro_rules! level {
    ($level:ident = $floor:ident at $depth:literal in $table:literal: $($down:ident)*) => {
        struct $level;

        impl Level for $level {
            const TABLE: &'static str = $table;
            const DEPTH: u32 = $depth;
            type Row = $floor;

            fn rows(tower: &mut Tower, under: Parent) -> &mut Vec<$floor> {
                let (rows, _) = (&mut tower.below, under);
                $(let rows = &mut rows[under.at()].$down;)*
                rows
            }

            fn new(id: i64) -> $floor {
                $floor::new(id)
            }

            fn rename(row: &mut $floor) {
                row.name = "renamed".into();
            }
        }
    };
}

level!(One = Floor1 at 1 in "floor1":);
level!(Two = Floor2 at 2 in "floor2": below);
level!(Three = Floor3 at 3 in "floor3": below below);
level!(Five = Floor5 at 5 in "floor5": below below below below);

async fn tower(lab: &Lab) -> (SqlRepository<Tower, crate::Db>, Tracked<Tower>) {
    let towers = lab.with::<Tower>(&tower::TABLES).await;
    // A neighbour, of which no row may be touched.
    lab.saved(&towers, Tower::sample(2)).await;
    let tower = lab.saved(&towers, Tower::sample(1)).await;
    (towers, tower)
}

/// Saves, and checks the version, what was written, and that a reload gives what is in memory.
async fn check(
    lab: &Lab,
    towers: &SqlRepository<Tower, crate::Db>,
    tower: &mut Tracked<Tower>,
    rows: &[String],
) {
    let report = lab.save(towers, tower).await.unwrap();
    assert_eq!((report.old_version.get(), report.new_version.get()), (0, 1));
    let mut expected = rows.to_vec();
    expected.push("tower U 1".to_owned());
    expected.sort();
    assert_eq!(lab.written().await, expected);
    assert_eq!(report.rows_written(), expected.len() as u64);
    assert_eq!(lab.rows("SELECT id, version FROM tower ORDER BY id").await, ["1|1", "2|0"]);
    assert_eq!(**tower, *towers.get(&1).await.unwrap());
}

/// What stands below a row of the sample and goes with it: `table D id`.
fn below(id: i64, depth: u32) -> Vec<String> {
    if depth > 5 {
        return vec![];
    }
    let mut rows = vec![format!("floor{depth} D {id}")];
    rows.extend([1, 2].into_iter().flat_map(|digit| below(id * 10 + digit, depth + 1)));
    rows
}

async fn edit<L: Level>(lab: &Lab) {
    let (towers, mut tower) = tower(lab).await;
    L::rename(&mut L::rows(&mut tower, Parent::First)[0]);
    let row = format!("{} U {}", L::TABLE, Parent::First.first_row(L::DEPTH));
    check(lab, &towers, &mut tower, &[row]).await;
}

async fn add<L: Level>(lab: &Lab) {
    let (towers, mut tower) = tower(lab).await;
    L::rows(&mut tower, Parent::Last).push(L::new(999_999));
    check(lab, &towers, &mut tower, &[format!("{} I 999999", L::TABLE)]).await;
}

async fn remove<L: Level>(lab: &Lab) {
    let (towers, mut tower) = tower(lab).await;
    L::rows(&mut tower, Parent::Last).remove(0);
    let gone = below(Parent::Last.first_row(L::DEPTH), L::DEPTH);
    check(lab, &towers, &mut tower, &gone).await;
}

async fn clear<L: Level>(lab: &Lab) {
    let (towers, mut tower) = tower(lab).await;
    L::rows(&mut tower, Parent::First).clear();
    let first = Parent::First.first_row(L::DEPTH);
    let mut gone = below(first, L::DEPTH);
    gone.extend(below(first + 1, L::DEPTH));
    check(lab, &towers, &mut tower, &gone).await;
}

/// The row keeps what stands below it, which is not written.
async fn move_between_parents<L: Level>(lab: &Lab) {
    let (towers, mut tower) = tower(lab).await;
    let row = L::rows(&mut tower, Parent::First).remove(0);
    let rows = L::rows(&mut tower, Parent::Last);
    rows.push(row);
    let id = Parent::First.first_row(L::DEPTH);
    // A reload orders by id.
    rows.rotate_right(1);
    check(lab, &towers, &mut tower, &[format!("{} U {id}", L::TABLE)]).await;
}

/// The row is written once, with its new parent and its new name.
async fn move_and_edit<L: Level>(lab: &Lab) {
    let (towers, mut tower) = tower(lab).await;
    let mut row = L::rows(&mut tower, Parent::First).remove(1);
    L::rename(&mut row);
    L::rows(&mut tower, Parent::Last).insert(0, row);
    let id = Parent::First.first_row(L::DEPTH) + 1;
    check(lab, &towers, &mut tower, &[format!("{} U {id}", L::TABLE)]).await;
}

macro_rules! tests {
    ($($test:ident = $what:ident::<$level:ident>;)*) => {$(
        pub(crate) async fn $test(lab: &Lab) {
            $what::<$level>(lab).await;
        }
    )*};
}

tests! {
    edit_at_depth_1 = edit::<One>;
    edit_at_depth_2 = edit::<Two>;
    edit_at_depth_3 = edit::<Three>;
    edit_at_depth_5 = edit::<Five>;
    add_at_depth_1 = add::<One>;
    add_at_depth_2 = add::<Two>;
    add_at_depth_3 = add::<Three>;
    add_at_depth_5 = add::<Five>;
    remove_at_depth_1 = remove::<One>;
    remove_at_depth_2 = remove::<Two>;
    remove_at_depth_3 = remove::<Three>;
    remove_at_depth_5 = remove::<Five>;
    clear_at_depth_1 = clear::<One>;
    clear_at_depth_2 = clear::<Two>;
    clear_at_depth_3 = clear::<Three>;
    clear_at_depth_5 = clear::<Five>;
    move_at_depth_2 = move_between_parents::<Two>;
    move_at_depth_3 = move_between_parents::<Three>;
    move_at_depth_5 = move_between_parents::<Five>;
    move_and_edit_at_depth_2 = move_and_edit::<Two>;
    move_and_edit_at_depth_3 = move_and_edit::<Three>;
    move_and_edit_at_depth_5 = move_and_edit::<Five>;
}

pub(crate) async fn changes_at_every_depth_are_one_save(lab: &Lab) {
    let (towers, mut tower) = tower(lab).await;
    One::rename(&mut tower.below[1]);
    Two::rows(&mut tower, Parent::Last).push(Floor2::sample(900));
    Three::rows(&mut tower, Parent::First).remove(1);
    Five::rename(&mut Five::rows(&mut tower, Parent::First)[1]);
    let mut rows = vec!["floor1 U 12".to_owned(), "floor5 U 111112".to_owned()];
    rows.extend(below(1112, 3));
    rows.extend(below(900, 2).into_iter().map(|row| row.replace(" D ", " I ")));
    check(lab, &towers, &mut tower, &rows).await;
}

/// Rows go under a parent that is new, and leave one that is removed, in the same save.
pub(crate) async fn rows_move_from_a_removed_parent_to_a_new_one(lab: &Lab) {
    let (towers, mut tower) = tower(lab).await;
    let kept = tower.below.remove(0).below;
    let new = Floor1 { below: kept, ..Floor1::new(13) };
    tower.below.push(new);
    let rows = ["floor1 D 11", "floor1 I 13", "floor2 U 111", "floor2 U 112"].map(str::to_owned);
    check(lab, &towers, &mut tower, &rows).await;
}

/// Two parents exchange all their rows.
pub(crate) async fn parents_exchange_their_rows(lab: &Lab) {
    let (towers, mut tower) = tower(lab).await;
    let (first, last) = tower.below.split_at_mut(1);
    std::mem::swap(&mut first[0].below, &mut last[0].below);
    let rows = ["floor2 U 111", "floor2 U 112", "floor2 U 121", "floor2 U 122"].map(str::to_owned);
    check(lab, &towers, &mut tower, &rows).await;
}
