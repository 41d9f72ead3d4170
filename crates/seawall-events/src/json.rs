//! A forward-only look at JSON text: strings are borrowed, everything not asked for is passed over.
//!
//! What is passed over is checked for its strings and for the number of its brackets, not for more: a body that nobody
//! reads need not be proven well-formed.

use std::borrow::Cow;

use memchr::memchr2;

/// Why a text could not be read, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) at: usize,
    pub(crate) what: What,
}

/// Why a text could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Ends,
    Expected(&'static str),
    Escape,
    Control,
}

/// A place in a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Scanner { text, at: 0 }
    }

    /// The offset of the next byte.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    pub(crate) fn fault<T>(&self, what: What) -> Result<T, Fault> {
        let what = if self.rest().is_empty() { What::Ends } else { what };
        Err(Fault { at: self.at, what })
    }

    /// The next byte that is no white space.
    #[inline]
    pub(crate) fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = *self.text.as_bytes().get(self.at)?;
            if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8, name: &'static str) -> Result<(), Fault> {
        if self.take(byte) { Ok(()) } else { self.fault(What::Expected(name)) }
    }

    /// Calls `entry` at each value of an object; it must read or skip the value.
    #[inline]
    pub(crate) fn object(
        &mut self,
        mut entry: impl FnMut(&mut Self, &str) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.object_keys(|scanner, key| entry(scanner, &key))
    }

    /// The same for callers that keep the keys.
    #[inline]
    pub(crate) fn object_keys(
        &mut self,
        mut entry: impl FnMut(&mut Self, Cow<'a, str>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.expect(b'{', "`{`")?;
        if self.take(b'}') {
            return Ok(());
        }
        loop {
            let key = self.string()?;
            self.expect(b':', "`:`")?;
            entry(self, key)?;
            if self.take(b'}') {
                return Ok(());
            }
            self.expect(b',', "`,` or `}`")?;
        }
    }

    /// Calls `item` at each value of a list; it must read or skip the value.
    #[inline]
    pub(crate) fn list(&mut self, mut item: impl FnMut(&mut Self) -> Result<(), Fault>) -> Result<(), Fault> {
        self.expect(b'[', "`[`")?;
        if self.take(b']') {
            return Ok(());
        }
        loop {
            item(self)?;
            if self.take(b']') {
                return Ok(());
            }
            self.expect(b',', "`,` or `]`")?;
        }
    }

    /// Reads a string.
    #[inline]
    pub(crate) fn string(&mut self) -> Result<Cow<'a, str>, Fault> {
        self.expect(b'"', "a string")?;
        let from = self.at;
        let Some(found) = special(self.rest()) else {
            self.at = self.text.len();
            return self.fault(What::Ends);
        };
        self.at += found;
        match self.rest().first() {
            Some(b'"') => {
                let plain = self.text.get(from..self.at).unwrap_or("");
                self.at += 1;
                Ok(Cow::Borrowed(plain))
            }
            Some(b'\\') => self.escaped(from).map(Cow::Owned),
            _ => self.fault(What::Control),
        }
    }

    /// Reads the rest of a string that has a backslash here.
    #[cold]
    fn escaped(&mut self, from: usize) -> Result<String, Fault> {
        let mut text = self.text.get(from..self.at).unwrap_or("").to_owned();
        loop {
            match self.rest() {
                [b'\\', b'u', ..] => {
                    let c = self.unicode()?;
                    text.push(c);
                }
                [b'\\', escape, ..] => {
                    text.push(match escape {
                        b'"' | b'\\' | b'/' => char::from(*escape),
                        b'b' => '\u{8}',
                        b'f' => '\u{c}',
                        b'n' => '\n',
                        b'r' => '\r',
                        b't' => '\t',
                        _ => return self.fault(What::Escape),
                    });
                    self.at += 2;
                }
                [b'"', ..] => {
                    self.at += 1;
                    return Ok(text);
                }
                [0..=0x1f, ..] => return self.fault(What::Control),
                [b'\\'] => return self.fault(What::Escape),
                rest => {
                    let Some(plain) = special(rest) else {
                        self.at = self.text.len();
                        return self.fault(What::Ends);
                    };
                    text.push_str(self.text.get(self.at..self.at + plain).unwrap_or(""));
                    self.at += plain;
                }
            }
        }
    }

    /// Reads a `\u` escape, with the one after it when the two are a pair of surrogates; a lone half is U+FFFD.
    fn unicode(&mut self) -> Result<char, Fault> {
        let Some(first) = hex(self.rest()) else { return self.fault(What::Escape) };
        self.at += 6;
        let mut code = first;
        if let 0xd800..=0xdbff = first
            && let Some(second @ 0xdc00..=0xdfff) = hex(self.rest())
        {
            self.at += 6;
            code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        }
        Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    /// Reads a whole number; `None` for one that does not fit or has a fraction.
    pub(crate) fn integer(&mut self) -> Result<Option<i64>, Fault> {
        if !matches!(self.peek(), Some(b'-' | b'0'..=b'9')) {
            return self.fault(What::Expected("a number"));
        }
        let from = self.at;
        self.skip()?;
        Ok(self.text.get(from..self.at).and_then(|digits| digits.parse().ok()))
    }

    /// Passes over one value and gives its text; `None` for `null`.
    pub(crate) fn raw(&mut self) -> Result<Option<&'a str>, Fault> {
        let first = self.peek();
        let from = self.at;
        self.skip()?;
        Ok(self.text.get(from..self.at).filter(|_| first != Some(b'n')))
    }

    /// Passes over one value of any kind, in one loop whatever its depth.
    pub(crate) fn skip(&mut self) -> Result<(), Fault> {
        match self.peek() {
            Some(b'"') => {
                self.at += 1;
                self.skip_string()
            }
            Some(b'{' | b'[') => self.skip_nested(),
            Some(b'-' | b'0'..=b'9' | b'a'..=b'z') => {
                let word = |byte: &u8| matches!(byte, b'-' | b'+' | b'.' | b'E' | b'0'..=b'9' | b'a'..=b'z');
                self.at += self.rest().iter().take_while(|byte| word(byte)).count();
                Ok(())
            }
            _ => self.fault(What::Expected("a value")),
        }
    }

    fn skip_nested(&mut self) -> Result<(), Fault> {
        let bytes = self.text.as_bytes();
        let mut depth = 0_usize;
        while let Some(byte) = bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'"' => self.skip_string()?,
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth -= 1;
                    if depth == 0 {
                        return Ok(());
                    }
                }
                _ => {}
            }
        }
        self.fault(What::Ends)
    }

    /// Passes over the rest of a string, its opening quote being read.
    #[inline]
    fn skip_string(&mut self) -> Result<(), Fault> {
        let bytes = self.text.as_bytes();
        loop {
            match quote_or_escape(bytes, self.at) {
                Some((at, b'"')) => {
                    self.at = at + 1;
                    return Ok(());
                }
                // The byte after a backslash ends nothing.
                Some((at, _)) => self.at = at + 2,
                None => {
                    self.at = bytes.len();
                    return self.fault(What::Ends);
                }
            }
        }
    }
}

