//! Asks the engine itself while a configuration is judged: reachable, credentials, version. Bounded in time.

use std::time::Duration;

use aqueduct_plugin_api::KeyReport;

use crate::engine::{Client, ClientError, Identity, IdentityError, identify};
use crate::settings::{ConnectionSettings, SinkSettings, key};

/// The engine is given this long, all nodes together.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the engine has against a configuration that is right in itself.
pub(crate) async fn reports(settings: &SinkSettings) -> Vec<KeyReport> {
    let connection = &settings.connection;
    let client = match Client::new(connection) {
        Ok(client) => client,
        Err(error) => return vec![client_report(connection, &error)],
    };
    match tokio::time::timeout(PATIENCE, any_node(&client)).await {
        Ok(Ok(_)) => Vec::new(),
        Ok(Err(error)) => identity_reports(connection, &error),
        Err(_) => {
            let reason = format!("no answer within {} seconds", PATIENCE.as_secs());
            vec![unreachable(connection, &reason)]
        }
    }
}

/// The identity told by the first node that answers at all.
pub(crate) async fn any_node(client: &Client) -> Result<Identity, IdentityError> {
    let mut answer = identify(client).await;
    for _ in 1..client.nodes() {
        if !matches!(answer, Err(IdentityError::NoAnswer(_))) {
            break;
        }
        answer = identify(client).await;
    }
    answer
}

fn identity_reports(connection: &ConnectionSettings, error: &IdentityError) -> Vec<KeyReport> {
    match error {
        IdentityError::Unauthenticated { .. } => {
            let text = format!("The engine does not accept the credentials: {error}");
            let keys: &[&str] = match (&connection.api_key, &connection.basic) {
                (Some(_), _) => &[key::API_KEY],
                (None, _) => &[key::USERNAME, key::PASSWORD],
            };
            keys.iter()
                .map(|name| KeyReport::error(name, shown(connection, name).as_deref(), &text))
                .collect()
        }
        // A user may be allowed to write without being allowed to ask for the version.
        IdentityError::Forbidden { .. } => Vec::new(),
        IdentityError::NoAnswer(_) | IdentityError::Status { .. } | IdentityError::TooOld { .. } => {
            vec![unreachable(connection, &error.to_string())]
        }
    }
}

fn unreachable(connection: &ConnectionSettings, reason: &str) -> KeyReport {
    let text = format!("Could not connect to Elasticsearch. Error message: {reason}");
    KeyReport::error(key::URL, Some(&connection.urls.join(",")), text)
}

fn client_report(connection: &ConnectionSettings, error: &ClientError) -> KeyReport {
    let name = match error {
        ClientError::ReadAuthorities { .. } => key::TRUSTSTORE_LOCATION,
        ClientError::BadAuthorities(_) if connection.authorities_file.is_some() => key::TRUSTSTORE_LOCATION,
        ClientError::BadAuthorities(_) => key::TRUSTSTORE_CERTIFICATES,
        ClientError::BadCredentials(name) => name,
        ClientError::BadProxy(_) => key::PROXY_HOST,
        ClientError::Build(_) => key::URL,
    };
    let value = shown(connection, name);
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    let text = format!(
        "Invalid value {} for configuration {name}: {error}{cause}",
        value.as_deref().unwrap_or("null")
    );
    KeyReport::error(name, value.as_deref(), text)
}

/// The value of a connection setting as it may be shown.
fn shown(connection: &ConnectionSettings, name: &str) -> Option<String> {
    match name {
        key::URL => Some(connection.urls.join(",")),
        key::USERNAME => connection.basic.as_ref().map(|(name, _)| name.clone()),
        key::PASSWORD => connection.basic.as_ref().map(|_| "[hidden]".to_owned()),
        key::API_KEY | key::TRUSTSTORE_CERTIFICATES => Some("[hidden]".to_owned()),
        key::TRUSTSTORE_LOCATION => connection.authorities_file.clone(),
        key::PROXY_HOST => connection.proxy.as_ref().map(|proxy| proxy.host.clone()),
        _ => None,
    }
}
