//! What is said of a text that is no expression, and how reading goes on.
//!
//! The API server's parser is made by ANTLR, whose ways these are: a token too many is passed over when the next one fits, a
//! token too few is added when the one at hand fits after it, and everything else ends the reading. Its texts are met where
//! people make mistakes; where it would go on reading after several of them, less is told.

use super::{Parsed, Parser, is_keyword};
use crate::cel::CompileError;
use crate::cel::lex::Token;

/// What can be expected, in the order in which it is told.
const EXPECTED: [&str; 23] = [
    "'['",
    "']'",
    "'{'",
    "'}'",
    "'('",
    "')'",
    "'.'",
    "','",
    "'-'",
    "'!'",
    "'?'",
    "'true'",
    "'false'",
    "'null'",
    "NUM_FLOAT",
    "NUM_INT",
    "NUM_UINT",
    "STRING",
    "BYTES",
    "IDENTIFIER",
    "ESC_IDENTIFIER",
    "':'",
    "<EOF>",
];

/// What begins no value.
const NO_VALUES: [&str; 8] = ["']'", "'}'", "')'", "','", "'?'", "ESC_IDENTIFIER", "':'", "<EOF>"];

/// What a value begins with, and more.
fn values_or(more: &[&str]) -> String {
    let wanted = |name: &&str| !NO_VALUES.contains(name) || more.contains(name);
    set(&EXPECTED.into_iter().filter(wanted).collect::<Vec<_>>())
}

fn set(names: &[&str]) -> String {
    match names {
        [only] => (*only).to_owned(),
        _ => format!("{{{}}}", names.join(", ")),
    }
}

fn begins_value(token: &Token<'_>) -> bool {
    match token {
        Token::Word(word) => *word != "in",
        Token::Sign(sign) => matches!(*sign, "[" | "{" | "(" | "." | "-" | "!"),
        Token::Int(_) | Token::Uint(_) | Token::Double(_) | Token::Str(_) | Token::Bytes(_) => true,
        Token::Escaped | Token::End => false,
    }
}

/// What can stand after a value.
fn follows_value(token: &Token<'_>) -> bool {
    match token {
        Token::Sign(sign) => !matches!(*sign, "(" | "{" | "!"),
        Token::Word(word) => *word == "in",
        Token::End => true,
        _ => false,
    }
}

fn is_sign(token: &Token<'_>, name: &str) -> bool {
    matches!(token, Token::Sign(sign) if name.strip_prefix('\'').and_then(|name| name.strip_suffix('\'')) == Some(sign))
}

