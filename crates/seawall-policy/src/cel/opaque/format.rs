//! Formats that texts may have, by name.
//!
//! Invariant: messages are those of `k8s.io/apimachinery/pkg/{api/validate/content,util/validation}`; the sizes of patterns are
//! those by which the API server counts cost (`k8s.io/apiserver/pkg/cel/library/format.go`), not of any pattern here.

use std::fmt;

use super::Url;

/// A format.
pub struct Format {
    id: &'static str,
    name: &'static str,
    pattern_size: u64,
    faults: fn(&str) -> Vec<String>,
}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

const DATE_TIME_PATTERN: u64 = 71;
const UUID_PATTERN: u64 = 70;

static FORMATS: [Format; 13] = [
    Format { id: "dns1123Label", name: "DNS1123Label", pattern_size: 30, faults: dns1123_label },
    Format { id: "dns1123Subdomain", name: "DNS1123Subdomain", pattern_size: 60, faults: dns1123_subdomain },
    Format { id: "dns1035Label", name: "DNS1035Label", pattern_size: 30, faults: dns1035_label },
    Format { id: "qualifiedName", name: "QualifiedName", pattern_size: 60, faults: qualified_name },
    Format {
        id: "dns1123LabelPrefix",
        name: "DNS1123LabelPrefix",
        pattern_size: 30,
        faults: |text| dns1123_label(&begun(text)),
    },
    Format {
        id: "dns1123SubdomainPrefix",
        name: "DNS1123SubdomainPrefix",
        pattern_size: 60,
        faults: |text| dns1123_subdomain(&begun(text)),
    },
    Format {
        id: "dns1035LabelPrefix",
        name: "DNS1035LabelPrefix",
        pattern_size: 30,
        faults: |text| dns1035_label(&begun(text)),
    },
    Format { id: "labelValue", name: "LabelValue", pattern_size: 40, faults: label_value },
    Format {
        id: "uri",
        name: "URI",
        pattern_size: 1103,
        faults: |text| Url::fault(text).into_iter().collect(),
    },
    Format {
        id: "uuid",
        name: "uuid",
        pattern_size: UUID_PATTERN,
        faults: |text| unless(is_uuid(text), "does not match the UUID format"),
    },
    Format {
        id: "byte",
        name: "byte",
        pattern_size: 84,
        faults: |text| unless(is_base64(text), "invalid base64"),
    },
    Format {
        id: "date",
        name: "date",
        pattern_size: DATE_TIME_PATTERN,
        faults: |text| unless(is_date(text), "invalid date"),
    },
    Format {
        id: "datetime",
        name: "datetime",
        pattern_size: DATE_TIME_PATTERN,
        faults: |text| unless(is_date_time(text), "invalid datetime"),
    },
];

impl Format {
    /// The format that expressions call by this id.
    pub fn find(id: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.id == id)
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What is wrong with a text; nothing when it has the format.
    pub fn faults(&self, text: &str) -> Vec<String> {
        (self.faults)(text)
    }

    pub(crate) fn pattern_size(&self) -> u64 {
        self.pattern_size
    }
}

fn unless(valid: bool, fault: &str) -> Vec<String> {
    if valid { Vec::new() } else { vec![fault.to_owned()] }
}

/// A text to which something will be added: a dash at its end is none.
fn begun(text: &str) -> String {
    match text.strip_suffix('-') {
        Some(rest) if !rest.is_empty() => {
            // The character before the dash goes too, as upstream has it.
            let kept = rest.len() - 1;
            format!("{}a", rest.get(..kept).unwrap_or(rest))
        }
        _ => text.to_owned(),
    }
}

fn too_long(text: &str, most: usize, unit: &str) -> Option<String> {
    (text.len() > most).then(|| format!("must be no more than {most} {unit}"))
}

fn refused(message: &str, pattern: &str, examples: &[&str]) -> String {
    let examples: Vec<String> = examples.iter().map(|example| format!("'{example}', ")).collect();
    format!("{message} (e.g. {}regex used for validation is '{pattern}')", examples.join(" or "))
}

