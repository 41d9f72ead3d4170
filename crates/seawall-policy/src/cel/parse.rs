//! From tokens to a tree.
//!
//! Invariants: recursion is bounded by [`Limits::depth`]; chains of operators are loops. A mistake that can be passed over is, so
//! that all are told.

mod recover;

use super::ast::{Ast, Binary, Expr, ExprId};
use super::lex::{Lexed, Token, tokens};
use super::words::{is_keyword, is_reserved};
use super::{CompileError, Limits};

type Parsed<T> = Result<T, CompileError>;

/// Reads an expression; the first of its mistakes where it has some.
pub fn parse(text: &str, limits: &Limits) -> Parsed<Ast> {
    parse_all(text, limits).map_err(|mistakes| {
        let first = mistakes.into_iter().min_by_key(|mistake| mistake.at);
        first.unwrap_or_else(|| CompileError::new("no expression", 0))
    })
}

/// Reads an expression, or tells its mistakes as the API server's parser does.
pub(super) fn parse_all(text: &str, limits: &Limits) -> Result<Ast, Vec<CompileError>> {
    if text.len() > limits.text_bytes {
        return Err(vec![CompileError::new(format!("longer than {} bytes", limits.text_bytes), 0)]);
    }
    let (tokens, errors) = tokens(text);
    let mut tokens = tokens.into_iter();
    let end = Lexed { token: Token::End, start: 0, end: 0 };
    let now = tokens.next().unwrap_or(end);
    let mut parser = Parser {
        text,
        tokens,
        token: now.token,
        at: now.start,
        end: now.end,
        open: limits.depth,
        errors,
        told: None,
        ast: Ast::new(limits.depth),
    };
    let root = parser.expr().and_then(|root| parser.ended().map(|()| root));
    match root {
        Ok(root) => parser.ast.set_root(root),
        Err(error) if parser.told == Some(error.at) && error.message.starts_with("Syntax error: mis") => {}
        Err(error) => parser.errors.push(error),
    }
    if parser.errors.is_empty() { Ok(parser.ast) } else { Err(parser.errors) }
}

pub(super) struct Parser<'s> {
    text: &'s str,
    tokens: std::vec::IntoIter<Lexed<'s>>,
    token: Token<'s>,
    at: u32,
    /// Where the token ends.
    end: u32,
    /// How many more expressions may open.
    open: u16,
    /// What was wrong and passed over.
    errors: Vec<CompileError>,
    /// The token of which a mistake was told last.
    told: Option<u32>,
    pub(super) ast: Ast,
}

