//! The parser: tokens to values, by the productions of libyaml as a machine with a stack of states, so that nesting
//! costs no call stack.

use super::compose::{Composer, Properties, Scalar};
use super::resolve::Tag;
use super::scan::Scanner;
use super::token::{Place, Read, Token, TokenKind, fail};
use crate::tree::{Kind, Style};

#[derive(Clone, Copy, Debug)]
enum State {
    BlockNode,
    BlockSeqEntry,
    IndentlessEntry,
    BlockMapKey,
    BlockMapValue,
    FlowSeqFirst,
    FlowSeqEntry,
    FlowPairKey,
    FlowPairValue,
    FlowPairEnd,
    FlowMapFirst,
    FlowMapKey,
    FlowMapValue,
    FlowMapNoValue,
    DocumentEnd,
}

/// What stands where a value is expected.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Context {
    Block,
    /// Block, and a list may stand at the indentation of the map around it.
    BlockOrIndentless,
    Flow,
}

/// How a document ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Nothing but comments.
    Nothing,
    /// At the end of the text.
    Text,
    /// At `...`, which starts here.
    Marker(usize),
    /// Before something that does not belong to it.
    Early(usize),
}

pub(super) struct Parser<'t> {
    pub(super) scan: Scanner<'t>,
    pub(super) compose: Composer<'t>,
    states: Vec<State>,
    /// Handle and prefix.
    tag_directives: Vec<(String, String)>,
}

impl<'t> Parser<'t> {
    pub(super) fn new(scan: Scanner<'t>, compose: Composer<'t>) -> Self {
        Parser { scan, compose, states: Vec::new(), tag_directives: Vec::new() }
    }

    /// Reads one document.
    pub(super) fn document(&mut self) -> Read<End> {
        let token = self.scan.peek()?;
        let mut state = State::BlockNode;
        match token.kind {
            TokenKind::StreamEnd => return Ok(End::Nothing),
            TokenKind::VersionDirective | TokenKind::TagDirective | TokenKind::DocumentStart => {
                self.directives()?;
                let start = self.scan.peek()?;
                if start.kind != TokenKind::DocumentStart {
                    return fail(start.start as usize, "a directive must be followed by `---`");
                }
                self.skip();
                if self.at_document_boundary()? {
                    self.compose.empty(start.end)?;
                    state = State::DocumentEnd;
                }
            }
            _ => self.default_handles(),
        }
        if matches!(state, State::BlockNode) {
            self.states.push(State::DocumentEnd);
        }
        loop {
            state = match state {
                State::DocumentEnd => return self.document_end(),
                state => self.step(state)?,
            };
        }
    }

    fn at_document_boundary(&mut self) -> Read<bool> {
        let kind = self.scan.peek()?.kind;
        Ok(matches!(
            kind,
            TokenKind::VersionDirective
                | TokenKind::TagDirective
                | TokenKind::DocumentStart
                | TokenKind::DocumentEnd
                | TokenKind::StreamEnd
        ))
    }

    fn document_end(&mut self) -> Read<End> {
        let token = self.scan.peek()?;
        let at = token.start as usize;
        Ok(match token.kind {
            TokenKind::DocumentEnd => End::Marker(at),
            TokenKind::StreamEnd => End::Text,
            _ => End::Early(at),
        })
    }

    #[inline]
    fn step(&mut self, state: State) -> Read<State> {
        match state {
            State::BlockNode => self.node(Context::Block),
            State::BlockSeqEntry => self.block_seq_entry(),
            State::IndentlessEntry => self.indentless_entry(),
            State::BlockMapKey => self.block_map_key(),
            State::BlockMapValue => self.block_map_value(),
            State::FlowSeqFirst => self.flow_seq_entry(true),
            State::FlowSeqEntry => self.flow_seq_entry(false),
            State::FlowPairKey => self.flow_pair_key(),
            State::FlowPairValue => self.flow_pair_value(),
            State::FlowPairEnd => {
                self.scan.peek()?;
                self.compose.close(None)?;
                Ok(State::FlowSeqEntry)
            }
            State::FlowMapFirst => self.flow_map_key(true),
            State::FlowMapKey => self.flow_map_key(false),
            State::FlowMapValue => self.flow_map_value(),
            State::FlowMapNoValue => {
                self.scan.peek()?;
                self.compose.empty_here()?;
                Ok(State::FlowMapKey)
            }
            State::DocumentEnd => Ok(State::DocumentEnd),
        }
    }

    fn skip(&mut self) {
        self.scan.skip();
    }

    fn pop(&mut self) -> State {
        self.states.pop().unwrap_or(State::DocumentEnd)
    }

    fn default_handles(&mut self) {
        for (handle, prefix) in [("!", "!"), ("!!", "tag:yaml.org,2002:")] {
            if !self.tag_directives.iter().any(|(known, _)| known == handle) {
                self.tag_directives.push((handle.to_owned(), prefix.to_owned()));
            }
        }
    }

