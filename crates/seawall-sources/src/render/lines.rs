//! Which line of a template a rendered line comes from, where that can be shown.
//!
//! A line that occurs once in the template and once in the rendered document, letter by letter, is the same line. From
//! there the neighbours are compared, up and down, as long as they agree: letter by letter, or as a line with an action of
//! the template between the same beginning and end. Everything else, above all what `include` and `toYaml` put in, has no
//! line.

use std::collections::HashMap;

use seawall_yaml::{Node, Span, Text, Written};

/// The line of a template that a rendered line comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Line {
    number: usize,
    /// Bytes at its beginning that both share.
    shared: usize,
}

/// The lines of a template.
#[derive(Debug)]
pub(super) struct Lines {
    all: Vec<Span>,
    /// Those that occur once, and where; `None` for those that occur again.
    once: HashMap<Box<str>, Option<usize>>,
}

impl Lines {
    pub(super) fn of(text: &Text) -> Self {
        let lines = lines(text.as_str(), 0);
        let once = once(&lines).into_iter().map(|(line, at)| (line.into(), at)).collect();
        let spans = lines.iter().map(|(start, line)| Span {
            start: *start,
            end: *start + u32::try_from(line.len()).unwrap_or(0),
        });
        Lines { all: spans.collect(), once }
    }
}

/// The lines of one rendered document and where they come from.
pub(super) struct Alignment<'t> {
    /// Offset of each rendered line in the rendered text.
    starts: Vec<u32>,
    from: Vec<Option<Line>>,
    template: &'t Text,
    lines: &'t Lines,
}

impl<'t> Alignment<'t> {
    pub(super) fn new(rendered: &Text, document: Span, template: &'t Text, lines: &'t Lines) -> Self {
        let written = self::lines(rendered.slice(document), document.start);
        let starts = written.iter().map(|(start, _)| *start).collect();
        let mut alignment = Alignment { starts, from: vec![None; written.len()], template, lines };
        alignment.align(&written);
        alignment
    }

    fn align(&mut self, rendered: &[(u32, &str)]) {
        let mut anchors: Vec<(usize, usize)> = once(rendered)
            .into_iter()
            .filter_map(|(line, at)| Some((at?, (*self.lines.once.get(line)?)?)))
            .collect();
        anchors.sort_unstable();
        for (at, number) in &anchors {
            let line = self.line_of(rendered, *at, *number);
            self.set(*at, line);
        }
        for (at, number) in anchors {
            self.extend(rendered, (at + 1..rendered.len()).zip(number + 1..self.lines.all.len()));
            self.extend(rendered, (0..at).rev().zip((0..number).rev()));
        }
    }

    fn extend(&mut self, rendered: &[(u32, &str)], pairs: impl Iterator<Item = (usize, usize)>) {
        for (at, number) in pairs {
            let known = self.from.get(at).copied().flatten();
            let line = self.line_of(rendered, at, number);
            if known.is_some() || line.is_none() {
                return;
            }
            self.set(at, line);
        }
    }

    fn set(&mut self, at: usize, line: Option<Line>) {
        if let Some(slot) = self.from.get_mut(at) {
            *slot = line;
        }
    }

    fn line_of(&self, rendered: &[(u32, &str)], at: usize, number: usize) -> Option<Line> {
        let pattern = self.template.slice(*self.lines.all.get(number)?).trim_end();
        shared(rendered.get(at)?.1.trim_end(), pattern).map(|shared| Line { number, shared })
    }

    /// Where a node of the rendered document is written in the template.
    pub(super) fn place(&self, node: Node<'_>) -> Option<Written> {
        let span = node.span()?;
        let key = match node.key_span() {
            Some(key) => Some(self.offset(key.start, true)?),
            None => None,
        };
        let Some(start) = self.offset(span.start, false) else {
            // The key stands there, the value below it was put in.
            let end = self.line_end(key?)?;
            return Some(Written { span: Span { start: end, end }, key });
        };
        let end = self.offset(span.end, false).filter(|end| *end >= start);
        let end = end.or_else(|| self.line_end(start).filter(|end| *end >= start)).unwrap_or(start);
        Some(Written { span: Span { start, end }, key })
    }

    /// Where the line of the template around an offset ends, without blanks.
    fn line_end(&self, offset: u32) -> Option<u32> {
        let at = self.lines.all.partition_point(|line| line.start <= offset).checked_sub(1)?;
        let line = *self.lines.all.get(at)?;
        Some(line.start + u32::try_from(self.template.slice(line).trim_end().len()).ok()?)
    }

