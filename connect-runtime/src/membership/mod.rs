//! Who is in the Connect cluster and who runs what: the Connect group protocol, the leader's assignor, and the member
//! that joins, heartbeats and hands assignments to the herder.

pub(crate) mod assignor;
pub(crate) mod member;
pub(crate) mod protocol;
pub(crate) mod work;
