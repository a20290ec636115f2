//! Tells Tauri which commands this window has, so that no other one can be called, and when the page is built anew.
//!
//! Refuses to build the page: that is Vite's work (`npm --prefix ui run build`).

use std::path::Path;
use std::process::ExitCode;

use tauri_build::{AppManifest, Attributes};

const COMMANDS: &[&str] = &["rpc", "pick_file", "pick_save", "open_url"];
const PAGE: &str = "../ui/dist";

fn main() -> ExitCode {
    println!("cargo:rerun-if-changed={PAGE}");
    if !Path::new(PAGE).join("index.html").is_file() {
        println!(
            "cargo:warning=the page is not built: run `npm --prefix ui ci && npm --prefix ui run build` first"
        );
        return ExitCode::FAILURE;
    }
    let attributes = Attributes::new().app_manifest(AppManifest::new().commands(COMMANDS));
    match tauri_build::try_build(attributes) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("cargo:warning={error:#}");
            ExitCode::FAILURE
        }
    }
}
