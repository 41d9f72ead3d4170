//! The words of a shell script that starts a component.

/// The words of the first command of a script that runs one of the known programs, and whether some of them are not
/// known before the script runs.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) words: Vec<String>,
    pub(super) has_expansions: bool,
}

/// Splits a script into commands of words: quotes and backslashes are honoured, variables are not.
pub(super) fn commands(script: &str) -> Vec<Words> {
    let mut commands = vec![Words::default()];
    let mut word = String::new();
    let mut in_word = false;
    let mut quote = None;
    let mut chars = script.chars().peekable();
    let end_word = |word: &mut String, in_word: &mut bool, commands: &mut Vec<Words>| {
        if std::mem::take(in_word)
            && let Some(command) = commands.last_mut()
        {
            command.words.push(std::mem::take(word));
        }
    };
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some('\''), _) => word.push(c),
            (_, '\\') => match chars.next() {
                Some('\n') | None => {}
                Some(next) => {
                    in_word = true;
                    word.push(next);
                }
            },
            (_, '$' | '`') => {
                in_word = true;
                word.push(c);
                if let Some(command) = commands.last_mut() {
                    command.has_expansions = true;
                }
            }
            (Some(_), _) => word.push(c),
            (None, '\'' | '"') => {
                in_word = true;
                quote = Some(c);
            }
            (None, '\n' | ';' | '|' | '&' | '(' | ')') => {
                end_word(&mut word, &mut in_word, &mut commands);
                // `2>&1` redirects and ends nothing.
                let redirects = c == '&'
                    && commands
                        .last()
                        .and_then(|command| command.words.last())
                        .is_some_and(|word| word.ends_with(['>', '<']));
                if !redirects && commands.last().is_some_and(|command| !command.words.is_empty()) {
                    commands.push(Words::default());
                }
            }
            (None, _) if c.is_whitespace() => end_word(&mut word, &mut in_word, &mut commands),
            (None, _) => {
                in_word = true;
                word.push(c);
            }
        }
    }
    end_word(&mut word, &mut in_word, &mut commands);
    commands.retain(|command| !command.words.is_empty());
    commands
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_as_a_shell_does() {
        let script = "set -e; exec /usr/bin/kube-apiserver --a=1 \\\n  --b='x y' \"--c=$D\" 1>>/log 2>&1";
        let commands = commands(script);
        assert_eq!(commands[0].words, ["set", "-e"]);
        assert!(!commands[0].has_expansions);
        let words: Vec<&str> = commands[1].words.iter().map(String::as_str).collect();
        assert_eq!(words[..5], ["exec", "/usr/bin/kube-apiserver", "--a=1", "--b=x y", "--c=$D"]);
        assert!(commands[1].has_expansions);
    }

    #[test]
    fn never_panics_on_odd_scripts() {
        for script in ["", "\\", "'", "\"\\", "$(", "& & ;;", "a\\\n", "ä'ö"] {
            let _ = commands(script);
        }
        assert_eq!(commands("a & b").len(), 2);
    }
}
