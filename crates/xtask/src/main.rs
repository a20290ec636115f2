//! `cargo xtask`: the chores of this repository that no crate of the product may know.
//!
//! Refuses to build, test or package; that is `.ci/run`'s work.

mod codegen;
mod failure;
mod fences;
mod layers;
mod metadata;
mod sources;
mod words;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use failure::Failure;
use metadata::Metadata;

const USAGE: &str = "\
cargo xtask tidy               checks layers, fences, module headers, file lengths, names and words
cargo xtask codegen [--check]  writes the page's bindings and tokens; with --check fails when they are stale
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["tidy"] => tidy(&repository()),
        ["codegen"] => codegen::write(&repository()),
        ["codegen", "--check"] => codegen::check(&repository()),
        _ => return report(USAGE, ExitCode::from(2)),
    };
    match outcome {
        Ok(said) => report(&said, ExitCode::SUCCESS),
        Err(failure) => report(&format!("{failure}\n"), ExitCode::FAILURE),
    }
}

fn tidy(root: &Path) -> Result<String, Failure> {
    let metadata = Metadata::read(root)?;
    let files = sources::read(root)?;
    let mut defects = layers::check(&metadata);
    defects.extend(fences::check(&metadata));
    defects.extend(files.iter().flat_map(sources::check));
    defects.extend(files.iter().flat_map(words::check));
    if defects.is_empty() {
        Ok(format!(
            "tidy: {} crates and {} files are in order\n",
            metadata.packages.len(),
            files.len()
        ))
    } else {
        Err(Failure::Untidy(defects))
    }
}

fn report(text: &str, code: ExitCode) -> ExitCode {
    // Nobody is left to tell when standard error is closed.
    let _said = io::stderr().write_all(text.as_bytes());
    code
}

fn repository() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}
