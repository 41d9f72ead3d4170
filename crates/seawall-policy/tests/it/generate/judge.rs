//! Runs generated policies: the variables one after the other, then the validations.

use std::collections::BTreeMap;

use seawall_policy::cel::{Bindings, Limits, Names, Program, Slot, Value};
use seawall_yaml::{Limits as Reading, Node, Text, Tree, read};

/// What the API server binds.
const ROOTS: [&str; 6] = ["object", "oldObject", "request", "params", "namespaceObject", "authorizer"];

/// A policy ready to run.
pub(super) struct Runner {
    variables: Vec<(String, Slot, Program)>,
    validations: Vec<Validation>,
    names: Names,
}

struct Validation {
    check: String,
    expression: Program,
    message: Program,
}

/// What a validation says: no message when it holds.
pub(super) type Verdicts = BTreeMap<String, Option<String>>;

/// The documents of a text.
pub(super) fn documents(text: &str) -> Vec<Tree> {
    let (documents, problems) = read(&Text::new(text), &Reading::default());
    assert!(problems.is_empty(), "{problems:?}\n{text}");
    documents.into_iter().map(|document| document.tree).collect()
}

impl Runner {
    /// The policies of a generated text, without their bindings.
    pub(super) fn all(text: &str) -> Vec<Runner> {
        let documents = documents(text);
        let policies =
            documents.iter().filter(|tree| tree.root().str("kind") == Some("ValidatingAdmissionPolicy"));
        policies.map(|tree| Runner::new(tree.root())).collect()
    }

    fn new(policy: Node<'_>) -> Runner {
        let spec = policy.get("spec").unwrap();
        let mut names = Names::new();
        for root in ROOTS {
            names.declare(root);
        }
        let mut variables = Vec::new();
        for variable in spec.list("variables") {
            let program = compile(variable.str("expression").unwrap(), &names);
            let name = variable.str("name").unwrap();
            let slot = names.declare(&format!("variables.{name}"));
            variables.push((name.to_owned(), slot, program));
        }
        let validation = |node: Node<'_>| {
            let message = node.str("message").unwrap();
            Validation {
                check: message.split_once(':').unwrap().0.to_owned(),
                expression: compile(node.str("expression").unwrap(), &names),
                message: compile(node.str("messageExpression").unwrap(), &names),
            }
        };
        let validations = spec.list("validations").map(validation).collect();
        for condition in spec.list("matchConditions") {
            compile(condition.str("expression").unwrap(), &names);
        }
        Runner { variables, validations, names }
    }

    /// What it says of an object.
    pub(super) fn judge(&self, object: Node<'_>) -> Verdicts {
        let mut bindings = Bindings::new();
        bindings.set(self.names.slot("object").unwrap(), Value::from_node(object));
        bindings.set(self.names.slot("oldObject").unwrap(), Value::Null);
        // A variable that fails matters to those who ask for it.
        let mut failed = Vec::new();
        for (name, slot, program) in &self.variables {
            match program.evaluate(&bindings) {
                Ok(value) => bindings.set(*slot, value),
                Err(error) => failed.push(format!("{name}: {error}")),
            }
        }
        let mut verdicts = Verdicts::new();
        for validation in &self.validations {
            let holds = match validation.expression.evaluate(&bindings) {
                Ok(Value::Bool(holds)) => holds,
                other => panic!("{}: {other:?} {failed:?}", validation.check),
            };
            let message = (!holds).then(|| match validation.message.evaluate(&bindings) {
                Ok(Value::Str(text)) => {
                    text.strip_prefix(&format!("{}: ", validation.check)).unwrap().to_owned()
                }
                other => panic!("{}: {other:?}", validation.check),
            });
            verdicts.insert(validation.check.clone(), message);
        }
        verdicts
    }
}

fn compile(text: &str, names: &Names) -> Program {
    let program =
        Program::compile(text, names, &Limits::default()).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert!(program.unresolved().is_empty(), "{:?}\n{text}", program.unresolved());
    program
}
