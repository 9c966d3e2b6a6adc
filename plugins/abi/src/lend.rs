//! Texts, settings and errors as the ABI sees them: lent for the time of a call, and copied by whoever keeps them.

use std::time::Duration;

use aqueduct_plugin_api::{Cause, ConfigMap, ConnectError, ErrorClass};

use crate::raw::{
    AQ_ERROR_CONFIG, AQ_ERROR_DATA, AQ_ERROR_RETRIABLE, AQ_NO_RETRY_AFTER, AqCause, AqConfig, AqEntry,
    AqError, AqStr, adopt,
};

/// "None" where a field allows it.
pub(crate) const NO_STR: AqStr = AqStr { ptr: std::ptr::null(), len: 0 };

/// Lends a text or bytes.
pub(crate) fn lend(text: impl AsRef<[u8]>) -> AqStr {
    let bytes = text.as_ref();
    AqStr { ptr: bytes.as_ptr(), len: bytes.len() }
}

/// The bytes of a borrowed text.
///
/// # Safety
/// They are valid for `'a`.
pub(crate) unsafe fn bytes_of<'a>(text: AqStr) -> &'a [u8] {
    // SAFETY: the caller's promise.
    unsafe { slice_of(text.ptr, text.len) }
}

/// A copy of a borrowed text. What is not UTF-8 becomes U+FFFD: such texts are shown, never compared.
///
/// # Safety
/// The text is valid during the call.
pub(crate) unsafe fn text_of(text: AqStr) -> String {
    // SAFETY: the caller's promise.
    String::from_utf8_lossy(unsafe { bytes_of(text) }).into_owned()
}

/// A borrowed table; none of no entries needs no pointer.
///
/// # Safety
/// The entries are valid for `'a`.
pub(crate) unsafe fn slice_of<'a, T>(entries: *const T, len: usize) -> &'a [T] {
    if entries.is_null() || len == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(entries, len) }
}

/// Settings, lent.
pub(crate) struct LentConfig<'a> {
    entries: Vec<AqEntry>,
    _of: std::marker::PhantomData<&'a ConfigMap>,
}

impl<'a> LentConfig<'a> {
    pub(crate) fn new(config: &'a ConfigMap) -> Self {
        let entries =
            config.iter().map(|(key, value)| AqEntry { key: lend(key), value: lend(value) }).collect();
        Self { entries, _of: std::marker::PhantomData }
    }

    pub(crate) fn raw(&self) -> AqConfig {
        AqConfig { entries: self.entries.as_ptr(), entries_len: self.entries.len() }
    }
}

/// A copy of borrowed settings.
///
/// # Safety
/// They are valid during the call.
pub(crate) unsafe fn config_of(config: *const AqConfig) -> ConfigMap {
    if config.is_null() {
        return ConfigMap::new();
    }
    // SAFETY: the caller's promise.
    let entries = unsafe { slice_of((*config).entries, (*config).entries_len) };
    // SAFETY: as above.
    entries.iter().map(|entry| unsafe { (text_of(entry.key), text_of(entry.value)) }).collect()
}

/// An error, lent.
pub(crate) struct LentError<'a> {
    causes: Vec<AqCause>,
    error: &'a ConnectError,
}

impl<'a> LentError<'a> {
    pub(crate) fn new(error: &'a ConnectError) -> Self {
        let lend_cause = |cause: &Cause| AqCause { kind: lend(&cause.kind), message: lend(&cause.message) };
        Self { causes: error.causes.iter().map(lend_cause).collect(), error }
    }

    pub(crate) fn raw(&self) -> AqError {
        let millis = |after: Duration| u64::try_from(after.as_millis()).unwrap_or(AQ_NO_RETRY_AFTER - 1);
        AqError {
            size: size_of::<AqError>(),
            error_class: self.error.class as u32,
            reserved: 0,
            retry_after_ms: self.error.retry_after.map_or(AQ_NO_RETRY_AFTER, millis),
            kind: lend(&self.error.kind),
            message: lend(&self.error.message),
            causes: self.causes.as_ptr(),
            causes_len: self.causes.len(),
        }
    }
}

/// A copy of a borrowed error; `None` for a null pointer.
///
/// # Safety
/// It is valid during the call.
pub(crate) unsafe fn error_of(error: *const AqError) -> Option<ConnectError> {
    // SAFETY: the caller's promise.
    let error = unsafe { adopt(error) }?;
    let class = match error.error_class {
        AQ_ERROR_RETRIABLE => ErrorClass::Retriable,
        AQ_ERROR_DATA => ErrorClass::Data,
        AQ_ERROR_CONFIG => ErrorClass::Config,
        _ => ErrorClass::Fatal,
    };
    // SAFETY: as above.
    let (message, kind) = unsafe { (text_of(error.message), text_of(error.kind)) };
    let mut copy = ConnectError::new(class, message);
    if !kind.is_empty() {
        copy.kind = kind;
    }
    if error.retry_after_ms != AQ_NO_RETRY_AFTER && error.size >= size_of::<AqError>() {
        copy.retry_after = Some(Duration::from_millis(error.retry_after_ms));
    }
    // SAFETY: as above.
    let causes = unsafe { slice_of(error.causes, error.causes_len) };
    // SAFETY: as above.
    let copy_cause =
        |cause: &AqCause| unsafe { Cause { kind: text_of(cause.kind), message: text_of(cause.message) } };
    copy.causes = causes.iter().map(copy_cause).collect();
    Some(copy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_keeps_class_kind_message_retry_and_causes() {
        let io = std::io::Error::other("disk on fire");
        let error =
            ConnectError::retriable("cannot write").caused_by(&io).retry_after(Duration::from_millis(1_500));
        let lent = LentError::new(&error);
        // SAFETY: the lent error lives.
        assert_eq!(unsafe { error_of(&lent.raw()) }, Some(error.clone()));
    }
}
