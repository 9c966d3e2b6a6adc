//! LeaveGroup: members go.

use bytestring::ByteString;

use super::group::{Action, Group, GroupState};
use crate::group::GroupError;
use crate::group::limits::GroupLimits;

/// A member that is to leave: by its id, or a static member by its instance id alone.
#[derive(Debug, Clone)]
pub struct Leaving {
    /// The member's id; empty to remove a static member by its instance id.
    pub member_id: ByteString,
    /// Its instance id.
    pub instance_id: Option<ByteString>,
}

impl Group {
    /// Removes a member.
    pub fn leave(
        &mut self,
        leaving: &Leaving,
        limits: &GroupLimits,
        now_ms: i64,
    ) -> Result<Vec<Action>, GroupError> {
        let mut actions = Vec::new();
        if self.state == GroupState::Dead {
            return Err(GroupError::NotAvailable);
        }
        let id = match &leaving.instance_id {
            Some(instance_id) => {
                let current = self.static_members.get(instance_id).ok_or(GroupError::UnknownMember)?;
                if !leaving.member_id.is_empty() && *current != leaving.member_id {
                    return Err(GroupError::FencedInstanceId);
                }
                current.clone()
            }
            None => leaving.member_id.clone(),
        };
        if self.pending.remove(&id).is_some() {
            self.try_complete_join(now_ms, &mut actions);
            return Ok(actions);
        }
        if !self.members.contains_key(&id) {
            return Err(GroupError::UnknownMember);
        }
        self.remove(&id, GroupError::UnknownMember, limits, now_ms, &mut actions);
        Ok(actions)
    }
}
