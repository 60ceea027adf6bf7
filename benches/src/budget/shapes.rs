//! The aggregates that are counted, and what is done to them.

use aggregate_core::{Aggregate, Entity, Version};
use chrono::DateTime;
use uuid::Uuid;

use super::formula::Dirty;
use crate::ours::{Allocation, Line, Note, Order};

/// An aggregate of some size, and what is done to it.
pub(super) struct Shape<A> {
    /// What it is called.
    pub(super) name: &'static str,
    /// How many tables it has.
    pub(super) tables: u64,
    /// The rows below its root, by table.
    pub(super) below: Vec<Dirty>,
    /// Makes one; no two of different numbers share an id.
    pub(super) make: fn(i64) -> A,
    /// What is done to it.
    pub(super) tasks: Vec<Task<A>>,
}

/// Something that is done to an aggregate.
pub(super) enum Task<A> {
    /// It is loaded by its id, or several of them are together.
    Load(usize),
    /// It is changed in some way, or in none, and saved.
    Save(Edit<A>),
    /// The same, where no connection is to be had.
    SaveWithoutConnection(Edit<A>),
    /// It is saved for the first time.
    Create,
    /// It is deleted.
    Delete,
}

/// A change.
pub(super) struct Edit<A> {
    /// What it is called.
    pub(super) name: &'static str,
    /// Changes it.
    pub(super) change: fn(&mut A),
    /// The rows that it makes dirty below the root; `None` if it makes none dirty at all.
    pub(super) dirty: Option<Vec<Dirty>>,
}

impl<A> Task<A> {
    /// What it is called.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Load(1) => "load".to_owned(),
            Self::Load(many) => format!("find_many of {many}"),
            Self::Save(edit) => edit.name.to_owned(),
            Self::SaveWithoutConnection(edit) => format!("{}; the pool is closed", edit.name),
            Self::Create => "create".to_owned(),
            Self::Delete => "delete".to_owned(),
        }
    }
}

impl<A> Shape<A> {
    /// How many rows it has.
    pub(super) fn rows(&self) -> u64 {
        1 + self.below.iter().map(|table| table.rows).sum::<u64>()
    }
}

/// The tables of [`Order`], root first.
pub(super) const ORDER_TABLES: [&str; 4] = ["orders", "lines", "allocations", "notes"];

const fn lines(rows: u64) -> Dirty {
    Dirty { rows, values: 6 }
}

/// Lines of which one column is written.
const fn edited(rows: u64) -> Dirty {
    Dirty { rows, values: 3 }
}

const fn allocations(rows: u64) -> Dirty {
    Dirty { rows, values: 4 }
}

const fn notes(rows: u64) -> Dirty {
    Dirty { rows, values: 3 }
}

/// An id that belongs to an aggregate.
fn id(number: i64, row: u64) -> Uuid {
    Uuid::from_u64_pair(number.unsigned_abs(), row)
}

fn line(number: i64, at: i32, allocations: u64) -> Line {
    let row = u64::from(at.unsigned_abs());
    let allocation =
        |nth| Allocation { id: id(number, (nth << 32) + row), warehouse: format!("wh{nth}"), qty: 1 };
    Line {
        id: id(number, row),
        sku: format!("sku-{at}"),
        qty: at,
        price: 100 * i64::from(at),
        note: (at % 2 == 0).then(|| format!("n{at}")),
        allocations: (1..=allocations).map(allocation).collect(),
    }
}

fn order(number: i64, many: i32, each: u64, noted: u64) -> Order {
    Order {
        id: id(number, 0),
        version: Version::UNSAVED,
        customer: format!("cust{number}"),
        status: "open".to_owned(),
        total: 1_000 + number,
        placed_at: DateTime::UNIX_EPOCH,
        lines: (1..=many).map(|at| line(number, at, each)).collect(),
        notes: (1..=noted)
            .map(|nth| Note { id: id(number, nth << 48), body: format!("note {nth}") })
            .collect(),
    }
}

const UNTOUCHED: &str = "save, untouched";
const UNCHANGED: &str = "save, touched but unchanged";

fn untouched() -> Edit<Order> {
    Edit { name: UNTOUCHED, change: |_| (), dirty: None }
}

fn unchanged() -> Edit<Order> {
    let change: fn(&mut Order) = |order| {
        order.status = order.status.clone();
        order.lines.iter_mut().for_each(|line| line.qty += 1);
        order.lines.iter_mut().for_each(|line| line.qty -= 1);
    };
    Edit { name: UNCHANGED, change, dirty: None }
}

/// 34 rows in 4 tables.
pub(super) fn orders() -> Shape<Order> {
    let leaf: fn(&mut Order) = |order| order.lines[4].allocations[1].qty += 1;
    let mixed: fn(&mut Order) = |order| {
        let number = order.total - 1_000;
        order.status.push_str(", paid");
        order.lines[2].qty += 1;
        order.lines.remove(7);
        order.lines.push(line(number, 11, 2));
    };
    Shape {
        name: "order of 34 rows in 4 tables",
        tables: 4,
        below: vec![lines(10), allocations(20), notes(3)],
        make: |number| order(number, 10, 2, 3),
        tasks: vec![
            Task::Load(1),
            Task::Load(100),
            Task::Save(untouched()),
            Task::SaveWithoutConnection(untouched()),
            Task::Save(unchanged()),
            Task::SaveWithoutConnection(unchanged()),
            Task::Save(Edit {
                name: "save, one grandchild",
                change: leaf,
                dirty: Some(vec![allocations(1)]),
            }),
            Task::Save(Edit {
                name: "save, mixed change",
                change: mixed,
                dirty: Some(vec![lines(3), allocations(4)]),
            }),
            Task::Create,
            Task::Delete,
        ],
    }
}

