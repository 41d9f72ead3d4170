//! The parts of OCSF that are written, named as it names them.

use seawall_core::{Fingerprint, Route, Subject};
use serde::Serialize;

use crate::json::{Shown, WireSubject};

#[derive(Serialize)]
pub(super) struct ComplianceFinding<'a> {
    pub(super) activity_id: u8,
    pub(super) category_uid: u8,
    pub(super) class_uid: u16,
    pub(super) type_uid: u32,
    /// Milliseconds since the beginning of 1970.
    pub(super) time: u64,
    pub(super) severity_id: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) confidence_id: Option<u8>,
    pub(super) status_id: u8,
    pub(super) status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status_detail: Option<String>,
    pub(super) message: String,
    pub(super) metadata: Metadata,
    pub(super) finding_info: FindingInfo<'a>,
    pub(super) compliance: Compliance<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) remediation: Option<Remediation<'a>>,
    pub(super) resources: Vec<Resource<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) unmapped: Option<Unmapped>,
}

impl ComplianceFinding<'_> {
    /// What all of them have in common: the findings category, the class, that it was created.
    pub(super) fn new(time: u64) -> Self {
        ComplianceFinding {
            activity_id: 1,
            category_uid: 2,
            class_uid: 2003,
            type_uid: 200_301,
            time,
            severity_id: 0,
            confidence_id: None,
            status_id: 0,
            status: "Unknown",
            status_detail: None,
            message: String::new(),
            metadata: Metadata::seawall(),
            finding_info: FindingInfo {
                uid: String::new(),
                title: "",
                desc: None,
                types: [""],
                analytic: Analytic::rule("", None),
            },
            compliance: Compliance {
                control: "",
                standards: Vec::new(),
                requirements: Vec::new(),
                status: "Unknown",
                status_id: 0,
                status_details: Vec::new(),
            },
            remediation: None,
            resources: Vec::new(),
            unmapped: None,
        }
    }
}

#[derive(Serialize)]
pub(super) struct ApplicationError {
    pub(super) activity_id: u8,
    pub(super) category_uid: u8,
    pub(super) class_uid: u16,
    pub(super) type_uid: u32,
    pub(super) time: u64,
    pub(super) severity_id: u8,
    pub(super) message: String,
    pub(super) metadata: Metadata,
}

#[derive(Serialize)]
pub(super) struct Metadata {
    version: &'static str,
    product: Product,
}

#[derive(Serialize)]
struct Product {
    name: &'static str,
    vendor_name: &'static str,
    version: &'static str,
}

impl Metadata {
    pub(super) fn seawall() -> Self {
        Metadata {
            version: "1.4.0",
            product: Product { name: "Seawall", vendor_name: "Seawall", version: env!("CARGO_PKG_VERSION") },
        }
    }
}

#[derive(Serialize)]
pub(super) struct FindingInfo<'a> {
    pub(super) uid: String,
    pub(super) title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) desc: Option<&'a str>,
    pub(super) types: [&'a str; 1],
    pub(super) analytic: Analytic<'a>,
}

#[derive(Serialize)]
pub(super) struct Analytic<'a> {
    uid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(rename = "type")]
    kind: &'static str,
    type_id: u8,
}

impl<'a> Analytic<'a> {
    pub(super) fn rule(uid: &'a str, name: Option<&'a str>) -> Self {
        Analytic { uid, name, kind: "Rule", type_id: 1 }
    }
}

#[derive(Serialize)]
pub(super) struct Compliance<'a> {
    pub(super) control: &'a str,
    pub(super) standards: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) requirements: Vec<&'a str>,
    pub(super) status: &'static str,
    pub(super) status_id: u8,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) status_details: Vec<&'a str>,
}

#[derive(Serialize)]
pub(super) struct Remediation<'a> {
    pub(super) desc: &'a str,
}

#[derive(Serialize)]
pub(super) struct Resource<'a> {
    pub(super) name: &'a str,
    #[serde(rename = "type")]
    pub(super) kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) namespace: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) group: Option<Group<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) uid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) data: Option<ResourceData<'a>>,
}

impl<'a> Resource<'a> {
    /// An object of which only the name is known.
    pub(super) fn named(subject: &'a Subject) -> Self {
        Resource {
            name: &subject.name,
            kind: &subject.kind,
            namespace: subject.namespace.as_deref(),
            group: super::group(&subject.api_version),
            uid: None,
            data: None,
        }
    }
}

#[derive(Serialize)]
pub(super) struct Group<'a> {
    pub(super) name: &'a str,
}

/// What no attribute of OCSF holds: the identity as Kubernetes writes it, and the place.
#[derive(Serialize)]
pub(super) struct ResourceData<'a> {
    #[serde(flatten)]
    pub(super) subject: WireSubject<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) route: Option<Shown<Route>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct Unmapped {
    pub(super) cause: Shown<Fingerprint>,
}
