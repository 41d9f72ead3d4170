//! Who decides whether a request is allowed: the authorizers of an API server.

use seawall_inventory::Place;
use seawall_yaml::Node;

use crate::Verdicts;
use crate::controlplane::component::Parameter;
use crate::controlplane::{Component, Part};

/// The flag of the authorizers.
pub(crate) const MODE: Parameter = Parameter::flag("authorization-mode");
/// The flag of the file that takes its place since 1.30.
const CONFIG: &str = "authorization-config";
/// The kind of document in that file.
const KIND: &str = "AuthorizationConfiguration";

/// The authorizers in order, and where they are named.
#[derive(Debug)]
pub(crate) struct Authorizers {
    pub(crate) modes: Vec<String>,
    /// Nobody named any: the default, `AlwaysAllow`, holds.
    pub(crate) by_default: bool,
    pub(crate) place: Place,
}

impl Authorizers {
    /// Reads the flag, or the document; `None` when there is no verdict.
    pub(crate) fn of(component: &Component<'_>, out: &mut Verdicts<'_>) -> Option<Self> {
        if component.part() == Part::Authorization {
            let list = component.document()?.get("authorizers");
            let modes = list.into_iter().flat_map(Node::items).filter_map(|one| one.str("type"));
            let place = component.field_place(&["authorizers"]);
            return Some(Authorizers { modes: modes.map(str::to_owned).collect(), by_default: false, place });
        }
        if !component.is_given(MODE.flag) && component.is_given(CONFIG) {
            if out.inventory().of_kind_any_group(KIND).next().is_some() {
                out.not_applicable();
            } else {
                let path = component.given(CONFIG).unwrap_or("a file");
                out.not_evaluated(format!("the authorizers are named in `{path}`, which is not here"));
            }
            return None;
        }
        let modes = component.read_list(&MODE, out)?;
        Some(Authorizers {
            by_default: modes.is_none(),
            modes: modes.unwrap_or_else(|| vec!["AlwaysAllow".to_owned()]),
            place: component.place_of(&MODE),
        })
    }

    /// Whether one of them is of this type.
    pub(crate) fn include(&self, mode: &str) -> bool {
        self.modes.iter().any(|one| one == mode)
    }

    /// What a message says of them.
    pub(crate) fn state(&self) -> String {
        match (self.by_default, self.modes.is_empty()) {
            (true, _) => {
                "kube-apiserver has no `--authorization-mode`, and the default is `AlwaysAllow`".to_owned()
            }
            (false, true) => "no authorizer is named".to_owned(),
            (false, false) => format!("the authorizers are `{}`", self.modes.join(",")),
        }
    }
}
