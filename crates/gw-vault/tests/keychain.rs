//! A real keychain: gnome-keyring on a session bus of its own, by tests/scripts/with-session.sh.
//!
//! Each test runs this program once more inside such a session, on the `inside_…` function of its name. Where the programs
//! it needs are not installed it says so and passes; with GATEWRIGHT_TEST_EVERYTHING=1 (as `make test` sets it) it fails.

#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test's own steps must succeed, and a skipped test says so"
)]

#[path = "vault/naughty.rs"]
mod naughty;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use gw_model::{Code, Effect, Secret, SecretRef};
use gw_vault::{Vault, VaultStatus};
use zbus::blocking::{Connection, Proxy};
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};

const PASSWORD: &str = "gatewright";
const LOGIN: &str = "/org/freedesktop/secrets/collection/login";
const SERVICE: &str = "org.freedesktop.secrets";
const ROOT: &str = "/org/freedesktop/secrets";

/// Runs `function` of this module in a session with a keychain.
fn in_session(function: &str) {
    let missing: Vec<&str> = ["Xvfb", "dbus-run-session", "gnome-keyring-daemon"]
        .into_iter()
        .filter(|program| {
            let found = Command::new("sh")
                .args(["-c", "command -v \"$0\"", program])
                .stdout(Stdio::null())
                .status();
            !found.is_ok_and(|status| status.success())
        })
        .collect();
    if !missing.is_empty() {
        assert!(
            std::env::var_os("GATEWRIGHT_TEST_EVERYTHING").is_none(),
            "not installed: {missing:?} (packages xvfb, dbus, gnome-keyring)"
        );
        println!("skipped: {missing:?} not installed");
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/scripts/with-session.sh");
    let output = Command::new(script)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", function, "--ignored", "--nocapture"])
        .env("KEYRING_PASSWORD", PASSWORD)
        .output()
        .unwrap();
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}"
    );
}

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

fn reference(name: &str) -> SecretRef {
    SecretRef::new(format!("gateway/{name}/credentials"))
}

/// The Secret Service, asked directly.
struct Keychain(Connection);

impl Keychain {
    fn connect() -> Self {
        Self(Connection::session().unwrap())
    }

    fn proxy(&self, path: &'static str, interface: &'static str) -> Proxy<'_> {
        Proxy::new(&self.0, SERVICE, path, interface).unwrap()
    }

    fn lock(&self) {
        let objects = vec![zbus::zvariant::ObjectPath::try_from(LOGIN).unwrap()];
        let service = self.proxy(ROOT, "org.freedesktop.Secret.Service");
        let (locked, _): (Vec<OwnedObjectPath>, OwnedObjectPath) =
            service.call("Lock", &(objects,)).unwrap();
        assert_eq!(locked.len(), 1);
    }

    /// As the login screen does it, without a prompt.
    fn unlock(&self) {
        let service = self.proxy(ROOT, "org.freedesktop.Secret.Service");
        let (_, session): (OwnedValue, OwnedObjectPath) = service
            .call("OpenSession", &("plain", Value::from("")))
            .unwrap();
        let master = (
            session,
            Vec::<u8>::new(),
            PASSWORD.as_bytes().to_vec(),
            "text/plain",
        );
        let login = zbus::zvariant::ObjectPath::try_from(LOGIN).unwrap();
        let internal = self.proxy(
            ROOT,
            "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface",
        );
        let () = internal
            .call("UnlockWithMasterPassword", &(login, master))
            .unwrap();
    }

    /// The process behind the name, ended; its name is free when this returns.
    fn kill(&self) {
        let bus = zbus::blocking::fdo::DBusProxy::new(&self.0).unwrap();
        let name = zbus::names::BusName::try_from(SERVICE).unwrap();
        let pid = bus.get_connection_unix_process_id(name.clone()).unwrap();
        let mut changes = bus.receive_name_owner_changed().unwrap();
        assert!(
            Command::new("kill")
                .args(["-9", &pid.to_string()])
                .status()
                .unwrap()
                .success()
        );
        let gone = changes
            .find(|change| change.args().is_ok_and(|args| args.name == SERVICE))
            .unwrap();
        assert!(gone.args().unwrap().new_owner.is_none());
    }
}

#[test]
fn secrets_are_kept_in_the_keychain() {
    in_session("inside_secrets_are_kept_in_the_keychain");
}

#[test]
#[ignore = "runs inside a session"]
fn inside_secrets_are_kept_in_the_keychain() {
    let home = tempfile::tempdir().unwrap();
    let vault = Vault::open(home.path()).unwrap();
    let VaultStatus::Keychain { name } = vault.status() else {
        panic!("{:?}", vault.status())
    };
    assert!(name.starts_with("Secret Service"), "{name}");
    assert_eq!(
        vault.get(&reference("1")).err().unwrap().code,
        Code::VaultMissing
    );
    vault.put(&reference("1"), &secret("one")).unwrap();
    vault.put(&reference("1"), &secret("two")).unwrap();
    let restarted = Vault::open(home.path()).unwrap();
    assert_eq!(restarted.get(&reference("1")).unwrap().reveal(), "two");

    let elsewhere = tempfile::tempdir().unwrap();
    let stranger = Vault::open(elsewhere.path()).unwrap();
    assert_eq!(
        stranger.get(&reference("1")).err().unwrap().code,
        Code::VaultMissing
    );
    stranger.delete(&reference("1")).unwrap();
    assert_eq!(
        vault.get(&reference("1")).unwrap().reveal(),
        "two",
        "another home removed it"
    );

    vault.delete(&reference("1")).unwrap();
    vault.delete(&reference("1")).unwrap();
    assert_eq!(
        restarted.get(&reference("1")).err().unwrap().code,
        Code::VaultMissing
    );

    let long = "x".repeat(1 << 20);
    vault.put(&reference("long"), &secret(&long)).unwrap();
    assert_eq!(vault.get(&reference("long")).unwrap().reveal(), &long);
    assert_eq!(
        std::fs::read_dir(home.path()).unwrap().count(),
        0,
        "the keychain needs no files of ours"
    );
}

