//! What expressions of policies may name, and of which types it is.
//!
//! Source: `BuildRequestType`, `BuildNamespaceType`, `createEnvForOpts` (`pkg/admission/plugin/cel/compile.go`) and
//! `convertCelTypeToDeclType` (`composition.go`) of the API server.

use std::sync::{Arc, LazyLock};

use crate::cel::check::{Environment, Type};

/// The release whose libraries new expressions may use: the one before the server's own, so that a server that is rolled
/// back still knows them (`environment.DefaultCompatibilityVersion`).
const COMPATIBLE: u32 = 35;

/// The record whose fields are a policy's own variables.
const VARIABLES: &str = "kubernetes.variables";

/// What every expression of a policy knows.
static BASE: LazyLock<Environment> = LazyLock::new(|| {
    let mut env = Environment::kubernetes(COMPATIBLE);
    define(
        &mut env,
        "kubernetes.GroupVersionKind",
        &[("group", Type::String), ("version", Type::String), ("kind", Type::String)],
    );
    define(
        &mut env,
        "kubernetes.GroupVersionResource",
        &[("group", Type::String), ("version", Type::String), ("resource", Type::String)],
    );
    define(
        &mut env,
        "kubernetes.UserInfo",
        &[
            ("username", Type::String),
            ("uid", Type::String),
            ("groups", Type::list(Type::String)),
            ("extra", Type::map(Type::String, Type::list(Type::String))),
        ],
    );
    let named = Type::object;
    define(
        &mut env,
        "kubernetes.AdmissionRequest",
        &[
            ("kind", named("kubernetes.GroupVersionKind")),
            ("resource", named("kubernetes.GroupVersionResource")),
            ("subResource", Type::String),
            ("requestKind", named("kubernetes.GroupVersionKind")),
            ("requestResource", named("kubernetes.GroupVersionResource")),
            ("requestSubResource", Type::String),
            ("name", Type::String),
            ("namespace", Type::String),
            ("operation", Type::String),
            ("userInfo", named("kubernetes.UserInfo")),
            ("dryRun", Type::Bool),
            ("options", Type::Dyn),
        ],
    );
    namespace(&mut env);
    env.declare("object", Type::Dyn);
    env.declare("oldObject", Type::Dyn);
    env.declare("namespaceObject", named("kubernetes.Namespace"));
    env.declare("request", named("kubernetes.AdmissionRequest"));
    env
});

fn namespace(env: &mut Environment) {
    let strings = || Type::map(Type::String, Type::String);
    let named = Type::object;
    define(env, "kubernetes.NamespaceSpec", &[("finalizers", Type::list(Type::String))]);
    define(
        env,
        "kubernetes.NamespaceCondition",
        &[
            ("status", Type::String),
            ("type", Type::String),
            ("lastTransitionTime", Type::Timestamp),
            ("message", Type::String),
            ("reason", Type::String),
        ],
    );
    define(
        env,
        "kubernetes.NamespaceStatus",
        &[("conditions", Type::list(named("kubernetes.NamespaceCondition"))), ("phase", Type::String)],
    );
    define(
        env,
        "kubernetes.NamespaceMetadata",
        &[
            ("name", Type::String),
            ("generateName", Type::String),
            ("namespace", Type::String),
            ("labels", strings()),
            ("annotations", strings()),
            // The field is declared like this, while the object has `uid`.
            ("UID", Type::String),
            ("creationTimestamp", Type::Timestamp),
            ("deletionGracePeriodSeconds", Type::Int),
            ("deletionTimestamp", Type::Timestamp),
            ("generation", Type::Int),
            ("resourceVersion", Type::String),
            ("finalizers", Type::list(Type::String)),
        ],
    );
    define(
        env,
        "kubernetes.Namespace",
        &[
            ("metadata", named("kubernetes.NamespaceMetadata")),
            ("spec", named("kubernetes.NamespaceSpec")),
            ("status", named("kubernetes.NamespaceStatus")),
        ],
    );
}

fn define(env: &mut Environment, name: &str, fields: &[(&str, Type)]) {
    env.define(name, fields.iter().map(|(field, is)| (Arc::from(*field), is.clone())));
}

/// Which names an expression has beside those that all have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extras {
    pub(super) params: bool,
    pub(super) authorizer: bool,
    pub(super) patches: bool,
}

/// The environment of expressions, without variables.
pub(super) fn environment(extras: Extras) -> Environment {
    let mut env = BASE.clone();
    if extras.params {
        env.declare("params", Type::Dyn);
    }
    if extras.authorizer {
        env.declare("authorizer", Type::object("kubernetes.authorization.Authorizer"));
        env.declare("authorizer.requestResource", Type::object("kubernetes.authorization.ResourceCheck"));
    }
    if extras.patches { env.mutating() } else { env }
}

/// Lets expressions name `variables`.
pub(super) fn compose(env: &mut Environment) {
    env.define(VARIABLES, []);
    env.declare("variables", Type::object(VARIABLES));
}

/// Lets expressions name a variable; what has no type of its own in a schema is of any type.
pub(super) fn add_variable(env: &mut Environment, name: &str, is: &Type) {
    env.define(VARIABLES, [(Arc::from(name), declared(is))]);
}

fn declared(is: &Type) -> Type {
    match is {
        Type::Bool
        | Type::Bytes
        | Type::Double
        | Type::Duration
        | Type::Int
        | Type::Null
        | Type::String
        | Type::Timestamp
        | Type::Uint => is.clone(),
        Type::List(item) => Type::list(declared(item)),
        Type::Map(key, value) => Type::map(declared(key), declared(value)),
        _ => Type::Dyn,
    }
}
