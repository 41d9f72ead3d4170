//! Reading YAML as Kubernetes does.

mod conformance;
mod json;
