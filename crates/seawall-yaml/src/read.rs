//! From a text to documents.

use seawall_core::{Problem, ProblemSeverity};

use crate::text::{Span, Text};
use crate::tree::{Kind, NodeId, Style, Tree};
use crate::{Limits, TreeBuilder};

/// One document of a text.
#[derive(Clone, Debug)]
pub struct Document {
    /// Which one, from 0, counting those that could not be read.
    pub index: u32,
    /// Where it stands in the text.
    pub span: Span,
    /// What it says.
    pub tree: Tree,
}

/// Reads all documents of a text (stop-gap).
pub fn read(text: &Text, _limits: &Limits) -> (Vec<Document>, Vec<Problem>) {
    let mut docs = Vec::new();
    let mut problems = Vec::new();
    let s = text.as_str();
    let mut start = 0usize;
    let mut ranges = Vec::new();
    for (i, _) in s.match_indices("\n---") {
        ranges.push((start, i + 1));
        start = i + 1;
    }
    ranges.push((start, s.len()));
    for (index, (a, b)) in ranges.into_iter().enumerate() {
        let Some(doc) = s.get(a..b) else { continue };
        match stopgap(text, doc, a as u32) {
            Ok(Some(tree)) => docs.push(Document {
                index: index as u32,
                span: Span { start: a as u32, end: b as u32 },
                tree,
            }),
            Ok(None) => {}
            Err(e) => problems.push(Problem::new(ProblemSeverity::Error, e).at(text.position(a as u32))),
        }
    }
    (docs, problems)
}

fn stopgap(text: &Text, doc: &str, base: u32) -> Result<Option<Tree>, String> {
    use granit_parser::{Event, Parser, ScalarStyle, StructureStyle};
    let mut b = TreeBuilder::new(Some(text.clone()));
    let mut stack: Vec<(bool, bool)> = Vec::new(); // (is_map, expecting key)
    let mut anchors: std::collections::HashMap<usize, NodeId> = Default::default();
    let mut open_anchor: Vec<usize> = Vec::new();
    let mut any = false;
    for ev in Parser::new_from_str(doc) {
        let (ev, span) = ev.map_err(|e| e.to_string())?;
        let st = base + span.start.byte_offset().unwrap_or(0) as u32;
        let en = base + span.end.byte_offset().unwrap_or(0) as u32;
        let sp = Span { start: st, end: en };
        match ev {
            Event::Scalar(v, style, anchor, _) => {
                any = true;
                if let Some(top) = stack.last_mut() {
                    if top.0 && top.1 {
                        b.key(&v, Some(st));
                        top.1 = false;
                        continue;
                    }
                    top.1 = true;
                }
                let id = if style == ScalarStyle::Plain {
                    match v.as_ref() {
                        "" | "~" | "null" => b.null(Style::Plain, sp),
                        "true" | "yes" | "on" | "True" => b.bool(true, sp),
                        "false" | "no" | "off" | "False" => b.bool(false, sp),
                        v => {
                            if let Ok(i) = v.parse::<i64>() {
                                b.int(i, sp)
                            } else if let (Ok(f), true) = (
                                v.parse::<f64>(),
                                v.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '.'),
                            ) {
                                b.float(f, sp)
                            } else {
                                b.str(v, Style::Plain, sp)
                            }
                        }
                    }
                } else {
                    b.str(&v, Style::DoubleQuoted, sp)
                };
                if anchor > 0 {
                    anchors.insert(anchor, id);
                }
            }
            Event::MappingStart(style, anchor, _) | Event::SequenceStart(style, anchor, _) => {
                any = true;
                let map = matches!(ev_kind(&ev), Kind::Map);
                if let Some(top) = stack.last_mut() {
                    top.1 = true;
                }
                let id = b.open(
                    if map { Kind::Map } else { Kind::Seq },
                    if style == StructureStyle::Flow { Style::Flow } else { Style::Plain },
                    st,
                );
                stack.push((map, true));
                open_anchor.push(anchor);
                if anchor > 0 {
                    anchors.insert(anchor, id);
                }
            }
            Event::MappingEnd | Event::SequenceEnd => {
                b.close(en);
                stack.pop();
                open_anchor.pop();
            }
            Event::Alias(id) => {
                if let Some(top) = stack.last_mut() {
                    top.1 = true;
                }
                if let Some(n) = anchors.get(&id) {
                    b.copy(*n, 1_000_000);
                }
            }
            _ => {}
        }
    }
    if !any {
        return Ok(None);
    }
    Ok(Some(b.finish()))
}

fn ev_kind(ev: &granit_parser::Event) -> Kind {
    match ev {
        granit_parser::Event::MappingStart(..) => Kind::Map,
        _ => Kind::Seq,
    }
}
