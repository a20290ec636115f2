//! The command line as a shell sees it: arguments and standard input in; standard output, standard error and an exit
//! status out.

#![expect(
    clippy::unwrap_used,
    reason = "a test's own steps must succeed; one that cannot go on should say where"
)]

mod aws_says;
mod canaries;
mod catalog;
mod consents;
mod demo;
mod domains;
mod drift;
mod exits;
mod fixes;
mod history;
mod journey;
#[cfg(unix)]
mod killed;
mod lifecycle;
mod secrets;
mod serve;
mod shell;
mod stage;
mod validation;
