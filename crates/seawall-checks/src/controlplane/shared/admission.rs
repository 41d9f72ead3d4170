//! Which admission plugins an API server runs.

use crate::Verdicts;
use crate::controlplane::Component;
use crate::controlplane::component::Parameter;

pub(crate) const ENABLE: Parameter = Parameter::flag("enable-admission-plugins");
pub(crate) const DISABLE: Parameter = Parameter::flag("disable-admission-plugins");
/// Until 1.10 the whole list, in order; deprecated since.
pub(crate) const CONTROL: Parameter = Parameter::flag("admission-control");

/// The plugins that the flags name.
#[derive(Debug)]
pub(crate) struct Plugins {
    enabled: Vec<String>,
    disabled: Vec<String>,
    /// The whole list, where the old flag gives it.
    exactly: Option<Vec<String>>,
}

impl Plugins {
    /// Reads the flags; `None` when there is no verdict.
    pub(crate) fn of(component: &Component<'_>, out: &mut Verdicts<'_>) -> Option<Self> {
        let enabled = component.read_list(&ENABLE, out)?.unwrap_or_default();
        let disabled = component.read_list(&DISABLE, out)?.unwrap_or_default();
        let exactly =
            if component.is_given(CONTROL.flag) { component.read_list(&CONTROL, out)? } else { None };
        Some(Plugins { enabled, disabled, exactly })
    }

    /// Whether a plugin that is off by default runs.
    pub(crate) fn enables(&self, plugin: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|one| one == plugin);
        match &self.exactly {
            Some(exactly) => named(exactly),
            None => named(&self.enabled) && !named(&self.disabled),
        }
    }

    /// Whether a plugin that is on by default is switched off.
    pub(crate) fn disables(&self, plugin: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|one| one == plugin);
        match &self.exactly {
            Some(exactly) => !named(exactly),
            None => named(&self.disabled),
        }
    }

    /// Whether the old flag names nothing but this plugin.
    pub(crate) fn is_only(&self, plugin: &str) -> bool {
        self.exactly.as_ref().is_some_and(|exactly| exactly.iter().all(|one| one == plugin))
    }

    /// The flag to look at for a plugin that is on by default.
    pub(crate) fn off_switch(&self) -> &'static Parameter {
        if self.exactly.is_some() { &CONTROL } else { &DISABLE }
    }

    /// The flag to look at for a plugin that is off by default.
    pub(crate) fn on_switch(&self) -> &'static Parameter {
        if self.exactly.is_some() { &CONTROL } else { &ENABLE }
    }
}

/// Fails an API server that does not run a plugin which is off by default.
pub(crate) fn require(
    component: &Component<'_>,
    plugin: &'static str,
    risk: seawall_core::FixRisk,
    out: &mut Verdicts<'_>,
) {
    let Some(plugins) = Plugins::of(component, out) else { return };
    if plugins.enables(plugin) {
        return;
    }
    let flag = plugins.on_switch();
    let fix = component.add_to_list(risk, flag.flag, plugin);
    let message = format!("admission plugin `{plugin}` is not enabled");
    let draft = out.fail(component.place_of(flag), message);
    if let Some(fix) = fix {
        draft.fix(fix);
    }
}

/// Fails an API server that switches off a plugin which is on by default.
pub(crate) fn keep(component: &Component<'_>, plugin: &'static str, out: &mut Verdicts<'_>) {
    let Some(plugins) = Plugins::of(component, out) else { return };
    if !plugins.disables(plugin) {
        return;
    }
    let flag = plugins.off_switch();
    let fix = if flag.flag == DISABLE.flag {
        component.remove_from_list(seawall_core::FixRisk::Low, flag.flag, plugin)
    } else {
        component.add_to_list(seawall_core::FixRisk::Low, flag.flag, plugin)
    };
    let message = format!("admission plugin `{plugin}` is switched off");
    let draft = out.fail(component.place_of(flag), message);
    if let Some(fix) = fix {
        draft.fix(fix);
    }
}
