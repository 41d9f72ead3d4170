//! The static type checker: what the API server finds out about an expression before it runs it.
//!
//! ```text
//! Ast ─ expand (macros written out) ─ Tree ─ infer (types, overloads) ─ validate (constants) ─ Checked ─ cost ─ Cost
//! ```
//!
//! Invariants, above all what is absent:
//! - types, issues and their texts are those of cel-go with the options of Kubernetes; the tables in `libraries` declare every
//!   function by version;
//! - nothing panics on any text, and the work is bounded: nodes, types and issues are counted;
//! - no protocol buffers: `google.protobuf` has no messages, only the types of durations and timestamps;
//! - no values: what an expression evaluates to is not known here, except for constants that the API server tries beforehand.
//!
//! Source: cel-go `checker`, `common/stdlib`, `cel/validator.go`; `apiserver/pkg/cel/{environment,library}`.

mod cost;
mod declare;
mod env;
mod expand;
mod infer;
mod issue;
mod names;
mod tree;
mod types;
mod unify;
mod validate;

#[cfg(test)]
mod tests;

pub use cost::{Cost, Size, Sizes, Unsized};
pub use env::{Environment, Types};
pub use issue::{Issue, Issues};
pub use types::Type;

use super::Limits;
use super::ast::{Ast, ExprId};
use super::parse::parse_all;
use tree::{NodeId, Tree};

/// An expression whose types are known.
#[derive(Debug)]
pub struct Checked {
    tree: Tree,
    types: Vec<Type>,
    overloads: Vec<Vec<&'static str>>,
}

impl Checked {
    /// The type of the whole.
    pub fn result(&self) -> &Type {
        self.tree.root().map_or(&Type::Error, |root| self.type_at(root))
    }

    /// Whether the value depends on a variable of the environment.
    pub fn uses(&self, variable: &str) -> bool {
        let mut uses = false;
        self.tree.walk(|id, _| {
            uses |= matches!(self.tree.kind(id), tree::Kind::Ident(name) if name.trim_start_matches('.') == variable);
        });
        uses
    }

    /// The type of a part; of a macro, that of its result.
    pub fn type_of(&self, expr: ExprId) -> Option<&Type> {
        self.tree.node_of(expr).map(|node| self.type_at(node))
    }

    /// The overloads that an operator or call may be: more than one where the types of its arguments are not known.
    pub fn overloads(&self, expr: ExprId) -> &[&'static str] {
        self.tree.node_of(expr).map_or(&[], |node| self.overloads_at(node))
    }

    fn type_at(&self, node: NodeId) -> &Type {
        self.types.get(node.index()).unwrap_or(&Type::Error)
    }

    fn overloads_at(&self, node: NodeId) -> &[&'static str] {
        self.overloads.get(node.index()).map_or(&[], Vec::as_slice)
    }
}

/// Finds the types of an expression. The text is the one that the tree was read from; issues show its lines.
pub fn check(text: &str, ast: &Ast, env: &Environment) -> Result<Checked, Issues> {
    let (mut tree, problems) = expand::expand(ast, env.features);
    if !problems.is_empty() {
        return Err(Issues::new(text, &problems));
    }
    let inferred = infer::infer(&mut tree, env);
    if !inferred.errors.is_empty() {
        return Err(Issues::new(text, &inferred.errors));
    }
    let checked = Checked { tree, types: inferred.types, overloads: inferred.overloads };
    let problems = validate::validate(&checked, env.features);
    if problems.is_empty() { Ok(checked) } else { Err(Issues::new(text, &problems)) }
}

/// Reads an expression and finds its types.
pub fn compile(text: &str, env: &Environment, limits: &Limits) -> Result<(Ast, Checked), Issues> {
    let ast = parse_all(text, limits).map_err(|errors| Issues::new(text, &errors))?;
    let checked = check(text, &ast, env)?;
    Ok((ast, checked))
}
