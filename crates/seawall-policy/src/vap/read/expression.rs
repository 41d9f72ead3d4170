//! From the text of an expression to a program, or a fault of its field.
//!
//! Source: `validateCELCondition`, `convertCELErrorToValidationError`.

use seawall_core::Route;

use super::fault::Faults;
use crate::vap::expression::Refused;

/// Compiles `checked`; what is wrong is said of the field, with the text as it is shown.
pub(super) fn checked<T>(
    route: &Route,
    checked: &str,
    shown: &str,
    faults: &mut Faults,
    compile: impl FnOnce(&str) -> Result<T, Refused>,
) -> Option<T> {
    match compile(checked) {
        Ok(compiled) => Some(compiled),
        Err(Refused::Invalid(detail)) => {
            faults.invalid(route, shown, &detail);
            None
        }
        Err(Refused::Internal(detail)) => {
            faults.internal(route, &detail);
            None
        }
    }
}
