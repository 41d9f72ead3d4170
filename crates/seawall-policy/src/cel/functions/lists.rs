//! What lists are asked: Kubernetes' own library and cel-go's extension. `sortBy` is an operation of its own.
//!
//! Invariant: items are compared as `==` and `<` compare them; what has no order is an error.
//! Source: `k8s.io/apiserver/pkg/cel/library/lists.go`, cel-go `ext/lists.go`.

use std::cmp::Ordering;

use super::super::limits::Budget;
use super::super::time::Duration;
use super::super::value::Value;
use super::super::{ErrorKind, EvalError, arith, ast, compare};
use super::{Cost, Function, Kind, Unfit, global, int, method};

pub(super) const FUNCTIONS: &[Function] = &[
    method("isSorted", 1, 1, is_sorted).cost(Cost::Traversal),
    method("sum", 1, 1, sum).cost(Cost::Traversal).gives(Kind::Unknown),
    method("min", 1, 1, |args, budget| extreme(args, budget, "min", Ordering::Greater))
        .cost(Cost::Traversal)
        .gives(Kind::Unknown),
    method("max", 1, 1, |args, budget| extreme(args, budget, "max", Ordering::Less))
        .cost(Cost::Traversal)
        .gives(Kind::Unknown),
    method("includes", 2, 2, includes).since(37).cost(Cost::Traversal),
    method("slice", 3, 3, slice).since(34).cost(Cost::ListOut).gives(Kind::List),
    method("flatten", 1, 2, flatten).since(34).cost(Cost::Flatten).gives(Kind::List),
    method("sort", 1, 1, sort)
        .unfit(Unfit::Name)
        .since(34)
        .cost(Cost::KnownSelfCompare)
        .gives(Kind::Sortable),
    global("lists.range", 1, 1, range).since(34).cost(Cost::ListOut).gives(Kind::Sortable),
    method("reverse", 1, 1, reverse).since(34).cost(Cost::ListOut).gives(Kind::List),
    method("distinct", 1, 1, distinct).since(34).cost(Cost::SelfCompare).gives(Kind::List),
];

fn items<'v>(list: Option<&Value<'v>>, budget: &mut Budget) -> Result<Vec<Value<'v>>, EvalError> {
    let items = list.and_then(Value::items).ok_or_else(EvalError::overload)?;
    budget.take(items.len())?;
    Ok(items)
}

fn is_sorted<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    let items = items(args.first(), budget)?;
    if items.first().is_some_and(|first| !compare::has_order(first)) {
        return Err(EvalError::overload());
    }
    for pair in items.windows(2) {
        if let [one, two] = pair
            && ordered(one, two, budget)? == Ordering::Greater
        {
            return Ok(Value::Bool(false));
        }
    }
    Ok(Value::Bool(true))
}

/// The order of two items; items of several types have none, and the function is not named then.
fn ordered(one: &Value<'_>, two: &Value<'_>, budget: &mut Budget) -> Result<Ordering, EvalError> {
    compare::order(one, two, budget).map_err(|error| match error.kind {
        ErrorKind::NoSuchOverload => EvalError::argument("no such overload"),
        _ => error,
    })
}

/// An empty list has the sum 0, of a type that its items would have: without a checker an int.
fn sum<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    let items = items(args.first(), budget)?;
    let zero = match items.first() {
        None | Some(Value::Int(_)) => Value::Int(0),
        Some(Value::Uint(_)) => Value::Uint(0),
        Some(Value::Double(_)) => Value::Double(0.0),
        Some(Value::Duration(_)) => Value::Duration(Duration::from_nanos(0)),
        Some(_) => return Err(EvalError::overload()),
    };
    items.iter().try_fold(zero, |sum, item| arith::arith(ast::Binary::Add, &sum, item, budget))
}

/// The first item that no other one is before; `worse`: how an item that another one replaces compares to it.
fn extreme<'v>(
    args: &[Value<'v>],
    budget: &mut Budget,
    name: &str,
    worse: Ordering,
) -> Result<Value<'v>, EvalError> {
    let mut items = items(args.first(), budget)?.into_iter();
    let mut found =
        items.next().ok_or_else(|| EvalError::argument(format!("{name} called on empty list")))?;
    for item in items {
        if ordered(&found, &item, budget)? == worse {
            found = item;
        }
    }
    Ok(found)
}

fn place<'v>(args: &[Value<'v>], budget: &mut Budget, last: bool) -> Result<Option<usize>, EvalError> {
    let [list, wanted] = args else { return Err(EvalError::overload()) };
    let items = items(Some(list), budget)?;
    let mut found = None;
    for (place, item) in items.iter().enumerate() {
        if compare::is_equal(item, wanted, budget)? {
            found = Some(place);
            if !last {
                break;
            }
        }
    }
    Ok(found)
}

