//! `with-emulators CMD...`: runs CMD with one localemu and one ministack that all its tests share, and ends them with it.
//!
//! Refuses to install anything; `tests/emulators/install` does.

use std::io::{self, Write};
use std::process::{Command, ExitCode};

use gw_testkit::{Failure, Localemu, Ministack};

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let Some((program, rest)) = arguments.split_first() else {
        return fail("usage: with-emulators CMD...");
    };
    let (localemu, ministack) = match start() {
        Ok(both) => both,
        Err(failure) => return fail(&failure.to_string()),
    };
    let outcome = Command::new(program)
        .args(rest)
        .env("GATEWRIGHT_TEST_LOCALEMU", localemu.url())
        .envs(
            localemu
                .log()
                .map(|log| ("GATEWRIGHT_TEST_LOCALEMU_LOG", log)),
        )
        .env("GATEWRIGHT_TEST_MINISTACK", ministack.url())
        .status();
    match outcome {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(status) => ExitCode::from(
            status
                .code()
                .and_then(|code| u8::try_from(code).ok())
                .unwrap_or(1),
        ),
        Err(error) => fail(&format!("{} could not be run: {error}", program.display())),
    }
}

fn start() -> Result<(Localemu, Ministack), Failure> {
    Ok((Localemu::start()?, Ministack::start()?))
}

fn fail(message: &str) -> ExitCode {
    // Nobody is left to tell when standard error is closed.
    let _said = writeln!(io::stderr(), "with-emulators: {message}");
    ExitCode::FAILURE
}
