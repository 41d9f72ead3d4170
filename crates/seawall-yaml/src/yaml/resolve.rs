//! What a scalar means: the resolver of `sigs.k8s.io/yaml` (its fork of go-yaml v2, YAML 1.1 with Go's numbers).

use std::borrow::Cow;

use super::{base64, number, timestamp};

/// A tag that matters to the resolver.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Tag {
    #[default]
    None,
    /// `!`: a string, whatever it looks like.
    NonSpecific,
    Str,
    Int,
    Float,
    Bool,
    Null,
    Binary,
    Timestamp,
    Merge,
    /// Any other tag is ignored and makes a scalar a string.
    Other,
}

impl Tag {
    pub(super) fn named(tag: &str) -> Tag {
        if tag == "!" {
            return Tag::NonSpecific;
        }
        match tag.strip_prefix("tag:yaml.org,2002:") {
            Some("str") => Tag::Str,
            Some("int") => Tag::Int,
            Some("float") => Tag::Float,
            Some("bool") => Tag::Bool,
            Some("null") => Tag::Null,
            Some("binary") => Tag::Binary,
            Some("timestamp") => Tag::Timestamp,
            Some("merge") => Tag::Merge,
            _ => Tag::Other,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Tag::Int => "!!int",
            Tag::Float => "!!float",
            Tag::Bool => "!!bool",
            Tag::Null => "!!null",
            Tag::Timestamp => "!!timestamp",
            _ => "!!str",
        }
    }
}

/// What a scalar means.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value<'a> {
    Null,
    Bool(bool),
    Int(i64),
    UInt(u64),
    Float(f64),
    /// The text itself, or what it decodes to.
    Str(Cow<'a, str>),
}

/// Whether a plain scalar that begins with this byte can be anything but a string.
#[inline]
fn may_be_special(first: u8) -> bool {
    matches!(first, b'0'..=b'9' | b'+' | b'-' | b'.' | b'~')
        || matches!(first, b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O')
}

/// Gives what the scalar means, or why it cannot mean what its tag says.
#[inline]
pub(super) fn resolve(tag: Tag, implicit: bool, text: &str) -> Result<Value<'_>, String> {
    match tag {
        Tag::None if !implicit => Ok(Value::Str(text.into())),
        Tag::None => Ok(untagged(text)),
        _ => tagged(tag, text),
    }
}

#[inline]
fn untagged(text: &str) -> Value<'_> {
    match text.as_bytes().first() {
        None => Value::Null,
        Some(first) if may_be_special(*first) => special(text).unwrap_or(Value::Str(text.into())),
        Some(_) => Value::Str(text.into()),
    }
}

/// What is no string; `None` for a string.
fn special(text: &str) -> Option<Value<'_>> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Some(Value::Null),
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Some(Value::Bool(true));
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Some(Value::Bool(false));
        }
        ".nan" | ".NaN" | ".NAN" => return Some(Value::Float(f64::NAN)),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Some(Value::Float(f64::INFINITY)),
        "-.inf" | "-.Inf" | "-.INF" => return Some(Value::Float(f64::NEG_INFINITY)),
        _ => {}
    }
    match text.as_bytes().first()? {
        b'.' => number::float_after_dot(text).map(Value::Float),
        b'0'..=b'9' | b'+' | b'-' => number::number(text),
        _ => None,
    }
}

fn tagged(tag: Tag, text: &str) -> Result<Value<'_>, String> {
    if matches!(tag, Tag::Str | Tag::NonSpecific | Tag::Other | Tag::Merge) {
        return Ok(Value::Str(text.into()));
    }
    if tag == Tag::Binary {
        let decoded = base64::decode(text).ok_or("`!!binary` needs valid base64")?;
        return Ok(Value::Str(String::from_utf8_lossy(&decoded).into_owned().into()));
    }
    if tag == Tag::Timestamp && timestamp::is_timestamp(text) {
        return Ok(Value::Str(text.into()));
    }
    let value = match text.as_bytes().first() {
        Some(first) if !may_be_special(*first) => None,
        _ => special(text),
    };
    match (tag, value) {
        (Tag::Int, Some(value @ (Value::Int(_) | Value::UInt(_))))
        | (Tag::Float, Some(value @ Value::Float(_)))
        | (Tag::Bool, Some(value @ Value::Bool(_)))
        | (Tag::Null, Some(value @ Value::Null)) => Ok(value),
        (Tag::Float, Some(Value::Int(int))) => Ok(Value::Float(int as f64)),
        _ => Err(format!("this value is no `{}`", tag.name())),
    }
}