/// The next quote or backslash, and which of the two. Most strings are short: some words of eight bytes are looked at
/// before the search that is faster for long ones is called.
#[inline]
fn quote_or_escape(bytes: &[u8], from: usize) -> Option<(usize, u8)> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let mut at = from;
    for _ in 0..6 {
        let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) else { break };
        let word = u64::from_le_bytes(*chunk);
        let found = (zero(word ^ (ONES * 0x22)) | zero(word ^ (ONES * 0x5c))) & HIGH;
        if found != 0 {
            at += found.trailing_zeros() as usize / 8;
            return Some((at, *bytes.get(at)?));
        }
        at += 8;
    }
    at += memchr2(b'"', b'\\', bytes.get(at..)?)?;
    Some((at, *bytes.get(at)?))
}

/// The offset of the first quote, backslash or control character.
#[inline]
fn special(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let mut at = 0;
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        // The lowest bit set is exact: borrows only spread upwards.
        let found = (zero(word ^ (ONES * 0x22)) | zero(word ^ (ONES * 0x5c)) | control) & HIGH;
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    let rest = bytes.get(at..)?;
    rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)).map(|found| at + found)
}

/// The code of the `\uXXXX` at the start.
fn hex(bytes: &[u8]) -> Option<u32> {
    let digits = bytes.get(..6)?.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0, |code, digit| Some(code << 4 | char::from(*digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn string(text: &str) -> Result<String, What> {
        Scanner::new(text).string().map(Cow::into_owned).map_err(|fault| fault.what)
    }

    #[test]
    fn strings() {
        for (text, read) in [
            (r#""""#, Ok("")),
            (r#""plain ü""#, Ok("plain ü")),
            (r#""a\"b\\c\/\n\t\r\b\fd""#, Ok("a\"b\\c/\n\t\r\u{8}\u{c}d")),
            (r#""\u00fc\ud83d\ude00\ud83d""#, Ok("ü😀\u{fffd}")),
            (r#""\ud83d\u0041""#, Ok("\u{fffd}A")),
            (r#""\x""#, Err(What::Escape)),
            (r#""\u12""#, Err(What::Escape)),
            (r#""\"#, Err(What::Escape)),
            (r#""abc"#, Err(What::Ends)),
            (r#""a\nbc"#, Err(What::Ends)),
            ("\"a\nb\"", Err(What::Control)),
            ("\"a\\n\nb\"", Err(What::Control)),
            ("5", Err(What::Expected("a string"))),
            ("", Err(What::Ends)),
        ] {
            assert_eq!(string(text), read.map(str::to_owned), "{text}");
        }
    }

    #[test]
    fn what_is_skipped_ends_where_the_value_ends() {
        for value in ["{}", "[]", "null", "-1.5E+3", r#""a\"]}""#, r#"{"a":[{"b":"}]\\"},2]}"#, "[[[[]]]]"] {
            let text = format!(" {value} ,");
            let mut scanner = Scanner::new(&text);
            scanner.skip().unwrap();
            assert_eq!(scanner.at(), value.len() + 1, "{value}");
        }
        for broken in ["{", "[", r#"{"a"#, r#"{"a\"#, "}", "", ",", "[[]"] {
            assert!(Scanner::new(broken).skip().is_err(), "{broken}");
        }
        let deep = "[".repeat(1 << 20) + &"]".repeat(1 << 20);
        assert!(Scanner::new(&deep).skip().is_ok());
    }

    proptest::proptest! {
        #[test]
        fn strings_are_read_as_serde_json_reads_them(text: String) {
            let json = serde_json::to_string(&text).unwrap();
            proptest::prop_assert_eq!(string(&json), Ok(text));
            let mut scanner = Scanner::new(&json);
            scanner.skip().unwrap();
            proptest::prop_assert_eq!(scanner.at(), json.len());
        }

        #[test]
        fn nothing_panics(text in r#"["\\{}\[\],:a0 u\n]{0,40}"#) {
            let mut scanner = Scanner::new(&text);
            let _ = scanner.skip();
            let _ = Scanner::new(&text).object(|inner, _| inner.skip());
            let _ = Scanner::new(&text).list(Scanner::skip);
            let _ = Scanner::new(&text).string();
        }
    }
}
