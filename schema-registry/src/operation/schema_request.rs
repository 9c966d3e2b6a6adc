//! A schema in a request, and what is made of it.

use crate::error::RegistryError;
use crate::records::{Content, Metadata, SchemaReference};
use crate::state::Snapshot;
use crate::subject::{context_of, qualified};
use aqueduct_avro::{ParseOptions, Schema};
use serde::Deserialize;
use std::collections::HashSet;

/// How many schemas one schema may refer to, directly and indirectly.
const MAX_REFERENCES: usize = 1_000;

/// The body of register, lookup and compatibility requests. Unknown members are ignored.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SchemaRequest {
    /// The version it must get; -1 or nothing for the next one.
    pub version: Option<i32>,
    /// The id it must get, which only the mode IMPORT allows.
    pub id: Option<i32>,
    /// `AVRO` if it is missing or null.
    pub schema_type: Option<String>,
    /// Schemas whose types it uses.
    pub references: Option<Vec<SchemaReference>>,
    /// Tags and properties.
    pub metadata: Option<Metadata>,
    /// Rules.
    pub rule_set: Option<serde_json::Value>,
    /// The text.
    pub schema: Option<String>,
}

/// How a schema in a request is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judging {
    /// Names and defaults must be right.
    AsNew,
    /// The same, and its form is normalised.
    AsNewNormalized,
    /// Only its structure must be right.
    AsStored,
}

/// A schema that was understood.
#[derive(Debug)]
pub struct ParsedSchema {
    /// What is stored.
    pub content: Content,
    /// What is compared.
    pub avro: Schema,
}

/// Understands the schema of a request. An empty text stands for the subject's latest version.
///
/// # Errors
/// 42201 with Confluent's text; a type other than Avro is not implemented, which it words as an invalid type.
pub fn parse_request(
    snapshot: &Snapshot,
    subject: &str,
    request: &SchemaRequest,
    judging: Judging,
) -> Result<ParsedSchema, RegistryError> {
    let schema_type = request.schema_type.as_deref().unwrap_or("AVRO");
    if schema_type != "AVRO" {
        return Err(RegistryError::InvalidSchema(format!("Invalid schema type {schema_type}")));
    }
    if request.rule_set.as_ref().is_some_and(|rules| !rules.is_null()) {
        return Err(RegistryError::NotImplemented("ruleSet".into()));
    }
    let mut references = request.references.clone().unwrap_or_default();
    let mut text = request.schema.clone().unwrap_or_default();
    if text.trim().is_empty() {
        let latest = snapshot.subject(subject).and_then(|subject| subject.latest());
        let latest = latest.ok_or_else(|| RegistryError::InvalidSchema("Empty schema".into()))?;
        text.clone_from(&latest.content.schema);
        references.clone_from(&latest.content.references);
    }
    let refuse = |details: String| invalid(subject, request, &references, &text, &details);
    let parent = context_of(subject);
    let needed = resolve(snapshot, parent, &references).map_err(&refuse)?;
    let needed: Vec<&str> = needed.iter().map(String::as_str).collect();
    let strict = judging != Judging::AsStored;
    let options = ParseOptions { strict, references: &needed };
    let mut avro = Schema::parse_with(&text, &options).map_err(|error| refuse(error.to_string()))?;
    if judging == Judging::AsNewNormalized {
        avro = avro.normalized();
        references.sort();
        references.dedup();
    }
    let metadata = request.metadata.clone();
    let content = Content::new("AVRO".into(), avro.canonical_text(), references, metadata, None);
    Ok(ParsedSchema { content, avro })
}

/// Understands a schema that is in the store already, judging nothing but its structure; `None` if it is not Avro.
///
/// # Errors
/// What is wrong with it.
pub fn parse_stored(snapshot: &Snapshot, context: &str, content: &Content) -> Result<Option<Schema>, String> {
    if content.schema_type != "AVRO" {
        return Ok(None);
    }
    let needed = resolve(snapshot, context, &content.references)?;
    let needed: Vec<&str> = needed.iter().map(String::as_str).collect();
    let options = ParseOptions { strict: false, references: &needed };
    Schema::parse_with(&content.schema, &options).map(Some).map_err(|error| error.to_string())
}

/// The texts of all schemas that are needed, each after those it needs itself and each name once.
fn resolve(
    snapshot: &Snapshot,
    context: &str,
    references: &[SchemaReference],
) -> Result<Vec<String>, String> {
    let mut texts = Vec::new();
    let mut seen = HashSet::new();
    // What is left to do, with the reference's text once what it needs itself has been put before it.
    let mut work: Vec<(SchemaReference, Option<String>)> =
        references.iter().rev().map(|r| (r.clone(), None)).collect();
    while let Some((reference, text)) = work.pop() {
        if let Some(text) = text {
            texts.push(text);
            continue;
        }
        if !seen.insert(reference.name.clone()) {
            continue;
        }
        if seen.len() > MAX_REFERENCES {
            return Err(format!("More than {MAX_REFERENCES} references"));
        }
        let subject = qualified(&reference.subject, context);
        let found = snapshot.subject(&subject).and_then(|known| match u32::try_from(reference.version) {
            Ok(version) => known.versions.get(&version),
            Err(_) => known.latest(),
        });
        let Some(found) = found else {
            return Err(format!(
                "No schema reference found for subject \"{}\" and version {}",
                reference.subject, reference.version
            ));
        };
        let inner = found.content.references.clone();
        work.push((reference, Some(found.content.schema.clone())));
        work.extend(inner.into_iter().rev().map(|reference| (reference, None)));
    }
    Ok(texts)
}

/// The error for a schema that is not understood, with everything Confluent's text tells.
fn invalid(
    subject: &str,
    request: &SchemaRequest,
    references: &[SchemaReference],
    text: &str,
    details: &str,
) -> RegistryError {
    let optional = |number: Option<i32>| number.map_or("null".to_owned(), |number| number.to_string());
    let names: Vec<String> = references.iter().map(SchemaReference::to_string).collect();
    let names = names.join(", ");
    let metadata = if request.metadata.is_some() { "{...}" } else { "null" };
    let guid =
        Content::new("AVRO".into(), text.to_owned(), references.to_vec(), request.metadata.clone(), None)
            .guid;
    let (version, id) = (optional(request.version), optional(request.id));
    RegistryError::InvalidSchema(format!(
        "Invalid schema of type AVRO, details: Invalid schema {{subject={subject},version={version},id={id},guid={guid},schemaType=AVRO,references=[{names}],metadata={metadata},ruleSet=null,schema={text},schemaTags=null,ts=null,deleted=null}} with refs [{names}] of type AVRO, details: {details}"
    ))
}
