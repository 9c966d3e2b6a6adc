//! Signatures of internal requests (KIP-507): HMAC-SHA256 of the body with the session key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::error::HerderError;
use crate::storage::config_records::SessionKey;

/// The header with the signature in base64.
pub(crate) const SIGNATURE_HEADER: &str = "X-Connect-Authorization";
/// The header with the algorithm.
pub(crate) const ALGORITHM_HEADER: &str = "X-Connect-Request-Signature-Algorithm";
/// The one algorithm.
pub(crate) const ALGORITHM: &str = "HmacSHA256";

/// The signature of a body.
pub(crate) fn sign(key: &SessionKey, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(&key.key).expect("HMAC takes keys of any length");
    mac.update(body);
    BASE64.encode(mac.finalize().into_bytes())
}

/// Whether a request may be acted on: Apache's codes for what is missing or wrong.
pub(crate) fn verify(
    key: Option<&SessionKey>,
    signature: Option<&str>,
    algorithm: Option<&str>,
    body: &[u8],
) -> Result<(), HerderError> {
    let bad = |text: &str| HerderError::BadRequest(text.to_owned());
    let (Some(signature), Some(algorithm)) = (signature, algorithm) else {
        return Err(bad("Internal request missing required signature"));
    };
    if algorithm != ALGORITHM {
        return Err(bad(&format!("Requested signature algorithm {algorithm} is not supported")));
    }
    let signature =
        BASE64.decode(signature).map_err(|_| bad("Internal request has an invalid signature header"))?;
    let Some(key) = key else {
        return Err(HerderError::Unavailable("This worker is still starting up and has not been able to read a session key from the config topic yet".to_owned()));
    };
    let mut mac = Hmac::<Sha256>::new_from_slice(&key.key).expect("HMAC takes keys of any length");
    mac.update(body);
    mac.verify_slice(&signature)
        .map_err(|_| HerderError::Forbidden("Internal request contained invalid signature.".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_holder_of_the_key_is_heard() {
        let key = SessionKey { key: vec![7; 32], algorithm: ALGORITHM.to_owned(), created_ms: 0 };
        let other = SessionKey { key: vec![8; 32], ..key.clone() };
        let signature = sign(&key, b"[]");
        let status = |key: Option<&SessionKey>, signature: Option<&str>, algorithm, body: &[u8]| {
            verify(key, signature, algorithm, body).map_or_else(|e| e.status(), |()| 200)
        };
        assert_eq!(status(Some(&key), Some(&signature), Some(ALGORITHM), b"[]"), 200);
        assert_eq!(status(Some(&key), Some(&signature), Some(ALGORITHM), b"[{}]"), 403);
        assert_eq!(status(Some(&other), Some(&signature), Some(ALGORITHM), b"[]"), 403);
        assert_eq!(status(Some(&key), None, Some(ALGORITHM), b"[]"), 400);
        assert_eq!(status(Some(&key), Some(&signature), Some("HmacMD5"), b"[]"), 400);
        assert_eq!(status(None, Some(&signature), Some(ALGORITHM), b"[]"), 503);
    }
}