    /// An offset of the rendered text in the template. A value may begin where the action does, a key may not.
    fn offset(&self, offset: u32, key: bool) -> Option<u32> {
        let at = self.starts.partition_point(|start| *start <= offset).checked_sub(1)?;
        let line = (*self.from.get(at)?)?;
        let column = offset.checked_sub(*self.starts.get(at)?)? as usize;
        let within = if key { column < line.shared } else { column <= line.shared };
        let start = self.lines.all.get(line.number)?.start;
        within.then_some(start + u32::try_from(column).ok()?)
    }
}

/// The lines with their offsets, without line ends.
fn lines(text: &str, offset: u32) -> Vec<(u32, &str)> {
    let mut at = offset;
    let with_end = text.split_inclusive('\n').map(|line| {
        let start = at;
        at = at.saturating_add(u32::try_from(line.len()).unwrap_or(u32::MAX));
        (start, line.trim_end_matches(['\n', '\r']))
    });
    with_end.collect()
}

/// The lines that occur once, and where; `None` for those that occur again.
fn once<'l>(lines: &[(u32, &'l str)]) -> HashMap<&'l str, Option<usize>> {
    let mut once = HashMap::new();
    for (at, (_, line)) in lines.iter().enumerate() {
        if !line.trim().is_empty() {
            once.entry(line.trim_end()).and_modify(|at| *at = None).or_insert(Some(at));
        }
    }
    once
}

/// How many bytes a rendered line shares with the line of a template that it comes from, if it can come from it.
fn shared(written: &str, pattern: &str) -> Option<usize> {
    if written == pattern {
        return Some(written.len());
    }
    let (before, rest) = pattern.split_once("{{")?;
    let (_, after) = rest.rsplit_once("}}")?;
    // An action alone on its line may stand for anything.
    let says_something = before.contains(':') || before.trim_start().starts_with("- ");
    let fits = says_something
        && written.starts_with(before.trim_end())
        && written.get(before.trim_end().len()..)?.ends_with(after);
    fits.then(|| before.len().min(written.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "{{- if .Values.on }}
kind: Deployment
metadata:
  name: {{ include \"name\" . }}
  labels:
    {{- include \"labels\" . | nindent 4 }}
spec:
  template:
    spec:
      containers:
        - name: web
          image: \"{{ .Values.image }}:{{ .Values.tag }}\"
          securityContext:
            {{- toYaml .Values.security | nindent 12 }}
          privileged: true
{{- else }}
          privileged: true
{{- end }}
";
    const RENDERED: &str = "kind: Deployment
metadata:
  name: shop
  labels:
    app: shop
spec:
  template:
    spec:
      containers:
        - name: web
          image: \"r/shop:1\"
          securityContext:
            runAsUser: 0
          privileged: true
";

    #[test]
    fn lines_are_told_where_they_can_be_shown() {
        let (rendered, template) = (Text::new(RENDERED), Text::new(TEMPLATE));
        let lines = Lines::of(&template);
        let whole = Span { start: 0, end: rendered.len() };
        let from = Alignment::new(&rendered, whole, &template, &lines).from;
        let numbers: Vec<Option<usize>> = from.iter().map(|line| line.map(|line| line.number + 1)).collect();
        let expected = [
            Some(2),
            Some(3),
            Some(4),
            Some(5),
            None, // `include` put it in
            Some(7),
            Some(8),
            Some(9),
            Some(10),
            Some(11),
            Some(12),
            Some(13),
            None, // `toYaml` put it in
            None, // stands twice in the template
        ];
        assert_eq!(numbers, expected);
    }

    #[test]
    fn actions_share_their_beginning_and_end() {
        assert_eq!(shared("  name: a", "  name: {{ .x }}"), Some(8));
        assert_eq!(shared("  name: \"a\" # b", "  name: \"{{ .x }}\" # b"), Some(9));
        assert_eq!(shared("  name:", "  name: {{ .x }}"), Some(7));
        assert_eq!(shared("  other: a", "  name: {{ .x }}"), None);
        assert_eq!(shared("  name: a", "  {{ .x }}"), None);
        assert_eq!(shared("  name: \"a", "  name: \"{{ .x }}\""), None);
        assert_eq!(shared("a:b", "a:{{ x }}:b"), None);
    }
}
