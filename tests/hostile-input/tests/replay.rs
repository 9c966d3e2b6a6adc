//! What fuzzing found and kept, what it started from, and the inputs that cost most, as ordinary tests: each target
//! takes them without a panic and within its memory.

use std::path::Path;

use aqueduct_hostile_input::{TARGETS, run, seeds};

/// The size of the inputs that are made of many small things.
const CROWDED: usize = 256 << 10;

#[test]
fn the_corpus_of_every_target_is_harmless() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus");
    for target in TARGETS {
        let files = std::fs::read_dir(corpus.join(target.name)).expect("every target has a corpus");
        let mut count = 0;
        for file in files {
            let path = file.expect("listed").path();
            eprintln!("{}", path.display());
            run(target.name, &std::fs::read(&path).expect("readable"));
            count += 1;
        }
        assert!(count > 0, "no corpus for {}", target.name);
    }
}

#[test]
fn good_inputs_are_harmless_and_so_are_their_beginnings() {
    for seed in seeds::good() {
        run(seed.target, &seed.input);
        for end in (0..seed.input.len()).step_by((seed.input.len() / 40).max(1)) {
            run(seed.target, &seed.input[..end]);
        }
    }
}

#[test]
fn inputs_of_very_many_small_things_stay_within_their_memory() {
    for (index, seed) in seeds::crowded(CROWDED).into_iter().enumerate() {
        eprintln!(
            "{index}: {} {}",
            seed.target,
            String::from_utf8_lossy(&seed.input[..seed.input.len().min(100)])
        );
        run(seed.target, &seed.input);
    }
}
