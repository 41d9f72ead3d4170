//! The file of a framework, read strictly: what is not understood is an error with its line, and the whole file is refused.

use std::collections::BTreeSet;
use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

use seawall_checks::pss;
use seawall_core::{Position, Problem, ProblemSeverity};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use toml::Spanned;

use super::{Control, Framework, Section, named_control};
use crate::comply::facts::facts;
use crate::comply::{Class, Layer};

/// No title, note or id is longer.
const LONGEST: usize = 2_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFramework {
    id: Spanned<String>,
    title: Spanned<String>,
    version: Spanned<String>,
    url: Option<Spanned<String>>,
    notice: Option<Spanned<String>>,
    named: Option<Spanned<String>>,
    standard: Option<Spanned<String>>,
    section: Vec<RawSection>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSection {
    id: Spanned<String>,
    title: Spanned<String>,
    class: Option<Spanned<String>>,
    note: Option<Spanned<String>>,
    layer: Option<Spanned<String>>,
    controls: Vec<RawControl>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawControl {
    id: Spanned<String>,
    title: Spanned<String>,
    class: Option<Spanned<String>>,
    note: Option<Spanned<String>>,
    layer: Option<Spanned<String>>,
    #[serde(default)]
    checks: Vec<Spanned<String>>,
    #[serde(default)]
    facts: Vec<Spanned<String>>,
}

impl Framework {
    /// Reads a framework; `file` is how the text is called in problems.
    ///
    /// # Errors
    /// Everything that is wrong with it, each fault with its line.
    pub fn read(text: &str, file: &str) -> Result<Framework, Vec<Problem>> {
        let mut faults = Faults { text, file: file.into(), problems: Vec::new() };
        match toml::from_str::<RawFramework>(text) {
            Ok(raw) => {
                let framework = framework(raw, &mut faults);
                if faults.problems.is_empty() { Ok(framework) } else { Err(faults.problems) }
            }
            Err(error) => {
                faults.add(error.span().unwrap_or(0..0), error.message());
                Err(faults.problems)
            }
        }
    }
}

/// What is wrong, in the order found.
struct Faults<'t> {
    text: &'t str,
    file: Arc<str>,
    problems: Vec<Problem>,
}

impl Faults<'_> {
    fn add(&mut self, span: Range<usize>, message: impl Into<String>) {
        let before = self.text.get(..self.text.floor_char_boundary(span.start)).unwrap_or("");
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        let position = Position {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX),
        };
        let problem = Problem::new(ProblemSeverity::Error, message).in_file(&self.file).at(position);
        self.problems.push(problem);
    }

    /// A text that is there and short enough to print.
    fn text(&mut self, what: &str, text: Spanned<String>) -> String {
        let span = text.span();
        let text = text.into_inner();
        if text.trim().is_empty() {
            self.add(span, format!("the {what} is empty"));
        } else if text.len() > LONGEST {
            self.add(span, format!("the {what} is longer than {LONGEST} bytes"));
        }
        text
    }

    fn optional(&mut self, what: &str, text: Option<Spanned<String>>) -> Option<String> {
        text.map(|text| self.text(what, text))
    }

    fn word<T: FromStr<Err: std::fmt::Display>>(&mut self, word: Option<&Spanned<String>>) -> Option<T> {
        let word = word?;
        word.get_ref().parse().map_err(|error: T::Err| self.add(word.span(), error.to_string())).ok()
    }
}

/// What a section says for those of its controls that do not say it themselves.
struct Defaults {
    class: Option<Class>,
    note: Option<String>,
    layer: Option<Layer>,
}

fn framework(raw: RawFramework, faults: &mut Faults<'_>) -> Framework {
    let span = raw.id.span();
    let id = faults.text("id of the framework", raw.id);
    if !id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte))
        || !id.starts_with(|first: char| first.is_ascii_lowercase())
    {
        faults.add(
            span,
            "the id of a framework begins with a lower-case letter and has letters, digits, `.` and `-`",
        );
    }
    let named = faults.optional("name that checks use", raw.named);
    let standard: Option<pss::Level> = faults.word(raw.standard.as_ref());
    let known = Known { named: named.as_deref(), standard };
    let mut ids = BTreeSet::new();
    let sections = raw.section.into_iter().map(|section| self::section(section, &known, &mut ids, faults));
    let sections = sections.collect::<Vec<_>>();
    if ids.is_empty() && faults.problems.is_empty() {
        faults.add(0..0, "the framework has no control");
    }
    Framework {
        id,
        title: faults.text("title of the framework", raw.title),
        version: faults.text("version", raw.version),
        url: faults.optional("address", raw.url),
        notice: faults.optional("notice", raw.notice),
        named,
        standard,
        sections,
        digest: hex(&Sha256::digest(faults.text)),
    }
}

