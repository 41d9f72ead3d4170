//! Runs generated policies as the API server does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use seawall_core::{Origin, OriginKind};
use seawall_inventory::{Inventory, InventoryBuilder, Resource};
use seawall_policy::admission::{Resources, User};
use seawall_policy::generate::find;
use seawall_policy::vap::{PolicySet, World};
use seawall_yaml::{Limits, Node, NodeId, Text, Tree, read};

use super::forms::SCHEMAS;

static RESOURCES: LazyLock<Resources<'static>> = LazyLock::new(|| Resources::new(&SCHEMAS));
static NOTHING: LazyLock<Inventory> = LazyLock::new(|| inventory([]));

/// The documents of a text.
pub(crate) fn documents(text: &str) -> Vec<Tree> {
    let (documents, problems) = read(&Text::new(text), &Limits::default());
    assert!(problems.is_empty(), "{problems:?}\n{text}");
    documents.into_iter().map(|document| document.tree).collect()
}

/// An inventory of these objects.
pub(crate) fn inventory(trees: impl IntoIterator<Item = Arc<Tree>>) -> Inventory {
    let mut builder = InventoryBuilder::new();
    for tree in trees {
        let origin = Origin { file: "t.json".into(), document: 0, line: 1, kind: OriginKind::Cluster };
        builder.push(Resource::new(tree, NodeId::ROOT, origin, None).unwrap());
    }
    builder.build()
}

/// Policies in force, and the checks of their validations in order.
pub(super) struct Judge {
    set: PolicySet,
    checks: BTreeMap<String, Vec<String>>,
}

/// What is wrong, by check; nothing for those that hold.
pub(super) type Failures = BTreeMap<String, String>;

impl Judge {
    /// The policies of a generated text, which the API server takes as they are.
    pub(super) fn new(text: &str) -> Self {
        let trees: Vec<Arc<Tree>> = documents(text).into_iter().map(Arc::new).collect();
        let mut checks = BTreeMap::new();
        for tree in trees.iter().filter(|tree| tree.root().str("kind") == Some("ValidatingAdmissionPolicy")) {
            let metadata = tree.root().get("metadata").unwrap();
            let list = metadata.get("annotations").unwrap().str("seawall.dev/checks").unwrap();
            let own = list.split(", ").map(str::to_owned).collect();
            checks.insert(metadata.str("name").unwrap().to_owned(), own);
        }
        let (set, problems) = PolicySet::read(&inventory(trees));
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(set.len(), checks.len());
        Judge { set, checks }
    }

    /// What they say of an object that is made.
    pub(super) fn create(&self, object: Node<'_>) -> Failures {
        self.ask(Some(object), None)
    }

    /// What they say of an object that is changed.
    pub(super) fn update(&self, object: Node<'_>, old: Node<'_>) -> Failures {
        self.ask(Some(object), Some(old))
    }

    fn ask(&self, object: Option<Node<'_>>, old: Option<Node<'_>>) -> Failures {
        let user = User { name: "alice", ..User::default() };
        let operation = match old {
            Some(_) => seawall_policy::admission::Operation::Update,
            None => seawall_policy::admission::Operation::Create,
        };
        let request = RESOURCES.request(operation, object, old, &user).unwrap();
        let decision = self.set.judge(&request, &World::new(&NOTHING, None));
        assert!(decision.not_judged.is_empty(), "{:?}", decision.not_judged);
        let mut failures = Failures::new();
        for failure in decision.failures {
            let check = &self.checks[&*failure.policy][failure.validation];
            let said = failure.message.strip_prefix(&format!("{check}: "));
            let said = said.unwrap_or_else(|| panic!("{check}: {}", failure.message));
            failures.insert(check.clone(), said.to_owned());
        }
        failures
    }
}

/// Whether the policy of a check judges a kind.
pub(super) fn judges(check: &str, kind: &str) -> bool {
    find(check).is_some_and(|policy| policy.kinds().into_iter().collect::<BTreeSet<_>>().contains(kind))
}
