//! Finding versions.

use super::version_id::VersionId;
use crate::error::RegistryError;
use crate::records::Content;
use crate::state::{Snapshot, Subject, Version};
use std::sync::Arc;

/// The version of a subject that has an equal schema: the latest such one that is not deleted, or, if asked for, the
/// latest of all.
pub fn existing<'s>(
    snapshot: &'s Snapshot,
    subject: &str,
    content: &Content,
    deleted: bool,
) -> Option<&'s Arc<Version>> {
    let id = snapshot.context(subject)?.id_of(content)?;
    let versions = &snapshot.subject(subject)?.versions;
    let equal = versions.values().rev().filter(|version| version.id == id);
    equal.clone().find(|version| !version.deleted).or_else(|| equal.clone().next().filter(|_| deleted))
}

/// A version of a subject. `latest` is the latest that is not deleted, whatever `deleted` says.
///
/// # Errors
/// 40401 if the subject has no such versions at all, 40402.
pub fn find_version<'s>(
    snapshot: &'s Snapshot,
    subject: &str,
    version: VersionId,
    deleted: bool,
) -> Result<(&'s Arc<Subject>, &'s Arc<Version>), RegistryError> {
    let not_found = || RegistryError::SubjectNotFound(subject.to_owned());
    let known = snapshot.subject(subject).filter(|known| deleted || known.is_live()).ok_or_else(not_found)?;
    let found = match version {
        VersionId::Latest => known.latest(),
        VersionId::Number(number) => known.versions.get(&number).filter(|found| deleted || !found.deleted),
    };
    let found = found.ok_or(RegistryError::VersionNotFound(version.in_messages()))?;
    Ok((known, found))
}
