//! Finding the end of the plain part of a string, many bytes at a time.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The high bit of each byte that ends the plain part; exact up to and including the first such byte.
#[inline]
fn special(word: u64) -> u64 {
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let quote = zero(word ^ (ONES * b'"' as u64));
    let escape = zero(word ^ (ONES * b'\\' as u64));
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    (quote | escape | control) & HIGH
}

/// How many bytes of a chunk are plain.
#[inline]
pub(super) fn plain_in(chunk: [u8; 8]) -> usize {
    special(u64::from_le_bytes(chunk)).trailing_zeros() as usize / 8
}

/// Long strings (logs, certificates, dashboards) are worth blocks that the compiler can put in vector registers.
const BLOCK: usize = 32;

/// The offset of the first quote, backslash or control character; `None` when there is none.
#[inline]
pub(super) fn plain_len(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    for _ in 0..4 {
        let Some(chunk) = bytes.get(at..)?.first_chunk::<8>() else { return slow(bytes, at) };
        let found = special(u64::from_le_bytes(*chunk));
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    while let Some(block) = bytes.get(at..)?.first_chunk::<BLOCK>() {
        let any = block.iter().fold(false, |any, b| any | (*b == b'"') | (*b == b'\\') | (*b < 0x20));
        if any {
            break;
        }
        at += BLOCK;
    }
    slow(bytes, at)
}

fn slow(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.iter().position(|b| matches!(b, b'"' | b'\\' | 0..=0x1f)).map(|len| from + len)
}

#[cfg(test)]
mod tests {
    use super::plain_len;

    #[test]
    fn stops_at_the_first_special_byte_at_every_offset() {
        for end in [b'"', b'\\', 0, 0x1f, b'\n'] {
            for len in 0..120 {
                let mut bytes = vec![b'x'; 120];
                for (at, byte) in bytes.iter_mut().enumerate() {
                    *byte = [b'x', 0x7f, 0x80, 0xff, b' ', b'!', b'#', b'[', b']'][at % 9];
                }
                assert_eq!(plain_len(&bytes), None);
                bytes[len] = end;
                assert_eq!(plain_len(&bytes), Some(len), "{end:#x} at {len}");
            }
        }
    }
}
