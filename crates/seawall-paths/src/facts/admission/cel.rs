//! Expressions of ValidatingAdmissionPolicies, by the forms in which they are written.
//!
//! An expression is a conjunction; each part is compared, without blanks and with the bound name replaced, with forms that
//! say "no container is privileged", "no volume is a path of the node" or "no capability is added but these". A form that
//! is not among them forbids nothing here.

use std::collections::BTreeMap;

use seawall_checks::pss::DEFAULT_CAPABILITIES;

use super::Forbids;

type Variables<'p> = BTreeMap<&'p str, &'p str>;

/// Longer expressions are not looked at.
const MAX_LENGTH: usize = 4096;

/// What an expression is known to forbid.
pub(super) fn forbids(expression: &str, variables: &Variables<'_>) -> Forbids {
    if expression.len() > MAX_LENGTH {
        return Forbids::NOTHING;
    }
    let text = compact(expression);
    split(&text, "&&").into_iter().map(|part| of_part(part, variables)).fold(Forbids::NOTHING, Forbids::and)
}

fn compact(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).map(|c| if c == '"' { '\'' } else { c }).collect()
}

/// The parts between an operator that stand outside brackets; brackets around the whole are taken off.
fn split<'t>(text: &'t str, operator: &str) -> Vec<&'t str> {
    let text = unwrapped(text);
    let (mut parts, mut depth, mut start, mut quoted) = (Vec::new(), 0usize, 0, false);
    for (at, c) in text.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ if depth == 0
                && at >= start
                && text.get(at..).is_some_and(|rest| rest.starts_with(operator)) =>
            {
                parts.extend(text.get(start..at));
                start = at + operator.len();
            }
            _ => {}
        }
    }
    parts.extend(text.get(start..));
    parts
}

fn unwrapped(text: &str) -> &str {
    let inner = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let Some(inner) = inner else { return text };
    // `(a)&&(b)` begins and ends with brackets that are not a pair.
    let mut depth = 0i32;
    for c in inner.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return text;
        }
    }
    unwrapped(inner)
}

/// One part: perhaps `!has(LIST)||`, then `LIST.all(x,…)` or `!LIST.exists(x,…)`.
fn of_part(part: &str, variables: &Variables<'_>) -> Forbids {
    let alternatives = split(part, "||");
    let (guards, last) = match alternatives.as_slice() {
        [last] => (&[][..], *last),
        [guards @ .., last] => (guards, *last),
        [] => return Forbids::NOTHING,
    };
    let Some(Quantified { list, bound, all, condition }) = quantified(last) else { return Forbids::NOTHING };
    // A guard may only say that the list is not there.
    if !guards.iter().all(|guard| unwrapped(guard) == format!("!has({list})")) {
        return Forbids::NOTHING;
    }
    let lists = lists(&list, variables);
    let condition = renamed(&condition, &bound);
    if lists == ["volumes"] {
        return if is_host_path(&condition, all) { Forbids::HOST_PATHS } else { Forbids::NOTHING };
    }
    let privileged = is_privileged(&condition, all);
    let capabilities = all && is_capabilities(&condition, variables);
    let mut forbids = Forbids::NOTHING;
    for list in lists {
        let (own_privileged, own_capabilities) = match list {
            "containers" => (Forbids::PRIVILEGED, Forbids::CAPABILITIES),
            "initContainers" => (Forbids::INIT_PRIVILEGED, Forbids::INIT_CAPABILITIES),
            _ => continue,
        };
        if privileged {
            forbids = forbids.and(own_privileged);
        }
        if capabilities {
            forbids = forbids.and(own_capabilities);
        }
    }
    forbids
}

struct Quantified {
    list: String,
    bound: String,
    /// `all`, rather than not `exists`.
    all: bool,
    condition: String,
}

