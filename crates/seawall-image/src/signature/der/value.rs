//! Simple values.

use super::{DerError, Element, Reader, tag};

/// `TRUE` or `FALSE`.
pub(crate) fn boolean(element: &Element<'_>) -> Result<bool, DerError> {
    match (element.tag, element.content) {
        (tag::BOOLEAN, [0]) => Ok(false),
        (tag::BOOLEAN, [0xff]) => Ok(true),
        _ => Err(DerError::Value("a boolean")),
    }
}

/// The bytes of an integer of any sign. Serial numbers should be positive, and some authorities' are not (RFC 5280,
/// 4.1.2.2); they are only ever compared.
pub(crate) fn integer<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], DerError> {
    match reader.expect(tag::INTEGER)?.content {
        [] | [0, 0..0x80, ..] | [0xff, 0x80..=0xff, ..] => Err(DerError::Value("an integer")),
        bytes => Ok(bytes),
    }
}

/// An integer from 0 to 255.
pub(crate) fn small(reader: &mut Reader<'_>) -> Result<u8, DerError> {
    match integer(reader)? {
        [value @ 0..0x80] | [0, value] => Ok(*value),
        _ => Err(DerError::Value("a small integer")),
    }
}

/// The content of an object identifier.
pub(crate) fn oid<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], DerError> {
    let content = reader.expect(tag::OID)?.content;
    let ends = content.last().is_some_and(|last| last & 0x80 == 0);
    let mut starts = true;
    for byte in content {
        if starts && *byte == 0x80 {
            return Err(DerError::Value("an object identifier"));
        }
        starts = byte & 0x80 == 0;
    }
    if ends { Ok(content) } else { Err(DerError::Value("an object identifier")) }
}

/// The bytes of a bit string that fills them.
pub(crate) fn bit_string<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], DerError> {
    match reader.expect(tag::BIT_STRING)?.content {
        [0, bytes @ ..] => Ok(bytes),
        _ => Err(DerError::Value("a bit string")),
    }
}

/// A bit string of at most 16 named bits; bit 0 is the highest one of the result.
pub(crate) fn named_bits(reader: &mut Reader<'_>) -> Result<u16, DerError> {
    let (unused, first, second) = match reader.expect(tag::BIT_STRING)?.content {
        [0] => return Ok(0),
        [unused, first] => (*unused, *first, None),
        [unused, first, second] => (*unused, *first, Some(*second)),
        _ => return Err(DerError::Value("a list of bits")),
    };
    // DER leaves out zeros at the end, and some authorities write them; what is not used must be zero.
    let last = second.unwrap_or(first);
    if unused > 7 || last.trailing_zeros() < u32::from(unused) {
        return Err(DerError::Value("a list of bits"));
    }
    Ok(u16::from(first) << 8 | u16::from(second.unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_minimal() {
        for (bytes, valid, value) in [
            (&[2, 1, 0][..], true, Some(0)),
            (&[2, 1, 127], true, Some(127)),
            (&[2, 2, 0, 128], true, Some(128)),
            (&[2, 1, 128], true, None),
            (&[2, 2, 1, 0], true, None),
            (&[2, 4, 0xde, 0xad, 0xbe, 0xef], true, None),
            (&[2, 2, 0, 127], false, None),
            (&[2, 2, 0xff, 0x80], false, None),
            (&[2, 0], false, None),
        ] {
            assert_eq!(integer(&mut Reader::new(bytes)).is_ok(), valid, "{bytes:?}");
            assert_eq!(small(&mut Reader::new(bytes)).ok(), value, "{bytes:?}");
        }
    }

    #[test]
    fn bits_booleans_and_identifiers() {
        for (bytes, value) in [
            (&[3, 2, 7, 0x80][..], Some(0x8000)),
            (&[3, 2, 1, 0x06], Some(0x0600)),
            (&[3, 3, 7, 0x00, 0x80], Some(0x0080)),
            (&[3, 1, 0], Some(0)),
            (&[3, 2, 0, 0x80], Some(0x8000)),
            (&[3, 2, 7, 0x40], None),
            (&[3, 2, 8, 0x00], None),
            (&[3, 0], None),
        ] {
            assert_eq!(named_bits(&mut Reader::new(bytes)).ok(), value, "{bytes:?}");
        }
        let flag = |byte| boolean(&Reader::new(&[1, 1, byte]).next().unwrap());
        assert_eq!((flag(0), flag(0xff)), (Ok(false), Ok(true)));
        assert!(flag(1).is_err());
        assert_eq!(oid(&mut Reader::new(&[6, 2, 0x81, 0x01])).unwrap(), [0x81, 0x01]);
        for bytes in [&[6, 0][..], &[6, 1, 0x81], &[6, 2, 0x80, 0x01]] {
            assert!(oid(&mut Reader::new(bytes)).is_err());
        }
        assert!(bit_string(&mut Reader::new(&[3, 2, 1, 2])).is_err());
    }
}