fn all_lines(order: &mut Order) {
    order.lines.iter_mut().for_each(|line| line.qty += 1);
}

/// Many lines.
pub(super) fn long_orders() -> Shape<Order> {
    let leaf: fn(&mut Order) = |order| order.lines[500].qty += 1;
    let mixed: fn(&mut Order) = |order| {
        let number = order.total - 1_000;
        order.status.push_str(", paid");
        order.lines[2].qty += 1;
        order.lines.remove(7);
        order.lines.push(line(number, 1_001, 2));
    };
    Shape {
        name: "order of 1,000 lines",
        tables: 4,
        below: vec![lines(1_000)],
        make: |number| order(number, 1_000, 0, 0),
        tasks: vec![
            Task::Load(1),
            Task::Save(unchanged()),
            Task::Save(Edit { name: "save, one line", change: leaf, dirty: Some(vec![lines(1)]) }),
            Task::Save(Edit {
                name: "save, mixed change",
                change: mixed,
                dirty: Some(vec![lines(3), allocations(2)]),
            }),
            Task::Save(Edit {
                name: "save, all 1,000 lines edited",
                change: all_lines,
                dirty: Some(vec![edited(1_000)]),
            }),
            Task::Create,
            Task::Delete,
        ],
    }
}

/// More lines than one statement takes: of a first save on any database, of an edit on two.
pub(super) fn huge_orders() -> Shape<Order> {
    Shape {
        name: "order of 12,000 lines, beyond the bind limits",
        tables: 4,
        below: vec![lines(12_000)],
        make: |number| order(number, 12_000, 0, 0),
        tasks: vec![
            Task::Save(Edit {
                name: "save, all 12,000 lines edited",
                change: all_lines,
                dirty: Some(vec![edited(12_000)]),
            }),
            Task::Create,
        ],
    }
}

/// The root of a tree of five tables.
#[derive(Aggregate, Clone, Debug)]
#[aggregate(table = "sites")]
pub(super) struct Site {
    #[id]
    id: i64,
    #[version]
    version: Version,
    name: String,
    #[child(foreign_key = "site_id")]
    buildings: Vec<Building>,
}

#[derive(Entity, Clone, Debug)]
#[entity(table = "buildings")]
struct Building {
    #[id]
    id: i64,
    name: String,
    #[child(foreign_key = "building_id")]
    floors: Vec<Floor>,
}

#[derive(Entity, Clone, Debug)]
#[entity(table = "floors")]
struct Floor {
    #[id]
    id: i64,
    name: String,
    #[child(foreign_key = "floor_id")]
    rooms: Vec<Room>,
}

#[derive(Entity, Clone, Debug)]
#[entity(table = "rooms")]
struct Room {
    #[id]
    id: i64,
    name: String,
    #[child(foreign_key = "room_id")]
    desks: Vec<Desk>,
}

#[derive(Entity, Clone, Debug)]
#[entity(table = "desks")]
struct Desk {
    #[id]
    id: i64,
    name: String,
}

/// The tables of [`Site`], root first.
pub(super) const SITE_TABLES: [&str; 5] = ["sites", "buildings", "floors", "rooms", "desks"];

fn named(rows: u64) -> Dirty {
    Dirty { rows, values: 3 }
}

/// Two rows below each row, down to the desks; ids go on by one digit a level.
fn site(number: i64) -> Site {
    let two = |above: i64| (1..=2).map(move |digit| (10 * above + digit, format!("{digit}")));
    let desks = |room| two(room).map(|(id, name)| Desk { id, name }).collect();
    let rooms = |floor| two(floor).map(|(id, name)| Room { id, name, desks: desks(id) }).collect();
    let floors = |building| two(building).map(|(id, name)| Floor { id, name, rooms: rooms(id) }).collect();
    let buildings = two(number).map(|(id, name)| Building { id, name, floors: floors(id) }).collect();
    Site { id: number, version: Version::UNSAVED, name: "site".to_owned(), buildings }
}

/// A root and four levels below it.
pub(super) fn sites() -> Shape<Site> {
    let leaf: fn(&mut Site) = |site| site.buildings[1].floors[0].rooms[1].desks[0].name.push('!');
    let mixed: fn(&mut Site) = |site| {
        site.name.push('!');
        site.buildings[0].name.push('!');
        site.buildings[0].floors[0].name.push('!');
        site.buildings[0].floors[0].rooms.remove(0);
        let floor = &mut site.buildings[0].floors[1];
        let id = 10 * floor.id + 3;
        let desks = vec![Desk { id: 10 * id + 1, name: "new".to_owned() }];
        floor.rooms.push(Room { id, name: "new".to_owned(), desks });
    };
    Shape {
        name: "tree of 31 rows in 5 tables, 5 deep",
        tables: 5,
        below: vec![named(2), named(4), named(8), named(16)],
        make: site,
        tasks: vec![
            Task::Load(1),
            Task::Save(Edit {
                name: "save, one row of the deepest",
                change: leaf,
                dirty: Some(vec![named(1)]),
            }),
            Task::Save(Edit {
                name: "save, rows of all tables",
                change: mixed,
                dirty: Some(vec![named(1), named(1), named(2), named(3)]),
            }),
            Task::Create,
            Task::Delete,
        ],
    }
}
