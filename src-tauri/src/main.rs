//! The desktop window of Gatewright: the page in a web view, the core behind four commands.
//!
//! Refuses to know any vendor, any feature and any secret: it forwards.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod core;
mod desktop;
mod menu;
mod options;

use std::io::{self, Write};
use std::process::ExitCode;

use options::{Asked, Options};

fn main() -> ExitCode {
    match Options::read(
        std::env::args_os().skip(1),
        std::env::var_os("GATEWRIGHT_HOME"),
    ) {
        Ok(Asked::Window(options)) => match open(options) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => say(&format!("gatewright-desktop: {error}\n"), ExitCode::FAILURE),
        },
        Ok(Asked::Version) => print(concat!(
            "gatewright-desktop ",
            env!("CARGO_PKG_VERSION"),
            "\n"
        )),
        Ok(Asked::Help) => print(options::USAGE),
        Err(mistake) => say(
            &format!("gatewright-desktop: {mistake}\n\n{}", options::USAGE),
            ExitCode::from(2),
        ),
    }
}

fn open(options: Options) -> tauri::Result<()> {
    let shared_home = options.home.is_none();
    let builder = tauri::Builder::default();
    // Whoever names a home wants a Gatewright of its own; without one a second start shows the first window.
    let builder = if shared_home {
        builder.plugin(tauri_plugin_single_instance::init(
            |app, _arguments, _folder| desktop::show(app),
        ))
    } else {
        builder
    };
    menu::add(desktop::extend(builder, core::Core::new(options.home)))
        .run(tauri::generate_context!())
}

fn print(text: &str) -> ExitCode {
    match io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn say(text: &str, code: ExitCode) -> ExitCode {
    // Nobody is left to tell when standard error is closed.
    let _said = io::stderr().write_all(text.as_bytes());
    code
}
