//! How policies are installed.
