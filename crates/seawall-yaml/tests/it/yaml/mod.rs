//! Reading YAML as Kubernetes does.

mod cases;
mod conformance;
mod documents;
mod generate;
mod hostile;
mod json;
mod kubectl;
mod properties;
mod spans;
