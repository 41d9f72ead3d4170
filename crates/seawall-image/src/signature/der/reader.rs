//! Elements, one after the other.

use super::{DerError, tag};

/// One element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    pub(crate) content: &'a [u8],
    /// With tag and length.
    pub(crate) whole: &'a [u8],
}

impl<'a> Element<'a> {
    /// The elements inside.
    pub(crate) fn inside(&self) -> Reader<'a> {
        Reader::new(self.content)
    }
}

/// Reads elements from bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Reader { rest: bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next element.
    pub(crate) fn next(&mut self) -> Result<Element<'a>, DerError> {
        let all = self.rest;
        let (&tag, after_tag) = all.split_first().ok_or(DerError::Truncated)?;
        if tag & 0x1f == 0x1f {
            return Err(DerError::Value("a tag"));
        }
        let (length, body) = length(after_tag)?;
        let (content, rest) = body.split_at_checked(length).ok_or(DerError::Truncated)?;
        let whole = all.get(..all.len() - rest.len()).ok_or(DerError::Truncated)?;
        self.rest = rest;
        Ok(Element { tag, content, whole })
    }

    /// The next element, which must have this tag.
    pub(crate) fn expect(&mut self, wanted: u8) -> Result<Element<'a>, DerError> {
        let element = self.next()?;
        if element.tag == wanted { Ok(element) } else { Err(DerError::Tag { wanted, found: element.tag }) }
    }

    /// The next element, if it has this tag.
    pub(crate) fn optional(&mut self, wanted: u8) -> Result<Option<Element<'a>>, DerError> {
        if self.rest.first() == Some(&wanted) { self.next().map(Some) } else { Ok(None) }
    }

    /// The inside of the next element, which must be a sequence.
    pub(crate) fn sequence(&mut self) -> Result<Reader<'a>, DerError> {
        Ok(self.expect(tag::SEQUENCE)?.inside())
    }

    /// Holds that nothing follows.
    pub(crate) fn finish(&self) -> Result<(), DerError> {
        if self.rest.is_empty() { Ok(()) } else { Err(DerError::Trailing) }
    }

    /// The only element of some bytes.
    pub(crate) fn only(bytes: &'a [u8], wanted: u8) -> Result<Element<'a>, DerError> {
        let mut reader = Reader::new(bytes);
        let element = reader.expect(wanted)?;
        reader.finish()?;
        Ok(element)
    }
}

/// A definite, minimal length below 2^32, and what follows it.
fn length(bytes: &[u8]) -> Result<(usize, &[u8]), DerError> {
    let (&first, rest) = bytes.split_first().ok_or(DerError::Truncated)?;
    if first < 0x80 {
        return Ok((usize::from(first), rest));
    }
    let count = usize::from(first & 0x7f);
    if !(1..=4).contains(&count) {
        return Err(DerError::Length);
    }
    let (digits, rest) = rest.split_at_checked(count).ok_or(DerError::Truncated)?;
    let length = digits.iter().fold(0_usize, |length, digit| length << 8 | usize::from(*digit));
    if digits.first() == Some(&0) || length < 0x80 {
        return Err(DerError::Length);
    }
    Ok((length, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lengths_have_one_form() {
        let long = [&[0x04, 0x81, 0x80][..], &[7; 0x80]].concat();
        assert_eq!(Reader::only(&long, tag::OCTET_STRING).unwrap().content, [7; 0x80]);
        for (bytes, error) in [
            (&[0x04, 0x80, 0, 0][..], DerError::Length),
            (&[0x04, 0x81, 0x01, 7], DerError::Length),
            (&[0x04, 0x82, 0x00, 0x80], DerError::Length),
            (&[0x04, 0x85, 1, 1, 1, 1, 1], DerError::Length),
            (&[0x04, 0x84, 0xff, 0xff, 0xff, 0xff], DerError::Truncated),
            (&[0x04, 0x02, 7], DerError::Truncated),
            (&[0x04], DerError::Truncated),
            (&[], DerError::Truncated),
            (&[0x04, 0x01, 7, 7], DerError::Trailing),
            (&[0x05, 0x00], DerError::Tag { wanted: 4, found: 5 }),
            (&[0x1f, 0x81, 0x01, 0x00], DerError::Value("a tag")),
        ] {
            assert_eq!(Reader::only(bytes, tag::OCTET_STRING), Err(error), "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn elements_are_slices_of_the_bytes(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let mut reader = Reader::new(&bytes);
            let mut read = Vec::new();
            while let Ok(element) = reader.next() {
                prop_assert!(element.whole.ends_with(element.content));
                prop_assert_eq!(element.whole[0], element.tag);
                read.extend_from_slice(element.whole);
            }
            prop_assert!(bytes.starts_with(&read));
        }
    }
}
