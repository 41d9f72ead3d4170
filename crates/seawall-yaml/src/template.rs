//! Telling unrendered templates (Helm, Jinja) from YAML.

use memchr::memmem;

/// Where a text shows that it is a template: `{{` or `{%` at the start of a line or value, or an action of a Helm
/// template within a plain one. What stands in quotes, comments and block scalars does not count: there such marks are data
/// (Prometheus rules, Argo Workflows).
///
/// Gives a byte offset. Nothing that begins with `{{` is YAML that Kubernetes reads: it would be a map as a key.
pub fn template_marker(text: &str) -> Option<u32> {
    let bytes = text.as_bytes();
    memmem::find(bytes, b"{{").or_else(|| memmem::find(bytes, b"{%"))?;
    let mut lexer = Lexer::default();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if let Some(at) = lexer.line(line.as_bytes()) {
            return u32::try_from(start + at).ok();
        }
        start += line.len();
    }
    None
}

/// Where a plain scalar holds an action of a Helm template: `image: app:{{ .Values.tag }}`. Other systems use the same
/// braces in plain scalars that are meant as they are (`{{workflow.name}}`).
pub(crate) fn helm_action(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    memmem::find_iter(bytes, b"{{").find(|at| bytes.get(*at..).is_some_and(is_helm_action))
}

/// What only charts have. Prometheus rules and Alertmanager write other actions (`{{ $labels.pod }}`) in plain scalars.
const CHART_WORDS: &[&str] =
    &[".Values", ".Release.", ".Chart.", ".Capabilities.", ".Template.", "include \""];

/// Looks no further than the next pair of braces, whichever it is: a row of `{{` that nothing closes is read once.
fn is_helm_action(text: &[u8]) -> bool {
    let Some(rest) = text.strip_prefix(b"{{") else { return false };
    let end = rest.windows(2).position(|pair| matches!(pair, b"{{" | b"}}"));
    let action = end.filter(|end| rest.get(*end) == Some(&b'}')).and_then(|end| rest.get(..end));
    action
        .is_some_and(|action| CHART_WORDS.iter().any(|word| memmem::find(action, word.as_bytes()).is_some()))
}

/// Follows quotes, comments, flow collections and block scalars from line to line, as far as telling them apart needs.
#[derive(Default)]
struct Lexer {
    /// Lines indented deeper than this belong to a block scalar.
    block: Option<usize>,
    quote: Option<u8>,
    flow_depth: u32,
}

impl Lexer {
    /// Reads a line; gives where in it a template shows.
    fn line(&mut self, line: &[u8]) -> Option<usize> {
        let at = |i: usize| line.get(i).copied().unwrap_or(b'\n');
        let mut i = line.iter().take_while(|byte| **byte == b' ').count();
        if let Some(parent) = self.block {
            if i > parent || matches!(at(i), b'\n' | b'\r') {
                return None;
            }
            self.block = None;
        }
        if let Some(quote) = self.quote.take() {
            i = self.close_quote(line, 0, quote)?;
        }
        // The column that a block scalar on this line must be indented beyond.
        let mut parent = i;
        let mut value_starts = true;
        let first_colon = memchr::memchr(b':', line).unwrap_or(line.len());
        while i < line.len() {
            let blank_before = i == 0 || matches!(at(i - 1), b' ' | b'\t');
            match at(i) {
                b'#' if blank_before => return None,
                b'{' if value_starts && matches!(at(i + 1), b'{' | b'%') => return Some(i),
                b'{' if at(i + 1) == b'{' => {
                    if is_helm_action(line.get(i..)?) {
                        return Some(i);
                    }
                    i += 1;
                }
                quote @ (b'"' | b'\'') if value_starts => {
                    value_starts = false;
                    i = self.close_quote(line, i + 1, quote)?;
                    continue;
                }
                b'|' | b'>'
                    if value_starts && self.flow_depth == 0 && is_block_header(line.get(i + 1..)?) =>
                {
                    self.block = Some(parent);
                    return None;
                }
                b'[' | b'{' if value_starts => self.flow_depth += 1,
                b']' | b'}' if self.flow_depth > 0 => self.flow_depth -= 1,
                b',' if self.flow_depth > 0 => value_starts = true,
                b':' if matches!(at(i + 1), b' ' | b'\t' | b'\n' | b'\r') || self.flow_depth > 0 => {
                    value_starts = true;
                }
                b'-' | b'?' if value_starts && matches!(at(i + 1), b' ' | b'\n') => parent = i,
                b' ' | b'\t' => {}
                b'&' | b'!' if value_starts => {
                    while !matches!(at(i + 1), b' ' | b'\t' | b'\n' | b'\r') {
                        i += 1;
                    }
                }
                _ => {
                    if value_starts && i <= first_colon {
                        parent = i;
                    }
                    value_starts = false;
                }
            }
            i += 1;
        }
        None
    }

