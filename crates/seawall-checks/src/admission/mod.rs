//! What several admission checks share.

pub(crate) mod api_server;
pub(crate) mod levels;
pub(crate) mod webhooks;
