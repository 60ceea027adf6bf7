//! The service of the example `offline_edit`: every answer, every bad input, and two people at real browsers.

#[path = "../../offline_edit/invoice.rs"]
mod invoice;
#[path = "../../offline_edit/refusal.rs"]
mod refusal;
#[path = "../../offline_edit/service.rs"]
mod service;
#[path = "../../offline_edit/tables.rs"]
mod tables;

mod desk;

mod answers;
mod bad_input;
mod browsers;
mod errors;
mod two_people;
