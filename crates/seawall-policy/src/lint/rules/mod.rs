//! The rules: one file each, or one for those that are found on one way.

mod always;
mod bindings;
mod cost;
mod exact;
mod fails;
mod field_dropped;
mod field_unknown;
mod locks;
mod message_missing;
mod params;
mod patch_crashes;
mod pods_missed;
mod refused;
mod resources;
mod subresources;
mod type_warning;
mod unreachable;
mod variable_unused;

use super::{Context, Lint, LintRule};

type Check = fn(&Context<'_>, &mut Vec<Lint>);

/// All ways on which mistakes are found.
pub(super) const CHECKS: [Check; 18] = [
    always::check,
    bindings::check,
    cost::check,
    exact::check,
    fails::check,
    field_dropped::check,
    field_unknown::check,
    locks::check,
    message_missing::check,
    params::check,
    patch_crashes::check,
    pods_missed::check,
    refused::check,
    resources::check,
    subresources::check,
    type_warning::check,
    unreachable::check,
    variable_unused::check,
];

/// Every rule, by id.
pub const RULES: [&LintRule; 30] = [
    &always::ALWAYS_FALSE,
    &always::ALWAYS_TRUE,
    &bindings::NEVER_MATCHES,
    &bindings::NO_POLICY,
    &locks::RULE,
    &cost::RULE,
    &exact::RULE,
    &fails::FAILS,
    &field_dropped::RULE,
    &field_unknown::RULE,
    &always::MATCHES_NOTHING,
    &fails::MESSAGE,
    &message_missing::RULE,
    &fails::ON_DELETE,
    &fails::ON_CREATE,
    &params::UNUSED,
    &params::ALLOWED,
    &params::UNSET,
    &params::USELESS,
    &patch_crashes::RULE,
    &pods_missed::RULE,
    &bindings::NO_BINDING,
    &refused::RULE,
    &resources::UNKNOWN,
    &resources::EXCLUDED,
    &resources::SHADOWED,
    &subresources::RULE,
    &type_warning::RULE,
    &unreachable::RULE,
    &variable_unused::RULE,
];
