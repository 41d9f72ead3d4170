//! What becomes of paths when a subject holds other roles than today.

use seawall_core::{Edit, Route};
use seawall_inventory::{BindingView, Inventory};
use seawall_rbac::Subject;
use serde::Serialize;

use crate::ask::{Filter, Pair};
use crate::plan::change::ObjectChange;
use crate::plan::site::Site;
use crate::plan::state::State;

/// The paths that go, and those of the subject that stay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Replaced {
    /// Pairs that are gone, of whomever.
    pub removed: Vec<Pair>,
    /// Pairs of the subject and of what runs as it that are still there.
    pub remaining: Vec<Pair>,
}

/// Takes the subject out of all bindings that name it, but for those of a vanilla control plane, and applies a manifest
/// instead. `None` when that cannot be carried out.
pub fn replaced(inventory: &Inventory, subject: &Subject, manifest: &str) -> Option<Replaced> {
    let (mut state, _) = State::of(inventory);
    // The default filter names nothing that could be missing.
    let before = state.model().pairs(&Filter::default()).unwrap_or_default();
    let mut changes = Vec::new();
    for binding in state.model().rbac.bindings().filter(|binding| !binding.is_expected()) {
        let word = state.model().rbac.binding_name(binding).to_string();
        changes.extend(
            state.find(&word).and_then(BindingView::of).and_then(|view| without(&word, &view, subject)),
        );
    }
    changes.push(ObjectChange::Apply(manifest.to_owned()));
    state.change(&changes)?;
    let after = state.model().pairs(&Filter::default()).unwrap_or_default();
    let site = Site::of(inventory);
    let mut own = vec![subject.to_string()];
    if let Subject::ServiceAccount { namespace, name } = subject {
        own.extend(site.runs(namespace, name).iter().cloned());
    }
    Some(Replaced {
        removed: before.difference(&after).cloned().collect(),
        remaining: after.into_iter().filter(|pair| own.contains(&pair.from)).collect(),
    })
}

/// The binding without the subject; `None` when it does not name it.
fn without(word: &str, view: &BindingView<'_>, subject: &Subject) -> Option<ObjectChange> {
    let (kind, namespace, name) = match subject {
        Subject::User(name) => ("User", None, &**name),
        Subject::Group(name) => ("Group", None, &**name),
        Subject::ServiceAccount { namespace, name } => ("ServiceAccount", Some(&**namespace), &**name),
    };
    let named = |place: &usize| {
        let node = view.resource().root().get("subjects").and_then(|subjects| subjects.item(*place));
        let own = view.subjects().find(|own| Some(own.node.id()) == node.map(|node| node.id()));
        own.is_some_and(|own| {
            let identity = own.identity(view);
            &*identity.kind == kind
                && &*identity.name == name
                && (namespace.is_none() || identity.namespace.as_deref() == namespace)
        })
    };
    let count = view.resource().root().list("subjects").count();
    let places: Vec<usize> = (0..count).filter(named).collect();
    if places.is_empty() {
        return None;
    }
    if places.len() == count {
        return Some(ObjectChange::Delete(word.to_owned()));
    }
    let remove = |place: usize| Edit::Remove { route: Route::root().key("subjects").index(place) };
    Some(ObjectChange::Edit(word.to_owned(), places.into_iter().map(remove).collect()))
}
