//! Everybody is asked: those who change objects first, then those who judge what came of it.

use std::sync::Arc;

use seawall_policy::admission::Request;
use seawall_yaml::Tree;

use super::{Heard, Preview};
use crate::images::Looked;
use crate::judge::{Around, in_turn, with_object};

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
        let mut heard = Vec::new();
        let changed = in_turn(&desk.changers(), request, &base, |changer, request, around| {
            let family = changer.family();
            let counts = |id: &str| changes(id, family);
            if request.object.is_none() || !changer.ids().iter().any(|id| counts(id)) {
                return None;
            }
            let mut decision = desk.ask(family, &self.budget, || changer.change(request, around, &counts));
            // What is refused is not changed.
            let object = decision.object.take().filter(|_| decision.denials.is_empty());
            heard.push((family.to_owned(), decision));
            object
        });
        let (request, around) = with_object(request, &base, changed.as_ref());
        for judge in desk.judges().iter() {
            let decision = desk.ask(judge.name(), &self.budget, || judge.judge(&request, &around));
            heard.push((judge.name().to_owned(), decision));
        }
        heard
    }
}