impl<'s> Parser<'s> {
    fn advance(&mut self) -> Token<'s> {
        let end = Lexed { token: Token::End, start: self.at, end: self.at };
        let next = self.tokens.next().unwrap_or(end);
        (self.at, self.end) = (next.start, next.end);
        std::mem::replace(&mut self.token, next.token)
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.token, Token::Sign(own) if own == sign)
    }

    fn eat(&mut self, sign: &str) -> bool {
        let found = self.is(sign);
        if found {
            self.advance();
        }
        found
    }

    fn deeper(&mut self) -> Parsed<()> {
        self.open =
            self.open.checked_sub(1).ok_or_else(|| CompileError::new("nested too deeply", self.at))?;
        Ok(())
    }

    fn expr(&mut self) -> Parsed<ExprId> {
        self.deeper()?;
        let test = self.binary(0)?;
        let at = self.at;
        let expr = if self.eat("?") {
            let yes = self.binary(0)?;
            self.expect(":")?;
            let no = self.expr()?;
            self.ast.add(Expr::Cond { test, yes, no }, at)?
        } else {
            test
        };
        self.open += 1;
        Ok(expr)
    }

    /// The operator at hand and how tightly it binds.
    fn operator(&self) -> Option<(Operator, u8)> {
        let sign = match self.token {
            Token::Sign(sign) => sign,
            Token::Word("in") => "in",
            _ => return None,
        };
        let (op, binds) = match sign {
            "||" => return Some((Operator::Or, 0)),
            "&&" => return Some((Operator::And, 1)),
            "==" => (Binary::Eq, 2),
            "!=" => (Binary::Ne, 2),
            "<" => (Binary::Lt, 2),
            "<=" => (Binary::Le, 2),
            ">" => (Binary::Gt, 2),
            ">=" => (Binary::Ge, 2),
            "in" => (Binary::In, 2),
            "+" => (Binary::Add, 3),
            "-" => (Binary::Sub, 3),
            "*" => (Binary::Mul, 4),
            "/" => (Binary::Div, 4),
            "%" => (Binary::Rem, 4),
            _ => return None,
        };
        Some((Operator::Binary(op), binds))
    }

    fn binary(&mut self, least: u8) -> Parsed<ExprId> {
        let mut left = self.unary()?;
        // The operator of the chain that `left` is; one in parentheses is a term of its own.
        let mut chain = None;
        while let Some((operator, binds)) = self.operator().filter(|(_, binds)| *binds >= least) {
            let at = self.at;
            self.advance();
            let right = self.binary(binds + 1)?;
            let terms = match operator {
                Operator::Binary(op) => {
                    left = self.ast.add(Expr::Binary { op, left, right }, at)?;
                    continue;
                }
                Operator::And | Operator::Or if chain == Some(binds) => {
                    self.ast.extend(left, right, at)?;
                    continue;
                }
                Operator::And => Expr::And(vec![left, right]),
                Operator::Or => Expr::Or(vec![left, right]),
            };
            left = self.ast.add(terms, at)?;
            self.ast.mark(left, vec![at]);
            chain = Some(binds);
        }
        Ok(left)
    }

    fn unary(&mut self) -> Parsed<ExprId> {
        if !self.value_expected(&[])? {
            return self.ast.add(Expr::Null, self.at);
        }
        let nots = self.signs("!");
        if let Some((first, count)) = nots {
            self.member_expected("!")?;
            let of = self.member()?;
            // Two of them are none, for cel-go too.
            return if count % 2 == 0 { Ok(of) } else { self.ast.add(Expr::Not(of), first) };
        }
        let Some((first, count)) = self.signs("-") else { return self.member() };
        self.member_expected("-")?;
        // A single sign belongs to the number, so that the least int can be written.
        if count == 1 && matches!(self.token, Token::Int(_) | Token::Double(_)) {
            return self.negative(first);
        }
        let of = self.member()?;
        if count % 2 == 0 { Ok(of) } else { self.ast.add(Expr::Neg(of), first) }
    }

    /// Where the first of some equal signs is, and how many there are.
    fn signs(&mut self, sign: &str) -> Option<(u32, usize)> {
        let (first, mut count) = (self.at, 0);
        while self.eat(sign) {
            count += 1;
        }
        (count > 0).then_some((first, count))
    }

    fn negative(&mut self, at: u32) -> Parsed<ExprId> {
        let number = match self.advance() {
            Token::Int(digits) => 0i64.checked_sub_unsigned(digits).map(Expr::Int),
            Token::Double(double) => Some(Expr::Double(-double)),
            _ => None,
        };
        let number = number.ok_or_else(|| CompileError::new("invalid int literal", at))?;
        let number = self.ast.add(number, at)?;
        self.members(number)
    }

    fn member(&mut self) -> Parsed<ExprId> {
        let primary = self.primary()?;
        self.members(primary)
    }

    /// What follows a value: fields, calls, places, and braces after a name.
    fn members(&mut self, mut of: ExprId) -> Parsed<ExprId> {
        loop {
            let at = self.at;
            if self.eat(".") {
                let optional = self.eat("?");
                let Some(field) = self.field(optional)? else { continue };
                let open = self.at;
                of = if !optional && self.eat("(") {
                    let args = self.args()?;
                    self.call(Some(of), field, args, open)?
                } else {
                    self.ast.add(Expr::Select { of, field, optional }, at)?
                };
            } else if self.eat("[") {
                self.value_expected(&["'?'"])?;
                let optional = self.eat("?");
                let index = self.expr()?;
                self.expect("]")?;
                of = self.ast.add(Expr::Index { of, index, optional }, at)?;
            } else if self.is("{")
                && let Some(names) = self.ast.dotted(of)
            {
                let name = names.join(".");
                self.advance();
                of = self.message(name, at)?;
            } else {
                return Ok(of);
            }
        }
    }

    fn primary(&mut self) -> Parsed<ExprId> {
        let at = self.at;
        if self.eat("(") {
            let inner = self.expr()?;
            self.expect(")")?;
            return Ok(inner);
        }
        if self.eat("[") {
            return self.list(at);
        }
        if self.eat("{") {
            return self.map(at);
        }
        let dot = self.eat(".");
        let at = self.at;
        let literal = match &mut self.token {
            Token::Word(word) if !dot || !is_keyword(word) => {
                let word = *word;
                return self.name(word, dot, at);
            }
            _ if dot => return Err(self.no_name()),
            Token::Int(digits) => {
                Expr::Int(i64::try_from(*digits).map_err(|_| CompileError::new("invalid int literal", at))?)
            }
            Token::Uint(value) => Expr::Uint(*value),
            Token::Double(value) => Expr::Double(*value),
            Token::Str(value) => Expr::Str(std::mem::take(value)),
            Token::Bytes(value) => Expr::Bytes(std::mem::take(value)),
            Token::Word(_) | Token::Sign(_) | Token::Escaped | Token::End => return Err(self.no_value(&[])),
        };
        self.advance();
        self.ast.add(literal, at)
    }

    fn name(&mut self, word: &str, dot: bool, at: u32) -> Parsed<ExprId> {
        let literal = match word {
            _ if dot => None,
            "true" => Some(Expr::Bool(true)),
            "false" => Some(Expr::Bool(false)),
            "null" => Some(Expr::Null),
            _ => None,
        };
        if literal.is_none() && is_reserved(word) {
            self.errors.push(CompileError::new(format!("reserved identifier: {word}"), at));
        }
        self.advance();
        if let Some(literal) = literal {
            return self.ast.add(literal, at);
        }
        let name = if dot { format!(".{word}") } else { word.to_owned() };
        let open = self.at;
        if self.eat("(") {
            let args = self.args()?;
            return self.call(None, name, args, open);
        }
        self.ast.add(Expr::Ident(name), at)
    }

    fn args(&mut self) -> Parsed<Vec<ExprId>> {
        let mut args = Vec::new();
        if !self.value_expected(&["')'"])? {
            return Ok(args);
        }
        if self.eat(")") {
            return Ok(args);
        }
        loop {
            args.push(self.expr()?);
            if !self.eat(",") {
                self.expect(")")?;
                return Ok(args);
            }
        }
    }

    /// Whether the next item is optional; where its sign is goes to `marks`.
    fn optional(&mut self, marks: &mut Vec<u32>) -> bool {
        let at = self.at;
        let optional = self.eat("?");
        if optional {
            marks.push(at);
        }
        optional
    }

    fn list(&mut self, at: u32) -> Parsed<ExprId> {
        let (mut items, mut marks) = (Vec::new(), Vec::new());
        let mut more = self.opened("]", &["']'", "','", "'?'"])?;
        while more {
            let optional = self.optional(&mut marks);
            items.push((self.expr()?, optional));
            more = self.another("]")?;
        }
        let list = self.ast.add(Expr::List(items), at)?;
        self.ast.mark(list, marks);
        Ok(list)
    }

    fn map(&mut self, at: u32) -> Parsed<ExprId> {
        let (mut entries, mut marks) = (Vec::new(), Vec::new());
        let mut more = self.opened("}", &["'}'", "','", "'?'"])?;
        while more {
            let optional = self.optional(&mut marks);
            let key = self.expr()?;
            self.expect(":")?;
            entries.push((key, self.expr()?, optional));
            more = self.another("}")?;
        }
        let map = self.ast.add(Expr::Map(entries), at)?;
        self.ast.mark(map, marks);
        Ok(map)
    }

    fn message(&mut self, name: String, at: u32) -> Parsed<ExprId> {
        let (mut fields, mut colons) = (Vec::new(), Vec::new());
        let mut more = self.opened_fields()?;
        while more {
            let optional = self.eat("?");
            let Token::Word(field) = self.advance() else { return Err(self.no_field()) };
            colons.push(self.at);
            self.expect(":")?;
            fields.push((field.to_owned(), self.expr()?, optional));
            more = self.another("}")?;
        }
        let message = self.ast.add(Expr::Message { name, fields }, at)?;
        self.ast.mark(message, colons);
        Ok(message)
    }

    fn call(
        &mut self,
        target: Option<ExprId>,
        function: String,
        args: Vec<ExprId>,
        at: u32,
    ) -> Parsed<ExprId> {
        let expr = match super::macros::expand(&self.ast, target, &function, &args) {
            Ok(Some(expr)) => expr,
            Ok(None) => return self.ast.add(Expr::Call { function, target, args }, at),
            Err(error) => {
                self.errors.push(error);
                return self.ast.add(Expr::Null, at);
            }
        };
        let variables = args.iter().map(|arg| self.ast.at(*arg)).collect();
        let call = self.ast.add(expr, at)?;
        self.ast.mark(call, variables);
        Ok(call)
    }
}

#[derive(Clone, Copy)]
enum Operator {
    And,
    Or,
    Binary(Binary),
}
