//! Texts that no parser should be given: what nests too deep, or goes on too long without an end.
//!
//! The engine's parser reads what is in braces and brackets twice, at every level again; and each operator of a chain is one
//! more level of the tree that all walk.

/// How deep braces and brackets may nest.
pub(super) const DEEPEST: usize = 14;
/// How deep parentheses, braces and brackets together may nest.
const DEEPEST_OF_ALL: usize = 28;
/// Operators and dots in one expression.
const LONGEST: usize = 200;

const OPERATORS: &str = ".+-*/%&|<>=!";

/// Looks at a text before it is parsed.
///
/// # Errors
/// The line, and what is wrong with it.
pub(super) fn check(text: &str) -> Result<(), (u32, String)> {
    let mut line: u32 = 1;
    // What is open, with the operators so far; the first one is the text itself.
    let mut open: Vec<(char, usize)> = vec![(' ', 0)];
    let mut last = ' ';
    let mut word = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_ascii_alphanumeric() || c == '_' {
            word.push(c);
            last = c;
            continue;
        }
        let of_words = std::mem::take(&mut word) == "in";
        match c {
            '\n' => {
                line += 1;
                while chars.next_if(|c| c.is_whitespace() && *c != '\n').is_some() {}
                let goes_on =
                    OPERATORS.contains(last) || chars.peek().is_some_and(|c| OPERATORS.contains(*c));
                if let Some(top) = open.last_mut().filter(|_| !goes_on) {
                    top.1 = 0;
                }
            }
            '#' => while chars.next_if(|c| *c != '\n').is_some() {},
            '`' => line += lines(chars.by_ref().take_while(|c| *c != '`')),
            '"' => {
                while let Some(c) = chars.next_if(|c| *c != '\n') {
                    match c {
                        '\\' => _ = chars.next_if(|c| *c != '\n'),
                        '"' => break,
                        _ => {}
                    }
                }
            }
            '(' | '[' | '{' => {
                open.push((c, 0));
                let square = open.iter().filter(|(c, _)| matches!(c, '[' | '{')).count();
                if square > DEEPEST {
                    return Err((line, format!("braces and brackets nest deeper than {DEEPEST}")));
                }
                if open.len() > DEEPEST_OF_ALL {
                    return Err((line, format!("parentheses nest deeper than {DEEPEST_OF_ALL}")));
                }
            }
            ')' | ']' | '}' if open.len() > 1 => _ = open.pop(),
            ',' | ';' => {
                if let Some(top) = open.last_mut() {
                    top.1 = 0;
                }
            }
            _ => {}
        }
        if let Some(top) = open.last_mut().filter(|_| of_words || OPERATORS.contains(c)) {
            top.1 += 1;
            if top.1 > LONGEST {
                return Err((line, format!("an expression has more than {LONGEST} operators")));
            }
        }
        if !c.is_whitespace() {
            last = c;
        }
    }
    Ok(())
}

fn lines(chars: impl Iterator<Item = char>) -> u32 {
    u32::try_from(chars.filter(|c| *c == '\n').count()).unwrap_or(0)
}

/// The text with the head of a set rule before each of its bodies: `a[x] { … } { … }` is `a[x] { … } a[x] { … }`, which the
/// engine reads and the first form it does not. Everything stays on its line.
pub(super) fn one_body_a_head(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut depth = 0_usize;
    // Where the current head begins in what is written out, and the head once it has ended.
    let (mut from, mut head) = (0, None::<String>);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '{' if depth == 0 && head.is_none() => head = out.get(from..).map(|head| head.trim().to_owned()),
            _ => {}
        }
        out.push(c);
        match c {
            '#' => {
                while let Some(c) = chars.next_if(|c| *c != '\n') {
                    out.push(c)
                }
            }
            '"' | '`' => {
                while let Some(inside) = chars.next() {
                    out.push(inside);
                    match inside {
                        '\\' if c == '"' => out.extend(chars.next()),
                        _ if inside == c => break,
                        _ => {}
                    }
                }
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            '\n' if depth == 0 => (from, head) = (out.len(), None),
            _ => {}
        }
        if c == '}' && depth == 0 {
            while let Some(space) = chars.next_if(|c| matches!(c, ' ' | '\t')) {
                out.push(space);
            }
            let set = head.as_deref().filter(|head| head.ends_with(']') && !head.contains(['=', '\n']));
            if let Some(head) = set.filter(|_| chars.peek() == Some(&'{')) {
                out.push_str(head);
                out.push(' ');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_modules_of_short_statements_pass() {
        let rule = "violation[{\"msg\": msg}] {\n  x := input.review.object.spec.containers[_]\n  x.a[\"{[((\"] == 1 + 2 # {{{{\n}\n";
        assert_eq!(check(&rule.repeat(500)), Ok(()));
    }

    #[test]
    fn each_body_of_a_set_rule_gets_its_head() {
        for (text, expected) in [
            (
                "a[x] { x := 1 } { x := \"}\" }\nb { c } { d }",
                "a[x] { x := 1 } a[x] { x := \"}\" }\nb { c } { d }",
            ),
            (
                "v[{\"msg\": m}] {\n m := 1\n} {\n m := 2\n} {\n m := 3 }",
                "v[{\"msg\": m}] {\n m := 1\n} v[{\"msg\": m}] {\n m := 2\n} v[{\"msg\": m}] {\n m := 3 }",
            ),
            ("f(x) = y { y := x[1] } { y := {1} }", "f(x) = y { y := x[1] } { y := {1} }"),
        ] {
            assert_eq!(one_body_a_head(text), expected);
        }
    }

    #[test]
    fn what_never_ends_is_found() {
        for (text, line) in [
            ("a\n".to_owned() + &"[".repeat(20), 2),
            ("f(".repeat(40), 1),
            ("x := 1 + ".repeat(300), 1),
            ("x\n+ ".repeat(300), 202),
            ("[1, 2] + ".repeat(300), 1),
            ("a in ".repeat(300), 1),
            ("a.".repeat(300), 1),
            ("{1} | ".repeat(300), 1),
            ("- ".repeat(300), 1),
        ] {
            assert_eq!(check(&text).map_err(|(at, _)| at), Err(line), "{:.40}", text);
        }
    }
}