/// Letters, digits and `inner` between two of the former.
fn is_name(text: &str, first: fn(u8) -> bool, own: fn(u8) -> bool, inner: &[u8]) -> bool {
    let bytes = text.as_bytes();
    bytes.first().is_some_and(|byte| first(*byte))
        && bytes.last().is_some_and(|byte| own(*byte))
        && bytes.iter().all(|byte| own(*byte) || inner.contains(byte))
}

fn lower(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

fn alphanumeric(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn is_label(text: &str) -> bool {
    is_name(text, lower, lower, b"-")
}

fn is_subdomain(text: &str) -> bool {
    text.split('.').all(is_label)
}

const LABEL: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN: &str = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";
const KEY: &str = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";

pub(in crate::cel) fn dns1123_label(text: &str) -> Vec<String> {
    let fault = || {
        if is_subdomain(text) {
            return "must not contain dots".to_owned();
        }
        let message = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start \
                       and end with an alphanumeric character";
        refused(message, LABEL, &["my-name", "123-abc"])
    };
    too_long(text, 63, "characters").into_iter().chain((!is_label(text)).then(fault)).collect()
}

pub(in crate::cel) fn dns1123_subdomain(text: &str) -> Vec<String> {
    subdomain(text, "characters")
}

fn subdomain(text: &str, unit: &str) -> Vec<String> {
    let fault = || {
        let message = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and \
                       must start and end with an alphanumeric character";
        refused(message, SUBDOMAIN, &["example.com"])
    };
    too_long(text, 253, unit).into_iter().chain((!is_subdomain(text)).then(fault)).collect()
}

fn dns1035_label(text: &str) -> Vec<String> {
    let valid = is_name(text, |byte| byte.is_ascii_lowercase(), lower, b"-");
    let fault = || {
        let message = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic \
                       character, and end with an alphanumeric character";
        refused(message, "[a-z]([-a-z0-9]*[a-z0-9])?", &["my-name", "abc-123"])
    };
    too_long(text, 63, "characters").into_iter().chain((!valid).then(fault)).collect()
}

fn qualified_name(text: &str) -> Vec<String> {
    let message = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric \
                   character";
    let pattern = || refused(message, KEY, &["MyName", "my.name", "123-abc"]);
    let parts: Vec<&str> = text.split('/').collect();
    let mut faults = Vec::new();
    let name = match parts.as_slice() {
        [name] => name,
        [prefix, name] => {
            if prefix.is_empty() {
                faults.push("prefix part must be non-empty".to_owned());
            } else {
                faults.extend(
                    subdomain(prefix, "bytes").into_iter().map(|fault| format!("prefix part {fault}")),
                );
            }
            name
        }
        _ => {
            let end = " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
            return vec![format!("a valid label key {}{end}", pattern())];
        }
    };
    if name.is_empty() {
        faults.push("name part must be non-empty".to_owned());
    }
    faults.extend(too_long(name, 63, "bytes").map(|fault| format!("name part {fault}")));
    if !is_name(name, alphanumeric, alphanumeric, b"-_.") {
        faults.push(format!("name part {}", pattern()));
    }
    faults
}

fn label_value(text: &str) -> Vec<String> {
    let valid = text.is_empty() || is_name(text, alphanumeric, alphanumeric, b"-_.");
    let fault = || {
        let message = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and \
                       must start and end with an alphanumeric character";
        refused(message, &format!("({KEY})?"), &["MyValue", "my_value", "12345"])
    };
    too_long(text, 63, "bytes").into_iter().chain((!valid).then(fault)).collect()
}

/// Hexadecimal digits in groups, dashes between them or not.
fn is_uuid(text: &str) -> bool {
    let mut rest = text;
    for (place, length) in [8, 4, 4, 4, 12].into_iter().enumerate() {
        if place > 0 {
            rest = rest.strip_prefix('-').unwrap_or(rest);
        }
        match rest.split_at_checked(length) {
            Some((group, after)) if group.bytes().all(|byte| byte.is_ascii_hexdigit()) => rest = after,
            _ => return false,
        }
    }
    rest.is_empty()
}

/// Groups of four with padding at the end; not empty.
fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    !text.is_empty()
        && text.len().is_multiple_of(4)
        && text.len() - digits.len() <= 2
        && digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte))
}

