//! From text to tokens, as the language definition has them.
//!
//! Invariant: one pass, and no token is longer than the text it stands for.
//! Source: <https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax>.

use super::CompileError;
use super::literal;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'s> {
    /// A name or a keyword.
    Word(&'s str),
    /// The digits of a whole number; its sign is an operator to the lexer.
    Int(u64),
    Uint(u64),
    Double(f64),
    Str(String),
    Bytes(Vec<u8>),
    Sign(&'static str),
    /// A name in backticks, which the API server does not take.
    Escaped,
    End,
}

/// Longer signs before their beginnings.
const SIGNS: [&str; 24] = [
    "&&", "||", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ".", ",", "(", ")",
    "[", "]", "{", "}",
];

/// A token with where it begins and ends.
#[derive(Clone, Debug)]
pub(super) struct Lexed<'s> {
    pub(super) token: Token<'s>,
    pub(super) start: u32,
    pub(super) end: u32,
}

/// More mistakes are not told.
const MISTAKES: usize = 100;

/// All tokens, the last one is [`Token::End`], and what is none: it is passed over.
pub(super) fn tokens(text: &str) -> (Vec<Lexed<'_>>, Vec<CompileError>) {
    let (mut tokens, mut errors) = (Vec::new(), Vec::new());
    let place = |rest: &str| u32::try_from(text.len() - rest.len()).unwrap_or(u32::MAX);
    let mut rest = text;
    loop {
        rest = blank(rest);
        let start = place(rest);
        if rest.is_empty() || errors.len() > MISTAKES {
            tokens.push(Lexed { token: Token::End, start, end: start });
            return (tokens, errors);
        }
        let (token, after) = match token(rest) {
            Ok(found) => found,
            Err(Mistake { message, stands_for, after }) => {
                errors.push(CompileError::new(message, start));
                rest = after;
                match stands_for {
                    Some(token) => (token, after),
                    None => continue,
                }
            }
        };
        tokens.push(Lexed { token, start, end: place(after) });
        rest = after;
    }
}

/// A text that is no token, and the token that is taken instead.
struct Mistake<'s> {
    message: String,
    stands_for: Option<Token<'s>>,
    after: &'s str,
}

impl<'s> Mistake<'s> {
    /// Nothing begins so: as much as was read is passed over.
    fn unknown(text: &'s str, length: usize) -> Self {
        let (read, after) = text.split_at_checked(length).unwrap_or((text, ""));
        let message = format!("Syntax error: token recognition error at: '{read}'");
        Mistake { message, stands_for: None, after }
    }
}

fn blank(mut text: &str) -> &str {
    loop {
        text = text.trim_start_matches([' ', '\t', '\r', '\n', '\x0c']);
        match text.strip_prefix("//") {
            Some(comment) => text = comment.find('\n').and_then(|end| comment.get(end..)).unwrap_or(""),
            None => return text,
        }
    }
}

fn token(text: &str) -> Result<(Token<'_>, &str), Mistake<'_>> {
    if let Some((bytes, raw, quoted)) = prefix(text) {
        match literal::end(quoted, raw) {
            Ok(after) => {
                return literal::string(quoted, raw, bytes).map_err(|message| Mistake {
                    message,
                    stands_for: Some(Token::Str(String::new())),
                    after,
                });
            }
            // An empty string and the rest of its three quotes.
            Err(_)
                if quoted.len() == text.len()
                    && (quoted.starts_with("\"\"\"") || quoted.starts_with("'''")) =>
            {
                return Ok((Token::Str(String::new()), quoted.get(2..).unwrap_or("")));
            }
            Err(length) if quoted.len() == text.len() => return Err(Mistake::unknown(text, length)),
            // What was a prefix is a name.
            Err(_) => {}
        }
    }
    let mut chars = text.chars();
    let (first, second) = (chars.next().unwrap_or(' '), chars.next());
    if first.is_ascii_digit() || (first == '.' && second.is_some_and(|second| second.is_ascii_digit())) {
        return literal::number(text).map_err(|message| {
            let after = text.trim_start_matches(|char: char| char.is_ascii_alphanumeric() || char == '.');
            Mistake { message, stands_for: Some(Token::Int(0)), after }
        });
    }
    if first.is_ascii_alphabetic() || first == '_' {
        let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
        let (word, rest) = text.split_at_checked(end).unwrap_or((text, ""));
        return Ok((Token::Word(word), rest));
    }
    for sign in SIGNS {
        if let Some(rest) = text.strip_prefix(sign) {
            return Ok((Token::Sign(sign), rest));
        }
    }
    if first == '`' {
        let within = text.strip_prefix('`').unwrap_or("");
        let named = |char: char| char.is_ascii_alphanumeric() || "_.-/ ".contains(char);
        let after = within.trim_start_matches(named);
        return match after.strip_prefix('`') {
            Some(rest) if within.len() > after.len() => Ok((Token::Escaped, rest)),
            _ => {
                let next = after.chars().next().map_or(0, char::len_utf8);
                Err(Mistake::unknown(text, text.len() - after.len() + next))
            }
        };
    }
    // One of these signs is the beginning of two.
    let more = if "=&|".contains(first) { second.map_or(0, char::len_utf8) } else { 0 };
    Err(Mistake::unknown(text, first.len_utf8() + more))
}

/// Whether a text begins as bytes, whether raw, and the text from its quote; `None` where no string begins.
fn prefix(text: &str) -> Option<(bool, bool, &str)> {
    let (bytes, rest) = match text.strip_prefix(['b', 'B']) {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (raw, rest) = match rest.strip_prefix(['r', 'R']) {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    rest.starts_with(['"', '\'']).then_some((bytes, raw, rest))
}
