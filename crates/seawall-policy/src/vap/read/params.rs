//! `paramKind` of policies and `paramRef` of bindings.
//!
//! Source: `validateParamKind`, `validateParamRef`.

use super::fault::Faults;
use super::field::Field;
use super::names;
use super::selector::selector;
use crate::vap::policy::{ParamChoice, ParamKind, ParamRef};

/// Reads `paramKind`, which is there.
pub(crate) fn kind(field: &Field<'_>, faults: &mut Faults) -> ParamKind {
    let (version, kind) = (field.key("apiVersion"), field.key("kind"));
    let text = version.text_or_empty(faults);
    let (group, name) = match text.split('/').collect::<Vec<_>>().as_slice() {
        [""] => {
            faults.required(&version.route, "");
            ("", "")
        }
        [version] => ("", *version),
        [group, version] => (*group, *version),
        _ => {
            faults.invalid(&version.route, text, &format!("unexpected GroupVersion string: {text}"));
            ("", "")
        }
    };
    if text.split('/').count() <= 2 && !text.is_empty() {
        let wrong = if group.is_empty() { Vec::new() } else { names::dns_subdomain(group) };
        if !wrong.is_empty() {
            faults.invalid(&version.route, group, &wrong.join(","));
        }
        if name.is_empty() {
            faults.invalid(&version.route, text, "version must be specified");
        } else {
            let wrong = names::dns_1035_label(name);
            if !wrong.is_empty() {
                faults.invalid(&version.route, name, &wrong.join(","));
            }
        }
    }
    let named = kind.text_or_empty(faults);
    if named.is_empty() {
        faults.required(&kind.route, "");
    } else {
        let wrong = names::dns_1035_label(&named.to_lowercase());
        if !wrong.is_empty() {
            let detail = format!("may have mixed case, but should otherwise match: {}", wrong.join(","));
            faults.invalid(&kind.route, named, &detail);
        }
    }
    ParamKind { group: group.into(), version: name.into(), kind: named.into() }
}

/// Reads `paramRef`, which is there; `None` when it is refused.
pub(crate) fn reference(field: &Field<'_>, faults: &mut Faults) -> Option<ParamRef> {
    const EXCLUSIVE: &str = "name and selector are mutually exclusive";
    let (name_field, selector_field) = (field.key("name"), field.key("selector"));
    let name = name_field.text_or_empty(faults);
    let selected = selector_field.clone().object(faults);
    if !name.is_empty() {
        for error in names::path_segment(name) {
            faults.invalid(&name_field.route, name, &error);
        }
        if selected.is_some() {
            faults.forbidden(&name_field.route, EXCLUSIVE);
        }
    }
    let selected = selected.map(|field| selector(&field, faults));
    if selected.is_some() && !name.is_empty() {
        faults.forbidden(&selector_field.route, EXCLUSIVE);
    }
    if name.is_empty() && selected.is_none() {
        faults.required(&field.route, "one of name or selector must be specified");
    }
    let action = field.key("parameterNotFoundAction");
    let deny_missing = match action.text_or_empty(faults) {
        "Deny" => true,
        "Allow" => false,
        "" => {
            faults.required(&action.route, "");
            true
        }
        other => {
            faults.not_supported(&action.route, other, &["Deny", "Allow"]);
            true
        }
    };
    let namespace = field.key("namespace").text_or_empty(faults).into();
    let choice = match selected {
        Some(selector) => ParamChoice::Selected(selector),
        None => ParamChoice::Named(name.into()),
    };
    Some(ParamRef { choice, namespace, deny_missing })
}