    fn directives(&mut self) -> Read<()> {
        let mut version_seen = false;
        loop {
            let token = self.scan.peek()?;
            let at = token.start as usize;
            match token.kind {
                TokenKind::VersionDirective => {
                    if version_seen {
                        return fail(at, "a second `%YAML` directive");
                    }
                    if token.value != (1, 1) {
                        return fail(at, "Kubernetes reads YAML 1.1 only");
                    }
                    version_seen = true;
                }
                TokenKind::TagDirective => {
                    let tag = self.scan.tags.get(token.value.0 as usize);
                    let (handle, prefix) =
                        tag.map(|tag| (tag.handle.clone(), tag.suffix.clone())).unwrap_or_default();
                    if self.tag_directives.iter().any(|(known, _)| *known == handle) {
                        return fail(at, "a second `%TAG` directive for this handle");
                    }
                    self.tag_directives.push((handle, prefix));
                }
                _ => break,
            }
            self.skip();
        }
        self.default_handles();
        Ok(())
    }

    /// One value, which begins with the next token.
    #[inline]
    fn node(&mut self, context: Context) -> Read<State> {
        let mut token = self.scan.peek()?;
        if token.kind == TokenKind::Alias {
            let name = self.scan.slice(token.value.0 as usize, token.value.1 as usize);
            self.skip();
            self.compose.alias(name, token.start, token.end)?;
            return Ok(self.pop());
        }
        let mut properties = Properties::default();
        if matches!(token.kind, TokenKind::Anchor | TokenKind::Tag) {
            token = self.properties(&mut properties)?;
        }
        let (kind, style, next) = match token.kind {
            TokenKind::Scalar => {
                self.scalar(token, properties)?;
                return Ok(self.pop());
            }
            // This dash stays: it is the first entry.
            TokenKind::BlockEntry if context == Context::BlockOrIndentless => {
                self.compose.open(Kind::Seq, Style::Plain, token.start, properties)?;
                return Ok(State::IndentlessEntry);
            }
            TokenKind::FlowSeqStart => (Kind::Seq, Style::Flow, State::FlowSeqFirst),
            TokenKind::FlowMapStart => (Kind::Map, Style::Flow, State::FlowMapFirst),
            TokenKind::BlockSeqStart if context != Context::Flow => {
                (Kind::Seq, Style::Plain, State::BlockSeqEntry)
            }
            TokenKind::BlockMapStart if context != Context::Flow => {
                (Kind::Map, Style::Plain, State::BlockMapKey)
            }
            _ if properties != Properties::default() => {
                self.compose.empty_with(properties)?;
                return Ok(self.pop());
            }
            _ => return fail(token.start as usize, "a value is missing here"),
        };
        self.skip();
        self.compose.open(kind, style, token.start, properties)?;
        Ok(next)
    }

    fn scalar(&mut self, token: Token, properties: Properties<'t>) -> Read<()> {
        let (start, end) = token.value;
        let (text, in_text) = match token.place {
            Place::Text => (self.scan.slice(start as usize, end as usize), true),
            Place::Scratch => (self.scan.scratch.get(start as usize..end as usize).unwrap_or(""), false),
        };
        let plain = token.style == Style::Plain;
        let implicit = (plain && properties.tag == Tag::None) || properties.tag == Tag::NonSpecific;
        self.compose.scalar(Scalar {
            text,
            in_text: in_text.then_some(start),
            style: token.style,
            implicit,
            start: token.start,
            end: token.end,
            properties,
        })?;
        self.skip();
        self.scan.forget_texts();
        Ok(())
    }

    /// An anchor, a tag, or both in either order. Gives the token behind them.
    fn properties(&mut self, properties: &mut Properties<'t>) -> Read<Token> {
        let mut token = self.scan.peek()?;
        for _ in 0..2 {
            match token.kind {
                TokenKind::Anchor if properties.anchor.is_none() => {
                    properties.anchor = Some(self.scan.slice(token.value.0 as usize, token.value.1 as usize));
                }
                TokenKind::Tag if properties.tag == Tag::None => properties.tag = self.tag(token)?,
                _ => return Ok(token),
            }
            properties.end = token.end;
            self.skip();
            token = self.scan.peek()?;
        }
        Ok(token)
    }

    fn tag(&self, token: Token) -> Read<Tag> {
        let Some(written) = self.scan.tags.get(token.value.0 as usize) else { return Ok(Tag::Other) };
        if written.handle.is_empty() {
            return Ok(Tag::named(&written.suffix));
        }
        let directive = self.tag_directives.iter().find(|(handle, _)| *handle == written.handle);
        match directive {
            Some((_, prefix)) => Ok(Tag::named(&format!("{prefix}{}", written.suffix))),
            None => fail(token.start as usize, format!("the tag handle `{}` is not known", written.handle)),
        }
    }

    /// Reads a value in a state to come back to.
    fn nested(&mut self, context: Context, back: State) -> Read<State> {
        self.states.push(back);
        self.node(context)
    }

    fn close(&mut self, end: Option<u32>) -> Read<State> {
        self.skip();
        self.compose.close(end)?;
        Ok(self.pop())
    }

