//! Writes the seeds of every target into a folder, one below it for each: what a campaign starts from.

use std::path::PathBuf;

use aqueduct_hostile_input::seeds;

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).expect("usage: write_seeds <folder>"));
    for (index, seed) in seeds::good().into_iter().enumerate() {
        let of_target = folder.join(seed.target);
        std::fs::create_dir_all(&of_target)?;
        std::fs::write(of_target.join(format!("seed-{index}")), seed.input)?;
    }
    Ok(())
}
