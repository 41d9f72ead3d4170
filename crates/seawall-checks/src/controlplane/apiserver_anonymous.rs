//! `controlplane-apiserver-anonymous`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::shared::authorization::MODE;
use crate::controlplane::shared::rules;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-anonymous",
    title: "API server takes requests without credentials",
    why: "whatever roles grant to `system:anonymous` or `system:unauthenticated` is open to everybody who reaches the port, and so is any hole before authorization",
    help: "set `--anonymous-auth=false`, or limit anonymous requests to the health paths in an AuthenticationConfiguration",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.2.1", "CIS-1.23:1.2.1", "NSA:7.0"],
    judge: Judge::Component(&[Part::ApiServer, Part::Authentication], judge),
    ..Check::PLAIN
};

const PARAMETER: Parameter = Parameter::flag("anonymous-auth");
/// The flag of the file that can limit anonymous requests to paths.
const CONFIG: &str = "authentication-config";
const KIND: &str = "AuthenticationConfiguration";
/// Paths of probes, which tell nothing but health.
const HEALTH: &[&str] = &["/livez", "/readyz", "/healthz"];

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    if component.part() == Part::Authentication {
        return judge_document(component, out);
    }
    if component.is_given(CONFIG) && !component.is_given(PARAMETER.flag) {
        let mut documents = out.inventory().of_kind_any_group(KIND).peekable();
        if documents.peek().is_none() {
            let path = component.given(CONFIG).unwrap_or("a file");
            return out.not_evaluated(format!("`{path}` may limit anonymous requests, and is not here"));
        }
        if documents.any(|document| document.root().get("anonymous").is_some()) {
            return out.not_applicable();
        }
    }
    let open =
        component.given(MODE.flag).is_some_and(|modes| modes.split(',').any(|mode| mode == "AlwaysAllow"));
    if let Some(draft) = rules::switch(component, &PARAMETER, true, false, out)
        && open
    {
        draft.severity(Severity::Critical);
    }
}

fn judge_document(component: &Component<'_>, out: &mut Verdicts<'_>) {
    let Some(anonymous) = component.document().and_then(|document| document.get("anonymous")) else {
        // The flag of the API server decides.
        return out.not_applicable();
    };
    if anonymous.bool("enabled") != Some(true) {
        return;
    }
    let paths: Vec<&str> = anonymous.list("conditions").filter_map(|one| one.str("path")).collect();
    if paths.is_empty() {
        let message = "anonymous requests are taken on every path".to_owned();
        out.fail(component.field_place(&["anonymous", "enabled"]), message);
    } else if let Some(path) = paths.iter().find(|path| !HEALTH.contains(path)) {
        let at = component.field_place(&["anonymous", "conditions"]);
        out.fail(at, format!("anonymous requests are taken on `{path}`"));
    }
}
