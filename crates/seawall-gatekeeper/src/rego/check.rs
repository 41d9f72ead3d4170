//! What a template may not hold, found before it ever judges.
//!
//! Sources: `pkg/regorewriter/regorewriter.go` (imports and data), `pkg/client/drivers/rego/driver.go` (`violation` must
//! be there), OPA's compiler (functions must exist, rules must not recurse).

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{AssignOp, Expr, Literal, Module, Rule, RuleHead};

use super::builtins::{self, Known};
use super::rewrite;
use super::walk::{self, Part};
use super::written::Written;
use crate::fault::Fault;

/// How many rules may stand in each other: each takes its share of the stack.
const DEEPEST: usize = 24;

/// One module with the text that it was read from.
pub(super) struct Source<'t> {
    pub(super) written: Written<'t>,
    /// The text as it was parsed: what is written, with statements apart ([`rewrite::statements`]).
    pub(super) text: String,
    pub(super) module: regorus::unstable::Ref<Module>,
}

/// What the modules of a template reach for.
#[derive(Debug, Default)]
pub(super) struct Uses {
    /// Built-in functions.
    pub(super) builtins: BTreeSet<&'static str>,
    /// The kinds of `data.inventory` that are read; `None` when they are not told by constants.
    pub(super) inventory: Vec<Option<String>>,
    /// Whether the object as it was before may be read.
    pub(super) old_object: bool,
    /// Whether `namespaceObject` of the review is read.
    pub(super) namespace: bool,
}

/// Checks the modules of a template, the one with `violation` first.
pub(super) fn check(sources: &[Source<'_>]) -> Result<Uses, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut uses = Uses::default();
    let rules = Rules::of(sources);
    for (place, source) in sources.iter().enumerate() {
        let package = package(&source.module);
        if place > 0 && !(package.starts_with("data.lib.")) {
            let span = &source.module.package.span;
            faults.push(source.written.fault(
                span.line,
                span.col,
                format!("Rego: the package of a library must lie below `lib`, not be `{package}`"),
            ));
        }
        imports(source, &mut faults);
        keywords(source, &mut faults);
        parts(source, &rules, &mut uses, &mut faults);
    }
    if let Some(first) = sources.first() {
        let wanted = format!("{}.violation", package(&first.module));
        if !rules.by_name.contains_key(&wanted) {
            faults.push(first.written.fault(
                1,
                1,
                "Rego: there is no rule `violation`, so nothing would be judged",
            ));
        }
    }
    if faults.is_empty() {
        faults.extend(rules.recursion(sources));
    }
    if faults.is_empty() { Ok(uses) } else { Err(faults) }
}

/// `data.` and the package of a module.
pub(super) fn package(module: &Module) -> String {
    let names = walk::chain(&module.package.refr).map(|chain| chain.names.join(".")).unwrap_or_default();
    format!("data.{names}")
}

fn imports(source: &Source<'_>, faults: &mut Vec<Fault>) {
    for import in &source.module.imports {
        let names = walk::chain(&import.refr).map(|chain| chain.names).unwrap_or_default();
        let allowed =
            matches!(names.as_slice(), ["data", "lib", _, ..] | ["future", "keywords", ..] | ["rego", "v1"]);
        if !allowed {
            faults.push(source.written.fault(
                import.span.line,
                import.span.col,
                format!(
                    "Rego: `{}` cannot be imported; templates import libraries (`data.lib…`)",
                    names.join(".")
                ),
            ));
        }
    }
}

/// Words of the new syntax, which the old one takes for names where nothing imports them.
fn keywords(source: &Source<'_>, faults: &mut Vec<Fault>) {
    let mut complain = |span: &regorus::unstable::Span| {
        let word = span.text();
        faults.push(source.written.fault(
            span.line,
            span.col,
            format!("Rego: `{word}` is a name here, no keyword; hint: `version: v1`, or `import future.keywords.{word}`"),
        ));
    };
    for rule in &source.module.policy {
        if let Rule::Spec { head, .. } = &**rule {
            let (RuleHead::Compr { refr, .. } | RuleHead::Set { refr, .. } | RuleHead::Func { refr, .. }) =
                head;
            let span = walk::first(refr).span();
            if matches!(span.text(), "contains" | "every" | "if" | "in") {
                complain(span);
            }
        }
    }
    walk::module(&source.module, &mut |part| match part {
        Part::Expr(Expr::Var { span, .. }) if matches!(span.text(), "every" | "if" | "in") => complain(span),
        _ => {}
    });
}

fn parts<'t>(source: &'t Source<'_>, rules: &Rules<'t>, uses: &mut Uses, faults: &mut Vec<Fault>) {
    let module = &*source.module;
    let text = source.text.as_str();
    let mut complain = |expr: &Expr, message: String| {
        let span = walk::first(expr).span();
        faults.push(source.written.fault(span.line, span.col, message));
    };
    // References whose tails were looked at with the whole.
    let mut seen: BTreeSet<(u32, u32)> = BTreeSet::new();
    let reads = text.contains("data.inventory") || text.contains("data[\"inventory\"]");
    walk::module(module, &mut |part| match part {
        Part::Expr(one @ Expr::Call { fcn, params, .. }) => {
            if let Err(message) = call(module, fcn, params.len(), rules, uses) {
                complain(one, message);
            }
        }
        Part::Expr(one @ (Expr::RefDot { .. } | Expr::RefBrack { .. } | Expr::Var { .. })) => {
            let span = one.span();
            let part_of_known = seen.contains(&(span.start, span.line));
            seen.insert((span.start, span.line));
            if part_of_known {
                return;
            }
            let Some(chain) = walk::chain(one) else { return };
            match chain.names.as_slice() {
                ["data", "inventory", ..] => uses.inventory.push(kind_in_inventory(one)),
                ["data", "lib", ..] => {}
                ["data", ..] => complain(
                    one,
                    format!(
                        "Rego: `{}` cannot be read; templates read `data.inventory` and libraries (`data.lib…`)",
                        span.text()
                    ),
                ),
                [name, ..] if name.starts_with(rewrite::MADE) => {
                    complain(one, format!("Rego: the name `{name}` is reserved"))
                }
                _ => {}
            }
        }
        Part::Statement(stmt) => {
            for modifier in &stmt.with_mods {
                let root = walk::chain(&modifier.refr)
                    .and_then(|chain| chain.names.first().copied())
                    .unwrap_or_default();
                if root != "input" || reads {
                    complain(
                        &modifier.refr,
                        format!(
                            "Rego: `with {}` is not supported{}",
                            modifier.refr.span().text(),
                            if root == "input" { " where `data.inventory` is read" } else { "" }
                        ),
                    );
                }
            }
        }
        Part::Expr(_) => {}
    });
    uses.namespace |= text.contains("namespaceObject");
    // By its name, or by one that is made up.
    uses.old_object |= text.contains("oldObject") || text.contains("review[");
}

