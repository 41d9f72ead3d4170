//! What the API server says when it refuses an object.
//!
//! Invariant: texts are those of `field.Error` and `errors.NewInvalid` of apimachinery
//! (`pkg/util/validation/field/errors.go`, `pkg/api/errors/errors.go`).

use std::fmt;

use seawall_core::Route;

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field.
    pub route: Route,
    /// The kind of error, the value, and details.
    pub body: String,
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.route, self.body)
    }
}

/// Why the API server does not take an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The object is not of its type: nothing more is known of it.
    Undecodable(FieldError),
    /// Fields are wrong; never empty.
    Invalid(Vec<FieldError>),
}

/// An object that the API server refuses: it is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The kind of the object.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Why.
    pub fault: Fault,
}

impl Refusal {
    /// The HTTP code of the answer.
    pub fn code(&self) -> u16 {
        match self.fault {
            Fault::Undecodable(_) => 400,
            Fault::Invalid(_) => 422,
        }
    }

    /// The field that is wrong first.
    pub fn route(&self) -> Route {
        match &self.fault {
            Fault::Undecodable(error) => error.route.clone(),
            Fault::Invalid(errors) => errors.first().map(|error| error.route.clone()).unwrap_or_default(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Refusal { kind, name, fault } = self;
        let errors = match fault {
            Fault::Undecodable(error) => {
                return write!(f, "{kind} {} cannot be decoded: {error}", quote(name));
            }
            Fault::Invalid(errors) => errors,
        };
        write!(f, "{kind}.{} {} is invalid: ", super::GROUP, quote(name))?;
        // An aggregate says equal texts once.
        let mut texts: Vec<String> = Vec::new();
        for error in errors {
            let text = error.to_string();
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        match texts.as_slice() {
            [one] => f.write_str(one),
            many => write!(f, "[{}]", many.join(", ")),
        }
    }
}

/// Errors of one object while it is read.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    undecodable: Option<FieldError>,
    fields: Vec<FieldError>,
}

impl Faults {
    /// A value that is not of its field's type; the first one counts.
    pub(crate) fn undecodable(&mut self, route: &Route, body: String) {
        self.undecodable.get_or_insert_with(|| FieldError { route: route.clone(), body });
    }

    fn push(&mut self, route: &Route, body: String) {
        self.fields.push(FieldError { route: route.clone(), body });
    }

    pub(crate) fn required(&mut self, route: &Route, detail: &str) {
        self.push(route, detailed("Required value".to_owned(), detail));
    }

    pub(crate) fn forbidden(&mut self, route: &Route, detail: &str) {
        self.push(route, detailed("Forbidden".to_owned(), detail));
    }

    pub(crate) fn internal(&mut self, route: &Route, detail: &str) {
        self.push(route, detailed("Internal error".to_owned(), detail));
    }

    pub(crate) fn invalid(&mut self, route: &Route, value: &str, detail: &str) {
        self.push(route, detailed(format!("Invalid value: {}", quote(value)), detail));
    }

    pub(crate) fn invalid_list(&mut self, route: &Route, values: &[&str], detail: &str) {
        self.push(route, detailed(format!("Invalid value: {}", json(values)), detail));
    }

    pub(crate) fn duplicate(&mut self, route: &Route, value: &str) {
        self.push(route, format!("Duplicate value: {}", quote(value)));
    }

    /// `supported` is sorted.
    pub(crate) fn not_supported(&mut self, route: &Route, value: &str, supported: &[&str]) {
        let supported: Vec<String> = supported.iter().map(|value| quote(value)).collect();
        let detail = format!("supported values: {}", supported.join(", "));
        self.push(route, detailed(format!("Unsupported value: {}", quote(value)), &detail));
    }

    pub(crate) fn too_many(&mut self, route: &Route, count: usize, most: usize) {
        self.push(route, format!("Too many: {count}: must have at most {most} items"));
    }

    /// The errors, when there are any.
    pub(crate) fn fault(self) -> Option<Fault> {
        match self.undecodable {
            Some(error) => Some(Fault::Undecodable(error)),
            None if self.fields.is_empty() => None,
            None => Some(Fault::Invalid(self.fields)),
        }
    }
}

fn detailed(text: String, detail: &str) -> String {
    if detail.is_empty() { text } else { format!("{text}: {detail}") }
}

/// A text as Go's `%q` writes it.
pub(crate) fn quote(text: &str) -> String {
    use fmt::Write as _;
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            ' ' => out.push(' '),
            c if c.is_control() || c.is_whitespace() || c == '\u{feff}' => {
                let code = u32::from(c);
                // Writing to a text cannot fail.
                let _ = match code {
                    0..0x80 => write!(out, "\\x{code:02x}"),
                    0x80..0x1_0000 => write!(out, "\\u{code:04x}"),
                    _ => write!(out, "\\U{code:08x}"),
                };
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A list of texts as Go's JSON encoder writes it, which escapes what HTML would read.
pub(crate) fn json(values: &[&str]) -> String {
    let values: Vec<String> = values.iter().map(|value| json_text(value)).collect();
    format!("[{}]", values.join(","))
}

/// A text as Go's JSON encoder writes it.
pub(crate) fn json_text(text: &str) -> String {
    use fmt::Write as _;
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                // Writing to a text cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_written_as_go_writes_them() {
        assert_eq!(quote("a\"\\\n\u{7}\u{1}é\u{85}"), r#""a\"\\\n\a\x01é\u0085""#);
        assert_eq!(json(&["a<b", "c\u{1}"]), r#"["a\u003cb","c\u0001"]"#);
    }

    #[test]
    fn several_errors_are_listed_and_equal_ones_once() {
        let mut faults = Faults::default();
        let route = Route::default().key("spec").key("x");
        faults.required(&route, "");
        faults.required(&route, "");
        faults.not_supported(&route.clone().index(0), "no", &["a", "b"]);
        let refusal = Refusal { kind: "K".into(), name: "n".into(), fault: faults.fault().unwrap() };
        assert_eq!(
            refusal.to_string(),
            "K.admissionregistration.k8s.io \"n\" is invalid: [spec.x: Required value, \
             spec.x[0]: Unsupported value: \"no\": supported values: \"a\", \"b\"]"
        );
    }

    #[test]
    fn what_is_not_of_its_type_hides_the_rest() {
        let mut faults = Faults::default();
        faults.required(&Route::default().key("a"), "");
        faults.undecodable(&Route::default().key("b"), "expected a text, found a number".into());
        let refusal = Refusal { kind: "K".into(), name: "n".into(), fault: faults.fault().unwrap() };
        assert_eq!(refusal.code(), 400);
        assert_eq!(refusal.route().to_string(), "b");
    }
}
