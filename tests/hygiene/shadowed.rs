//! A scope in which nothing is called what it is.
#![allow(
    dead_code,
    non_upper_case_globals,
    non_camel_case_types,
    clippy::disallowed_names,
    clippy::trivially_copy_pass_by_ref,
    clippy::unnecessary_wraps,
    clippy::unused_self,
    reason = "the names are the test, and the signatures are asked for"
)]

use ::aggregate_core::{Aggregate as Root, Entity as Part};

struct Result;
struct Option;
struct Box;
struct Vec;
struct Error;
struct Version;
struct Column;
struct Child;
struct Table;
trait Clone {}
trait Default {}
trait From {}
trait Into {}
trait FnMut {}
trait Any {}
trait Entity {}
trait Aggregate {}
trait Persist {}
trait Backend {}
type String = ::std::string::String;
type i64 = ::std::primitive::i64;
type usize = u8;
type bool = ();
const None: u8 = 0;
const Some: u8 = 0;
const Ok: u8 = 0;
const Err: u8 = 0;
const s: u8 = 0;
const v: u8 = 0;
const row: u8 = 0;
const old: u8 = 0;
const visitor: u8 = 0;
const version: u8 = 0;
const changed: u8 = 0;
mod core {}
mod std {}
mod aggregate_core {}
mod __private {}

#[derive(Root, ::std::clone::Clone)]
#[aggregate(invariant = Order::check)]
struct Order {
    #[id]
    id: i64,
    #[id]
    row: String,
    #[version]
    version: ::aggregate_core::Version,
    s: String,
    #[column(json)]
    v: ::std::vec::Vec<String>,
    #[column(try_from = i64, same = same)]
    old: ::std::primitive::i64,
    #[skip]
    changed: ::std::option::Option<String>,
    #[child]
    visitor: ::std::vec::Vec<Line>,
    #[child(table = "result")]
    result: ::std::option::Option<::std::boxed::Box<Line>>,
}

fn same(a: &i64, b: &i64) -> ::std::primitive::bool {
    a == b
}

impl Order {
    fn check(&self) -> ::std::result::Result<(), String> {
        ::std::result::Result::Ok(())
    }
}

#[derive(Part, ::std::clone::Clone)]
struct Line {
    #[id(local)]
    id: i64,
    #[parent]
    order_id: i64,
    #[parent]
    order_row: String,
    none: ::std::option::Option<i64>,
}

#[cfg(feature = "sqlite")]
#[test]
fn it_is_an_aggregate_all_the_same() {
    fn needs<A: Root + ::aggregate_core::Persist<::sqlx::Sqlite>>() {}
    needs::<Order>();
}