/// The kind that a reference into the inventory names: `data.inventory.namespace[ns][version][KIND]`.
///
/// Source: `clusterScopedKey` and `namespaceScopedKey` (`pkg/target/target.go`).
fn kind_in_inventory(one: &Expr) -> Option<String> {
    let steps = walk::steps(one);
    let kind = match steps.get(1).copied()?? {
        "namespace" => steps.get(4)?,
        "cluster" => steps.get(3)?,
        _ => return None,
    };
    (*kind).map(str::to_owned)
}

fn call(module: &Module, fcn: &Expr, given: usize, rules: &Rules<'_>, uses: &mut Uses) -> Result<(), String> {
    let Some(chain) = walk::chain(fcn).filter(|chain| chain.whole) else {
        return Err("Rego: only named functions can be called".to_owned());
    };
    let name = chain.names.join(".");
    let full = rules.resolve(module, &chain.names);
    if let Some(arguments) = full.and_then(|full| rules.functions.get(&full).copied()) {
        // The result may be taken as one more argument.
        return match given == arguments || given == arguments + 1 {
            true => Ok(()),
            false => Err(format!("Rego: `{name}` takes {arguments} arguments, not {given}")),
        };
    }
    match builtins::known(&name) {
        Known::Arguments(usize::MAX) => Ok(()),
        Known::Arguments(arguments) if given == arguments || given == arguments + 1 => {
            if let Some((own, _)) = regorus::unstable::BUILTINS.get_key_value(name.as_str()) {
                uses.builtins.insert(own);
            }
            Ok(())
        }
        Known::Arguments(arguments) => {
            Err(format!("Rego: `{name}` takes {arguments} arguments, not {given}"))
        }
        Known::Forbidden(why) => Err(format!("Rego: `{name}` cannot be called: {why}")),
        Known::Missing => Err(format!(
            "Rego: there is no function `{name}` here; a verdict without it would be wrong; hint: write the rule without \
             it, or as a ValidatingAdmissionPolicy"
        )),
    }
}

/// The rules of all modules.
struct Rules<'t> {
    /// By full name, the places of the rules: module and rule.
    by_name: BTreeMap<String, Vec<(&'t Module, &'t Rule)>>,
    /// How many arguments functions take.
    functions: BTreeMap<String, usize>,
}

