//! The command line of a container, as flags.

use seawall_yaml::Node;

/// Command and arguments of a container, in order; what a shell is told to run is taken apart at blanks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Arguments(Vec<String>);

/// Longer command lines are not looked at whole.
const MOST: usize = 512;

impl Arguments {
    pub(crate) fn of(container: Node<'_>) -> Self {
        let written = container.list("command").chain(container.list("args")).filter_map(Node::as_str);
        let words = written.flat_map(|word| match word.contains(char::is_whitespace) {
            true => word.split_whitespace().map(str::to_owned).collect(),
            false => vec![word.to_owned()],
        });
        Arguments(words.take(MOST).collect())
    }

    /// Whether a program is run, wherever it is installed.
    pub(crate) fn runs(&self, program: &str) -> bool {
        self.0.iter().any(|word| word.rsplit('/').next() == Some(program))
    }

    /// Whether a word is among them.
    pub(crate) fn has(&self, word: &str) -> bool {
        self.0.iter().any(|own| own == word)
    }

    /// Whether a text occurs in a word.
    pub(crate) fn mentions(&self, text: &str) -> bool {
        self.0.iter().any(|own| own.contains(text))
    }

    /// The value of a flag, the last one counts: `--flag=value`, `--flag value`, and `true` for a flag alone.
    pub(crate) fn flag(&self, name: &str) -> Option<&str> {
        let mut found = None;
        let mut words = self.0.iter().peekable();
        while let Some(word) = words.next() {
            let Some(rest) = word.strip_prefix("--").or_else(|| word.strip_prefix('-')) else { continue };
            match rest.split_once('=') {
                Some((own, value)) if own == name => found = Some(value),
                None if rest == name => {
                    let value = words.peek().filter(|next| !next.starts_with('-'));
                    found = Some(value.map_or("true", |value| value.as_str()));
                }
                _ => {}
            }
        }
        found
    }

    /// Whether a flag says so.
    pub(crate) fn is_set(&self, name: &str) -> bool {
        self.flag(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_in_every_form() {
        let words = ["/usr/bin/etcd", "--a=1", "--b", "2", "-c=3", "--d", "--a=4", "--e"];
        let arguments = Arguments(words.map(str::to_owned).to_vec());
        let flag = |name: &str| arguments.flag(name);
        assert_eq!(
            [flag("a"), flag("b"), flag("c"), flag("d"), flag("e"), flag("f")],
            [Some("4"), Some("2"), Some("3"), Some("true"), Some("true"), None]
        );
        assert!(arguments.runs("etcd") && !arguments.runs("etc") && arguments.is_set("e"));
    }
}