    fn block_seq_entry(&mut self) -> Read<State> {
        let token = self.scan.peek()?;
        match token.kind {
            TokenKind::BlockEntry => {
                self.skip();
                if matches!(self.scan.peek()?.kind, TokenKind::BlockEntry | TokenKind::BlockEnd) {
                    self.compose.empty(token.end)?;
                    return Ok(State::BlockSeqEntry);
                }
                self.nested(Context::Block, State::BlockSeqEntry)
            }
            TokenKind::BlockEnd => self.close(None),
            _ => fail(token.start as usize, "the list goes on without `-` here: check the indentation"),
        }
    }

    fn indentless_entry(&mut self) -> Read<State> {
        let token = self.scan.peek()?;
        if token.kind != TokenKind::BlockEntry {
            self.compose.close(None)?;
            return Ok(self.pop());
        }
        self.skip();
        match self.scan.peek()?.kind {
            TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                self.compose.empty(token.end)?;
                Ok(State::IndentlessEntry)
            }
            _ => self.nested(Context::Block, State::IndentlessEntry),
        }
    }

    fn block_map_key(&mut self) -> Read<State> {
        let token = self.scan.peek()?;
        match token.kind {
            TokenKind::Key => {
                self.skip();
                if self.at_end_of_entry()? {
                    self.compose.empty(token.end)?;
                    return Ok(State::BlockMapValue);
                }
                self.nested(Context::BlockOrIndentless, State::BlockMapValue)
            }
            TokenKind::BlockEnd => self.close(None),
            _ => fail(token.start as usize, "the map goes on without a key here: check the indentation"),
        }
    }

    fn at_end_of_entry(&mut self) -> Read<bool> {
        Ok(matches!(self.scan.peek()?.kind, TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd))
    }

    fn block_map_value(&mut self) -> Read<State> {
        let token = self.scan.peek()?;
        if token.kind != TokenKind::Value {
            self.compose.empty_here()?;
            return Ok(State::BlockMapKey);
        }
        self.skip();
        if self.at_end_of_entry()? {
            self.compose.empty(token.end)?;
            return Ok(State::BlockMapKey);
        }
        self.nested(Context::BlockOrIndentless, State::BlockMapKey)
    }

    fn flow_seq_entry(&mut self, first: bool) -> Read<State> {
        let mut token = self.scan.peek()?;
        if token.kind != TokenKind::FlowSeqEnd && !first {
            if token.kind != TokenKind::FlowEntry {
                return fail(token.start as usize, "a list in `[]` goes on without `,` or `]` here");
            }
            self.skip();
            token = self.scan.peek()?;
        }
        match token.kind {
            TokenKind::FlowSeqEnd => self.close(Some(token.end)),
            TokenKind::Key => {
                self.skip();
                self.compose.open(Kind::Map, Style::Flow, token.start, Properties::default())?;
                Ok(State::FlowPairKey)
            }
            _ => self.nested(Context::Flow, State::FlowSeqEntry),
        }
    }

    fn flow_pair_key(&mut self) -> Read<State> {
        let token = self.scan.peek()?;
        match token.kind {
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSeqEnd => {
                // libyaml takes the token here, so that `[? : x]` and `[?]` end in errors.
                self.skip();
                self.compose.empty(token.start)?;
                Ok(State::FlowPairValue)
            }
            _ => self.nested(Context::Flow, State::FlowPairValue),
        }
    }

    fn flow_pair_value(&mut self) -> Read<State> {
        if self.scan.peek()?.kind == TokenKind::Value {
            self.skip();
            if !matches!(self.scan.peek()?.kind, TokenKind::FlowEntry | TokenKind::FlowSeqEnd) {
                return self.nested(Context::Flow, State::FlowPairEnd);
            }
        }
        self.compose.empty_here()?;
        Ok(State::FlowPairEnd)
    }

    fn flow_map_key(&mut self, first: bool) -> Read<State> {
        let mut token = self.scan.peek()?;
        if token.kind != TokenKind::FlowMapEnd && !first {
            if token.kind != TokenKind::FlowEntry {
                return fail(token.start as usize, "a map in `{}` goes on without `,` or `}` here");
            }
            self.skip();
            token = self.scan.peek()?;
        }
        match token.kind {
            TokenKind::FlowMapEnd => self.close(Some(token.end)),
            TokenKind::Key => {
                self.skip();
                let next = self.scan.peek()?.kind;
                if matches!(next, TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMapEnd) {
                    self.compose.empty(token.end)?;
                    return Ok(State::FlowMapValue);
                }
                self.nested(Context::Flow, State::FlowMapValue)
            }
            _ => self.nested(Context::Flow, State::FlowMapNoValue),
        }
    }

    fn flow_map_value(&mut self) -> Read<State> {
        let token = self.scan.peek()?;
        if token.kind == TokenKind::Value {
            self.skip();
            if !matches!(self.scan.peek()?.kind, TokenKind::FlowEntry | TokenKind::FlowMapEnd) {
                return self.nested(Context::Flow, State::FlowMapKey);
            }
            self.compose.empty(token.end)?;
            return Ok(State::FlowMapKey);
        }
        self.compose.empty_here()?;
        Ok(State::FlowMapKey)
    }
}
