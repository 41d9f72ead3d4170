//! Cipher suites and TLS versions of servers.

use std::borrow::Cow;

use seawall_core::Severity;

use crate::Verdicts;
use crate::controlplane::Component;
use crate::controlplane::component::Parameter;

const SUITES: Parameter = Parameter::flag("tls-cipher-suites").or_field(&["tlsCipherSuites"]);
const VERSION: Parameter = Parameter::flag("tls-min-version").or_field(&["tlsMinVersion"]);

/// The first version built with a Go that offers no suite without forward secrecy unless told to (Go 1.22).
const SANE_DEFAULTS: (u32, u32) = (1, 30);

/// Suites of TLS 1.3: always on, all strong, and not configurable; naming them does no harm.
const TLS_13: &[&str] = &["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];

/// Fails a server that offers suites beside those of the setting `allowed`, or TLS before 1.2.
pub(crate) fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    if let Some(Some(version)) = component.read(&VERSION, out)
        && matches!(&*version, "VersionTLS10" | "VersionTLS11")
    {
        let name = VERSION.name_in(component);
        out.fail(component.place_of(&VERSION), format!("`{name}` allows `{version}`"));
    }
    let Some(suites) = component.read_list(&SUITES, out) else { return };
    let name = SUITES.name_in(component);
    let Some(suites) = suites else {
        if component.is_before(SANE_DEFAULTS) {
            let message = format!(
                "`{name}` is not set, and the default of this version includes suites without forward secrecy"
            );
            out.fail(component.place_of(&SUITES), message).severity(Severity::Low);
        }
        return;
    };
    let settings = out.settings();
    let allowed: Vec<&str> = settings.strings("allowed");
    let weak: Vec<Cow<'_, str>> = suites
        .iter()
        .filter(|suite| !allowed.contains(&suite.as_str()) && !TLS_13.contains(&suite.as_str()))
        .map(|suite| format!("`{suite}`").into())
        .collect();
    if !weak.is_empty() {
        out.fail(component.place_of(&SUITES), format!("`{name}` names {}", weak.join(", ")));
    }
}
