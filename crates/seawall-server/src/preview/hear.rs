//! Everybody is asked: those who change objects first, then those who judge what came of it.

use std::sync::Arc;

use seawall_policy::admission::Request;
use seawall_yaml::Tree;

use super::{Heard, Preview};
use crate::images::Looked;
use crate::judge::Around;

impl Preview<'_> {
    /// Whether anybody changes objects, so that what is judged depends on modes.
    pub(super) fn changes_objects(&self) -> bool {
        !self.desk.changers().is_empty()
    }

    /// What all say; a policy of which `changes` takes the id and the family changes the object for those behind it.
    pub(super) fn hear(
        &self,
        request: &Request<'_>,
        tree: &Arc<Tree>,
        changes: &dyn Fn(&str, &str) -> bool,
    ) -> Vec<Heard> {
        let (desk, known, today) = (self.desk, self.desk.known(), self.desk.today());
        let nothing = Looked::default();
        let base = Around { tree, known: &known, budget: &self.budget, today, looked: &nothing };
        let mut changed: Option<Arc<Tree>> = None;
        let mut heard = Vec::new();
        for changer in desk.changers().iter() {
            let family = changer.family();
            let counts = |id: &str| changes(id, family);
            if request.object.is_none() || !changer.ids().iter().any(|id| counts(id)) {
                continue;
            }
            let request = of(request, changed.as_deref());
            let around = Around { tree: changed.as_ref().unwrap_or(tree), ..base };
            let mut decision = desk.ask(family, &self.budget, || changer.change(&request, &around, &counts));
            // What is refused is not changed.
            if let Some(object) = decision.object.take().filter(|_| decision.denials.is_empty()) {
                changed = Some(Arc::new(object));
            }
            heard.push((family.to_owned(), decision));
        }
        let request = of(request, changed.as_deref());
        let around = Around { tree: changed.as_ref().unwrap_or(tree), ..base };
        for judge in desk.judges().iter() {
            let decision = desk.ask(judge.name(), &self.budget, || judge.judge(&request, &around));
            heard.push((judge.name().to_owned(), decision));
        }
        heard
    }
}

/// A request with what became of its object.
fn of<'t>(request: &Request<'t>, changed: Option<&'t Tree>) -> Request<'t> {
    Request { object: changed.map(Tree::root).or(request.object), ..request.clone() }
}
