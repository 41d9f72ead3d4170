//! Who asks, when a request is made from a file.

use clap::Args;
use seawall_policy::admission::User;

/// Who a request is said to come from.
#[derive(Debug, Args)]
pub(in crate::commands) struct SubjectArgs {
    /// Who creates the objects
    #[arg(long = "as", default_value = "seawall", value_name = "USER")]
    user: String,
    /// A group that the user is in, beside `system:authenticated`; may be repeated
    #[arg(long = "as-group", value_name = "GROUP")]
    groups: Vec<String>,
}

impl SubjectArgs {
    pub(in crate::commands) fn user(&self) -> User<'_> {
        user(&self.user, &self.groups)
    }
}

/// An authenticated user.
pub(super) fn user<'t>(name: &'t str, groups: &'t [String]) -> User<'t> {
    let groups = groups.iter().map(String::as_str).chain(["system:authenticated"]).collect();
    User { name, groups, ..User::default() }
}
