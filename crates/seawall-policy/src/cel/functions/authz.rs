//! Questions of rights, put together step by step.
//!
//! Invariant: only `check` asks anybody; whoever the bindings name is asked, and without one it is an error.
//! Source: `k8s.io/apiserver/pkg/cel/library/authz.go`.

use std::sync::Arc;

use super::super::limits::Budget;
use super::super::opaque::{dns1123_label, dns1123_subdomain};
use super::super::value::{Authz, Opaque, Value};
use super::super::{Answer, Attributes, Authorizer, EvalError, ResourceTarget, ServiceAccount, Target};
use super::{Cost, Function, Kind, Run, method};

pub(super) const FUNCTIONS: &[Function] = &[
    method("serviceAccount", 3, 3, service_account).since(27),
    method("path", 2, 2, path).since(27),
    method("group", 2, 2, group).since(27),
    method("resource", 2, 2, resource).since(27),
    method("subresource", 2, 2, |args, _| said(args, |target| &mut target.subresource)).since(27),
    method("namespace", 2, 2, |args, _| said(args, |target| &mut target.namespace)).since(27),
    method("name", 2, 2, |args, _| said(args, |target| &mut target.name)).since(27),
    method("fieldSelector", 2, 2, |args, _| said(args, |target| &mut target.field_selector))
        .since(31)
        .cost(Cost::Selector),
    method("labelSelector", 2, 2, |args, _| said(args, |target| &mut target.label_selector))
        .since(31)
        .cost(Cost::Selector),
    method("allowed", 1, 1, |args, _| answered(args, |answer| Value::Bool(answer.allowed))).since(27),
    method("reason", 1, 1, |args, _| answered(args, |answer| Value::text(answer.reason.as_str())))
        .since(27)
        .gives(Kind::Str),
    method("errored", 1, 1, |args, _| answered(args, |answer| Value::Bool(answer.error.is_some()))).since(27),
    method("error", 1, 1, |args, _| {
        answered(args, |answer| Value::text(answer.error.as_deref().unwrap_or("")))
    })
    .since(27)
    .gives(Kind::Str),
];

/// Two checks fit into one expression, three do not.
pub(super) const CHECKS: &[Function] = &[Function {
    run: Run::Check,
    ..method("check", 2, 2, |_, _| Err(EvalError::overload())).since(27).cost(Cost::Fixed(350_000))
}];

fn of<'a>(value: Option<&'a Value<'_>>) -> Result<&'a Authz, EvalError> {
    match value {
        Some(Value::Opaque(opaque)) => match &**opaque {
            Opaque::Authz(authz) => Ok(authz),
            _ => Err(EvalError::overload()),
        },
        _ => Err(EvalError::overload()),
    }
}

fn text(value: Option<&Value<'_>>) -> Result<Arc<str>, EvalError> {
    match value {
        Some(Value::Str(text)) => Ok((**text).into()),
        _ => Err(EvalError::overload()),
    }
}

fn service_account<'v>(args: &[Value<'v>], _: &mut Budget) -> Result<Value<'v>, EvalError> {
    let Authz::Authorizer { .. } = of(args.first())? else { return Err(EvalError::overload()) };
    let (namespace, name) = (text(args.get(1))?, text(args.get(2))?);
    if !dns1123_subdomain(&name).is_empty() {
        return Err(EvalError::argument("Invalid service account name"));
    }
    if !dns1123_label(&namespace).is_empty() {
        return Err(EvalError::argument("Invalid service account namespace"));
    }
    Ok(Value::authz(Authz::Authorizer { user: Some(ServiceAccount { namespace, name }) }))
}

fn path<'v>(args: &[Value<'v>], _: &mut Budget) -> Result<Value<'v>, EvalError> {
    let Authz::Authorizer { user } = of(args.first())? else { return Err(EvalError::overload()) };
    let path = text(args.get(1))?;
    if path.trim().is_empty() {
        return Err(EvalError::argument("path must not be empty"));
    }
    Ok(Value::authz(Authz::Check { user: user.clone(), target: Target::Path(path) }))
}

fn group<'v>(args: &[Value<'v>], _: &mut Budget) -> Result<Value<'v>, EvalError> {
    let Authz::Authorizer { user } = of(args.first())? else { return Err(EvalError::overload()) };
    Ok(Value::authz(Authz::Group { user: user.clone(), group: text(args.get(1))? }))
}

fn resource<'v>(args: &[Value<'v>], _: &mut Budget) -> Result<Value<'v>, EvalError> {
    let Authz::Group { user, group } = of(args.first())? else { return Err(EvalError::overload()) };
    let resource = text(args.get(1))?;
    if resource.trim().is_empty() {
        return Err(EvalError::argument("resource must not be empty"));
    }
    let target = Target::Resource(ResourceTarget::new(Arc::clone(group), resource));
    Ok(Value::authz(Authz::Check { user: user.clone(), target }))
}

/// The same resource with one more thing said of it.
fn said<'v>(
    args: &[Value<'v>],
    place: fn(&mut ResourceTarget) -> &mut Arc<str>,
) -> Result<Value<'v>, EvalError> {
    let Authz::Check { user, target: Target::Resource(target) } = of(args.first())? else {
        return Err(EvalError::overload());
    };
    let mut target = target.clone();
    *place(&mut target) = text(args.get(1))?;
    Ok(Value::authz(Authz::Check { user: user.clone(), target: Target::Resource(target) }))
}

fn answered<'v>(args: &[Value<'v>], ask: fn(&Answer) -> Value<'v>) -> Result<Value<'v>, EvalError> {
    match of(args.first())? {
        Authz::Decision(answer) => Ok(ask(answer)),
        _ => Err(EvalError::overload()),
    }
}

/// `check(verb)`
pub(in crate::cel) fn check<'v>(
    args: &[Value<'v>],
    authorizer: Option<&dyn Authorizer>,
) -> Result<Value<'v>, EvalError> {
    let Authz::Check { user, target } = of(args.first())? else { return Err(EvalError::overload()) };
    let verb = text(args.get(1))?;
    let authorizer =
        authorizer.ok_or_else(|| EvalError::argument("nobody answers questions of rights here"))?;
    Ok(Value::decision(authorizer.check(Attributes { user: user.as_ref(), verb: &verb, target })))
}
