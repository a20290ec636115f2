//! A program started for a test, in a process group of its own with a lifeline to the test process.
//!
//! Invariant: the whole group ends when the `Daemon` is dropped, and also when the test process dies without dropping
//! it (a shell in the group waits on a pipe that only the test process holds).

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::{Failure, Sandbox};

/// Runs "$@"; ends the group when it ends by itself, or when standard input (the lifeline) closes.
const LIFELINE: &str = r#"
( "$@" </dev/null; echo "exited with status $?"; kill -TERM 0 ) &
read -r _
trap '' TERM
kill -TERM 0
sleep 2
kill -KILL 0
"#;
const POLL: Duration = Duration::from_millis(25);

/// A running program. Its folder, with its log, is removed on drop.
#[derive(Debug)]
pub struct Daemon {
    name: String,
    child: Child,
    log: PathBuf,
    sandbox: Sandbox,
}

/// How to start a [`Daemon`].
#[derive(Debug)]
pub struct DaemonCommand {
    name: String,
    program: PathBuf,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    folder: Option<PathBuf>,
}

impl DaemonCommand {
    /// A program with no arguments, the test's environment, and a temporary folder as its working folder and `TMPDIR`.
    pub fn new(name: impl Into<String>, program: impl Into<PathBuf>) -> Self {
        Self {
            name: name.into(),
            program: program.into(),
            arguments: Vec::new(),
            environment: Vec::new(),
            folder: None,
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Runs in this folder instead.
    #[must_use]
    pub fn in_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Starts it, without waiting for anything.
    pub fn start(self) -> Result<Daemon, Failure> {
        let sandbox = Sandbox::new()?;
        let log = sandbox.path("log");
        let doing = || format!("starting {}", self.name);
        let output = File::create(&log).map_err(Failure::io(doing()))?;
        let errors = output.try_clone().map_err(Failure::io(doing()))?;
        let mut command = Command::new("sh");
        command
            .args(["-c", LIFELINE, "lifeline"])
            .arg(&self.program)
            .args(&self.arguments)
            .current_dir(self.folder.as_deref().unwrap_or(sandbox.home()))
            .env("TMPDIR", sandbox.home())
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(output)
            .stderr(errors)
            .process_group(0);
        let child = command.spawn().map_err(Failure::io(doing()))?;
        Ok(Daemon {
            name: self.name,
            child,
            log,
            sandbox,
        })
    }
}

impl Daemon {
    /// Waits until `ready` gives something, or the program ends, or the time is over.
    pub fn wait_until<T>(
        &mut self,
        limit: Duration,
        mut ready: impl FnMut(&Self) -> Option<T>,
    ) -> Result<T, Failure> {
        let started = Instant::now();
        loop {
            if let Some(value) = ready(self) {
                return Ok(value);
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(self.not_ready(format!("it ended ({status})")));
            }
            if started.elapsed() > limit {
                return Err(
                    self.not_ready(format!("no sign of readiness within {} s", limit.as_secs()))
                );
            }
            std::thread::sleep(POLL);
        }
    }

    /// Waits for a line of the log that starts with `prefix`, and gives the rest of it, trimmed.
    pub fn wait_for_line(&mut self, prefix: &str, limit: Duration) -> Result<String, Failure> {
        self.wait_until(limit, |daemon| {
            let log = daemon.log_text();
            // A last line without its end may still be growing.
            let complete = &log[..=log.rfind('\n')?];
            complete
                .lines()
                .find_map(|line| line.strip_prefix(prefix))
                .map(|rest| rest.trim().to_owned())
        })
    }

    /// Where its output goes.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// All it has printed so far.
    pub fn log_text(&self) -> String {
        fs::read(&self.log)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }

    /// The temporary folder it runs in.
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Ends the group at once, as a crash would. Twice equals once.
    pub fn kill(&mut self) {
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            // An error here means that the group is already gone, which is what is wanted.
            let _gone = kill_process_group(group, Signal::KILL);
        }
        let _reaped = self.child.wait();
    }

    fn not_ready(&self, why: String) -> Failure {
        Failure::NotReady {
            name: self.name.clone(),
            why,
            log: self.log.clone(),
            tail: tail(&self.log),
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.kill();
    }
}

fn tail(log: &Path) -> String {
    const BYTES: u64 = 4096;
    let mut bytes = Vec::new();
    if let Ok(mut file) = File::open(log) {
        let length = file.metadata().map_or(0, |metadata| metadata.len());
        let read = file
            .seek(SeekFrom::Start(length.saturating_sub(BYTES)))
            .and_then(|_| file.read_to_end(&mut bytes));
        if read.is_err() {
            return "the log could not be read".to_owned();
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Daemon {
        DaemonCommand::new("shell", "sh")
            .arg("-c")
            .arg(script)
            .start()
            .unwrap()
    }

    fn exists(pid: &str) -> bool {
        Command::new("kill")
            .args(["-0", pid])
            .stderr(Stdio::null())
            .status()
            .unwrap()
            .success()
    }

    const LIMIT: Duration = Duration::from_secs(20);

    #[test]
    fn grandchildren_end_with_the_service() {
        let mut daemon = shell("sleep 600 & echo pid $!; wait");
        let pid = daemon.wait_for_line("pid", LIMIT).unwrap();
        assert!(exists(&pid));
        drop(daemon);
        let started = Instant::now();
        while exists(&pid) {
            assert!(
                started.elapsed() < LIMIT,
                "process {pid} outlived its daemon"
            );
            std::thread::sleep(POLL);
        }
    }

    #[test]
    fn the_group_ends_when_the_lifeline_is_cut() {
        let mut daemon = shell("sleep 600 & echo pid $!; wait");
        let pid = daemon.wait_for_line("pid", LIMIT).unwrap();
        drop(daemon.child.stdin.take());
        let started = Instant::now();
        while exists(&pid) {
            assert!(
                started.elapsed() < LIMIT,
                "process {pid} outlived the lifeline"
            );
            std::thread::sleep(POLL);
        }
    }

    #[test]
    fn a_program_that_ends_early_is_a_failure_with_its_last_words() {
        let failure = shell("echo out of milk; exit 3")
            .wait_for_line("ready", LIMIT)
            .unwrap_err();
        let text = failure.to_string();
        assert!(
            text.contains("out of milk") && text.contains("status 3"),
            "{text}"
        );
    }
}
