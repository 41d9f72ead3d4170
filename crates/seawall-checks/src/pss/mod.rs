//! Pod Security Standards, exact.
