//! `workload-dns-config-options`

use seawall_core::{Confidence, Edit, Fix, FixRisk, FixValue, Pillar, Severity};
use seawall_inventory::PodView;
use seawall_yaml::Node;

use crate::{Check, Judge, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-dns-config-options",
    title: "pod lacks a configured option of its resolver",
    why: "with the default `ndots:5` a name such as `api.example.com` is asked for in every search \
          domain first: several lookups for each one that matters",
    help: "set the option in `dnsConfig.options`",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    settings: &[OPTION],
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

const OPTION: Setting = Setting {
    name: "option",
    doc: "Options that `dnsConfig` must have, as `name:value`",
    default: SettingDefault::Strings(&["ndots:2"]),
};

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    // The resolver is that of the node then, and its search list is not the cluster's.
    if pod.spec().str("dnsPolicy") == Some("Default") {
        return out.not_applicable();
    }
    let config = pod.spec().get("dnsConfig");
    for option in out.settings().strings(OPTION.name) {
        let (name, wanted) = option.split_once(':').unwrap_or((option, ""));
        let options = config.map(|config| config.list("options")).into_iter().flatten();
        let written = options.filter(|item| item.str("name") == Some(name)).last();
        let value = written.and_then(|item| item.get("value")).and_then(Node::scalar_text);
        if written.is_some() && value.as_deref().unwrap_or("") == wanted {
            continue;
        }
        let list = pod.place(&["dnsConfig", "options"]);
        let (place, message, edit) = match written {
            Some(item) => {
                let place = pod.place_of(item).keys(&["value"]);
                let edit = Edit::Set { route: place.route.clone(), value: FixValue::from(wanted) };
                let value = value.unwrap_or_default();
                (place, format!("sets resolver option `{name}` to `{value}` instead of `{wanted}`"), edit)
            }
            None => {
                let pair = |key: &str, text: &str| (key.to_owned(), FixValue::from(text));
                let mut entries = vec![pair("name", name)];
                entries.extend((!wanted.is_empty()).then(|| pair("value", wanted)));
                let edit = Edit::Append { route: list.route.clone(), value: FixValue::Map(entries) };
                (list, format!("does not set resolver option `{option}`"), edit)
            }
        };
        out.fail(place, message).fix(Fix { risk: FixRisk::Medium, edits: vec![edit] }).discriminator(option);
    }
}
