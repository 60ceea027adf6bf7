//! `MariaDB`.

pub mod expert;
pub mod more;
pub mod naive;
