//! Calls as tower services: routed to the right broker, tried again with back-off, within a deadline.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::codec::Request;
use tokio::time::{Instant, Sleep};
use tower::retry::{Policy, Retry};
use tower::{Service, ServiceBuilder};

use super::Backoff;
use crate::error::class_of;
use crate::{Client, ClientError, ErrorClass, Target};

/// A request, for whom it is, and how its answer tells that it should be asked again.
pub(crate) struct Call<R: Request> {
    pub(crate) target: Target,
    pub(crate) request: R,
    /// The error of the whole answer, by which it is tried again: not those of its items.
    pub(crate) judge: fn(&R::Response) -> ErrorCode,
    /// The longest wait for one answer.
    pub(crate) within: Duration,
}

impl<R: Request> Clone for Call<R> {
    fn clone(&self) -> Call<R> {
        Call {
            target: self.target.clone(),
            request: self.request.clone(),
            judge: self.judge,
            within: self.within,
        }
    }
}

impl<R: Request> fmt::Debug for Call<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {:?}", R::API_KEY.name(), self.target)
    }
}

/// Finds the broker for a call and asks it once.
#[derive(Clone, Debug)]
pub(crate) struct Router {
    client: Client,
}

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

impl<R> Service<Call<R>> for Router
where
    R: Request + Send + Sync + 'static,
    R::Response: Send + 'static,
{
    type Response = R::Response;
    type Error = ClientError;
    type Future = BoxFuture<Result<R::Response, ClientError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ClientError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, call: Call<R>) -> Self::Future {
        let client = self.client.clone();
        Box::pin(async move {
            let deadline = Instant::now() + call.within;
            let answer = async {
                let connection = client.connection_for(&call.target, deadline).await?;
                connection.call(&call.request, call.within).await
            };
            let response = answer.await.inspect_err(|error| client.suspect(&call.target, error))?;
            let code = (call.judge)(&response);
            client.learn_from(&call.target, code);
            match class_of(code) {
                ErrorClass::Retriable if code.is_error() => {
                    Err(ClientError::Broker { what: R::API_KEY.name().to_owned(), code, message: None })
                }
                _ => Ok(response),
            }
        })
    }
}

/// Tries again what may succeed, with growing waits, until the deadline.
#[derive(Clone, Debug)]
pub(crate) struct RetryPolicy {
    backoff: Backoff,
    deadline: Instant,
    client: Client,
}

impl<R: Request> Policy<Call<R>, R::Response, ClientError> for RetryPolicy {
    type Future = Sleep;

    fn retry(&mut self, call: &mut Call<R>, result: &mut Result<R::Response, ClientError>) -> Option<Sleep> {
        let error = result.as_ref().err().filter(|error| error.is_retriable())?;
        let wait = self.backoff.next();
        let now = Instant::now();
        if now + wait >= self.deadline {
            return None;
        }
        tracing::debug!(?call, "tried again in {wait:?}: {error}");
        if error.code().is_none_or(ErrorCode::is_stale_metadata) {
            self.client.request_metadata();
        }
        // The last try must end in time.
        call.within = call.within.min(self.deadline - now);
        Some(tokio::time::sleep(wait))
    }

    fn clone_request(&mut self, call: &Call<R>) -> Option<Call<R>> {
        Some(call.clone())
    }
}

/// The stack for one call: retries with back-off, within `default.api.timeout.ms`, around routed requests.
pub(crate) fn service(client: &Client) -> Retry<RetryPolicy, Router> {
    let config = client.config();
    let policy = RetryPolicy {
        backoff: Backoff::new(config.retry_backoff, config.retry_backoff_max),
        deadline: Instant::now() + config.api_timeout,
        client: client.clone(),
    };
    ServiceBuilder::new().retry(policy).service(Router { client: client.clone() })
}
