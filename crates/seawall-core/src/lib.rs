//! The words of Seawall: what every other room says and hears.
//!
//! In: nothing. Out: [`Severity`], [`Pillar`], [`CheckId`], [`Route`], [`Problem`], [`Finding`], [`Fix`],
//! [`Fingerprint`], [`ImageReference`] and [`ImageDigest`].
//!
//! Invariants, above all what is absent:
//! - no IO, no clock, no environment, no async;
//! - no Kubernetes types: a [`Subject`] is four strings;
//! - no bytes and no line numbers in a [`Finding`]: locations are symbolic [`Route`]s until a renderer asks;
//! - a [`CheckId`] and a [`Fingerprint`] never change their meaning once released.

mod calendar;
mod check;
mod date;
mod finding;
mod fingerprint;
mod fix;
mod image;
mod names;
mod origin;
mod problem;
mod route;
mod severity;
pub mod suggest;
mod waiver;

pub use calendar::{date_of_days, days_in_month, days_of_date, rfc3339};
pub use check::{Area, CheckId, CheckInfo, Pillar};
pub use date::{Date, NotADate};
pub use finding::{Finding, Location, LocationRole, NotEvaluated, ResourceId, Subject};
pub use fingerprint::{Fingerprint, fingerprint};
pub use fix::{Edit, Fix, FixRisk, FixValue};
pub use image::{ImageDigest, ImageReference, registry_host};
pub use names::UnknownName;
pub use origin::{Origin, OriginKind, Position};
pub use problem::{Problem, ProblemSeverity};
pub use route::{Route, RouteParseError, Step, Steps};
pub use severity::{Confidence, Severity};
pub use waiver::Waiver;
