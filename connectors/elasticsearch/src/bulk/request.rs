//! One bulk request: a body from operations, the answer, and what the answer says of each operation.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{BufMut, Bytes, BytesMut};

use super::decision::{RequestVerdict, judge_request};
use super::fate::{Fate, fate};
use super::operation::Operation;
use crate::engine::{BULK_PATH, BulkAnswer, Client, NoAnswer, Response, error_type_of};

/// A request that ended.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) operations: Vec<Operation>,
    /// Size of the body before compression.
    pub(crate) bytes: usize,
    pub(crate) took: Duration,
    pub(crate) answer: Result<Answer, NoAnswer>,
}

/// What was answered.
#[derive(Debug)]
pub(crate) enum Answer {
    /// One fate for each operation, in their order.
    Items(Vec<Fate>),
    /// A status that is about the whole request.
    Whole(RequestVerdict, Response),
}

/// Sends operations as one request.
pub(crate) async fn send(client: Arc<Client>, mut operations: Vec<Operation>, max_retries: u32) -> Answered {
    let started = Instant::now();
    let body = body(&operations);
    let bytes = body.len();
    let answer = match client.post_lines(BULK_PATH, body).await {
        Ok(response) => read(response, &mut operations, max_retries),
        Err(error) => Err(error),
    };
    Answered { operations, bytes, took: started.elapsed(), answer }
}

fn body(operations: &[Operation]) -> Bytes {
    // One operation's lines are a request's body as they are.
    if let [only] = operations {
        return only.lines.clone();
    }
    let length = operations.iter().map(|operation| operation.lines.len()).sum();
    let mut body = BytesMut::with_capacity(length);
    for operation in operations {
        body.put_slice(&operation.lines);
    }
    body.freeze()
}

fn read(response: Response, operations: &mut [Operation], max_retries: u32) -> Result<Answer, NoAnswer> {
    let error_type = error_type_of(&response);
    let verdict = judge_request(response.status, error_type.as_deref());
    if verdict != RequestVerdict::Items {
        return Ok(Answer::Whole(verdict, response));
    }
    let answer = BulkAnswer::parse(&response.body, operations.len())
        .map_err(|error| NoAnswer::Unreadable { url: response.url.clone(), reason: error.to_string() })?;
    let ids: Vec<_> = operations.iter().map(|operation| operation.id.clone()).collect();
    let ids: Vec<Option<&str>> = ids.iter().map(Option::as_deref).collect();
    let items = answer.match_items(&ids);
    let pairs = operations.iter_mut().zip(&items);
    Ok(Answer::Items(pairs.map(|(operation, item)| fate(operation, item.as_ref(), max_retries)).collect()))
}
