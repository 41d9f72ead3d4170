//! From text to expression. `||` binds least, then `&&`, then `!`; spaces and tabs may stand between all parts.

use super::{Ask, Expr, Key, Scope};
use crate::words::{Word, Words};

/// The greatest length of a text in bytes. Newer versions of the API allow 1,024.
const MAX_LENGTH: usize = 8192;
/// How deep parentheses and negations may be nested.
const MAX_DEPTH: usize = 64;

/// Labels that Calico gives to pods and sets of addresses.
const NAMESPACE: &str = "projectcalico.org/namespace";
const ACCOUNT: &str = "projectcalico.org/serviceaccount";
const ORCHESTRATOR: &str = "projectcalico.org/orchestrator";
/// The label with the name of a namespace or account.
const NAME: &str = "projectcalico.org/name";

/// Why a text is no selector, and where: the place of a character, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) column: usize,
    pub(crate) cause: String,
}

/// Reads a selector; an empty one selects everything. In a selector of namespaces `all()` asks for any namespace and
/// `global()` for none.
///
/// # Errors
/// When Calico would not read it, or it is too long or too deep.
pub(crate) fn parse(text: &str, scope: Scope, words: &mut Words) -> Result<Expr, Wrong> {
    if text.len() > MAX_LENGTH {
        return Err(Wrong { column: 1, cause: format!("a selector has at most {MAX_LENGTH} bytes") });
    }
    let mut parser = Parser { text, at: 0, scope, words };
    parser.space();
    if parser.rest().is_empty() {
        return Ok(Expr::Always);
    }
    let expr = parser.any(0)?;
    if parser.rest().is_empty() { Ok(expr) } else { Err(parser.wrong("expected `&&`, `||` or the end")) }
}

struct Parser<'t, 'w> {
    text: &'t str,
    at: usize,
    scope: Scope,
    words: &'w mut Words,
}

impl<'t> Parser<'t, '_> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t']).len();
    }

    /// Takes a piece of the text, and the space behind it.
    fn take(&mut self, piece: &str) -> bool {
        let found = self.rest().starts_with(piece);
        if found {
            self.at += piece.len();
            self.space();
        }
        found
    }

    fn wrong(&self, cause: &str) -> Wrong {
        let before = self.text.get(..self.at).unwrap_or_default();
        Wrong { column: before.chars().count() + 1, cause: cause.to_owned() }
    }

    fn expect(&mut self, piece: &str) -> Result<(), Wrong> {
        if self.take(piece) { Ok(()) } else { Err(self.wrong(&format!("expected `{piece}`"))) }
    }

    fn any(&mut self, depth: usize) -> Result<Expr, Wrong> {
        let mut parts = vec![self.all(depth)?];
        while self.take("||") {
            parts.push(self.all(depth)?);
        }
        Ok(Expr::any(parts))
    }

    fn all(&mut self, depth: usize) -> Result<Expr, Wrong> {
        let mut parts = vec![self.operation(depth)?];
        while self.take("&&") {
            parts.push(self.operation(depth)?);
        }
        Ok(Expr::all(parts))
    }

    fn operation(&mut self, depth: usize) -> Result<Expr, Wrong> {
        if depth >= MAX_DEPTH {
            return Err(self.wrong(&format!("parentheses are nested deeper than {MAX_DEPTH}")));
        }
        let mut negated = false;
        while !self.rest().starts_with("!=") && self.take("!") {
            negated = !negated;
        }
        let expr = if self.take("(") {
            let inner = self.any(depth + 1)?;
            self.expect(")")?;
            inner
        } else {
            self.test()?
        };
        Ok(if negated { expr.negated() } else { expr })
    }

    fn test(&mut self) -> Result<Expr, Wrong> {
        if self.take("has(") {
            let label = self.label()?;
            self.expect(")")?;
            return Ok(Expr::Test(self.key(label), Ask::Has));
        }
        if self.take("all(") {
            self.expect(")")?;
            return Ok(if self.scope == Scope::Namespace { namespaced() } else { Expr::Always });
        }
        if self.take("global(") {
            self.expect(")")?;
            return Ok(if self.scope == Scope::Namespace { namespaced().negated() } else { Expr::Always });
        }
        let label = self.label()?;
        let key = self.key(label);
        self.comparison(key)
    }

    fn comparison(&mut self, key: Key) -> Result<Expr, Wrong> {
        if self.take("==") {
            let value = self.string()?;
            return Ok(Expr::is_in(key, [value]));
        }
        if self.take("!=") {
            let value = self.string()?;
            return Ok(Expr::is_in(key, [value]).negated());
        }
        if self.take("contains") {
            return Ok(Expr::Test(key, Ask::Contains(self.string()?)));
        }
        if self.take("starts") {
            self.expect("with")?;
            return Ok(Expr::Test(key, Ask::StartsWith(self.string()?)));
        }
        if self.take("ends") {
            self.expect("with")?;
            return Ok(Expr::Test(key, Ask::EndsWith(self.string()?)));
        }
        if self.take("not") {
            self.expect("in")?;
            return Ok(Expr::is_in(key, self.set()?).negated());
        }
        if self.take("in") {
            return Ok(Expr::is_in(key, self.set()?));
        }
        Err(self.wrong(
            "expected `==`, `!=`, `in`, `not in`, `contains`, `starts with` or `ends with` after a label",
        ))
    }

    fn label(&mut self) -> Result<&'t str, Wrong> {
        let rest = self.rest();
        let inner = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '.' | '/' | '-');
        let length = rest.find(|char| !inner(char)).unwrap_or(rest.len());
        let label = rest.get(..length).filter(|label| !label.is_empty());
        let Some(label) = label else { return Err(self.wrong("expected a label")) };
        self.at += length;
        self.space();
        Ok(label)
    }

    /// A text in quotes of one kind; nothing in it is escaped.
    fn string(&mut self) -> Result<Word, Wrong> {
        let quote = self.rest().chars().next().filter(|char| matches!(char, '"' | '\''));
        let Some(quote) = quote else { return Err(self.wrong("expected a text in quotes")) };
        let inner = self.rest().get(1..).unwrap_or_default();
        let Some((value, _)) = inner.split_once(quote) else {
            return Err(self.wrong("a text in quotes has no end"));
        };
        self.at += value.len() + 2;
        self.space();
        Ok(self.words.intern(value))
    }

    /// A comma may stand behind the last value, and there may be none.
    fn set(&mut self) -> Result<Vec<Word>, Wrong> {
        self.expect("{")?;
        let mut values = Vec::new();
        while self.rest().starts_with(['"', '\'']) {
            values.push(self.string()?);
            if !self.take(",") {
                break;
            }
        }
        self.expect("}")?;
        Ok(values)
    }

    fn key(&mut self, label: &str) -> Key {
        match (self.scope, label) {
            (Scope::Own, NAMESPACE) | (Scope::Namespace, NAME) => Key::NamespaceName,
            (Scope::Own, ACCOUNT) | (Scope::Account, NAME) => Key::account_name(self.words),
            (Scope::Own, ORCHESTRATOR) => Key::Orchestrator,
            (Scope::Own, _) => Key::Own(self.words.intern(label)),
            (Scope::Namespace, _) => Key::Namespace(self.words.intern(label)),
            (Scope::Account, _) => Key::Account(self.words.intern(label)),
        }
    }
}

/// That something stands in a namespace at all.
fn namespaced() -> Expr {
    Expr::Test(Key::NamespaceName, Ask::Has)
}
