//! `pod-insecure-flag`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::ContainerView;
use seawall_yaml::Node;

use crate::pod::process::arguments;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-insecure-flag",
    title: "container is started with an insecure flag",
    why: "such flags switch off the check of certificates or the encryption itself: whoever stands between takes \
          over the connection",
    help: "give the program the certificate authority that it should trust and remove the flag",
    pillar: Pillar::Nodes,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    let arguments: Vec<(Node<'_>, &str)> = arguments(container).collect();
    for (number, (item, text)) in arguments.iter().enumerate() {
        let whole = !text.contains(char::is_whitespace);
        let next = arguments.get(number + 1).map(|(_, next)| *next).filter(|_| whole);
        let mut tokens = text.split_whitespace().peekable();
        while let Some(token) = tokens.next() {
            let follows = tokens.peek().copied().or(next);
            let Some(flag) = insecure(token, follows) else { continue };
            let place = container.place_of(*item);
            let fix = Fix::remove(FixRisk::High, place.route.clone());
            let takes_value = follows.is_some_and(|value| !value.starts_with('-')) && !token.contains('=');
            let draft = out.fail(place, format!("{} is started with `{flag}`", container.label()));
            draft.discriminator(flag);
            if whole && !takes_value {
                draft.fix(fix);
            }
        }
    }
}

/// The flag's name, when it is one that makes a connection insecure. `follows` is the next argument: it may be the value.
fn insecure<'t>(token: &'t str, follows: Option<&str>) -> Option<&'t str> {
    let (flag, value) = match token.split_once('=') {
        Some((flag, value)) => (flag, Some(value)),
        None => (token, follows),
    };
    let is_insecure =
        flag.starts_with('-') && flag.split('-').any(|word| word.eq_ignore_ascii_case("insecure"));
    // `--insecure-port=0` closes the port.
    let is_off = value.is_some_and(|value| matches!(value.trim_matches(['"', '\'']), "false" | "0"));
    (is_insecure && !is_off).then_some(flag)
}
