//! Every check has a policy or a reason.
