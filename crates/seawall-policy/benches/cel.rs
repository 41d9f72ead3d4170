//! Expressions on a pod that has been read: what one rule costs at admission.

use std::hint::black_box;

use divan::Bencher;
use seawall_policy::cel::{Bindings, Limits, Names, Program, Value};
use seawall_yaml::{Limits as ReadLimits, Text, Tree, read};

const POD: &str = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"shop","labels":{"app":"web","tier":"front"}},
"spec":{"serviceAccountName":"web","hostNetwork":false,"containers":[
{"name":"web","image":"registry.example/web:1.2","ports":[{"containerPort":80}],"securityContext":{"privileged":false,"runAsUser":1000,"capabilities":{"drop":["ALL"]}}},
{"name":"proxy","image":"registry.example/proxy:3","securityContext":{"privileged":false,"allowPrivilegeEscalation":false}}]}}"#;

const EXPRESSIONS: [&str; 5] = [
    "object.metadata.name == 'web'",
    "object.spec.containers.all(c, !has(c.securityContext) || !has(c.securityContext.privileged) || c.securityContext.privileged == false)",
    "object.spec.containers.all(c, c.image.startsWith('registry.example/'))",
    "object.spec.?hostNetwork.orValue(false) == false && !has(object.spec.hostPID)",
    "object.spec.containers.all(c, c.image.matches('^[a-z.]+/[a-z]+:[0-9.]+$'))",
];

fn main() {
    divan::main();
}

fn tree() -> Tree {
    read(&Text::new(POD), &ReadLimits::default()).0.pop().map_or_else(Tree::null, |document| document.tree)
}

#[divan::bench(args = EXPRESSIONS)]
fn evaluate(bencher: Bencher<'_, '_>, text: &str) {
    let tree = tree();
    let mut names = Names::new();
    let object = names.declare("object");
    let Ok(program) = Program::compile(text, &names, &Limits::default()) else { return };
    let mut bindings = Bindings::new();
    bindings.set(object, Value::from_node(tree.root()));
    bencher.bench_local(|| black_box(program.evaluate(&bindings)).is_ok());
}

#[divan::bench(args = EXPRESSIONS)]
fn compile(bencher: Bencher<'_, '_>, text: &str) {
    let mut names = Names::new();
    names.declare("object");
    bencher.bench_local(|| black_box(Program::compile(text, &names, &Limits::default())).is_ok());
}
