//! What a check asks a component: one parameter, wherever it may stand.

use std::borrow::Cow;

use seawall_inventory::{GroupKind, Place};
use seawall_yaml::{Kind, Node};

use super::flags::{Flag, Value};
use super::{Component, Elsewhere, Form};
use crate::Verdicts;

/// A parameter of a component: a flag, and the field of a configuration document that means the same.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parameter {
    pub(crate) flag: &'static str,
    pub(crate) field: &'static [&'static str],
}

impl Parameter {
    /// A parameter that has no field.
    pub(crate) const fn flag(flag: &'static str) -> Self {
        Parameter { flag, field: &[] }
    }

    /// The same parameter in a document.
    pub(crate) const fn or_field(self, field: &'static [&'static str]) -> Self {
        Parameter { field, ..self }
    }

    /// How messages call it at a component.
    pub(crate) fn name_in(&self, component: &Component<'_>) -> String {
        if component.is_document() { self.field.join(".") } else { format!("--{}", self.flag) }
    }
}

/// What is known of a parameter, on the outside: `None` means that there is no verdict, and that it has been said why.
pub(crate) type Known<T> = Option<Option<T>>;

impl Component<'_> {
    /// The value in effect, as a text.
    pub(crate) fn read(&self, parameter: &Parameter, out: &mut Verdicts<'_>) -> Known<Cow<'_, str>> {
        if self.is_document() {
            let node = self.field(parameter, out)?;
            return Some(node.and_then(Node::scalar_text));
        }
        match self.last(parameter.flag) {
            Some(flag) => self.value(flag, out).map(|value| Some(Cow::Borrowed(value))),
            None => self.unset(parameter, out).then_some(None),
        }
    }

    /// The value as a switch.
    pub(crate) fn read_bool(&self, parameter: &Parameter, out: &mut Verdicts<'_>) -> Known<bool> {
        let Some(text) = self.read(parameter, out)? else { return Some(None) };
        match &*text {
            "true" | "True" | "TRUE" | "t" | "T" | "1" => Some(Some(true)),
            "false" | "False" | "FALSE" | "f" | "F" | "0" => Some(Some(false)),
            _ => {
                out.not_evaluated(format!("`{}` is neither true nor false", parameter.name_in(self)));
                None
            }
        }
    }

    /// The value as a whole number.
    pub(crate) fn read_int(&self, parameter: &Parameter, out: &mut Verdicts<'_>) -> Known<i64> {
        let Some(text) = self.read(parameter, out)? else { return Some(None) };
        let number: Option<i64> = text.trim().parse().ok();
        if number.is_none() {
            out.not_evaluated(format!("`{}` is no whole number", parameter.name_in(self)));
        }
        Some(Some(number?))
    }

    /// The value as a list: repeated flags add up, and commas divide.
    pub(crate) fn read_list(&self, parameter: &Parameter, out: &mut Verdicts<'_>) -> Known<Vec<String>> {
        if self.is_document() {
            let Some(node) = self.field(parameter, out)? else { return Some(None) };
            let items = node.items().filter_map(|item| item.as_str().map(str::to_owned));
            return Some(node.is_seq().then(|| items.collect()));
        }
        let mut list = Vec::new();
        for flag in self.all(parameter.flag) {
            let value = self.value(flag, out)?;
            list.extend(value.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned));
        }
        if !self.is_given(parameter.flag) {
            return self.unset(parameter, out).then_some(None);
        }
        Some(Some(list))
    }

    /// Whether a feature gate is set, by `--feature-gates` or in the field of that name; the last one counts.
    pub(crate) fn read_gate(&self, gate: &str, out: &mut Verdicts<'_>) -> Known<bool> {
        const GATES: Parameter = Parameter::flag("feature-gates").or_field(&["featureGates"]);
        if self.is_document() {
            return Some(self.field(&GATES, out)?.and_then(|gates| gates.bool(gate)));
        }
        let Some(gates) = self.read_list(&GATES, out)? else { return Some(None) };
        let of = |entry: &String| {
            let (name, value) = entry.split_once('=')?;
            (name.trim() == gate).then(|| value.trim().eq_ignore_ascii_case("true") || value.trim() == "1")
        };
        Some(gates.iter().rev().find_map(of))
    }

    /// Whether a flag is given at all.
    pub(crate) fn is_given(&self, flag: &str) -> bool {
        self.last(flag).is_some()
    }

    /// Whether the value of a flag comes from a variable that is not here.
    pub(crate) fn is_variable(&self, flag: &str) -> bool {
        self.last(flag).is_some_and(|given| given.value == Value::Unknown)
    }

    /// Whether a flag stands alone although it needs a value.
    pub(crate) fn lacks_value(&self, flag: &str) -> bool {
        self.last(flag).is_some_and(|given| given.value == Value::Missing)
    }

    /// The text of a flag as given, when it is known; for what a message adds.
    pub(crate) fn given(&self, flag: &str) -> Option<&str> {
        match &self.last(flag)?.value {
            Value::Known(text) => Some(text),
            Value::Unknown | Value::Missing => None,
        }
    }

    /// Where a parameter stands, or is to stand.
    pub(crate) fn place_of(&self, parameter: &Parameter) -> Place {
        if self.is_document() {
            return self.field_place(parameter.field);
        }
        let route = self.last(parameter.flag).and_then(|flag| flag.route.clone());
        self.place(route.unwrap_or_else(|| self.home()))
    }

    pub(super) fn last(&self, flag: &str) -> Option<&Flag<'_>> {
        self.all(flag).last()
    }

    pub(super) fn all(&self, flag: &str) -> impl Iterator<Item = &Flag<'_>> {
        self.flags.iter().filter(move |given| given.name == flag)
    }

    /// The field of the document; a parameter without one is not the document's business.
    fn field(&self, parameter: &Parameter, out: &mut Verdicts<'_>) -> Known<Node<'_>> {
        if parameter.field.is_empty() {
            out.not_applicable();
            return None;
        }
        Some(self.document()?.path(parameter.field).filter(|node| node.kind() != Kind::Null))
    }

    fn value<'c>(&'c self, flag: &'c Flag<'_>, out: &mut Verdicts<'_>) -> Option<&'c str> {
        if let Elsewhere::File(_, path) = &self.elsewhere
            && self.part.file_replaces_flags()
        {
            return self.in_file(path, out);
        }
        match &flag.value {
            Value::Known(text) => Some(text),
            Value::Unknown => {
                out.not_evaluated(format!("the value of `--{}` is a variable that is not here", flag.name));
                None
            }
            Value::Missing => {
                let name = self.part.name();
                out.not_evaluated(format!("`--{}` has no value, so that {name} refuses to start", flag.name));
                None
            }
        }
    }

    /// Whether a flag that is not given is really unset.
    fn unset(&self, parameter: &Parameter, out: &mut Verdicts<'_>) -> bool {
        match &self.elsewhere {
            Elsewhere::Nowhere => return true,
            Elsewhere::Judged => out.not_applicable(),
            Elsewhere::Unseen(why) => {
                out.not_evaluated(format!("`--{}` may be set: {why}", parameter.flag));
            }
            Elsewhere::File(_, path) => {
                let _: Option<&str> = self.in_file(path, out);
            }
        }
        false
    }

    /// No verdict: the parameter stands in a file. Where documents of that kind are here, they are judged.
    fn in_file<T>(&self, path: &str, out: &mut Verdicts<'_>) -> Option<T> {
        let Elsewhere::File(kind, _) = &self.elsewhere else { return None };
        if out.inventory().of_kind_any_group(kind).next().is_some() || self.is_kept_by_kubeadm(out) {
            out.not_applicable();
        } else {
            let name = self.part.name();
            out.not_evaluated(format!("{name} reads its parameters from `{path}`, which is not here"));
        }
        None
    }

    /// Whether the file comes from a ConfigMap that is judged by itself.
    fn is_kept_by_kubeadm(&self, out: &Verdicts<'_>) -> bool {
        let name = match self.part {
            super::Part::KubeProxy => "kube-proxy",
            super::Part::Kubelet => "kubelet-config",
            _ => return false,
        };
        out.inventory().find(GroupKind::new("", "ConfigMap"), Some("kube-system"), name).is_some()
    }

    /// Whether the arguments stand in one text, so that no single one can be changed.
    pub(super) fn is_script(&self) -> bool {
        matches!(self.form, Form::Command { script: true, .. })
    }
}
