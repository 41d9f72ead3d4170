//! Label selectors over interned words, checked as the API server checks them.

use seawall_yaml::Node;

use crate::words::{Word, Words};

/// What a requirement asks of the value of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

/// One part of a selector.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Requirement {
    pub(crate) key: Word,
    pub(crate) operator: Operator,
    /// Sorted, each once.
    pub(crate) values: Box<[Word]>,
}

/// Sorted pairs of key and value, each key once.
pub(crate) type Pairs = Box<[(Word, Word)]>;

/// A selector in normal form: two texts that ask for the same in another order are equal. Without requirements it selects
/// everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct LabelSelector(pub(crate) Box<[Requirement]>);

impl Requirement {
    fn holds(&self, labels: &[(Word, Word)]) -> bool {
        let at = labels.binary_search_by_key(&self.key, |(key, _)| *key);
        let value = at.ok().and_then(|at| labels.get(at)).map(|(_, value)| *value);
        match (self.operator, value) {
            (Operator::In, Some(value)) => self.values.binary_search(&value).is_ok(),
            (Operator::NotIn, Some(value)) => self.values.binary_search(&value).is_err(),
            (Operator::Exists, value) => value.is_some(),
            (Operator::DoesNotExist, value) => value.is_none(),
            (Operator::In, None) => false,
            // An object without the key is selected by NotIn.
            (Operator::NotIn, None) => true,
        }
    }
}

impl LabelSelector {
    pub(crate) fn matches(&self, labels: &[(Word, Word)]) -> bool {
        self.0.iter().all(|requirement| requirement.holds(labels))
    }

    /// Whether it asks for nothing.
    pub(crate) fn is_everything(&self) -> bool {
        self.0.is_empty()
    }

    /// The key and values of which every selected object has one, to look candidates up by: those of the fewest values.
    pub(crate) fn required(&self) -> Option<(Word, &[Word])> {
        let listed = self.0.iter().filter(|requirement| requirement.operator == Operator::In);
        let fewest = listed.min_by_key(|requirement| requirement.values.len())?;
        Some((fewest.key, &fewest.values))
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = Word> + '_ {
        self.0.iter().map(|requirement| requirement.key)
    }

    /// Reads a `LabelSelector`; a missing one is empty here: what missing means differs by field.
    ///
    /// # Errors
    /// What the API server would say.
    pub(crate) fn read(node: Option<Node<'_>>, words: &mut Words) -> Result<Self, String> {
        let mut requirements = Vec::new();
        for asked in node.map_or_else(|| Ok(Vec::new()), asked)? {
            check_key(asked.key)?;
            requirements.push(asked.interned(asked.key, words));
        }
        Ok(Self::of(requirements))
    }

    /// The normal form of requirements.
    pub(crate) fn of(mut requirements: Vec<Requirement>) -> Self {
        requirements.sort_unstable();
        requirements.dedup();
        LabelSelector(requirements.into_boxed_slice())
    }
}

/// One part of a selector as written, its key not looked at yet.
#[derive(Clone, Debug)]
pub(crate) struct Asked<'t> {
    pub(crate) key: &'t str,
    pub(crate) operator: Operator,
    pub(crate) values: Vec<&'t str>,
    /// Whether it is a pair of `matchLabels`.
    pub(crate) is_pair: bool,
}

impl Asked<'_> {
    /// The requirement that it makes on a key.
    pub(crate) fn interned(&self, key: &str, words: &mut Words) -> Requirement {
        let mut values: Vec<Word> = self.values.iter().map(|value| words.intern(value)).collect();
        values.sort_unstable();
        values.dedup();
        Requirement { key: words.intern(key), operator: self.operator, values: values.into_boxed_slice() }
    }

    /// Whether a value of its key satisfies it; `None` where there is none.
    pub(crate) fn holds(&self, value: Option<&str>) -> bool {
        let listed = value.is_some_and(|value| self.values.contains(&value));
        match self.operator {
            Operator::In => listed,
            Operator::NotIn => !listed,
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
        }
    }
}

