//! Changes of single parameters.

use seawall_core::{Edit, Fix, FixRisk, FixValue, Route};

use super::flags::Slot;
use super::{Component, Form, Parameter};

impl Component<'_> {
    /// Gives a flag a value: in its place, or as one more argument. `None` where no single edit does it.
    pub(crate) fn set(&self, risk: FixRisk, flag: &str, value: &str) -> Option<Fix> {
        if self.is_script() || self.is_document() {
            return None;
        }
        let edit = match self.last(flag) {
            Some(given) => match (&given.slot, &given.route) {
                (Slot::Joined, Some(route)) => replace(route, format!("--{flag}={value}")),
                (Slot::Alone(route), _) => replace(route, value.to_owned()),
                _ => self.add(flag, value)?,
            },
            None => self.add(flag, value)?,
        };
        Some(Fix { risk, edits: vec![edit] })
    }

    /// Sets a field of a document, or a flag to the same.
    pub(crate) fn set_either(&self, risk: FixRisk, parameter: &Parameter, value: FixValue) -> Option<Fix> {
        match &self.form {
            Form::Document { embedded: true, .. } => None,
            Form::Document { .. } if parameter.field.is_empty() => None,
            Form::Document { .. } => Some(Fix::set(risk, self.field_place(parameter.field).route, value)),
            _ => {
                let text = match value {
                    FixValue::Bool(flag) => flag.to_string(),
                    FixValue::Int(number) => number.to_string(),
                    FixValue::Str(text) => text,
                    FixValue::List(_) | FixValue::Map(_) => return None,
                };
                self.set(risk, parameter.flag, &text)
            }
        }
    }

    /// Takes a flag away, where it is given once and by a word of its own.
    pub(crate) fn unset_flag(&self, risk: FixRisk, flag: &str) -> Option<Fix> {
        let mut all = self.all(flag);
        let (given, None) = (all.next()?, all.next()) else { return None };
        match (&self.form, &given.slot, &given.route) {
            (Form::Command { script: false, .. }, Slot::Joined, Some(route)) => {
                Some(Fix::remove(risk, route.clone()))
            }
            (Form::ExtraArgs { named: false, .. }, _, Some(route)) => Some(Fix::remove(risk, route.clone())),
            _ => None,
        }
    }

    /// Adds an item to a flag that is a list.
    pub(crate) fn add_to_list(&self, risk: FixRisk, flag: &str, item: &str) -> Option<Fix> {
        match self.given(flag).filter(|text| !text.is_empty()) {
            Some(text) => self.set(risk, flag, &format!("{text},{item}")),
            None => self.set(risk, flag, item),
        }
    }

    /// Takes an item out of a flag that is a list and given once; an empty flag is taken away.
    pub(crate) fn remove_from_list(&self, risk: FixRisk, flag: &str, item: &str) -> Option<Fix> {
        if self.all(flag).count() != 1 {
            return None;
        }
        let left: Vec<&str> = self.given(flag)?.split(',').filter(|one| one.trim() != item).collect();
        if left.is_empty() { self.unset_flag(risk, flag) } else { self.set(risk, flag, &left.join(",")) }
    }

    fn add(&self, flag: &str, value: &str) -> Option<Edit> {
        Some(match &self.form {
            Form::Command { list, .. } => {
                Edit::Append { route: list.clone(), value: format!("--{flag}={value}").as_str().into() }
            }
            Form::ExtraArgs { args, named: false } => replace(&args.clone().key(flag), value.to_owned()),
            Form::ExtraArgs { args, named: true } => Edit::Append {
                route: args.clone(),
                value: FixValue::Map(vec![("name".into(), flag.into()), ("value".into(), value.into())]),
            },
            Form::Document { .. } => return None,
        })
    }
}

fn replace(route: &Route, text: String) -> Edit {
    Edit::Set { route: route.clone(), value: FixValue::Str(text) }
}
