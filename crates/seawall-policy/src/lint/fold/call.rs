//! Calls whose outcome, or a bound of it, is known.

use super::{Fact, Fails, Folder, Found};
use crate::cel::ast::ExprId;

impl<'s> Folder<'_, 's> {
    pub(super) fn call(&mut self, function: &str, target: Option<ExprId>, args: &[ExprId]) -> Found<'s> {
        let target = target.map(|target| self.expr(target));
        let args: Vec<Found<'s>> = args.iter().map(|arg| self.expr(*arg)).collect();
        let fails = target.iter().chain(&args).fold(Fails::Never, |fails, own| fails.and(own.fails));
        let maybe = |is: Fact<'s>| Found { is, fails: fails.or_maybe() };
        match (function, &target, args.as_slice()) {
            ("size", Some(of), []) | ("size", None, [of]) => match &of.is {
                Fact::Str(text) => Found { is: Fact::Int(length(text.chars().count())), fails },
                Fact::List(items) => Found { is: Fact::Int(length(items.len())), fails },
                own if own.is_list() => Found { is: Fact::Least(0), fails },
                _ => maybe(Fact::Least(0)),
            },
            ("indexOf" | "lastIndexOf", Some(_), _) => maybe(Fact::Least(-1)),
            ("dyn", None, [of]) => of.clone(),
            ("string", None, [Found { is: Fact::Str(text), .. }]) => {
                Found { is: Fact::Str(text.clone()), fails }
            }
            ("startsWith" | "endsWith" | "contains", Some(of), [part]) => match (&of.is, &part.is) {
                (Fact::Str(text), Fact::Str(part)) => {
                    let holds = match function {
                        "startsWith" => text.starts_with(&**part),
                        "endsWith" => text.ends_with(&**part),
                        _ => text.contains(&**part),
                    };
                    Found { is: Fact::Bool(holds), fails }
                }
                (_, Fact::Str(part)) if part.is_empty() => maybe(Fact::Bool(true)),
                _ => maybe(Fact::NotNull),
            },
            ("lowerAscii", Some(Found { is: Fact::Str(text), .. }), []) => {
                Found { is: Fact::Str(text.to_ascii_lowercase().into()), fails }
            }
            ("upperAscii", Some(Found { is: Fact::Str(text), .. }), []) => {
                Found { is: Fact::Str(text.to_ascii_uppercase().into()), fails }
            }
            _ => maybe(Fact::Any),
        }
    }
}

fn length(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
