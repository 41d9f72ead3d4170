//! Rules that several parameters have in common, and how messages speak of a parameter.

use seawall_core::{FixRisk, Severity};

use crate::controlplane::Component;
use crate::controlplane::component::Parameter;
use crate::verdicts::{Draft, Verdicts};

/// What a message says of a parameter: its value, or that the default holds.
pub(crate) fn state(
    component: &Component<'_>,
    parameter: &Parameter,
    value: Option<&str>,
    default: &str,
) -> String {
    let name = parameter.name_in(component);
    let part = component.part().name();
    match (value, component.is_document()) {
        (Some(value), true) => format!("`{name}` is `{value}`"),
        (Some(value), false) => format!("{part} has `{name}={value}`"),
        (None, true) => format!("`{name}` is not set, and the default is `{default}`"),
        (None, false) => format!("{part} has no `{name}`, and the default is `{default}`"),
    }
}

/// Fails a component that is not given all of these flags, each with a value.
pub(crate) fn require<'o>(
    component: &Component<'_>,
    flags: &[&'static str],
    out: &'o mut Verdicts<'_>,
) -> Option<&'o mut Draft> {
    let mut missing = Vec::new();
    for flag in flags {
        let parameter = Parameter::flag(flag);
        let empty = component.lacks_value(flag)
            || component.read(&parameter, out)?.is_none_or(|value| value.is_empty());
        if empty {
            missing.push(*flag);
        }
    }
    let given = missing.iter().find(|flag| component.is_given(flag)).or(missing.first())?;
    let place = component.place_of(&Parameter::flag(given));
    let names: Vec<String> = missing.iter().map(|flag| format!("`--{flag}`")).collect();
    let names = names.join(" and no ");
    Some(out.fail(place, format!("{} has no {names}", component.part().name())))
}

/// Fails a switch that is not as wanted; without a value `default` holds.
pub(crate) fn switch<'o>(
    component: &Component<'_>,
    parameter: &Parameter,
    default: bool,
    wanted: bool,
    out: &'o mut Verdicts<'_>,
) -> Option<&'o mut Draft> {
    let value = component.read_bool(parameter, out)?;
    if value.unwrap_or(default) == wanted {
        return None;
    }
    let text = value.map(|value| value.to_string());
    let message = state(component, parameter, text.as_deref(), if default { "true" } else { "false" });
    let fix = component.set_either(FixRisk::Low, parameter, wanted.into());
    let draft = out.fail(component.place_of(parameter), message);
    Some(match fix {
        Some(fix) => draft.fix(fix),
        None => draft,
    })
}

/// Fails a flag that is given with any value but the empty one.
pub(crate) fn forbid<'o>(
    component: &Component<'_>,
    flag: &'static str,
    out: &'o mut Verdicts<'_>,
) -> Option<&'o mut Draft> {
    let parameter = Parameter::flag(flag);
    if !component.is_given(flag) {
        // Only a file or a script can still set it: that is for `read` to say.
        let _ = component.read(&parameter, out);
        return None;
    }
    let value = component.given(flag).unwrap_or("…");
    if value.is_empty() {
        return None;
    }
    let message = format!("{} has `--{flag}={value}`", component.part().name());
    let fix = component.unset_flag(FixRisk::High, flag);
    let draft = out.fail(component.place_of(&parameter), message);
    Some(match fix {
        Some(fix) => draft.fix(fix),
        None => draft,
    })
}

/// Fails an audit log whose limit is below the setting `minimum`, or not set.
pub(crate) fn at_least(component: &Component<'_>, parameter: &Parameter, out: &mut Verdicts<'_>) {
    const PATH: &str = "audit-log-path";
    let given = component.is_given(parameter.flag);
    if !given && component.given(PATH) == Some("-") {
        return out.not_applicable();
    }
    let Some(value) = component.read_int(parameter, out) else { return };
    let least = out.settings().int("minimum");
    if value.is_some_and(|value| value >= least) {
        return;
    }
    let has = match value {
        Some(value) => format!("`--{}={value}`", parameter.flag),
        None => format!("no `--{}`", parameter.flag),
    };
    let fix = component.set(FixRisk::Low, parameter.flag, &least.to_string());
    let place = component.place_of(parameter);
    let draft = out.fail(place, format!("kube-apiserver has {has}, and at least `{least}` are wanted"));
    if !given && !component.is_given(PATH) {
        draft.severity(Severity::Low);
    }
    if let Some(fix) = fix {
        draft.fix(fix);
    }
}
