//! An order of ids that need none of their own.

use std::hash::{Hash, Hasher};

/// Where an id stands in an order that is the same in every process: what it feeds a hasher. Numbers stand in their
/// order, but for a single byte of all ones, and texts in that of their bytes.
pub(crate) fn place<I: Hash>(id: &I) -> Vec<u8> {
    let mut bytes = Bytes(Vec::new());
    id.hash(&mut bytes);
    bytes.0
}

/// Keeps what it is fed, numbers by value.
struct Bytes(Vec<u8>);

impl Hasher for Bytes {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn write_u8(&mut self, number: u8) {
        // A text ends in this byte, which in UTF-8 is none of it; a text comes before what it begins.
        self.write(if number == 0xff { &[0] } else { std::slice::from_ref(&number) });
    }

    fn write_u16(&mut self, number: u16) {
        self.write(&number.to_be_bytes());
    }

    fn write_u32(&mut self, number: u32) {
        self.write(&number.to_be_bytes());
    }

    fn write_u64(&mut self, number: u64) {
        self.write(&number.to_be_bytes());
    }

    fn write_u128(&mut self, number: u128) {
        self.write(&number.to_be_bytes());
    }

    fn write_usize(&mut self, number: usize) {
        self.write(&(number as u64).to_be_bytes());
    }

    fn write_i8(&mut self, number: i8) {
        // Below zero comes first.
        self.write_u8(number.cast_unsigned() ^ (1 << 7));
    }

    fn write_i16(&mut self, number: i16) {
        // Below zero comes first.
        self.write_u16(number.cast_unsigned() ^ (1 << 15));
    }

    fn write_i32(&mut self, number: i32) {
        // Below zero comes first.
        self.write_u32(number.cast_unsigned() ^ (1 << 31));
    }

    fn write_i64(&mut self, number: i64) {
        // Below zero comes first.
        self.write_u64(number.cast_unsigned() ^ (1 << 63));
    }

    fn write_i128(&mut self, number: i128) {
        // Below zero comes first.
        self.write_u128(number.cast_unsigned() ^ (1 << 127));
    }

    fn write_isize(&mut self, number: isize) {
        self.write_i64(number as i64);
    }

    fn finish(&self) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn numbers_and_texts_stand_in_their_order() {
        assert!([i64::MIN, -256, -1, 0, 1, 255, 256, i64::MAX].map(|n| place(&n)).is_sorted());
        assert!([i32::MIN, -1, 0, 1, i32::MAX].map(|n| place(&n)).is_sorted());
        assert!([1_u8, 2, 254].map(|n| place(&n)).is_sorted());
        assert!(["", "a", "ab", "b", "ba"].map(|text| place(&text)).is_sorted());
        assert!([(1, "b"), (2, "a"), (2, "b")].map(|id| place(&id)).is_sorted());
        assert_eq!(place(&&7_i64), place(&7_i64), "a reference is what it refers to");
    }
}
