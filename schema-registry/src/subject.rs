//! Subject names: `subject` in the default context, or `:.context:subject`.

use crate::error::RegistryError;

/// The default context's name.
pub const DEFAULT_CONTEXT: &str = ".";
/// The context whose settings hold where no other does.
pub const GLOBAL_CONTEXT: &str = ".__GLOBAL";

/// The context of a subject as it is written: `.` or `.name`.
pub fn context_of(subject: &str) -> &str {
    split(subject).map_or(DEFAULT_CONTEXT, |(context, _)| context)
}

/// The context as messages have it: nothing for the default one, else `:.name:`.
pub fn context_in_messages(subject: &str) -> String {
    match context_of(subject) {
        DEFAULT_CONTEXT => String::new(),
        context => format!(":{context}:"),
    }
}

/// The subject's name under which it is stored: a name that spells out the default context loses it.
pub fn normalized(subject: &str) -> &str {
    match split(subject) {
        Some((DEFAULT_CONTEXT, name)) => name,
        _ => subject,
    }
}

/// The name in a context, for a name without one: `s` in `.c` is `:.c:s`.
pub fn qualified(subject: &str, context: &str) -> String {
    if context == DEFAULT_CONTEXT || split(subject).is_some() {
        return normalized(subject).to_owned();
    }
    format!(":{context}:{subject}")
}

/// Whether the name stands for a whole context: `:.name:`.
pub fn is_context(subject: &str) -> bool {
    matches!(split(subject), Some((_, "")))
}

/// Judges a subject's name for reading and writing schemas.
///
/// # Errors
/// Control characters, the names the registry keeps for itself, and the global context.
pub fn validate(subject: &str) -> Result<(), RegistryError> {
    let invalid = subject.chars().any(char::is_control)
        || subject == "__GLOBAL"
        || subject == "__EMPTY"
        || context_of(subject) == GLOBAL_CONTEXT;
    if invalid { Err(RegistryError::InvalidSubject(subject.to_owned())) } else { Ok(()) }
}

/// Judges a subject's name for settings, which the global context may have too.
///
/// # Errors
/// Control characters and the names the registry keeps for itself.
pub fn validate_for_settings(subject: &str) -> Result<(), RegistryError> {
    if context_of(subject) == GLOBAL_CONTEXT && is_context(subject) { Ok(()) } else { validate(subject) }
}

/// Context and rest of `:.context:rest`.
fn split(subject: &str) -> Option<(&str, &str)> {
    let rest = subject.strip_prefix(':')?;
    if !rest.starts_with('.') {
        return None;
    }
    rest.split_once(':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_into_context_and_subject() {
        assert_eq!(context_of("s"), ".");
        assert_eq!(context_of(":.c:s"), ".c");
        assert_eq!(context_of(":s"), ".");
        assert_eq!(normalized(":.:s"), "s");
        assert_eq!(normalized(":.c:s"), ":.c:s");
        assert_eq!(context_in_messages("s"), "");
        assert_eq!(context_in_messages(":.c:s"), ":.c:");
        assert_eq!(qualified("s", ".c"), ":.c:s");
        assert_eq!(qualified(":.d:s", ".c"), ":.d:s");
        assert_eq!(qualified(":.:s", ".c"), "s");
        assert!(is_context(":.c:") && !is_context(":.c:s") && !is_context("s"));
    }

    #[test]
    fn names_kept_by_the_registry_are_refused() {
        for bad in ["__GLOBAL", "__EMPTY", "a\nb", ":.__GLOBAL:", ":.__GLOBAL:s"] {
            assert!(validate(bad).is_err(), "{bad:?}");
        }
        for good in ["s", "", "*", "a/b", ":.c:s", "s:t"] {
            assert!(validate(good).is_ok(), "{good:?}");
        }
        assert!(validate_for_settings(":.__GLOBAL:").is_ok());
    }
}