pub(super) fn index_of<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    Ok(place(args, budget, false)?.map_or(Value::Int(-1), int))
}

pub(super) fn last_index_of<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    Ok(place(args, budget, true)?.map_or(Value::Int(-1), int))
}

fn includes<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    Ok(Value::Bool(place(args, budget, false)?.is_some()))
}

fn slice<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    let [list, Value::Int(from), Value::Int(to)] = args else { return Err(EvalError::overload()) };
    let items = items(Some(list), budget)?;
    let wrong = |why: String| {
        Err(EvalError::new(ErrorKind::OutOfBounds, format!("cannot slice({from}, {to}), {why}")))
    };
    let (Ok(start), Ok(end)) = (usize::try_from(*from), usize::try_from(*to)) else {
        return wrong("negative indexes not supported".to_owned());
    };
    if start > end {
        return wrong("start index must be less than or equal to end index".to_owned());
    }
    match items.get(start..end) {
        Some(part) => Ok(Value::list(part.to_vec())),
        None => wrong(format!("list is length {}", items.len())),
    }
}

fn flatten<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    let (list, depth) = match args {
        [list] => (list, 1),
        [list, Value::Int(depth)] => (list, *depth),
        _ => return Err(EvalError::overload()),
    };
    if depth < 0 {
        return Err(EvalError::argument("level must be non-negative"));
    }
    if list.count().is_none() || list.entries().is_some() {
        let depth = args.get(1).map(|depth| depth.type_of().name()).unwrap_or_default();
        let message = format!("no such overload: {}.flatten({depth})", list.type_of().name());
        return Err(EvalError::argument(message));
    }
    // Level by level, so that no depth of lists is a depth of calls.
    let mut flat = items(Some(list), budget)?;
    for _ in 0..depth {
        let mut nested = false;
        let mut next = Vec::with_capacity(flat.len());
        for item in flat {
            match item.items() {
                Some(items) => {
                    budget.take(items.len() + 1)?;
                    nested = true;
                    next.extend(items);
                }
                None => next.push(item),
            }
        }
        flat = next;
        budget.take(flat.len())?;
        if !nested {
            break;
        }
    }
    Ok(Value::list(flat))
}

fn range<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    let [Value::Int(count)] = args else { return Err(EvalError::overload()) };
    budget.take(usize::try_from(*count).unwrap_or(0))?;
    Ok(Value::list((0..*count).map(Value::Int).collect()))
}

fn reverse<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    let mut items = items(args.first(), budget)?;
    items.reverse();
    Ok(Value::list(items))
}

fn distinct<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    let mut kept: Vec<Value<'v>> = Vec::new();
    for item in items(args.first(), budget)? {
        let mut seen = false;
        for other in &kept {
            budget.take(1)?;
            if compare::is_equal(&item, other, budget)? {
                seen = true;
                break;
            }
        }
        if !seen {
            kept.push(item);
        }
    }
    Ok(Value::list(kept))
}

fn sort<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    let items = items(args.first(), budget)?;
    sorted(items.clone(), &items, budget)
}

/// A list in the order of its keys, which all have the type of the first.
pub(in crate::cel) fn sorted<'v>(
    items: Vec<Value<'v>>,
    keys: &[Value<'v>],
    budget: &mut Budget,
) -> Result<Value<'v>, EvalError> {
    if let Some(first) = keys.first() {
        if !compare::has_order(first) {
            return Err(EvalError::argument("list elements must be comparable"));
        }
        if keys.len() > 1 && keys.iter().any(|key| key.type_of() != first.type_of()) {
            return Err(EvalError::argument("list elements must have the same type"));
        }
    }
    let mut error = None;
    let mut places: Vec<usize> = (0..items.len()).collect();
    places.sort_by(|one, two| {
        let (Some(one), Some(two)) = (keys.get(*one), keys.get(*two)) else { return Ordering::Equal };
        match compare::order(one, two, budget) {
            Ok(order) => order,
            // No number comes before or after what is none.
            Err(wrong) if wrong.kind != ErrorKind::Limit => Ordering::Equal,
            Err(wrong) => {
                error.get_or_insert(wrong);
                Ordering::Equal
            }
        }
    });
    match error {
        Some(error) => Err(error),
        None => Ok(Value::list(places.into_iter().filter_map(|place| items.get(place).cloned()).collect())),
    }
}
