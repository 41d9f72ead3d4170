//! Calico's selectors once more, by cutting texts: as simply as possible, nothing shared with the model.

/// The parts of a text between an operator that stands outside parentheses and quotes.
fn parts<'t>(text: &'t str, operator: &str) -> Vec<&'t str> {
    let (mut depth, mut quote, mut start, mut all) = (0, None, 0, Vec::new());
    for (at, char) in text.char_indices() {
        match (quote, char) {
            (Some(open), _) if open == char => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(char),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            _ if depth == 0 && at >= start && text.get(at..).unwrap().starts_with(operator) => {
                all.push(text.get(start..at).unwrap());
                start = at + operator.len();
            }
            _ => {}
        }
    }
    all.push(text.get(start..).unwrap());
    all
}

/// Whether a text selects what has such labels.
pub(crate) fn selects(text: &str, label: &dyn Fn(&str) -> Option<String>) -> bool {
    let text = text.trim();
    if text.is_empty() || text == "all()" {
        return true;
    }
    if text == "global()" {
        return false;
    }
    for (operator, any) in [("||", true), ("&&", false)] {
        let parts = parts(text, operator);
        if parts.len() > 1 {
            let mut answers = parts.into_iter().map(|part| selects(part, label));
            return if any { answers.any(|one| one) } else { answers.all(|one| one) };
        }
    }
    if let Some(rest) = text.strip_prefix('!') {
        return !selects(rest, label);
    }
    if let Some(inner) = text.strip_prefix('(') {
        return selects(inner.strip_suffix(')').unwrap(), label);
    }
    if let Some(inner) = text.strip_prefix("has(") {
        return label(inner.strip_suffix(')').unwrap()).is_some();
    }
    let (key, rest) = text.split_once(' ').unwrap();
    let value = label(key);
    let quoted = || rest.split('\'').skip(1).step_by(2);
    let one = quoted().next().unwrap_or("");
    if rest.starts_with("==") {
        value.as_deref() == Some(one)
    } else if rest.starts_with("!=") {
        value.as_deref() != Some(one)
    } else if rest.starts_with("in") {
        value.is_some_and(|value| quoted().any(|one| one == value))
    } else if rest.starts_with("not in") {
        !value.is_some_and(|value| quoted().any(|one| one == value))
    } else if rest.starts_with("contains") {
        value.is_some_and(|value| value.contains(one))
    } else if rest.starts_with("starts") {
        value.is_some_and(|value| value.starts_with(one))
    } else {
        value.is_some_and(|value| value.ends_with(one))
    }
}

#[test]
fn cuts_as_meant() {
    let label = |key: &str| (key == "a").then(|| "xy".to_owned());
    for (text, expected) in [
        ("", true),
        ("a == 'xy' && (b == 'z' || has(a))", true),
        ("b not in {'xy', 'z'}", true),
        ("!(a in {'xy', 'z'})", false),
        ("a starts with 'x' && a ends with 'y' && a contains 'xy'", true),
        ("has(b) || a != 'xy'", false),
    ] {
        assert_eq!(selects(text, &label), expected, "{text}");
    }
}
