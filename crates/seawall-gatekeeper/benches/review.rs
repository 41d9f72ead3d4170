//! What templates cost: to compile them once, and to judge one object by them.

use std::hint::black_box;
use std::sync::Arc;

use divan::Bencher;
use seawall_core::{Origin, OriginKind};
use seawall_gatekeeper::{Gatekeeper, Point};
use seawall_inventory::{Inventory, InventoryBuilder, Resource};
use seawall_policy::admission::{Resources, User};
use seawall_schema::Schemas;
use seawall_yaml::{Limits, NodeId, Text, read};

const POLICIES: &str = include_str!("../tests/it/data/owner.yaml");
const POD: &str = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"shop","labels":{"owner":"nobody","tier":"front"}},
"spec":{"serviceAccountName":"web","hostNetwork":false,"containers":[
{"name":"web","image":"registry.example/web:1.2","ports":[{"containerPort":80}],"securityContext":{"privileged":false,"runAsUser":1000,"capabilities":{"drop":["ALL"]}}},
{"name":"proxy","image":"registry.example/proxy:3","securityContext":{"privileged":false,"allowPrivilegeEscalation":false}}]}}"#;

fn main() {
    divan::main();
}

fn inventory(text: &str) -> Inventory {
    let mut builder = InventoryBuilder::new();
    for document in read(&Text::new(text), &Limits::default()).0 {
        let origin = Origin {
            file: "policies.yaml".into(),
            document: document.index,
            line: 1,
            kind: OriginKind::File,
        };
        if let Ok(resource) = Resource::new(Arc::new(document.tree), NodeId::ROOT, origin, None) {
            builder.push(resource);
        }
    }
    builder.build()
}

/// One template and two constraints.
#[divan::bench]
fn compile(bencher: Bencher<'_, '_>) {
    let policies = inventory(POLICIES);
    bencher.bench_local(|| black_box(Gatekeeper::read(&policies)).0.len());
}

/// Two constraints over one pod, of which one is refused and one warned about; the request is converted each time.
#[divan::bench]
fn judge(bencher: Bencher<'_, '_>) {
    let (set, _) = Gatekeeper::read(&inventory(POLICIES));
    let (known, schemas) = (Inventory::default(), Schemas::builtin());
    let pod = inventory(POD);
    let (resources, user) = (Resources::new(&schemas), User::default());
    let Some(request) = pod.resources().first().and_then(|pod| resources.create(pod.root(), &user)) else {
        return;
    };
    bencher.bench_local(|| black_box(set.judge(&request, &known, Point::Webhook)).denials.len());
}
