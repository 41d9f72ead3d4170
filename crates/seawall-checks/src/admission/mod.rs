//! What several admission checks share.

pub(crate) mod levels;
pub(crate) mod webhooks;
