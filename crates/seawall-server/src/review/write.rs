//! The answer as JSON.

use std::fmt::Write as _;

use seawall_yaml::encode_base64;

use crate::review::read::API_VERSION;

/// Why a request is refused, as `metav1.Status` has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// HTTP code.
    pub code: u16,
    /// The machine's word.
    pub reason: &'static str,
    /// What the user reads.
    pub message: String,
}

/// What a review is answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The uid of the request.
    pub uid: String,
    /// Why it is refused; `None` lets it go on.
    pub refusal: Option<Status>,
    /// What the client is warned of.
    pub warnings: Vec<String>,
    /// What the audit event notes, by key without prefix: the API server sets the name of the webhook before it.
    pub annotations: Vec<(String, String)>,
    /// The change of the object, a JSON patch.
    pub patch: Option<String>,
}

/// Warnings of an answer, together: the API server gives a client no more than 4 KiB and cuts what is longer.
const MOST_WARNINGS: usize = 64;

/// Characters of a message: nobody reads more, and the answer stays small whatever the object.
const MOST_MESSAGE: usize = 16 << 10;

impl Answer {
    /// The answer as an AdmissionReview.
    pub fn to_json(&self) -> String {
        let mut out = String::with_capacity(256);
        let allowed = self.refusal.is_none();
        _ = write!(
            out,
            "{{\"apiVersion\":\"{API_VERSION}\",\"kind\":\"AdmissionReview\",\"response\":{{\"uid\":"
        );
        text(&self.uid, &mut out);
        _ = write!(out, ",\"allowed\":{allowed}");
        if let Some(status) = &self.refusal {
            _ = write!(out, ",\"status\":{{\"status\":\"Failure\",\"code\":{},\"reason\":", status.code);
            text(status.reason, &mut out);
            out.push_str(",\"message\":");
            text(cut(&status.message, MOST_MESSAGE), &mut out);
            out.push('}');
        }
        if !self.warnings.is_empty() {
            out.push_str(",\"warnings\":[");
            for (number, warning) in self.warnings.iter().take(MOST_WARNINGS).enumerate() {
                if number > 0 {
                    out.push(',');
                }
                text(cut(warning, MOST_MESSAGE), &mut out);
            }
            out.push(']');
        }
        if !self.annotations.is_empty() {
            out.push_str(",\"auditAnnotations\":{");
            for (number, (key, value)) in self.annotations.iter().enumerate() {
                if number > 0 {
                    out.push(',');
                }
                text(key, &mut out);
                out.push(':');
                text(cut(value, MOST_MESSAGE), &mut out);
            }
            out.push('}');
        }
        if let Some(patch) = self.patch.as_ref().filter(|_| allowed) {
            _ = write!(out, ",\"patchType\":\"JSONPatch\",\"patch\":\"{}\"", encode_base64(patch.as_bytes()));
        }
        out.push_str("}}");
        out
    }
}

/// A key that the API server takes: it puts `<webhook>/` before it, and the whole must be a qualified name, so no slash of
/// its own, at most 63 characters, and alphanumeric ends (`validation.IsQualifiedName`).
pub(crate) fn annotation_key(key: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' };
    let key: String = key.chars().map(plain).take(63).collect();
    key.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_owned()
}

fn cut(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or(text)
}

/// Appends a JSON string.
pub(crate) fn text(text: &str, out: &mut String) {
    out.push('"');
    // Names are plain; only messages and what clients send need a look at each character.
    if text.bytes().all(|byte| matches!(byte, 0x20..=0x7e) && byte != b'"' && byte != b'\\') {
        out.push_str(text);
        out.push('"');
        return;
    }
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if u32::from(c) < 0x20 || matches!(c, '\u{2028}' | '\u{2029}' | '\u{7f}') => {
                _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_all_that_the_api_server_carries() {
        let answer = Answer {
            uid: "u\"1".into(),
            refusal: Some(Status { code: 403, reason: "Forbidden", message: "no\n\u{1}".into() }),
            warnings: vec!["w".into()],
            annotations: vec![("mode".into(), "warn".into())],
            patch: Some("[]".into()),
        };
        assert_eq!(
            answer.to_json(),
            "{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"response\":{\"uid\":\"u\\\"1\",\"allowed\":false,\"status\":{\"status\":\"Failure\",\"code\":403,\"reason\":\"Forbidden\",\"message\":\"no\\n\\u0001\"},\"warnings\":[\"w\"],\"auditAnnotations\":{\"mode\":\"warn\"}}}"
        );
        let patched = Answer { uid: "u".into(), patch: Some("[]".into()), ..Answer::default() }.to_json();
        assert!(
            patched.ends_with("\"allowed\":true,\"patchType\":\"JSONPatch\",\"patch\":\"W10=\"}}"),
            "{patched}"
        );
    }

    #[test]
    fn keys_are_such_as_the_api_server_takes() {
        for (key, taken) in [
            ("mode", "mode"),
            ("validation.policy.admission.k8s.io/failure", "validation.policy.admission.k8s.io_failure"),
            ("-a b-", "a_b"),
        ] {
            assert_eq!(annotation_key(key), taken);
        }
        assert_eq!(annotation_key(&"x".repeat(80)).len(), 63);
    }
}
