//! Random texts around what YAML readers disagree about: scalars, structures, flow collections, comments, directives,
//! odd white space, and texts broken on purpose.

/// A small generator of numbers (xorshift64*): the same seed gives the same texts for ever.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize) % limit
    }

    fn one_in(&mut self, limit: usize) -> bool {
        self.below(limit) == 0
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

const SCALARS: &[&str] = &[
    "yes",
    "No",
    "oN",
    "y",
    "N",
    "true",
    "True",
    "tRue",
    "~",
    "null",
    "Null",
    "nULL",
    ".inf",
    "-.INF",
    ".NaN",
    "+.inf",
    "0777",
    "0o17",
    "0O7",
    "0x1F",
    "0X_f",
    "0b101",
    "0B1",
    "-0b11",
    "0b-1",
    "089",
    "1_000",
    "_1",
    "1_",
    "1e3",
    "1E+2",
    "1.5",
    ".5",
    ".5_0",
    "5.",
    "+.5",
    "-",
    "--",
    "-1",
    "+1",
    "- 1",
    "0",
    "-0",
    "00",
    "-0.0",
    "1.10",
    "1e999",
    "0x",
    "0b",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "0xffffffffffffffff",
    "123456789012345678901234567890",
    "1e-400",
    "2001-01-01",
    "2001-1-1",
    "2001-01-01 1:2:3",
    "2001-01-01T01:02:03Z",
    "12:30",
    "190:20:30",
    "a b",
    "a: b",
    "a:b",
    "a #b",
    "a#b",
    "a # b",
    "#a",
    "é",
    "日本 語",
    "😀",
    "'it''s'",
    "\"a\\tb\"",
    "\"\\x41\\u00e9\\U0001F600\"",
    "\"\\q\"",
    "\"\\/\"",
    "''",
    "\"\"",
    "'a\n  b'",
    "\"a\n\n   b\"",
    "\"a\\\n   b\"",
    "\"a \\\n  \\ b\"",
    "'a",
    "\"a",
    "a\n  b",
    "a\n\n    b",
    "!!str 12",
    "!!int 12",
    "!!int x",
    "!!int \"7\"",
    "!!float 1",
    "!!float x",
    "!!bool yes",
    "!!bool \"no\"",
    "!!bool 1",
    "!!null ~",
    "!!null x",
    "!!null",
    "!!str",
    "!",
    "! 12",
    "!foo 1",
    "!foo!bar 1",
    "!<tag:yaml.org,2002:int> 3",
    "!<!x> 3",
    "!!binary aGk=",
    "!!binary x",
    "!!binary /w==",
    "!!timestamp 2001-01-01",
    "!!timestamp x",
    "!!merge x",
    "!!map {}",
    "!!seq []",
    "!!set {a}",
    "!!str {a: 1}",
    "!a%41 x",
    "!!%73tr 1",
    "!%zz 1",
    "&a 1",
    "&a",
    "&a x",
    "*a",
    "*b",
    "*a ",
    "&a &b x",
    "&a !!str 1",
    "!!str &a 1",
    "&a *a",
    "[]",
    "{}",
    "[a, b]",
    "{a: b}",
    "[a, [b]]",
    "{a: {b: c}}",
    "[a: b]",
    "[? a : b]",
    "[?]",
    "{? a}",
    "{? : a}",
    "{a}",
    "{a, b: }",
    "{a:1}",
    "{\"a\":1}",
    "{'a':1, b: 2}",
    "[a, ]",
    "[, a]",
    "[a,, b]",
    "{,}",
    "{a: b,}",
    "[a b]",
    "[a\n  b]",
    "[a\nb]",
    "{a: b\n}",
    "[a]: b",
    "{}: b",
    "[[[]]]",
    "{a: [}",
    "[",
    "]",
    "{",
    "}",
    "[}",
    "[a #b\n  ]",
    "[a, #b\n  c]",
    "[- a]",
    "[-a]",
    "[-]",
    "[a:]",
    "[:a]",
    "[a?b]",
    "{a?: b}",
    "[\"a\" b]",
    "{<<: {a: 1}, b: 2}",
    "|\n    a\n    b",
    ">\n    a\n    b",
    "|-\n    a",
    "|+\n    a\n\n",
    "|2\n    a",
    "|1-\n   a",
    ">-\n    a\n\n      b\n    c",
    "|\n\ta",
    "|",
    ">+",
    "| # c\n    a",
    "|x\n  a",
    "|0\n  a",
    "|10\n   a",
    "|\n   a\n  b",
    "|\n\n     a\n   b",
    ">\n\n    a\n\n\n    b\n      c\n    d\n",
    "|\n    a\n# c\n    b",
    "@a",
    "`a",
    "%a",
    "a%b",
    "a@b",
    "a&b",
    "a*b",
    "!a b",
    "a!b",
    "a|b",
    "a>b",
    "?a",
    "? a",
    ":a",
    ": a",
    ",a",
    "a,b",
    "a, b",
    "-a",
    "a-",
    "<<",
    "=",
    "a\tb",
    "\ta",
    "a\t",
    "a \t#b",
    "\"a\tb\"",
    "a\u{85}b",
    "a\u{2028}b",
    "a\rb",
    "\u{feff}a",
    "a\u{feff}",
    "\u{7f}",
    "\u{1}",
    "\u{a0}",
    "{{a}}",
    "{ {a: b} }",
    "a{{b}}",
    "$(A)",
    "${A}",
    "--- a",
    "...",
    "http://x/y",
    "a::b",
    "::",
    "a: : b",
    "- - a",
];

const KEYS: &[&str] = &[
    "a",
    "b",
    "c",
    "d",
    "\"q\"",
    "'q'",
    "1",
    "1.5",
    "0x1F",
    "1_0",
    "true",
    "yes",
    "on",
    "~",
    "null",
    "1e10",
    ".inf",
    "18446744073709551615",
    "<<",
    "\"<<\"",
    "!!merge <<",
    "a b",
    "é",
    "&k a",
    "*a",
    "!!str 1",
    "!!int 7",
    "? a\n",
    "? ",
    "[a]",
    "{a: b}",
    "{}",
    "a\n b",
    "-1",
    "-",
    "",
    "2001-01-01",
    "!!binary aGk=",
    "'a\n  b'",
    "a#b",
    "a:b",
    "!",
    "!!null x",
];

const SOUP: &[&str] = &[
    "a",
    "b",
    "c d",
    "1",
    "~",
    ":",
    ": ",
    " :",
    "- ",
    "-",
    "? ",
    "?",
    ", ",
    ",",
    "[",
    "]",
    "{",
    "}",
    "#",
    " #c",
    "&a ",
    "*a",
    "*a ",
    "!!str ",
    "!x ",
    "|",
    ">",
    "|-",
    "'",
    "\"",
    "'x'",
    "\"y\"",
    "\\",
    "\n",
    "\n  ",
    "\n    ",
    "\n\t",
    "\t",
    " ",
    "  ",
    "\n- ",
    "\n  - ",
    "\n  a: ",
    "\n    b: ",
    "\n a",
    "<<: ",
    "%",
    "@",
    "`",
    "\n...\n",
    "\r",
    "\r\n",
    "é",
    "\u{2028}",
    "\u{85}",
    "\n#c\n",
    "a: b",
    "{a: b}",
    "[a]",
    "\n\n",
    "\n  ? ",
    "\n  : ",
    "\u{feff}",
    "\n%YAML 1.1\n",
    "---",
    "\n  ---",
    "=",
    "!",
    "!<x> ",
    "0",
    "-1",
];

/// A body below `spec:`, or beside it.
pub(crate) fn body(random: &mut Random) -> String {
    let mut body = match random.below(8) {
        0 => format!("  v: {}\n", scalar(random)),
        1 => flow(random),
        2 => soup(random, "  v: "),
        3 => soup(random, "  "),
        4 => soup(random, ""),
        _ => {
            let mut body = String::new();
            map(random, 2, 0, &mut body);
            body
        }
    };
    if random.one_in(3) {
        break_it(random, &mut body);
    }
    if random.one_in(12) {
        body = body.replace('\n', "\r\n");
    }
    if random.one_in(12) {
        body.pop();
    }
    body
}

fn scalar(random: &mut Random) -> String {
    if random.one_in(4) {
        let chars = [
            "0", "1", "7", "9", "_", ".", "e", "E", "+", "-", "x", "o", "b", "a", "f", ":", "T", "Z", " ",
            "y", "n", "~",
        ];
        return (0..1 + random.below(9)).map(|_| random.pick(&chars)).collect();
    }
    let mut scalar = random.pick(SCALARS).to_owned();
    if random.one_in(10) {
        scalar.push_str(random.pick(SCALARS));
    }
    if random.one_in(10) {
        scalar.push_str(random.pick(&[" # c", "  ", "\t", " #", "\n\n", "\n  # c"]));
    }
    scalar
}

fn soup(random: &mut Random, start: &str) -> String {
    let mut soup = start.to_owned();
    for _ in 0..1 + random.below(12) {
        soup.push_str(random.pick(SOUP));
    }
    soup.push('\n');
    soup
}

fn flow(random: &mut Random) -> String {
    let tokens = [
        "[", "]", "{", "}", ",", ", ", ":", ": ", "?", "? ", "a", "b", "1", "\"s\"", "'t'", "~", "&a ",
        "*a ", "<<: ", "- ", "\n    ", " ", "#c\n  ", "!!str ", "a: b",
    ];
    let mut flow = format!("  v: {}", random.pick(&["[", "{", ""]));
    for _ in 0..random.below(12) {
        flow.push_str(random.pick(&tokens));
    }
    flow.push_str(random.pick(&["]", "}", "", "]\n  b: c", "}\n  b: c"]));
    flow.push('\n');
    flow
}

fn map(random: &mut Random, indent: usize, depth: usize, out: &mut String) {
    for _ in 0..1 + random.below(4) {
        let key = if random.one_in(3) { random.pick(KEYS) } else { random.pick(&KEYS[..4]) };
        out.push_str(&" ".repeat(indent));
        out.push_str(key);
        out.push(':');
        value(random, indent, depth, out);
        if random.one_in(12) {
            out.push_str(random.pick(&["# c\n", "\n", "   # c\n", "  \n", "\t\n", "...\n", "\t# c\n"]));
        }
    }
}

fn value(random: &mut Random, indent: usize, depth: usize, out: &mut String) {
    let properties =
        if random.one_in(8) { random.pick(&[" &a", " &b", " !!map", " !x", " !!str"]) } else { "" };
    match random.below(if depth > 3 { 3 } else { 6 }) {
        0..=2 => {
            out.push(' ');
            out.push_str(&scalar(random).replace('\n', &format!("\n{}", " ".repeat(indent))));
            out.push('\n');
        }
        3 => {
            out.push_str(&format!("{properties}\n"));
            let deeper = indent + 1 + random.below(4);
            map(random, deeper, depth + 1, out);
        }
        _ => {
            out.push_str(&format!("{properties}\n"));
            let indent = indent + 2 * random.below(2);
            for _ in 0..1 + random.below(3) {
                out.push_str(&" ".repeat(indent));
                out.push('-');
                match random.below(4) {
                    0 => {
                        let mut item = String::new();
                        map(random, indent + 2, depth + 1, &mut item);
                        out.push(' ');
                        out.push_str(item.trim_start_matches(' '));
                    }
                    1 => value(random, indent + 2, depth + 1, out),
                    _ => {
                        out.push(' ');
                        out.push_str(&scalar(random));
                        out.push('\n');
                    }
                }
            }
        }
    }
}

/// Removes, doubles, moves or adds a few characters.
fn break_it(random: &mut Random, text: &mut String) {
    for _ in 0..1 + random.below(3) {
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        if places.is_empty() {
            return;
        }
        let at = places[random.below(places.len())];
        match random.below(4) {
            0 => {
                text.remove(at);
            }
            1 => text.insert_str(at, random.pick(SOUP)),
            2 => text.insert_str(
                at,
                random.pick(&[" ", "\t", "\n", ":", "-", "'", "\"", "#", ",", "\\", "[", "}"]),
            ),
            _ => {
                let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
                text.insert_str(
                    line,
                    random.pick(&[" ", "  ", "\t", "- ", "#", "? ", ": ", "&a ", "a: ", "... "]),
                );
            }
        }
    }
}
