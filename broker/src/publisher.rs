//! Takes over what the metadata log says: one image after the other, in order.

use std::sync::Arc;
use std::time::Duration;

use aqueduct_service::Shutdown;
use tokio::sync::watch;

use crate::group::coordinator::GroupCoordinator;
use crate::metadata::metadata_log::MetadataLog;
use crate::replica::replica_manager::ReplicaManager;

/// How often a partition whose log could not be made is tried again.
const RETRY: Duration = Duration::from_secs(10);

/// Follows the log until shutdown. Images that come while one is taken over are skipped: the
/// newest has everything.
pub(crate) async fn follow(
    log: Arc<dyn MetadataLog>,
    replicas: Arc<ReplicaManager>,
    groups: Arc<GroupCoordinator>,
    published: watch::Sender<u64>,
    shutdown: Shutdown,
) {
    let mut offsets = log.subscribe();
    let mut retry = false;
    loop {
        let image = log.image();
        let offset = image.offset;
        if *published.borrow() < offset || retry {
            let (replicas, groups) = (Arc::clone(&replicas), Arc::clone(&groups));
            // Logs are made and deleted on the disk: that is no work for the request threads.
            let applied = tokio::task::spawn_blocking(move || {
                let removed = replicas.apply(&image);
                if !removed.is_empty() {
                    groups.topics_deleted(&removed);
                }
            })
            .await;
            if let Err(error) = applied {
                tracing::error!(%error, offset, "taking over the metadata image failed");
            }
            published.send_replace(offset);
        }
        retry = false;
        tokio::select! {
            () = shutdown.triggered() => return,
            changed = offsets.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(RETRY), if replicas.has_unusable() => retry = true,
        }
    }
}
