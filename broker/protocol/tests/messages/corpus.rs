//! The fuzz targets' seeds and finds, replayed.

use std::path::Path;

#[path = "../../../../tests/fuzz/src/messages.rs"]
#[allow(unreachable_pub)]
mod fuzz;

#[test]
fn fuzz_corpus_of_requests_is_harmless() {
    replay("request_decode", fuzz::request);
}

#[test]
fn fuzz_corpus_of_responses_is_harmless() {
    replay("response_decode", fuzz::response);
}

fn replay(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz/corpus").join(target);
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).expect("the corpus is committed") {
        run(&std::fs::read(entry.expect("readable").path()).expect("readable"));
        count += 1;
    }
    assert!(count > 0, "no corpus in {}", folder.display());
}
