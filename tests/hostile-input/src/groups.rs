//! What members of groups tell each other, and what a broker reads back from `__consumer_offsets`.

use aqueduct_broker::group::classic::Group;
use aqueduct_broker::group::records::{self, Loaded};
use aqueduct_client::consumer::fuzzing as consumer;
use aqueduct_connect::fuzzing as connect;
use aqueduct_protocol::codec::decode_versioned_leniently;
use aqueduct_protocol::messages::{ConsumerProtocolAssignment, ConsumerProtocolSubscription};
use bytes::Bytes;

use crate::bound::within_input;

/// A subscription or an assignment of the consumer protocol, read by a coordinator and by a consumer.
pub(crate) fn consumer_protocol(data: &[u8]) {
    let bytes = Bytes::copy_from_slice(data);
    within_input(data.len(), || {
        decode_versioned_leniently::<ConsumerProtocolSubscription>(bytes.clone()).ok()
    });
    within_input(data.len(), || decode_versioned_leniently::<ConsumerProtocolAssignment>(bytes.clone()).ok());
    within_input(data.len(), || consumer::subscription(bytes.clone()));
    within_input(data.len(), || consumer::assigned(bytes.clone()));
    consumer::assignment(bytes);
}

/// A subscription or an assignment of the Connect protocol.
pub(crate) fn connect_protocol(data: &[u8]) {
    within_input(data.len(), || connect::is_subscription(data));
    within_input(data.len(), || connect::is_assignment(data));
    connect::subscription(data);
    connect::assignment(data);
}

/// A record of `__consumer_offsets`: a byte that is 0 for a tombstone, the key's length in two bytes, key, value.
pub(crate) fn coordinator_records(data: &[u8]) {
    let Some((head, rest)) = data.split_first_chunk::<3>() else { return };
    let Some((key, value)) = rest.split_at_checked(usize::from(u16::from_be_bytes([head[1], head[2]])))
    else {
        return;
    };
    let key = Bytes::copy_from_slice(key);
    let value = (head[0] != 0).then(|| Bytes::copy_from_slice(value));
    let loaded = within_input(data.len(), || records::load(key.clone(), value.clone()));
    match loaded {
        Ok(Loaded::Group { group, value: Some(value) }) => {
            let members = value.members.len();
            let group = Group::from_record(group, *value, 1_700_000_000_000);
            let _ = group.next_deadline();
            assert!(group.members().count() <= members);
            let again = records::group_metadata(group.id(), &group.to_record());
            if let Ok(again) = again {
                assert!(matches!(records::load(again.key, again.value), Ok(Loaded::Group { .. })));
            }
        }
        Ok(Loaded::Offset { group, at, committed: Some(committed) }) => {
            if let Ok(again) = records::offset_commit(&group, &at, &committed) {
                let read = records::load(again.key, again.value).expect("it was just written");
                assert!(
                    matches!(read, Loaded::Offset { committed: Some(again), .. } if again.offset == committed.offset)
                );
            }
        }
        _ => {}
    }
}
