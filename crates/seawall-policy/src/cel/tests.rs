//! Small expressions whose value or error is known from the language definition or from cel-go.
