//! Admission: reviews of the API server, judged over HTTPS.
//!
//! In: bodies of AdmissionReviews, an inventory, judges, settings, certificates. Out: answers, events, metrics.
//!
//! ```text
//! socket ─ TLS ─ HTTP ─ Review ─┐    ┌─ images (registries) ─┐      ┌─ modes ─▶ answer: allow, warn, refuse, patch
//!              file ─ Review ───┴─▶ Desk ─ exemptions ───── judges ─┴─▶ events, metrics
//!                                                └─ changers (at the hook that comes first)
//! objects, audit events ─ Preview ─▶ the same judges, what another mode would do ─▶ Tally, Verdict
//! certificate store ─ rotation ─▶ TLS, trust bundle
//! ```
//!
//! Invariants, above all what is absent:
//! - nothing waits for ever: every wait has a deadline of the monotonic clock, every queue and every pool an end;
//! - what cannot be judged has an outcome that the settings define, and is an event; a policy that is not enforced never
//!   refuses and never changes an object;
//! - no value of an object enters an event, a metric or a message of ours; but answers name images;
//! - what asks others (registries of images) does so before anybody judges, and holds no thread that judges;
//! - nothing is written to a cluster but with the feature `write`: certificates in one Secret, and whom to trust in the own
//!   webhook configurations; what a cluster has is read only where it is followed ([`Follow`], feature `live`).

mod chart;
mod clock;
mod desk;
mod duration;
mod event;
mod exempt;
mod http;
mod images;
mod judge;
#[cfg(feature = "live")]
mod live;
mod manifests;
mod metrics;
mod mode;
pub mod preview;
mod review;
mod run;
mod settings;
mod shared;
pub mod tls;

pub use chart::exempt_templates;
pub use clock::{Clock, SystemClock};
pub use desk::{Changers, Desk, Failure, Judges, Rules};
pub use event::{EventWriter, Events, Outcome};
pub use exempt::{BUILT_IN as EXEMPTIONS, Exemption, Exemptions, Exempts};
pub use http::{Server, ServerLimits};
pub use images::{
    Asking, IMAGE_KEYS as IMAGE_SETTING_KEYS, ImageBounds, ImageFacts, ImageSettings, ImageStore, Images,
    LookUp, Looked, PinSettings, RegistrySettings,
};
pub use judge::{
    Around, Budget, Changer, Checks, Constraints, DEFAULTS_LABEL, Defaults, DefaultsRule,
    Exemptions as PodSecurityExemptions, Hook, ImagePins, ImagePolicies, Judge, Known, NamespacePolicy,
    PIN_LABEL, PodSecurity, Policies, label_policy,
};
#[cfg(feature = "live")]
pub use live::{Follow, Judging, Remake};
pub use manifests::{Changed, Manifests, OPT_IN, Pods};
pub use metrics::Metrics;
pub use mode::{Identity, Mode, ModeRule, Modes};
pub use review::{Answer, BadReview, Review, ReviewLimits, Status};
pub use run::{CertificateSource, Loaded, Run, RunError};
pub use settings::{BadSetting, KEYS as SETTING_KEYS, Settings};
pub use shared::Shared;
