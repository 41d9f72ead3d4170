//! The certificates that the API server trusts when it calls webhooks.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use seawall_yaml::Node;

use super::{WriteError, Writer, word};
use crate::json::write_string;

/// The field manager of what is set here.
const MANAGER: &str = "seawall-trust";

/// A kind of webhook configuration (`admissionregistration.k8s.io/v1`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hook {
    /// `ValidatingWebhookConfiguration`
    Validating,
    /// `MutatingWebhookConfiguration`
    Mutating,
}

impl Hook {
    fn kind(self) -> &'static str {
        match self {
            Hook::Validating => "ValidatingWebhookConfiguration",
            Hook::Mutating => "MutatingWebhookConfiguration",
        }
    }

    fn resource(self) -> &'static str {
        match self {
            Hook::Validating => "validatingwebhookconfigurations",
            Hook::Mutating => "mutatingwebhookconfigurations",
        }
    }
}

impl Writer {
    /// Makes every webhook of a configuration that calls this service trust these certificates (PEM); gives how many were
    /// changed, and `None` when there is no such configuration. What trusts them already is left alone.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn trust(
        &self,
        hook: Hook,
        configuration: &str,
        service: (&str, &str),
        bundle: &[u8],
    ) -> Result<Option<usize>, WriteError> {
        let path =
            format!("/apis/admissionregistration.k8s.io/v1/{}/{}", hook.resource(), word(configuration)?);
        let Some(found) = self.exchange(Method::GET, &path, "application/json", Vec::new()).await? else {
            return Ok(None);
        };
        let bundle = STANDARD.encode(bundle);
        let ours: Vec<Node<'_>> =
            found.root().list("webhooks").filter(|webhook| calls(*webhook, service)).collect();
        let stale = |webhook: &&Node<'_>| {
            webhook.path(&["clientConfig", "caBundle"]).and_then(|own| own.as_str()) != Some(&bundle)
        };
        let changed = ours.iter().filter(stale).count();
        if changed == 0 {
            return Ok(Some(0));
        }
        // What an apply leaves out is taken back from its manager: all of ours are named each time.
        let names = ours.iter().filter_map(|webhook| webhook.str("name"));
        let body = applied(hook, configuration, names, &bundle).into_bytes();
        let target = format!("{path}?fieldManager={MANAGER}&force=true");
        let applied = self.exchange(Method::PATCH, &target, "application/apply-patch+yaml", body).await?;
        Ok(applied.map(|_| changed))
    }
}

fn calls(webhook: Node<'_>, (namespace, name): (&str, &str)) -> bool {
    let service = webhook.path(&["clientConfig", "service"]);
    service.is_some_and(|service| {
        service.str("namespace") == Some(namespace) && service.str("name") == Some(name)
    })
}

fn applied<'n>(
    hook: Hook,
    configuration: &str,
    names: impl Iterator<Item = &'n str>,
    bundle: &str,
) -> String {
    let mut out = String::from("{\"apiVersion\":\"admissionregistration.k8s.io/v1\",\"kind\":");
    write_string(hook.kind(), &mut out);
    out.push_str(",\"metadata\":{\"name\":");
    write_string(configuration, &mut out);
    out.push_str("},\"webhooks\":[");
    for (at, name) in names.enumerate() {
        out.push_str(if at > 0 { ",{\"name\":" } else { "{\"name\":" });
        write_string(name, &mut out);
        out.push_str(",\"clientConfig\":{\"caBundle\":");
        write_string(bundle, &mut out);
        out.push_str("}}");
    }
    out.push_str("]}");
    out
}
