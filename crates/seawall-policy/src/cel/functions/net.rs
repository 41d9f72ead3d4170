//! What addresses and ranges of addresses are asked.
//!
//! Source: `k8s.io/apiserver/pkg/cel/library/{ip,cidr}.go`.

use super::super::EvalError;
use super::super::limits::Budget;
use super::super::value::{Cidr, Ip, Opaque, Value};
use super::{Cost, Function, global, method};

pub(super) const FUNCTIONS: &[Function] = &[
    global("ip", 1, 1, |args, budget| ip(args, budget).map(made)).since(30).cost(Cost::Text),
    global("isIP", 1, 1, |args, budget| is(args, budget, |text| Ip::parse(text).is_ok()))
        .since(30)
        .cost(Cost::Text),
    global("ip.isCanonical", 1, 1, is_canonical).since(30).cost(Cost::TextTwice),
    method("family", 1, 1, |args, _| ask(args, |ip| Value::Int(if ip.address().is_ipv4() { 4 } else { 6 })))
        .since(30),
    method("isUnspecified", 1, 1, |args, _| ask(args, |ip| Value::Bool(ip.address().is_unspecified())))
        .since(30),
    method("isLoopback", 1, 1, |args, _| ask(args, |ip| Value::Bool(ip.address().is_loopback()))).since(30),
    method("isLinkLocalMulticast", 1, 1, |args, _| ask(args, |ip| Value::Bool(ip.is_link_local_multicast())))
        .since(30),
    method("isLinkLocalUnicast", 1, 1, |args, _| ask(args, |ip| Value::Bool(ip.is_link_local_unicast())))
        .since(30),
    method("isGlobalUnicast", 1, 1, |args, _| ask(args, |ip| Value::Bool(ip.is_global_unicast()))).since(30),
    global("cidr", 1, 1, |args, budget| cidr(args, budget).map(range)).since(30).cost(Cost::Text),
    global("isCIDR", 1, 1, |args, budget| is(args, budget, |text| Cidr::parse(text).is_ok()))
        .since(30)
        .cost(Cost::Text),
    method("ip", 1, 1, |args, _| in_range(args, |cidr| made(cidr.ip()))).since(30),
    method("masked", 1, 1, |args, _| in_range(args, |cidr| range(cidr.masked()))).since(30),
    method("prefixLength", 1, 1, |args, _| in_range(args, |cidr| Value::Int(i64::from(cidr.bits()))))
        .since(30),
    method("containsIP", 2, 2, contains_ip).since(30).cost(Cost::ContainsIp),
    method("containsCIDR", 2, 2, contains_cidr).since(30).cost(Cost::ContainsCidr),
];

fn made<'v>(ip: Ip) -> Value<'v> {
    Value::opaque(Opaque::Ip(ip))
}

fn range<'v>(cidr: Cidr) -> Value<'v> {
    Value::opaque(Opaque::Cidr(cidr))
}

fn text<'a>(args: &'a [Value<'_>], budget: &mut Budget) -> Result<&'a str, EvalError> {
    let [Value::Str(text)] = args else { return Err(EvalError::overload()) };
    budget.text(text.len())?;
    Ok(text)
}

fn is<'v>(args: &[Value<'v>], budget: &mut Budget, valid: fn(&str) -> bool) -> Result<Value<'v>, EvalError> {
    Ok(Value::Bool(valid(text(args, budget)?)))
}

fn ip(args: &[Value<'_>], budget: &mut Budget) -> Result<Ip, EvalError> {
    Ip::parse(text(args, budget)?).map_err(EvalError::argument)
}

fn cidr(args: &[Value<'_>], budget: &mut Budget) -> Result<Cidr, EvalError> {
    Cidr::parse(text(args, budget)?).map_err(EvalError::argument)
}

fn is_canonical<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    let ip = ip(args, budget)?;
    Ok(Value::Bool(ip.to_string() == text(args, budget)?))
}

fn ask<'v>(args: &[Value<'v>], ask: fn(Ip) -> Value<'v>) -> Result<Value<'v>, EvalError> {
    match args {
        [Value::Opaque(opaque)] => match &**opaque {
            Opaque::Ip(ip) => Ok(ask(*ip)),
            _ => Err(EvalError::overload()),
        },
        _ => Err(EvalError::overload()),
    }
}

fn in_range<'v>(args: &[Value<'v>], ask: fn(Cidr) -> Value<'v>) -> Result<Value<'v>, EvalError> {
    match args {
        [Value::Opaque(opaque)] => match &**opaque {
            Opaque::Cidr(cidr) => Ok(ask(*cidr)),
            _ => Err(EvalError::overload()),
        },
        _ => Err(EvalError::overload()),
    }
}

fn range_of(value: &Value<'_>) -> Result<Cidr, EvalError> {
    match value {
        Value::Opaque(opaque) => match &**opaque {
            Opaque::Cidr(cidr) => Ok(*cidr),
            _ => Err(EvalError::overload()),
        },
        _ => Err(EvalError::overload()),
    }
}

fn contains_ip<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    let [within, wanted] = args else { return Err(EvalError::overload()) };
    let within = range_of(within)?;
    let wanted = match wanted {
        // Upstream hands on the wrong one of two errors.
        Value::Str(text) => {
            budget.text(text.len())?;
            Ip::parse(text).map_err(|_| EvalError::argument("no such overload"))?
        }
        Value::Opaque(opaque) => match &**opaque {
            Opaque::Ip(ip) => *ip,
            _ => return Err(EvalError::overload()),
        },
        _ => return Err(EvalError::overload()),
    };
    Ok(Value::Bool(within.contains(wanted)))
}

fn contains_cidr<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    let [within, wanted] = args else { return Err(EvalError::overload()) };
    let within = range_of(within)?;
    let wanted = match wanted {
        Value::Str(_) => cidr(std::slice::from_ref(wanted), budget)?,
        wanted => range_of(wanted)?,
    };
    Ok(Value::Bool(within.contains_cidr(wanted)))
}
