//! What addresses of documents are asked.
//!
//! Source: `k8s.io/apiserver/pkg/cel/library/urls.go`.

use super::super::EvalError;
use super::super::limits::Budget;
use super::super::map::Map;
use super::super::value::{Opaque, Url, Value};
use super::{Cost, Function, Kind, global, method};

pub(super) const FUNCTIONS: &[Function] = &[
    global("url", 1, 1, url).cost(Cost::Text),
    global("isURL", 1, 1, is_url),
    method("getScheme", 1, 1, |args, _| text(args, |url| url.scheme().to_owned())).gives(Kind::Str),
    method("getHost", 1, 1, |args, _| text(args, Url::host)).gives(Kind::Str),
    method("getHostname", 1, 1, |args, _| text(args, |url| url.host_and_port().0)).gives(Kind::Str),
    method("getPort", 1, 1, |args, _| text(args, |url| url.host_and_port().1)).gives(Kind::Str),
    method("getEscapedPath", 1, 1, |args, _| text(args, Url::path)).gives(Kind::Str),
    method("getQuery", 1, 1, query).gives(Kind::Map),
];

fn url<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    let [Value::Str(text)] = args else { return Err(EvalError::overload()) };
    budget.text(text.len())?;
    match Url::parse(text) {
        Ok(url) => Ok(Value::opaque(Opaque::Url(url))),
        Err(error) => {
            Err(EvalError::argument(format!("URL parse error during conversion from string: {error}")))
        }
    }
}

fn is_url<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    let [Value::Str(text)] = args else { return Err(EvalError::overload()) };
    budget.text(text.len())?;
    Ok(Value::Bool(Url::fault(text).is_none()))
}

fn of<'a>(args: &'a [Value<'_>]) -> Result<&'a Url, EvalError> {
    match args {
        [Value::Opaque(opaque)] => match &**opaque {
            Opaque::Url(url) => Ok(url),
            _ => Err(EvalError::overload()),
        },
        _ => Err(EvalError::overload()),
    }
}

fn text<'v>(args: &[Value<'v>], ask: impl Fn(&Url) -> String) -> Result<Value<'v>, EvalError> {
    of(args).map(|url| Value::text(ask(url)))
}

fn query<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    let mut map = Map::default();
    for (key, values) in of(args)?.query() {
        budget.take(values.len() + 1)?;
        map.insert(Value::text(key), Value::list(values.into_iter().map(Value::text).collect()))?;
    }
    Ok(Value::Map(map.into()))
}
