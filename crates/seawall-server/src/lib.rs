//! Admission: reviews of the API server, judged over HTTPS.
//!
//! In: bodies of AdmissionReviews, an inventory, judges, settings, certificates. Out: answers, events, metrics.
//!
//! ```text
//! socket ─ TLS ─ HTTP ─ Review ─┐                      ┌─ modes ─▶ answer: allow, warn, refuse, patch
//!              file ─ Review ───┴─▶ Desk ─ exemptions ─ judges ─┴─▶ events, metrics
//! certificate store ─ rotation ─▶ TLS, trust bundle
//! ```
//!
//! Invariants, above all what is absent:
//! - nothing waits for ever: every wait has a deadline of the monotonic clock, every queue and every pool an end;
//! - what cannot be judged has an outcome that the settings define, and is an event; a policy that is not enforced never
//!   refuses;
//! - no value of an object enters an event, a metric or a message of ours;
//! - nothing is written to a cluster: who brings the trust bundle there does so through a trait.

mod base64;
mod clock;
mod desk;
mod event;
mod exempt;
mod http;
mod judge;
mod manifests;
mod metrics;
mod mode;
mod review;
mod run;
mod settings;
mod shared;
pub mod tls;

pub use clock::{Clock, SystemClock};
pub use desk::{Desk, Failure, Judges, Rules};
pub use event::{EventWriter, Events, Outcome};
pub use exempt::{BUILT_IN as EXEMPTIONS, Exemption, Exemptions, Exempts};
pub use http::{Server, ServerLimits};
pub use judge::{
    Around, Budget, Checks, Constraints, Exemptions as PodSecurityExemptions, Hook, Judge, Known,
    NamespacePolicy, PodSecurity, Policies, label_policy,
};
pub use manifests::{Manifests, OPT_IN};
pub use metrics::Metrics;
pub use mode::{Identity, Mode, ModeRule, Modes};
pub use review::{Answer, BadReview, Review, ReviewLimits, Status, patch};
pub use run::{CertificateSource, Run, RunError};
pub use settings::{BadSetting, KEYS as SETTING_KEYS, Settings};
pub use shared::Shared;
