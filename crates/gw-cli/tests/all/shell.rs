//! The program in a home of its own, without a keychain. Refuses to look at anything but what a shell sees.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use gw_testkit::Sandbox;
use serde_json::Value;

pub const PASSPHRASE: &str = "correct horse battery staple";

/// A document whose text does not end with a line feed: an export must not add one.
pub const NOTES: &str = "openapi: 3.0.3
info: {title: Notes, version: 1.0.0}
paths:
  /notes:
    get:
      responses:
        '200':
          description: Notes
          content: {application/json: {schema: {type: array, items: {type: string}}, example: [one]}}
  /health:
    get:
      responses: {'200': {description: Up, content: {application/json: {schema: {type: object}, example: {ok: true}}}}}";

/// A home and a way to run the program on it.
pub struct Shell {
    pub sandbox: Sandbox,
}

/// What a run gave.
#[derive(Debug)]
pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Shell {
    pub fn new() -> Self {
        let sandbox = Sandbox::new().unwrap();
        let profile = "[default]\naws_access_key_id = AKIAPROFILEPROFILE12\naws_secret_access_key = from-a-profile\n";
        sandbox.write("aws/credentials", profile).unwrap();
        Self { sandbox }
    }

    pub fn home(&self) -> PathBuf {
        self.sandbox.path("home")
    }

    /// The program with these arguments, in an environment that has no keychain and no one else's files.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gatewright"));
        command
            .args(arguments)
            .current_dir(self.sandbox.home())
            .env_remove("GATEWRIGHT_VAULT_PASSPHRASE")
            .env("GATEWRIGHT_HOME", self.home())
            .env("HOME", self.sandbox.home())
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
            .env(
                "AWS_SHARED_CREDENTIALS_FILE",
                self.sandbox.path("aws/credentials"),
            )
            .env("AWS_CONFIG_FILE", self.sandbox.path("aws/config"))
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    /// With the vault file open.
    pub fn run_open(&self, arguments: &[&str]) -> Ran {
        Ran::of(
            self.command(arguments)
                .env("GATEWRIGHT_VAULT_PASSPHRASE", PASSPHRASE)
                .output()
                .unwrap(),
        )
    }

    /// With the vault file open and this on standard input.
    pub fn run_fed(&self, arguments: &[&str], input: &str) -> Ran {
        let mut command = self.command(arguments);
        command
            .env("GATEWRIGHT_VAULT_PASSPHRASE", PASSPHRASE)
            .stdin(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A program that ends before it reads is judged by what it says.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        Ran::of(child.wait_with_output().unwrap())
    }

    /// Must succeed; the one JSON value.
    pub fn ok(&self, arguments: &[&str]) -> Value {
        self.run(&[arguments, &["--json"]].concat()).done()
    }

    /// With the vault file open; must succeed; the one JSON value.
    pub fn ok_open(&self, arguments: &[&str]) -> Value {
        self.run_open(&[arguments, &["--json"]].concat()).done()
    }

    /// Must fail with this status and code, as JSON and as text; the fault.
    pub fn fails(&self, arguments: &[&str], status: i32, code: &str) -> Value {
        let text = self.run(arguments);
        assert_eq!(text.status, status, "{arguments:?}: {text:?}");
        assert!(
            text.out.is_empty(),
            "a failure says nothing on standard output: {text:?}"
        );
        assert!(!text.err.trim().is_empty(), "{text:?}");
        self.run(&[arguments, &["--json"]].concat())
            .fault(status, code)
    }

    /// The vault file, made.
    pub fn vault(&self) {
        let made = self.run_open(&["vault", "create-file", "--json"]).done();
        assert_eq!(
            (&made["kind"], &made["locked"]),
            (&"file".into(), &false.into())
        );
    }

    /// The notes document as a file.
    pub fn notes(&self) -> String {
        self.sandbox
            .write("notes.yaml", NOTES)
            .unwrap()
            .display()
            .to_string()
    }

    /// A local gateway on a port of its own.
    pub fn local(&self, name: &str) -> u16 {
        let port = gw_testkit::free_port().unwrap();
        self.ok(&[
            "gateway",
            "add",
            name,
            "--kind",
            "local",
            "--port",
            &port.to_string(),
        ]);
        port
    }
}

impl Ran {
    pub fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let ran = Self {
            status: output.status.code().unwrap_or(-1),
            out: text(output.stdout),
            err: text(output.stderr),
        };
        assert!(!ran.err.contains("panicked"), "{ran:?}");
        ran
    }

    /// The one JSON value of a run that succeeded.
    pub fn done(&self) -> Value {
        assert_eq!(self.status, 0, "{self:?}");
        self.json()
    }

    /// Standard output as exactly one JSON value.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("not one JSON value ({error}): {self:?}"))
    }

    /// The fault of a run that failed, whole.
    pub fn fault(&self, status: i32, code: &str) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        let value = self.json();
        let fault = value["fault"].clone();
        assert_eq!(value.as_object().unwrap().len(), 1, "{value}");
        let fields: Vec<&String> = fault.as_object().unwrap().keys().collect();
        assert_eq!(
            fields,
            ["code", "effect", "retry", "summary", "advice", "facts"]
        );
        assert_eq!(fault["code"], code, "{fault}");
        assert!(
            !fault["summary"].as_str().unwrap().is_empty()
                && !fault["advice"].as_str().unwrap().is_empty(),
            "{fault}"
        );
        fault
    }
}

/// A program that is ended with the test.
pub struct Running(pub Child);

impl Running {
    /// Asks it to end, as a service manager does.
    pub fn terminate(&self) {
        let id = self.0.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &id])
                .status()
                .unwrap()
                .success()
        );
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
