//! Defaults as edits of texts.

use seawall_core::Route;
use seawall_policy::defaults::{Chosen, TokenOfAccount, edits, fill};
use seawall_schema::Value;
use seawall_yaml::{Limits, Text, edit, read};

use super::chosen;
use crate::generate::count::objects;
use crate::generate::forms::Forms;
use crate::generate::judge::inventory;

fn all() -> Chosen {
    chosen("restricted.recommended.read-only-root")
}

#[test]
fn a_template_is_changed_in_its_text() {
    let text = Text::new(
        "spec:
  template:
    spec:
      # One is enough.
      containers:
      - name: web
        image: web:1
",
    );
    let (documents, _) = read(&text, &Limits::default());
    let route: Route = "spec.template.spec".parse().unwrap();
    let spec = documents[0].tree.root().at(&route).unwrap();
    let (edits, _) = edits(spec, &route, &all(), TokenOfAccount::Unsaid);
    assert_eq!(
        edit::apply(&documents[0].tree, &edits).unwrap().text,
        "spec:
  template:
    spec:
      # One is enough.
      containers:
      - name: web
        image: web:1
        securityContext:
          allowPrivilegeEscalation: false
          capabilities:
            drop:
              - ALL
          readOnlyRootFilesystem: true
      securityContext:
        seccompProfile:
          type: RuntimeDefault
        runAsNonRoot: true
      automountServiceAccountToken: false
"
    );
}

#[test]
fn a_text_says_what_the_pod_would_be() {
    let mut tried = 0;
    for seed in 0..objects() / 5 {
        let Some(forms) = Forms::of(seed) else { continue };
        // What the plugin has put in is taken out of lists.
        let written = forms.pairs().map(|(tree, _)| {
            let mut text = String::new();
            tree.root().write_yaml(&mut text);
            text
        });
        for written in written {
            let (documents, _) = read(&Text::new(&*written), &Limits::default());
            let tree = std::sync::Arc::new(documents.into_iter().next().unwrap().tree);
            let inventory = inventory([std::sync::Arc::clone(&tree)]);
            let resource = &inventory.resources()[0];
            for pod in resource.pods() {
                let route = resource.route_of(pod.spec());
                let (edits, _) = edits(pod.spec(), &route, &all(), TokenOfAccount::Unsaid);
                let edited = edit::apply(&tree, &edits).unwrap();
                let (documents, _) = read(&Text::new(edited.text), &Limits::default());
                let mut wanted = Value::of(pod.spec()).unwrap();
                fill(&mut wanted, &all(), TokenOfAccount::Unsaid);
                let seen = Value::of(documents[0].tree.root().at(&route).unwrap()).unwrap();
                assert!(seen.means(&wanted), "seed {seed}: {}", forms.written());
                tried += usize::from(!edits.is_empty());
            }
        }
    }
    assert!(tried > 100, "{tried}");
}