    /// Behind the closing quote; `None`, and remembered, when it is on a later line.
    fn close_quote(&mut self, line: &[u8], from: usize, quote: u8) -> Option<usize> {
        let mut i = from;
        while let Some(byte) = line.get(i) {
            match *byte {
                b'\\' if quote == b'"' => i += 1,
                b'\'' if quote == b'\'' && line.get(i + 1) == Some(&b'\'') => i += 1,
                byte if byte == quote => return Some(i + 1),
                _ => {}
            }
            i += 1;
        }
        self.quote = Some(quote);
        None
    }
}

/// Whether only indicators, blanks and a comment follow.
fn is_block_header(rest: &[u8]) -> bool {
    let indicators = rest.iter().take_while(|byte| matches!(byte, b'+' | b'-' | b'0'..=b'9')).count();
    let rest = rest.get(indicators..).unwrap_or_default().trim_ascii_start();
    rest.is_empty() || rest.starts_with(b"#")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates() {
        for text in [
            "{{- if .Values.x }}\na: b\n{{- end }}\n",
            "a: {{ .Values.x }}\n",
            "a: {{ .Values.x }}-b\n",
            "a: b-{{ .Values.x }}\n",
            "a: b-{{- include \"x\" . -}}\n",
            "a:\n  {{- toYaml . | nindent 2 }}\n",
            "- {{ .x }}\n",
            "a: [{{ .x }}]\n",
            "{% if x %}\na: b\n",
            "a: |\n  {{ fine }}\nb: {{ x }}\n",
            "a: 'x'\nb: \"{{ y }}\"\nc: {{ z }}\n",
            "- a: |\n    {{ fine }}\n  b: {{ x }}\n",
        ] {
            let at = template_marker(text).unwrap_or_else(|| panic!("{text:?}")) as usize;
            assert_eq!(text.as_bytes()[at], b'{', "{text:?}");
        }
        let text = "a: 'x'\nb: \"{{ y }}\"\nc: {{ z }}\n";
        assert_eq!(template_marker(text), text.rfind("{{").map(|at| at as u32));
    }

    #[test]
    fn no_templates() {
        for text in [
            "a: b\n",
            "a: \"{{ .x }}\"\n",
            "a: '{{ .x }}'\n",
            "a: 'it''s {{ .x }}'\n",
            "a: \"x\\\"{{ .x }}\"\n",
            "a: \"x\n  {{ .x }}\"\n",
            "# {{ .x }}\na: b # {{ .x }}\n",
            "a: |\n  {{ .x }}\n\n  {{ .y }}\nb: c\n",
            "a: >-  # note\n  {{ .x }}\n",
            "- |\n {{ .x }}\n",
            "- a: |2-\n     {{ .x }}\n",
            "a: b-{{workflow.name}}\n",
            "a: b {{ $labels.pod }} {{ .Value }} {{ if x }}\n",
            "a: {b: {}}\n",
            "a: !!str |\n  {{ .x }}\n",
            "a: {\"b\":{\"c\":1}}\n",
        ] {
            assert_eq!(template_marker(text), None, "{text:?}");
        }
    }
}
