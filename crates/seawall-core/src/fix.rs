//! Changes to a resource, on routes: turned into text edits or a JSON patch elsewhere.

use crate::Route;
use crate::names::named_enum;

named_enum! {
    /// How likely it is that applying a fix breaks the workload.
    "fix risk" FixRisk {
        /// Almost every workload goes on working.
        Low = "low",
        /// Some workloads need more than this change.
        Medium = "medium",
        /// Most workloads need other changes first.
        High = "high",
    }
}

/// A value that a fix writes. Maps keep their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FixValue {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A text.
    Str(String),
    /// A list.
    List(Vec<FixValue>),
    /// A map.
    Map(Vec<(String, FixValue)>),
}

impl From<&str> for FixValue {
    fn from(text: &str) -> Self {
        FixValue::Str(text.to_owned())
    }
}

impl From<bool> for FixValue {
    fn from(value: bool) -> Self {
        FixValue::Bool(value)
    }
}

impl From<i64> for FixValue {
    fn from(value: i64) -> Self {
        FixValue::Int(value)
    }
}

/// One change. Missing parents of a set or an append are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Give the place this value, whether or not it exists.
    Set {
        /// The place.
        route: Route,
        /// The new value.
        value: FixValue,
    },
    /// Take the key or item away.
    Remove {
        /// The place.
        route: Route,
    },
    /// Add an item to the end of a list, which is made if it is missing.
    Append {
        /// The list.
        route: Route,
        /// The new item.
        value: FixValue,
    },
}

impl Edit {
    /// The place that the edit is about.
    pub fn route(&self) -> &Route {
        match self {
            Edit::Set { route, .. } | Edit::Remove { route } | Edit::Append { route, .. } => route,
        }
    }
}

/// Edits that cure a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// How likely the change is to break something.
    pub risk: FixRisk,
    /// The edits, applied together, all to the finding's subject.
    pub edits: Vec<Edit>,
}

impl Fix {
    /// A fix of one edit that sets a value.
    pub fn set(risk: FixRisk, route: Route, value: impl Into<FixValue>) -> Self {
        Fix { risk, edits: vec![Edit::Set { route, value: value.into() }] }
    }

    /// A fix of one edit that removes a key or an item.
    pub fn remove(risk: FixRisk, route: Route) -> Self {
        Fix { risk, edits: vec![Edit::Remove { route }] }
    }
}