impl<'t> Rules<'t> {
    fn of(sources: &'t [Source<'_>]) -> Self {
        let mut rules = Rules { by_name: BTreeMap::new(), functions: BTreeMap::new() };
        for source in sources {
            let package = package(&source.module);
            for rule in &source.module.policy {
                let (refr, arguments) = match &**rule {
                    Rule::Spec { head: RuleHead::Func { refr, args, .. }, .. } => (refr, Some(args.len())),
                    Rule::Spec {
                        head: RuleHead::Compr { refr, .. } | RuleHead::Set { refr, .. }, ..
                    } => (refr, None),
                    Rule::Default { refr, args, .. } => (refr, (!args.is_empty()).then_some(args.len())),
                };
                let Some(chain) = walk::chain(refr) else { continue };
                let name = format!("{package}.{}", chain.names.first().copied().unwrap_or_default());
                if let Some(arguments) = arguments {
                    rules.functions.insert(format!("{package}.{}", chain.names.join(".")), arguments);
                }
                rules.by_name.entry(name).or_default().push((&source.module, rule));
            }
        }
        rules
    }

    /// The full name of what a reference in a module names, when that is something of these modules.
    fn resolve(&self, module: &Module, names: &[&str]) -> Option<String> {
        let (first, rest) = names.split_first()?;
        if *first == "data" {
            return Some(names.join("."));
        }
        for import in &module.imports {
            let path = walk::chain(&import.refr)?.names;
            let alias = import.r#as.as_ref().map(|span| span.text()).or(path.last().copied());
            if alias == Some(first) {
                return Some(path.iter().chain(rest).copied().collect::<Vec<_>>().join("."));
            }
        }
        let own = format!("{}.{}", package(module), names.join("."));
        let root = format!("{}.{first}", package(module));
        self.by_name.contains_key(&root).then_some(own)
    }

    /// The rules that a rule reads or calls.
    fn needs(&self, name: &str) -> BTreeSet<&str> {
        let mut needs = BTreeSet::new();
        for (module, rule) in self.by_name.get(name).into_iter().flatten() {
            let locals = locals(rule);
            // The heads of references that were looked at as a whole.
            let mut seen = BTreeSet::new();
            walk::rule(rule, &mut |part| {
                let Part::Expr(one) = part else { return };
                let Some(chain) = walk::chain(one) else { return };
                if !seen.insert(one.span().start) {
                    return;
                }
                if chain.names.first().is_some_and(|first| locals.contains(first)) {
                    return;
                }
                let Some(full) = self.resolve(module, &chain.names) else { return };
                let below = |longer: &str, shorter: &str| {
                    longer.strip_prefix(shorter).is_some_and(|tail| tail.is_empty() || tail.starts_with('.'))
                };
                needs.extend(
                    self.by_name
                        .keys()
                        .map(String::as_str)
                        .filter(|own| below(&full, own) || below(own, &full)),
                );
            });
        }
        needs
    }

    /// A rule that needs itself, or too many others that need others.
    fn recursion(&self, sources: &[Source<'_>]) -> Option<Fault> {
        let mut depths: BTreeMap<&str, usize> = BTreeMap::new();
        for name in self.by_name.keys() {
            let Err((rule, why)) = self.depth(name, &mut Vec::new(), &mut depths) else { continue };
            let (module, rule) = self.by_name.get(rule).and_then(|list| list.first())?;
            let source = sources.iter().find(|source| std::ptr::eq(&*source.module, *module))?;
            return Some(source.written.fault(rule.span().line, rule.span().col, why));
        }
        None
    }

    fn depth<'s>(
        &'s self,
        name: &'s str,
        open: &mut Vec<&'s str>,
        depths: &mut BTreeMap<&'s str, usize>,
    ) -> Result<usize, (&'s str, String)> {
        if open.contains(&name) {
            return Err((name, format!("Rego: `{name}` needs itself, which OPA refuses")));
        }
        let known = depths.get(name).copied();
        if open.len() + known.unwrap_or(1) > DEEPEST {
            return Err((name, format!("Rego: more than {DEEPEST} rules need each other in a row")));
        }
        if let Some(known) = known {
            return Ok(known);
        }
        open.push(name);
        let mut deepest = 0;
        for needed in self.needs(name) {
            deepest = deepest.max(self.depth(needed, open, depths)?);
        }
        open.pop();
        depths.insert(name, deepest + 1);
        Ok(deepest + 1)
    }
}

/// Names that a rule gives to values of its own.
fn locals(rule: &Rule) -> BTreeSet<&str> {
    let mut locals = BTreeSet::new();
    fn vars<'m>(expr: &'m Expr, locals: &mut BTreeSet<&'m str>) {
        match expr {
            Expr::Var { span, .. } => _ = locals.insert(span.text()),
            Expr::Array { items, .. } => items.iter().for_each(|item| vars(item, locals)),
            Expr::Object { fields, .. } => fields.iter().for_each(|(_, _, value)| vars(value, locals)),
            _ => {}
        }
    }
    if let Rule::Spec { head: RuleHead::Func { args, .. }, .. } = rule {
        args.iter().for_each(|arg| vars(arg, &mut locals));
    }
    walk::rule(rule, &mut |part| match part {
        Part::Expr(Expr::AssignExpr { op: AssignOp::ColEq, lhs, .. }) => vars(lhs, &mut locals),
        Part::Statement(stmt) => match &stmt.literal {
            Literal::SomeVars { vars: names, .. } => locals.extend(names.iter().map(|span| span.text())),
            Literal::SomeIn { key, value, .. } => {
                key.iter().for_each(|key| vars(key, &mut locals));
                vars(value, &mut locals);
            }
            Literal::Every { key, value, .. } => {
                locals.extend(key.iter().chain([value]).map(|span| span.text()));
            }
            Literal::Expr { .. } | Literal::NotExpr { .. } => {}
        },
        Part::Expr(_) => {}
    });
    locals
}