fn number(text: &str, digits: usize) -> Option<i64> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let mut next = |digits| number(parts.next()?, digits);
    match (next(4), next(2), next(2)) {
        (Some(year), Some(month @ 1..=12), Some(day)) => {
            (1..=seawall_core::days_in_month(year, month)).contains(&day)
        }
        _ => false,
    }
}

/// The first `t` of either case divides date and time; any character may stand before the fraction, as upstream's pattern has
/// it, and what follows another `t` is not looked at.
fn is_date_time(text: &str) -> bool {
    let text = text.to_lowercase();
    let mut parts = text.split('t');
    let (Some(date), Some(time)) = (parts.next(), parts.next()) else { return false };
    is_date(date) && is_time(time)
}

fn is_time(text: &str) -> bool {
    let two = |from: usize| text.get(from..from + 2).and_then(|digits| number(digits, 2));
    let colon = |place: usize| text.as_bytes().get(place) == Some(&b':');
    let (Some(..=23), Some(..=59), Some(..=59), true, true) = (two(0), two(3), two(6), colon(2), colon(5))
    else {
        return false;
    };
    let rest = text.get(8..).unwrap_or("");
    let mut after = rest.chars();
    let fraction = after.next().filter(|char| *char != '\n').map_or("", |_| after.as_str());
    let zone = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
    is_zone(rest) || (zone.len() < fraction.len() && is_zone(zone))
}

fn is_zone(text: &str) -> bool {
    let offset = |digits: &str| {
        let parts = digits.split_once(':');
        parts.is_some_and(|(hours, minutes)| number(hours, 2).is_some() && number(minutes, 2).is_some())
    };
    text == "z" || text.strip_prefix(['+', '-']).is_some_and(offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn valid(id: &str, text: &str) -> bool {
        Format::find(id).unwrap().faults(text).is_empty()
    }

    #[test]
    fn formats_take_what_upstream_takes() {
        for (id, good, bad) in [
            ("dns1123Label", "a-1", "a."),
            ("dns1123Label", "1", "-a"),
            ("dns1123Subdomain", "a.b-c.1", "a..b"),
            ("dns1035Label", "a1", "1a"),
            ("dns1123LabelPrefix", "ab-", "a_"),
            ("qualifiedName", "example.com/My_Name", "Example.com/a"),
            ("qualifiedName", "a", "a/b/c"),
            ("labelValue", "", "-"),
            ("uuid", "0123456789ab-cdefABCDef0123456789", "0123"),
            ("byte", "aGk=", "aGk"),
            ("byte", "aGkh", ""),
            ("date", "2024-02-29", "2023-02-29"),
            ("date", "0000-01-01", "24-01-01"),
            ("datetime", "2024-01-01T23:59:59.5Z", "2024-01-01T24:00:00Z"),
            ("datetime", "2024-01-01t00:00:00+99:99", "2024-01-01"),
            ("datetime", "2024-01-01T00:00:00x12z", "2024-01-01T00:00:00"),
            ("uri", "https://a/b", "a/b"),
        ] {
            assert!(valid(id, good), "{id} {good}");
            assert!(!valid(id, bad), "{id} {bad}");
        }
        assert!(Format::find("email").is_none());
    }

    #[test]
    fn every_fault_is_named() {
        let long = "a".repeat(64);
        assert_eq!(
            Format::find("dns1123Label").unwrap().faults(&long),
            ["must be no more than 63 characters"]
        );
        assert_eq!(Format::find("dns1123Label").unwrap().faults("a.b"), ["must not contain dots"]);
        let faults = Format::find("qualifiedName").unwrap().faults("/");
        assert_eq!(
            faults.get(..2).unwrap(),
            ["prefix part must be non-empty", "name part must be non-empty"]
        );
        assert_eq!(faults.len(), 3);
    }
}