/// The parts of a selector, all of which must hold.
///
/// # Errors
/// What the API server would say of operators and values.
pub(crate) fn asked(node: Node<'_>) -> Result<Vec<Asked<'_>>, String> {
    if !node.is_map() {
        return Err("a selector must be an object".to_owned());
    }
    let mut all = Vec::new();
    for (key, value) in node.get("matchLabels").into_iter().flat_map(Node::entries) {
        let value = value.as_str().ok_or_else(|| format!("the value of label `{key}` must be a text"))?;
        check_value(value)?;
        all.push(Asked { key, operator: Operator::In, values: vec![value], is_pair: true });
    }
    for expression in node.list("matchExpressions") {
        all.push(read_expression(expression)?);
    }
    Ok(all)
}

fn read_expression(node: Node<'_>) -> Result<Asked<'_>, String> {
    let key = node.str("key").ok_or("a selector's expression needs a `key`")?;
    let operator = match node.str("operator") {
        Some("In") => Operator::In,
        Some("NotIn") => Operator::NotIn,
        Some("Exists") => Operator::Exists,
        Some("DoesNotExist") => Operator::DoesNotExist,
        other => return Err(format!("`{}` is no operator of a selector", other.unwrap_or_default())),
    };
    let mut values = Vec::new();
    for value in node.list("values") {
        let value = value.as_str().ok_or_else(|| format!("the values of label `{key}` must be texts"))?;
        check_value(value)?;
        values.push(value);
    }
    let wants_values = matches!(operator, Operator::In | Operator::NotIn);
    if wants_values && values.is_empty() {
        return Err(format!("the expression on label `{key}` needs `values`"));
    }
    if !wants_values && !values.is_empty() {
        return Err(format!("the expression on label `{key}` must have no `values`"));
    }
    Ok(Asked { key, operator, values, is_pair: false })
}

/// The greatest length of the name of a label, and of a value.
const MAX_NAME: usize = 63;
/// The greatest length of the prefix of a label.
const MAX_PREFIX: usize = 253;

pub(crate) fn check_key(key: &str) -> Result<(), String> {
    let (prefix, name) = key.split_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    let valid = !name.is_empty() && is_name(name) && prefix.is_none_or(is_subdomain);
    if valid { Ok(()) } else { Err(format!("`{key}` is no key of a label")) }
}

fn check_value(value: &str) -> Result<(), String> {
    if is_name(value) { Ok(()) } else { Err(format!("`{value}` is no value of a label")) }
}

/// Letters, digits, `-`, `_` and `.`, the first and last of them a letter or digit; may be empty.
fn is_name(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let ends = [text.bytes().next(), text.bytes().next_back()];
    text.len() <= MAX_NAME
        && text.bytes().all(inner)
        && ends.into_iter().flatten().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_subdomain(text: &str) -> bool {
    let label = |label: &str| {
        let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !label.is_empty() && label.bytes().all(inner) && !label.starts_with('-') && !label.ends_with('-')
    };
    text.len() <= MAX_PREFIX && text.split('.').all(label)
}

/// The labels under a metadata, sorted.
pub(crate) fn pairs<'t>(
    labels: impl Iterator<Item = (&'t str, &'t str)>,
    words: &mut Words,
) -> Vec<(Word, Word)> {
    let mut pairs: Vec<_> = labels.map(|(key, value)| (words.intern(key), words.intern(value))).collect();
    pairs.sort_unstable();
    pairs.dedup_by_key(|(key, _)| *key);
    pairs
}

#[cfg(test)]
mod tests {
    use seawall_yaml::{Limits, Text, Tree, read};

    use super::*;

    fn tree(text: &str) -> Tree {
        read(&Text::new(text), &Limits::default()).0.remove(0).tree
    }

    fn selects(selector: &str, labels: &[(&str, &str)]) -> Result<bool, String> {
        let mut words = Words::default();
        let selector = LabelSelector::read(Some(tree(selector).root()), &mut words)?;
        Ok(selector.matches(&pairs(labels.iter().copied(), &mut words)))
    }

    #[test]
    fn full_semantics() {
        let labels = [("tier", "front"), ("app", "web")];
        for (selector, expected) in [
            ("{}", true),
            ("matchLabels: {app: web}", true),
            ("matchLabels: {app: db}", false),
            ("matchLabels: {app: web, tier: back}", false),
            ("matchExpressions: [{key: app, operator: In, values: [db, web]}]", true),
            ("matchExpressions: [{key: app, operator: NotIn, values: [web]}]", false),
            ("matchExpressions: [{key: none, operator: NotIn, values: [web]}]", true),
            ("matchExpressions: [{key: none, operator: In, values: [web]}]", false),
            ("matchExpressions: [{key: tier, operator: Exists}]", true),
            ("matchExpressions: [{key: tier, operator: DoesNotExist}]", false),
        ] {
            assert_eq!(selects(selector, &labels), Ok(expected), "{selector}");
        }
    }

    #[test]
    fn refuses_what_the_api_server_refuses() {
        for selector in [
            "matchExpressions: [{key: tier, operator: Sometimes}]",
            "matchExpressions: [{key: tier, operator: NotIn, values: []}]",
            "matchExpressions: [{key: tier, operator: Exists, values: [front]}]",
            "matchExpressions: [{operator: Exists}]",
            "matchLabels: {app: 1}",
            "matchLabels: {'a b': web}",
            "matchLabels: {'/app': web}",
            "matchLabels: {'Example.com/app': web}",
            "matchLabels: {app: '-web'}",
            "matchLabels: {app: 'web!'}",
            "[app]",
        ] {
            assert!(selects(selector, &[]).is_err(), "{selector}");
        }
        assert!(selects(&format!("matchLabels: {{a: {}}}", "x".repeat(64)), &[]).is_err());
        assert_eq!(selects("matchLabels: {example.com/app: ''}", &[]), Ok(false));
    }

    #[test]
    fn order_does_not_matter() {
        let mut words = Words::default();
        let mut read = |text: &str| LabelSelector::read(Some(tree(text).root()), &mut words).unwrap();
        let a = read("{matchLabels: {a: v, b: w}}");
        let b = read(
            "{matchExpressions: [{key: b, operator: In, values: [w]}, {key: a, operator: In, values: [v, v]}]}",
        );
        assert_eq!(a, b);
    }
}