#[test]
fn naughty_strings_come_back() {
    in_session("inside_naughty_strings_come_back");
}

#[test]
#[ignore = "runs inside a session"]
fn inside_naughty_strings_come_back() {
    let home = tempfile::tempdir().unwrap();
    let together: Vec<String> = naughty::strings()
        .chunks(5)
        .map(|few| few.join("\u{1e}"))
        .collect();
    naughty::come_back(&Vault::open(home.path()).unwrap(), &together);
}

#[test]
fn a_locked_keychain_is_told_and_recovers() {
    in_session("inside_a_locked_keychain_is_told_and_recovers");
}

#[test]
#[ignore = "runs inside a session"]
fn inside_a_locked_keychain_is_told_and_recovers() {
    let home = tempfile::tempdir().unwrap();
    let vault = Vault::open_waiting(home.path(), Duration::from_secs(2)).unwrap();
    vault.put(&reference("1"), &secret("one")).unwrap();
    let keychain = Keychain::connect();
    keychain.lock();
    assert!(
        matches!(vault.status(), VaultStatus::KeychainLocked { .. }),
        "{:?}",
        vault.status()
    );

    let began = Instant::now();
    let fault = vault.get(&reference("1")).err().unwrap();
    assert_eq!(
        (fault.code, fault.effect),
        (Code::VaultLocked, Effect::Unknown)
    );
    assert!(
        began.elapsed() >= Duration::from_secs(2),
        "it did not wait for the person"
    );
    // The prompt is still open: nobody is asked twice, and nobody waits twice.
    let began = Instant::now();
    let fault = vault.put(&reference("2"), &secret("two")).unwrap_err();
    assert_eq!(
        (fault.code, fault.effect),
        (Code::VaultLocked, Effect::None)
    );
    assert!(began.elapsed() < Duration::from_secs(2), "it waited again");

    keychain.unlock();
    assert!(
        matches!(vault.status(), VaultStatus::Keychain { .. }),
        "{:?}",
        vault.status()
    );
    assert_eq!(vault.get(&reference("1")).unwrap().reveal(), "one");
    assert_eq!(
        vault.get(&reference("2")).err().unwrap().code,
        Code::VaultMissing
    );
}

#[test]
fn a_restarted_keychain_is_found_again() {
    in_session("inside_a_restarted_keychain_is_found_again");
}

#[test]
#[ignore = "runs inside a session"]
fn inside_a_restarted_keychain_is_found_again() {
    let home = tempfile::tempdir().unwrap();
    let vault = Vault::open(home.path()).unwrap();
    vault.put(&reference("1"), &secret("one")).unwrap();
    let keychain = Keychain::connect();
    keychain.kill();
    let started = Command::new("sh")
        .args([
            "-c",
            &format!("printf %s {PASSWORD} | gnome-keyring-daemon --unlock --components=secrets"),
        ])
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(started.success());
    assert_eq!(vault.get(&reference("1")).unwrap().reveal(), "one");
    vault.put(&reference("1"), &secret("two")).unwrap();
    assert_eq!(vault.get(&reference("1")).unwrap().reveal(), "two");
}

#[test]
fn without_a_keychain_nothing_is_kept_anywhere() {
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "inside_without_a_keychain_nothing_is_kept_anywhere",
        ])
        .args(["--ignored", "--nocapture"])
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
        .env_remove("DISPLAY")
        .output()
        .unwrap();
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}"
    );
}

#[test]
#[ignore = "runs without a session"]
fn inside_without_a_keychain_nothing_is_kept_anywhere() {
    let home = tempfile::tempdir().unwrap();
    let vault = Vault::open(home.path()).unwrap();
    assert!(
        matches!(vault.status(), VaultStatus::NoKeychain { .. }),
        "{:?}",
        vault.status()
    );
    for fault in [
        vault.put(&reference("1"), &secret("one")).unwrap_err(),
        vault.get(&reference("1")).err().unwrap(),
        vault.delete(&reference("1")).unwrap_err(),
    ] {
        assert_eq!(fault.code, Code::VaultUnavailable);
        assert!(
            fault.advice.contains("keychain") && fault.advice.contains("vault file"),
            "{}",
            fault.advice
        );
        assert_eq!(fault.effect, Effect::None, "{fault}");
    }
    assert_eq!(
        std::fs::read_dir(home.path()).unwrap().count(),
        0,
        "something was written all the same"
    );
    // The other way, chosen, works at once.
    vault
        .create_file(&vault.default_file(), &secret("correct horse battery"))
        .unwrap();
    vault.put(&reference("1"), &secret("one")).unwrap();
    assert_eq!(vault.get(&reference("1")).unwrap().reveal(), "one");
}
