//! A value that readers take as it is now and that is replaced as a whole.

use std::sync::{Arc, PoisonError, RwLock};

/// The current value of something that changes while requests are served: certificates, the inventory, policies.
#[derive(Debug, Default)]
pub struct Shared<T: ?Sized>(RwLock<Arc<T>>);

impl<T: ?Sized> Shared<T> {
    /// With a first value.
    pub fn new(value: Arc<T>) -> Self {
        Shared(RwLock::new(value))
    }

    /// The value as it is now.
    pub fn get(&self) -> Arc<T> {
        // Whoever panicked held the lock to swap one pointer: the value is whole.
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Another value from now on.
    pub fn set(&self, value: Arc<T>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = value;
    }
}