fn quantified(text: &str) -> Option<Quantified> {
    let text = unwrapped(text);
    let (rest, all, word) = match text.strip_prefix('!') {
        Some(rest) => (unwrapped(rest), false, ".exists("),
        None => (text, true, ".all("),
    };
    let at = rest.find(word)?;
    let list = rest.get(..at)?;
    let inner = rest.get(at + word.len()..)?.strip_suffix(')')?;
    let (bound, condition) = inner.split_once(',')?;
    // The bracket that was taken off must be the one that was opened.
    let mut depth = 0i32;
    for c in condition.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return None;
        }
    }
    Some(Quantified {
        list: unwrapped(list).to_owned(),
        bound: bound.to_owned(),
        all,
        condition: condition.to_owned(),
    })
}

/// The lists of a pod that an expression adds up; none when one of them is not known.
fn lists(text: &str, variables: &Variables<'_>) -> Vec<&'static str> {
    let named =
        text.strip_prefix("variables.").and_then(|name| variables.get(name)).map(|text| compact(text));
    let text = named.as_deref().unwrap_or(text);
    let one = |part: &str| {
        let part = unwrapped(part);
        LISTS.into_iter().find(|list| {
            let plain = format!("object.spec.{list}");
            let optional = format!("object.spec.?{list}.orValue([])");
            let guarded = format!("has(object.spec.{list})?object.spec.{list}:[]");
            [plain, optional, guarded].iter().any(|form| form == part)
        })
    };
    let parts = split(text, "+");
    let known: Vec<&'static str> = parts.iter().filter_map(|part| one(part)).collect();
    if known.len() == parts.len() { known } else { Vec::new() }
}

const LISTS: [&str; 4] = ["containers", "initContainers", "ephemeralContainers", "volumes"];

/// The bound name as `x`, where it stands for itself.
fn renamed(text: &str, bound: &str) -> String {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(bound).filter(|_| !bound.is_empty()) {
        let (before, after) = (rest.get(..at).unwrap_or(""), rest.get(at + bound.len()..).unwrap_or(""));
        let last = before.chars().next_back().or_else(|| out.chars().next_back());
        let inside = last.is_some_and(|c| word(c) || c == '.' || c == '?') || after.starts_with(word);
        out.push_str(before);
        out.push_str(if inside { bound } else { "x" });
        rest = after;
    }
    out.push_str(rest);
    out
}

fn is_privileged(condition: &str, all: bool) -> bool {
    const VALUE: &str = "x.securityContext.privileged";
    const OPTIONAL: &str = "x.?securityContext.?privileged.orValue(false)";
    let condition = unwrapped(condition);
    if !all {
        return is_privileged_positive(condition);
    }
    let simple = [
        format!("!{OPTIONAL}"),
        format!("{OPTIONAL}==false"),
        format!("{OPTIONAL}!=true"),
        format!("!has({VALUE})||!{VALUE}"),
        format!("!has({VALUE})||{VALUE}==false"),
        format!("!has({VALUE})||{VALUE}!=true"),
    ];
    let context = "!has(x.securityContext)||";
    let bare = condition.strip_prefix(context).unwrap_or(condition);
    // Without the guard an absent context is an error, which the policy's failure policy refuses.
    simple.iter().any(|form| form == bare || form == condition)
        || condition.strip_prefix('!').is_some_and(|rest| is_privileged_positive(unwrapped(rest)))
}

/// "It is privileged", as what must not exist.
fn is_privileged_positive(condition: &str) -> bool {
    const VALUE: &str = "x.securityContext.privileged";
    const OPTIONAL: &str = "x.?securityContext.?privileged.orValue(false)";
    let bare = condition.strip_prefix("has(x.securityContext)&&").unwrap_or(condition);
    [
        OPTIONAL.to_owned(),
        format!("{OPTIONAL}==true"),
        format!("has({VALUE})&&{VALUE}"),
        format!("has({VALUE})&&{VALUE}==true"),
    ]
    .iter()
    .any(|form| form == bare)
}

fn is_host_path(condition: &str, all: bool) -> bool {
    let condition = unwrapped(condition);
    if all { condition == "!has(x.hostPath)" } else { condition == "has(x.hostPath)" }
}

/// `…add.orValue([]).all(c,c in ['…'])` with capabilities of the default set only, or that nothing is added.
fn is_capabilities(condition: &str, variables: &Variables<'_>) -> bool {
    let condition = unwrapped(condition);
    let Some(rest) = condition.strip_prefix("x.?securityContext.?capabilities.?add.orValue([])") else {
        return false;
    };
    if matches!(rest, ".size()==0" | "==[]") {
        return true;
    }
    let Some(inner) = rest.strip_prefix(".all(").and_then(|rest| rest.strip_suffix(')')) else {
        return false;
    };
    let Some((bound, test)) = inner.split_once(',') else { return false };
    let Some(list) = test.strip_prefix(bound).and_then(|rest| rest.strip_prefix("in")) else { return false };
    let named =
        list.strip_prefix("variables.").and_then(|name| variables.get(name)).map(|text| compact(text));
    let list = named.as_deref().unwrap_or(list);
    let Some(items) = list.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else { return false };
    items.split(',').all(|item| {
        let item = item.trim_matches('\'');
        item.is_empty() || DEFAULT_CAPABILITIES.contains(&item)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_forms_and_near_misses() {
        let all = "(object.spec.containers + object.spec.?initContainers.orValue([]))";
        let variables =
            BTreeMap::from([("all", all), ("allowed", "['CHOWN', 'KILL']"), ("some", "['SYS_ADMIN']")]);
        let both = Forbids::PRIVILEGED.and(Forbids::INIT_PRIVILEGED);
        let capabilities = Forbids::CAPABILITIES.and(Forbids::INIT_CAPABILITIES);
        for (expression, expected) in [
            (
                "object.spec.containers.all(c, !has(c.securityContext) || !has(c.securityContext.privileged) || c.securityContext.privileged == false)",
                Forbids::PRIVILEGED,
            ),
            (
                "!object.spec.containers.exists(ctr, has(ctr.securityContext) && has(ctr.securityContext.privileged) && ctr.securityContext.privileged)",
                Forbids::PRIVILEGED,
            ),
            (
                "!has(object.spec.initContainers) || object.spec.initContainers.all(c, !(has(c.securityContext) && has(c.securityContext.privileged) && c.securityContext.privileged == true))",
                Forbids::INIT_PRIVILEGED,
            ),
            (
                "variables.all.all(container, container.?securityContext.?privileged.orValue(false) == false)",
                both,
            ),
            (
                "!has(object.spec.volumes) || object.spec.volumes.all(v, !has(v.hostPath))",
                Forbids::HOST_PATHS,
            ),
            ("!(object.spec.?volumes.orValue([]).exists(v, has(v.hostPath)))", Forbids::HOST_PATHS),
            (
                "variables.all.all(c, c.?securityContext.?capabilities.?add.orValue([]).all(x, x in variables.allowed))",
                capabilities,
            ),
            (
                "(variables.all.all(c, !c.?securityContext.?privileged.orValue(false))) && (object.spec.?volumes.orValue([]).all(v, !has(v.hostPath)))",
                both.and(Forbids::HOST_PATHS),
            ),
            // Near misses.
            (
                "variables.all.all(c, c.?securityContext.?capabilities.?add.orValue([]).all(x, x in variables.some))",
                Forbids::NOTHING,
            ),
            (
                "variables.gone.all(c, c.?securityContext.?privileged.orValue(false) == false)",
                Forbids::NOTHING,
            ),
            (
                "object.spec.containers.exists(c, !c.?securityContext.?privileged.orValue(false))",
                Forbids::NOTHING,
            ),
            ("object.spec.containers.all(c, c.?securityContext.?privileged.orValue(true))", Forbids::NOTHING),
            (
                "object.metadata.name == 'x' || object.spec.containers.all(c, !c.?securityContext.?privileged.orValue(false))",
                Forbids::NOTHING,
            ),
            ("!has(object.spec.volumes) || object.spec.volumes.all(v, has(v.hostPath))", Forbids::NOTHING),
            ("object.spec.containers.all(c, c.image != 'x')", Forbids::NOTHING),
            ("((((", Forbids::NOTHING),
            (".all(", Forbids::NOTHING),
            ("", Forbids::NOTHING),
        ] {
            assert_eq!(forbids(expression, &variables), expected, "{expression}");
        }
    }
}
