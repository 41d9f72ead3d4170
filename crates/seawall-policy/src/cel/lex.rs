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
    End,
}

/// Longer signs before their beginnings.
const SIGNS: [&str; 24] = [
    "&&", "||", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ".", ",", "(", ")",
    "[", "]", "{", "}",
];

/// All tokens with their places, the last one is [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<(Token<'_>, u32)>, CompileError> {
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        rest = blank(rest);
        let at = u32::try_from(text.len() - rest.len()).unwrap_or(u32::MAX);
        if rest.is_empty() {
            tokens.push((Token::End, at));
            return Ok(tokens);
        }
        let (token, after) = token(rest).map_err(|message| CompileError::new(message, at))?;
        tokens.push((token, at));
        rest = after;
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

fn token(text: &str) -> Result<(Token<'_>, &str), String> {
    if let Some((bytes, raw, quoted)) = prefix(text) {
        return literal::string(quoted, raw, bytes);
    }
    let mut chars = text.chars();
    let (first, second) = (chars.next().unwrap_or(' '), chars.next().unwrap_or(' '));
    if first.is_ascii_digit() || (first == '.' && second.is_ascii_digit()) {
        return literal::number(text);
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
        return Err("unsupported syntax: '`'".to_owned());
    }
    Err(format!("no expression has the character {first:?} here"))
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
