//! DER (X.690), as much of it as certificates need.

/// Tags of universal and context types, as they stand in the first byte.
pub(super) mod tag {
    pub(crate) const BOOLEAN: u8 = 0x01;
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const BIT_STRING: u8 = 0x03;
    pub(crate) const OCTET_STRING: u8 = 0x04;
    pub(crate) const OID: u8 = 0x06;
    pub(crate) const UTF8_STRING: u8 = 0x0c;
    pub(crate) const UTC_TIME: u8 = 0x17;
    pub(crate) const GENERALIZED_TIME: u8 = 0x18;
    pub(crate) const SEQUENCE: u8 = 0x30;
    pub(crate) const SET: u8 = 0x31;
}

/// A value with its tag and length.
pub(super) fn value(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match u8::try_from(content.len()) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            let length = content.len().to_be_bytes();
            let bytes: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
            out.push(0x80 | u8::try_from(bytes.len()).unwrap_or(8));
            out.extend(bytes);
        }
    }
    out.extend_from_slice(content);
    out
}

/// Values one after the other in a sequence.
pub(super) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    value(tag::SEQUENCE, &parts.concat())
}

/// A constructed value of the context.
pub(super) fn context(number: u8, content: &[u8]) -> Vec<u8> {
    value(0xa0 | number, content)
}

/// A number that is not negative, from its bytes.
pub(super) fn integer(bytes: &[u8]) -> Vec<u8> {
    let mut number: Vec<u8> = bytes.iter().copied().skip_while(|byte| *byte == 0).collect();
    if number.first().is_none_or(|first| first & 0x80 != 0) {
        number.insert(0, 0);
    }
    value(tag::INTEGER, &number)
}

/// Whole bytes as a string of bits.
pub(super) fn bits(bytes: &[u8]) -> Vec<u8> {
    value(tag::BIT_STRING, &[&[0], bytes].concat())
}

/// Reads values one after the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    /// The next value: its tag, its content, and all of its bytes.
    pub(super) fn next(&mut self) -> Option<(u8, &'a [u8], &'a [u8])> {
        let all = self.0;
        let (tag, rest) = all.split_first()?;
        let (first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(*first), rest),
            0x81..=0x84 => {
                let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                (length.iter().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte)), rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        let whole = all.get(..all.len() - rest.len())?;
        Some((*tag, content, whole))
    }

    /// The content of the next value, which has this tag.
    pub(super) fn take(&mut self, wanted: u8) -> Option<&'a [u8]> {
        let (tag, content, _) = self.next()?;
        (tag == wanted).then_some(content)
    }

    /// The content of the next value, if it has this tag; otherwise nothing is read.
    pub(super) fn take_if(&mut self, wanted: u8) -> Option<&'a [u8]> {
        let mut ahead = *self;
        let content = ahead.take(wanted)?;
        *self = ahead;
        Some(content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_numbers_are_as_short_as_they_can_be() {
        assert_eq!(value(4, &[7; 3]), [4, 3, 7, 7, 7]);
        assert_eq!(value(4, &[7; 200]).get(..3), Some(&[4, 0x81, 200][..]));
        assert_eq!(value(4, &[7; 300]).get(..4), Some(&[4, 0x82, 1, 44][..]));
        assert_eq!(integer(&[0, 0]), [2, 1, 0]);
        assert_eq!(integer(&[0, 0x80]), [2, 2, 0, 0x80]);
        assert_eq!(integer(&[0, 0x7f]), [2, 1, 0x7f]);
    }

    #[test]
    fn what_is_cut_off_is_not_read() {
        let whole = sequence(&[&integer(&[1]), &value(4, &[7; 300])]);
        let mut reader = Reader(&whole);
        let mut inner = Reader(reader.take(tag::SEQUENCE).unwrap());
        assert_eq!(inner.take_if(4), None);
        assert_eq!(inner.take(2), Some(&[1][..]));
        assert_eq!(inner.take(4).map(<[u8]>::len), Some(300));
        assert!(inner.next().is_none() && reader.next().is_none());
        for end in 0..whole.len() {
            assert!(Reader(&whole[..end]).next().is_none());
        }
    }
}