impl Parser<'_> {
    /// The text of the token at hand.
    fn shown(&self) -> String {
        match self.token {
            Token::End => "<EOF>".to_owned(),
            _ => self.text.get(self.at as usize..self.end as usize).unwrap_or("").to_owned(),
        }
    }

    fn next(&self) -> &Token<'_> {
        self.tokens.as_slice().first().map_or(&Token::End, |next| &next.token)
    }

    fn syntax(&self, message: &str) -> CompileError {
        CompileError::new(format!("Syntax error: {message}"), self.at)
    }

    fn mismatched(&self, expected: &str) -> CompileError {
        self.syntax(&format!("mismatched input '{}' expecting {expected}", self.shown()))
    }

    fn extraneous(&self, expected: &str) -> CompileError {
        self.syntax(&format!("extraneous input '{}' expecting {expected}", self.shown()))
    }

    /// Tells a mistake, unless one was told of this token.
    fn tell(&mut self, mistake: CompileError) {
        if self.told != Some(mistake.at) {
            self.told = Some(mistake.at);
            self.errors.push(mistake);
        }
    }

    /// A value has to begin here, or something of `more`; false where none does and reading goes on behind it.
    pub(super) fn value_expected(&mut self, more: &[&str]) -> Parsed<bool> {
        let fits = |token: &Token<'_>| begins_value(token) || more.iter().any(|name| is_sign(token, name));
        if fits(&self.token) {
            return Ok(true);
        }
        if self.token != Token::End && fits(self.next()) {
            let mistake = self.extraneous(&values_or(more));
            self.tell(mistake);
            self.advance();
            return Ok(true);
        }
        let mistake = self.no_value(more);
        if !follows_value(&self.token) {
            return Err(mistake);
        }
        self.tell(mistake);
        Ok(false)
    }

    pub(super) fn no_value(&self, more: &[&str]) -> CompileError {
        self.mismatched(&values_or(more))
    }

    /// After `!` and `-` stands a value without one.
    pub(super) fn member_expected(&mut self, sign: &str) -> Parsed<()> {
        let signed = self.is("-") || self.is("!");
        if begins_value(&self.token) && !signed {
            return Ok(());
        }
        let end = self.token == Token::End;
        let shown = if end { String::new() } else { self.shown() };
        if sign == "-" {
            let mistake = self.syntax(&format!("no viable alternative at input '-{shown}'"));
            if signed {
                return Err(mistake);
            }
            self.errors.push(mistake);
            return Err(self.no_value(&[]));
        }
        if signed {
            self.advance();
            return Err(self.syntax(&format!("no viable alternative at input '{shown}{}'", self.shown())));
        }
        Err(self.extraneous(&values_or(&[])))
    }

    /// The name after a dot; nothing where there is none and reading goes on.
    pub(super) fn field(&mut self, optional: bool) -> Parsed<Option<String>> {
        match self.token {
            Token::Word(word) if !is_keyword(word) => {
                self.advance();
                Ok(Some(word.to_owned()))
            }
            Token::Escaped => Err(CompileError::new("unsupported syntax: '`'", self.at)),
            _ if optional => {
                self.errors.push(self.mismatched("{IDENTIFIER, ESC_IDENTIFIER}"));
                Err(CompileError::new("unsupported ident kind", self.at))
            }
            _ => {
                let mistake = self.no_name();
                self.tell(mistake);
                while !follows_value(&self.token) {
                    self.advance();
                }
                Ok(None)
            }
        }
    }

    pub(super) fn no_name(&self) -> CompileError {
        let shown = if self.token == Token::End { String::new() } else { self.shown() };
        self.syntax(&format!("no viable alternative at input '.{shown}'"))
    }

    /// A sign has to stand here.
    pub(super) fn expect(&mut self, sign: &'static str) -> Parsed<()> {
        if self.eat(sign) {
            return Ok(());
        }
        let expected = format!("'{sign}'");
        if *self.next() == Token::Sign(sign) && self.token != Token::End {
            let mistake = self.extraneous(&expected);
            self.tell(mistake);
            self.advance();
            self.advance();
            return Ok(());
        }
        let fits = if sign == ":" { begins_value(&self.token) } else { follows_value(&self.token) };
        if !fits {
            return Err(self.mismatched(&expected));
        }
        let mistake = self.syntax(&format!("missing {expected} at '{}'", self.shown()));
        self.tell(mistake);
        Ok(())
    }

    /// Whether something follows the bracket of a list or map.
    pub(super) fn opened(&mut self, close: &'static str, more: &[&str]) -> Parsed<bool> {
        if !self.value_expected(more)? {
            return Ok(false);
        }
        self.after_comma_or_close(close)
    }

    /// The same for the fields of an object.
    pub(super) fn opened_fields(&mut self) -> Parsed<bool> {
        let fits = |token: &Token<'_>| {
            matches!(token, Token::Word(word) if !is_keyword(word))
                || ["'}'", "','", "'?'"].iter().any(|name| is_sign(token, name))
        };
        if !fits(&self.token) {
            return Err(self.no_field());
        }
        self.after_comma_or_close("}")
    }

    pub(super) fn no_field(&self) -> CompileError {
        self.mismatched("{'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}")
    }

    fn after_comma_or_close(&mut self, close: &'static str) -> Parsed<bool> {
        if self.eat(",") {
            self.expect(close)?;
            return Ok(false);
        }
        Ok(!self.eat(close))
    }

    /// Whether another item follows the one that was read.
    pub(super) fn another(&mut self, close: &'static str) -> Parsed<bool> {
        if !self.is(",") && !self.is(close) {
            let expected = format!("{{'{close}', ','}}");
            let fits = [close, ","].iter().any(|sign| *self.next() == Token::Sign(sign));
            if !fits || self.token == Token::End {
                let mistake = self.mismatched(&expected);
                self.tell(mistake);
                return if self.token == Token::End { Ok(false) } else { Err(self.mismatched(&expected)) };
            }
            let mistake = self.extraneous(&expected);
            self.tell(mistake);
            self.advance();
        }
        if self.eat(close) {
            return Ok(false);
        }
        self.advance();
        if self.eat(close) {
            return Ok(false);
        }
        if begins_value(&self.token) || self.is("?") {
            return Ok(true);
        }
        self.expect(close)?;
        Ok(false)
    }

    /// The text has to end here.
    pub(super) fn ended(&mut self) -> Parsed<()> {
        let mistake = match (&self.token, self.next()) {
            (Token::End, _) => return Ok(()),
            (_, Token::End) => self.extraneous("<EOF>"),
            _ => self.mismatched("<EOF>"),
        };
        self.tell(mistake);
        Ok(())
    }
}