/// What may decide a control of the framework.
struct Known<'f> {
    named: Option<&'f str>,
    standard: Option<pss::Level>,
}

impl Known<'_> {
    fn has_check(&self, id: &str) -> bool {
        match self.standard {
            Some(_) => pss::controls().iter().any(|control| control.check == id),
            None => seawall_checks::find(id).is_some(),
        }
    }

    /// The checks that name a control themselves.
    fn derived(&self, control: &str) -> Vec<String> {
        let Some(named) = self.named.filter(|_| self.standard.is_none()) else { return Vec::new() };
        let names = |entry: &&'static seawall_checks::Entry| {
            let mut names = entry.check.frameworks.iter().filter_map(|name| named_control(named, name));
            names.any(|name| name.eq_ignore_ascii_case(control))
        };
        seawall_checks::all().iter().filter(names).map(|entry| entry.id.to_owned()).collect()
    }
}

fn section(
    raw: RawSection,
    known: &Known<'_>,
    ids: &mut BTreeSet<String>,
    faults: &mut Faults<'_>,
) -> Section {
    let defaults = Defaults {
        class: faults.word(raw.class.as_ref()),
        note: faults.optional("note", raw.note),
        layer: faults.word(raw.layer.as_ref()),
    };
    let id = faults.text("id of the section", raw.id);
    let title = faults.text("title of the section", raw.title);
    let controls = raw.controls.into_iter();
    let controls = controls.map(|control| self::control(control, &defaults, known, ids, faults)).collect();
    Section { id, title, controls }
}

fn control(
    raw: RawControl,
    defaults: &Defaults,
    known: &Known<'_>,
    ids: &mut BTreeSet<String>,
    faults: &mut Faults<'_>,
) -> Control {
    let span = raw.id.span();
    let id = faults.text("id of the control", raw.id);
    if !ids.insert(id.to_ascii_lowercase()) {
        faults.add(span.clone(), format!("the id `{id}` is given twice"));
    }
    // Only what is of the section's class is explained by the section's note.
    let own_class = raw.class.is_some();
    let class = faults.word(raw.class.as_ref()).or(defaults.class.filter(|_| !own_class));
    let note = faults.optional("note", raw.note).or_else(|| {
        let inherits = !own_class && class != Some(Class::Automated);
        defaults.note.clone().filter(|_| inherits)
    });
    let checks = checks(&id, raw.checks, known, faults);
    let facts = self::facts_of(&id, raw.facts, faults);
    let decided = !checks.is_empty() || !facts.is_empty();
    match class {
        None if !own_class => faults.add(span, format!("`{id}` has no class, nor has its section")),
        Some(class @ (Class::Automated | Class::Partial)) if !decided => {
            faults.add(span, format!("`{id}` is {}, but no check and no fact decides it", class.as_str()));
        }
        Some(class @ (Class::Manual | Class::Inherited | Class::NotEvaluated | Class::NotApplicable))
            if decided =>
        {
            let what = checks.first().or(facts.first()).map_or("", String::as_str);
            faults.add(span, format!("`{id}` is {}, but `{what}` decides it", class.as_str()));
        }
        Some(class) if class != Class::Automated && note.is_none() => {
            faults.add(span, format!("`{id}` is {} and no `note` says why", class.as_str()));
        }
        _ => {}
    }
    Control {
        id,
        title: faults.text("title of the control", raw.title),
        class: class.unwrap_or(Class::NotEvaluated),
        note,
        layer: faults.word(raw.layer.as_ref()).or(defaults.layer),
        checks,
        facts,
    }
}

/// The checks that name the control, and those that the file lists; no pair is said twice.
fn checks(
    control: &str,
    listed: Vec<Spanned<String>>,
    known: &Known<'_>,
    faults: &mut Faults<'_>,
) -> Vec<String> {
    let derived: BTreeSet<String> = known.derived(control).into_iter().collect();
    let mut checks = derived.clone();
    for check in listed {
        let (span, check) = (check.span(), check.into_inner());
        if !known.has_check(&check) {
            faults.add(span, format!("`{control}`: no check is called `{check}`"));
        } else if derived.contains(&check) {
            faults.add(span, format!("`{control}`: `{check}` names this control itself; say it once"));
        } else if !checks.insert(check.clone()) {
            faults.add(span, format!("`{control}`: `{check}` is listed twice"));
        }
    }
    checks.into_iter().collect()
}

fn facts_of(control: &str, listed: Vec<Spanned<String>>, faults: &mut Faults<'_>) -> Vec<String> {
    let mut kept = BTreeSet::new();
    for fact in listed {
        let (span, fact) = (fact.span(), fact.into_inner());
        if !facts().any(|known| known.id == fact) {
            faults.add(span, format!("`{control}`: no fact is called `{fact}`"));
        } else if !kept.insert(fact.clone()) {
            faults.add(span, format!("`{control}`: `{fact}` is listed twice"));
        }
    }
    kept.into_iter().collect()
}

/// Hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str =
        "id = \"own\"\ntitle = \"Own rules\"\nversion = \"1\"\n[[section]]\nid = \"a\"\ntitle = \"A\"\n";

    fn faults(controls: &str) -> Vec<String> {
        let text = format!("{HEAD}controls = [\n{controls}\n]\n");
        let problems = Framework::read(&text, "own.toml").map(|_| Vec::new()).unwrap_or_else(|faults| faults);
        let told = problems.iter().map(|problem| {
            let line = problem.position.map_or(0, |at| at.line);
            format!("{line}: {}", problem.message)
        });
        told.collect()
    }

    #[test]
    fn reads_what_is_documented() {
        let text = format!(
            "{HEAD}class = \"manual\"\nnote = \"ask\"\ncontrols = [\n{{ id = \"1\", title = \"t\", class = \"automated\", \
             checks = [\"pod-privileged\", \"pod-host-pid\"] }},\n{{ id = \"2\", title = \"u\" }},\n]\n"
        );
        let framework = Framework::read(&text, "own.toml").unwrap();
        let [first, second] = &*framework.sections[0].controls else { panic!("{framework:?}") };
        assert_eq!(first.checks, ["pod-host-pid", "pod-privileged"]);
        assert_eq!((first.class, first.note.as_deref()), (Class::Automated, None));
        assert_eq!((second.class, second.note.as_deref()), (Class::Manual, Some("ask")));
        assert_eq!(framework.checks().len(), 2);
        assert_eq!(framework.digest.len(), 64);
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        let automated =
            |rest: &str| format!("{{ id = \"1\", title = \"t\", class = \"automated\", {rest} }},");
        for (controls, told) in [
            (automated("checks = [\"pod-priviledged\"]"), "8: `1`: no check is called `pod-priviledged`"),
            (automated("facts = [\"eks-nothing\"]"), "8: `1`: no fact is called `eks-nothing`"),
            (automated("checks = []"), "8: `1` is automated, but no check and no fact decides it"),
            (
                automated("checks = [\"pod-host-pid\", \"pod-host-pid\"]"),
                "8: `1`: `pod-host-pid` is listed twice",
            ),
            ("{ id = \"1\", title = \"t\", class = \"manual\" },".to_owned(), "8: `1` is manual and no `note` says why"),
            ("{ id = \"1\", title = \"t\" },".to_owned(), "8: `1` has no class, nor has its section"),
            (
                "{ id = \"1\", title = \" \", class = \"manual\", note = \"x\" },".to_owned(),
                "8: the title of the control is empty",
            ),
            (
                "{ id = \"1\", title = \"t\", class = \"manual\", note = \"x\", checks = [\"pod-host-pid\"] },"
                    .to_owned(),
                "8: `1` is manual, but `pod-host-pid` decides it",
            ),
            (
                "{ id = \"A\", title = \"t\", class = \"manual\", note = \"x\" },\n\n{ id = \"a\", title = \"t\", class \
                 = \"manual\", note = \"x\" },"
                    .to_owned(),
                "10: the id `a` is given twice",
            ),
        ] {
            let faults = faults(&controls);
            assert_eq!(faults.first().map(String::as_str), Some(told), "{faults:?}");
        }
        let unknown = faults("{ id = \"1\", titel = \"t\" },");
        assert!(unknown[0].starts_with("8: unknown field `titel`"), "{unknown:?}");
        let class = faults("{ id = \"1\", title = \"t\", class = \"auto\" },");
        assert!(class[0].starts_with("8: unknown class `auto`"), "{class:?}");
    }

    #[test]
    fn a_pair_is_said_once() {
        let text = format!(
            "named = \"CIS-1.12\"\n{HEAD}controls = [\n{{ id = \"1.2.1\", title = \"t\", class = \"automated\", checks = \
             [\"controlplane-apiserver-anonymous\"] }}]\n"
        );
        let faults = Framework::read(&text, "own.toml").unwrap_err();
        assert_eq!(
            faults[0].message,
            "`1.2.1`: `controlplane-apiserver-anonymous` names this control itself; say it once"
        );
        assert_eq!(faults[0].position.unwrap().line, 9);
    }

    #[test]
    fn hostile_texts_are_faults() {
        for text in
            ["", "id = 1", "\u{0}", "[[[[", &"[".repeat(100_000), &"a.".repeat(50_000), "id = \"\u{202e}\""]
        {
            assert!(!Framework::read(text, "x").unwrap_err().is_empty());
        }
        let deep = format!("{HEAD}controls = {}1{}", "[".repeat(5_000), "]".repeat(5_000));
        assert!(Framework::read(&deep, "x").is_err());
    }
}
