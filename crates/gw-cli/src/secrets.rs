//! Secrets from a prompt, standard input or a named environment variable.
//!
//! It refuses arguments as a source: other users of the machine can read those.

use std::io::BufRead as _;

use gw_model::{Code, Fault, Secret};

use crate::args::SecretArgs;
use crate::output;

/// The environment variable that opens a vault file without a prompt.
const VAULT_PASSPHRASE: &str = "GATEWRIGHT_VAULT_PASSPHRASE";

/// The vault file's passphrase, when the environment holds it.
pub fn vault_passphrase() -> Option<Secret<String>> {
    std::env::var(VAULT_PASSPHRASE)
        .ok()
        .filter(|text| !text.is_empty())
        .map(Secret::new)
}

/// Reads a secret from where the arguments say, or asks on a terminal.
pub fn read(from: &SecretArgs, what: &str) -> Result<Secret<String>, Fault> {
    if let Some(variable) = &from.secret_env {
        return from_environment(variable, what);
    }
    if from.secret_stdin {
        let mut line = String::new();
        std::io::stdin()
            .lock()
            .read_line(&mut line)
            .map_err(|error| {
                let advice =
                    "Pipe the secret into the command: printf %s \"$SECRET\" | gatewright …";
                Fault::new(
                    Code::RequestInvalid,
                    format!("The {what} could not be read from standard input"),
                    advice,
                )
                .because(error)
            })?;
        return not_empty(line.trim_end_matches(['\r', '\n']).to_owned(), what);
    }
    if !output::can_ask() {
        return Err(Fault::new(
            Code::RequestInvalid,
            format!("The {what} is missing, and there is no terminal to ask on"),
            "Give --secret-stdin and pipe it in, or --secret-env with the name of an environment variable",
        ));
    }
    let typed = rpassword::prompt_password(format!("{what}: ")).map_err(|error| {
        Fault::new(
            Code::RequestInvalid,
            format!("The {what} could not be read"),
            "Use --secret-stdin",
        )
        .because(error)
    })?;
    not_empty(typed, what)
}

/// Reads a secret from a named environment variable.
pub fn from_environment(variable: &str, what: &str) -> Result<Secret<String>, Fault> {
    let value = std::env::var(variable).map_err(|_| {
        Fault::new(
            Code::RequestInvalid,
            format!("The environment variable {variable} for the {what} is not set"),
            format!("Set {variable} and run the command again"),
        )
    })?;
    not_empty(value, what)
}

fn not_empty(value: String, what: &str) -> Result<Secret<String>, Fault> {
    if value.is_empty() {
        return Err(Fault::new(
            Code::RequestInvalid,
            format!("The {what} is empty"),
            "Give a value",
        ));
    }
    Ok(Secret::new(value))
}
