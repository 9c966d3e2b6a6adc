//! How soon a server answers, judged beside another that nobody disturbs.

use std::time::{Duration, Instant};

/// How soon a good client is served by a server under attack: a promise to users, and the only time that tests assert.
const SOON: Duration = Duration::from_secs(1);

/// Panics, naming `after`, if what a good client does takes [`SOON`] longer on the attacked server than on the
/// undisturbed one, where it is done at the same moment: the disk and the cores are shared with whatever else runs on
/// the machine, and what they keep both waiting for is not the attack.
pub fn assert(after: &str, attacked: impl FnOnce(), undisturbed: impl FnOnce() + Send) {
    let (attacked, undisturbed) = std::thread::scope(|scope| {
        let undisturbed = scope.spawn(|| took(undisturbed));
        (took(attacked), undisturbed.join().expect("the undisturbed server serves"))
    });
    assert!(
        attacked < undisturbed + SOON,
        "after {after} a good client waited {attacked:?}, {undisturbed:?} at an undisturbed server"
    );
}

fn took(work: impl FnOnce()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}
