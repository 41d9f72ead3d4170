//! Patterns of other tools as names with stars, where they can be said so without covering more.

use crate::names;

/// Texts that one pattern may stand for.
const MAX_CHOICES: usize = 64;

/// A text that stands for itself. A star in it would cover more: it cannot be said.
pub(super) fn literal(text: &str) -> Option<String> {
    (!text.contains('*')).then(|| text.to_owned())
}

/// A pattern of Kyverno: `*` is any characters, `?` is one, which cannot be said.
pub(super) fn wildcard(text: &str) -> Option<String> {
    (!text.contains('?')).then(|| text.to_owned())
}

/// A regular expression that fits a whole name, as texts with stars: letters, `.*`, and choices at the top. `None` for
/// all else. A point stands for itself here, which is less than any character.
pub(super) fn regex(pattern: &str) -> Option<Vec<String>> {
    let pattern = pattern.strip_prefix('^').unwrap_or(pattern);
    let pattern = match pattern.strip_suffix('$') {
        Some(rest) if !rest.ends_with('\\') => rest,
        _ => pattern,
    };
    let inner = match pattern.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        Some(inner) if !inner.contains(['(', ')']) => inner,
        _ => pattern,
    };
    let choices: Vec<&str> = inner.split('|').collect();
    if choices.len() > MAX_CHOICES {
        return None;
    }
    choices.into_iter().map(alternative).collect()
}

fn alternative(pattern: &str) -> Option<String> {
    let mut glob = String::new();
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        if let Some(tail) = rest.strip_prefix(".*") {
            glob.push('*');
            rest = tail;
            // `.*?` and `.*+` are other things.
            if rest.starts_with(['?', '+', '*', '{']) {
                return None;
            }
            continue;
        }
        let (literal, tail) = match rest.strip_prefix('\\') {
            Some(tail) => (tail.chars().next().filter(|c| c.is_ascii_punctuation() && *c != '*')?, tail),
            None => (c, rest),
        };
        let escaped = rest.starts_with('\\');
        let plain = literal.is_alphanumeric() || matches!(literal, '-' | '_' | '/' | ':' | '@' | '.' | ' ');
        if !escaped && !plain {
            return None;
        }
        glob.push(literal);
        rest = tail.get(literal.len_utf8()..)?;
        if rest.starts_with(['?', '+', '*', '{']) {
            return None;
        }
    }
    Some(glob)
}

/// A pattern of paths below a folder, as globs of files: `**` is any folders, a single `*` ends at a folder, which
/// cannot be said. `Err` says why.
pub(super) fn path(folder: &str, pattern: &str) -> Result<Vec<String>, &'static str> {
    if pattern.starts_with('/') || pattern.contains(':') {
        return Err("its path is not below the folder of the file");
    }
    if pattern.contains(['?', '[', ']', '{', '}', '\\']) {
        return Err("its path holds a pattern other than `**`");
    }
    let Some(parts) = names::parts(pattern).filter(|parts| !parts.is_empty()) else {
        return Err("its path leads out of the folder of the file");
    };
    if parts.iter().any(|part| part.contains('*') && *part != "**") {
        return Err(
            "a `*` in its path ends at a folder there and would not here; write `file` of a waiver by hand",
        );
    }
    let mut globs = vec![folder.to_owned()];
    for (number, part) in parts.iter().enumerate() {
        let last = number + 1 == parts.len();
        if *part != "**" {
            globs.iter_mut().for_each(|glob| glob.push_str(&separated(part, last)));
        } else if last {
            globs.iter_mut().for_each(|glob| glob.push('*'));
        } else {
            // Any folders: some, or none.
            if globs.len() >= MAX_CHOICES {
                return Err("its path holds too many `**`");
            }
            let some: Vec<String> = globs.iter().map(|glob| format!("{glob}*/")).collect();
            globs.extend(some);
        }
    }
    Ok(globs)
}

fn separated(part: &str, last: bool) -> String {
    if last { part.to_owned() } else { format!("{part}/") }
}

/// The folder that a file lies in, with a `/` at its end, as names of files below it begin.
pub(super) fn folder(file: &str) -> String {
    let file = file.strip_prefix("./").unwrap_or(file);
    match file.rsplit_once(['/', '\\']) {
        Some((folder, _)) => format!("{folder}/"),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regular_expressions_that_are_globs() {
        for (pattern, globs) in [
            ("web", Some(vec!["web"])),
            ("web-.*", Some(vec!["web-*"])),
            (".*", Some(vec!["*"])),
            ("^kube-system$", Some(vec!["kube-system"])),
            ("kube-system|kube-public", Some(vec!["kube-system", "kube-public"])),
            ("(Deployment|StatefulSet)", Some(vec!["Deployment", "StatefulSet"])),
            ("web\\.v2", Some(vec!["web.v2"])),
            ("web.v2", Some(vec!["web.v2"])),
            ("web-.+", None),
            ("web-[0-9]+", None),
            ("web?", None),
            ("w*", None),
            ("web-\\d", None),
            ("(a)(b)", None),
            ("a\\*", None),
            (".*?", None),
            ("(?i)web", None),
            ("a\\", None),
            ("a$b", None),
        ] {
            let expected = globs.map(|globs| globs.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(regex(pattern), expected, "{pattern}");
        }
        assert_eq!(regex(&"a|".repeat(100)), None);
    }

    #[test]
    fn paths_that_are_globs() {
        for (folder, pattern, globs) in [
            ("", "web.yaml", Some(vec!["web.yaml"])),
            ("deploy/", "./a/web.yaml", Some(vec!["deploy/a/web.yaml"])),
            ("", "deploy/**", Some(vec!["deploy/*"])),
            ("", "**/web.yaml", Some(vec!["web.yaml", "*/web.yaml"])),
            ("x/", "a/**/web.yaml", Some(vec!["x/a/web.yaml", "x/a/*/web.yaml"])),
            ("", "a/../b.yaml", Some(vec!["b.yaml"])),
            ("", "deploy/*.yaml", None),
            ("", "../../etc/passwd", None),
            ("", "/etc/passwd", None),
            ("", "C:\\x", None),
            ("", "a?.yaml", None),
            ("", "{a,b}.yaml", None),
            ("", "", None),
            ("", "**/**/**/**/**/**/**/**/x", None),
        ] {
            let expected = globs.map(|globs| globs.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(path(folder, pattern).ok(), expected, "{pattern}");
        }
        assert_eq!(folder("./deploy/.trivyignore.yaml"), "deploy/");
        assert_eq!(folder(".trivyignore.yaml"), "");
    }
}
