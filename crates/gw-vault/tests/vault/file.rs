//! The vault file.

use std::path::{Path, PathBuf};

use gw_model::{Code, Secret, SecretRef};
use gw_vault::{Vault, VaultStatus};
use tempfile::TempDir;

const PASSPHRASE: &str = "correct horse battery";
const CANARY: &str = "CANARY-wJalrXUtnFEMI/K7MDENG";

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

fn reference(name: &str) -> SecretRef {
    SecretRef::new(format!("gateway/{name}/credentials"))
}

/// A home with an unlocked vault file that holds the canary.
fn home() -> (TempDir, Vault, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let vault = Vault::open(home.path()).unwrap();
    let path = vault.default_file();
    vault.create_file(&path, &secret(PASSPHRASE)).unwrap();
    vault.put(&reference("1"), &secret(CANARY)).unwrap();
    (home, vault, path)
}

/// Another process on the same home.
fn again(home: &TempDir) -> Vault {
    Vault::open(home.path()).unwrap()
}

fn code<T>(outcome: Result<T, gw_model::Fault>) -> Code {
    outcome.err().expect("it was to be refused").code
}

#[test]
fn secrets_survive_a_restart_behind_their_passphrase() {
    let (home, vault, path) = home();
    assert_eq!(
        vault.status(),
        VaultStatus::File {
            path: path.display().to_string(),
            locked: false
        }
    );
    let vault = again(&home);
    assert_eq!(
        vault.status(),
        VaultStatus::File {
            path: path.display().to_string(),
            locked: true
        }
    );
    assert!(!vault.status().is_ready());
    assert_eq!(code(vault.get(&reference("1"))), Code::VaultLocked);
    assert_eq!(
        code(vault.put(&reference("1"), &secret("x"))),
        Code::VaultLocked
    );
    assert_eq!(code(vault.delete(&reference("1"))), Code::VaultLocked);
    assert_eq!(
        code(vault.unlock(&secret("correct horse batterx"))),
        Code::VaultWrongPassphrase
    );
    assert_eq!(code(vault.get(&reference("1"))), Code::VaultLocked);
    vault.unlock(&secret(PASSPHRASE)).unwrap();
    assert_eq!(vault.get(&reference("1")).unwrap().reveal(), CANARY);
    assert_eq!(code(vault.get(&reference("2"))), Code::VaultMissing);
    vault.delete(&reference("1")).unwrap();
    vault.delete(&reference("1")).unwrap();
    assert_eq!(code(vault.get(&reference("1"))), Code::VaultMissing);
    vault.lock();
    assert_eq!(code(vault.get(&reference("1"))), Code::VaultLocked);
}

#[test]
fn nothing_on_the_disk_shows_a_secret_or_is_open_to_others() {
    let (home, vault, _) = home();
    vault
        .put(&reference("2"), &secret("second CANARY-token"))
        .unwrap();
    let mut seen = 0;
    for entry in std::fs::read_dir(home.path()).unwrap() {
        let path = entry.unwrap().path();
        let content = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        for plain in ["CANARY", PASSPHRASE, "gateway/1", "AGE-SECRET-KEY"] {
            assert!(!content.contains(plain), "{} shows {plain}", path.display());
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        assert_ne!(
            path.extension(),
            Some("new".as_ref()),
            "{name} was left behind"
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(
                std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                0o600,
                "{name}"
            );
        }
        seen += 1;
    }
    assert!(seen >= 2, "the vault file and the choice");
}

#[test]
fn the_age_format_is_the_published_one() {
    let (_home, _vault, path) = home();
    let file: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    for part in ["identity", "secrets"] {
        let armored = file[part].as_str().unwrap();
        assert!(
            armored.starts_with("-----BEGIN AGE ENCRYPTED FILE-----\n"),
            "{part}"
        );
    }
    let identity = age::decrypt(
        &age::scrypt::Identity::new(age::secrecy::SecretString::from(PASSPHRASE)),
        file["identity"].as_str().unwrap().as_bytes(),
    )
    .unwrap();
    let identity: age::x25519::Identity = std::str::from_utf8(&identity).unwrap().parse().unwrap();
    let secrets = age::decrypt(&identity, file["secrets"].as_str().unwrap().as_bytes()).unwrap();
    let secrets: serde_json::Value = serde_json::from_slice(&secrets).unwrap();
    assert_eq!(
        secrets,
        serde_json::json!({ "gateway/1/credentials": CANARY })
    );
}

#[test]
fn a_damaged_file_is_told_and_kept() {
    let (home, _, path) = home();
    let whole = std::fs::read(&path).unwrap();
    let text = String::from_utf8(whole.clone()).unwrap();
    let flip = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        bytes
    };
    let identity = text.find("\"identity\"").unwrap() + 120;
    let secrets = text.find("\"secrets\"").unwrap() + 120;
    let newer = text.replacen("\"version\": 1", "\"version\": 2", 1);
    let other = text.replacen("gatewright-vault", "something-else!!", 1);
    let cases = [
        ("in the key", flip(identity)),
        ("in the secrets", flip(secrets)),
        ("cut off", whole[..whole.len() / 2].to_vec()),
        ("empty", Vec::new()),
        ("not text", vec![0xff; 200]),
        ("newer", newer.into_bytes()),
        ("another format", other.into_bytes()),
    ];
    for (what, damaged) in cases {
        std::fs::write(&path, &damaged).unwrap();
        let vault = again(&home);
        let fault = vault.unlock(&secret(PASSPHRASE)).unwrap_err();
        assert_eq!(fault.code, Code::VaultDamaged, "{what}: {fault}");
        assert_eq!(
            std::fs::read(&path).unwrap(),
            damaged,
            "{what}: the file was changed"
        );
    }
    std::fs::write(&path, &whole).unwrap();
    let vault = again(&home);
    vault.unlock(&secret(PASSPHRASE)).unwrap();
    // Damaged while it is open: what cannot be read is not written over.
    std::fs::write(&path, b"{}").unwrap();
    assert_eq!(code(vault.get(&reference("1"))), Code::VaultDamaged);
    assert_eq!(
        code(vault.put(&reference("2"), &secret("x"))),
        Code::VaultDamaged
    );
    assert_eq!(std::fs::read(&path).unwrap(), b"{}");
}

#[test]
fn a_missing_file_is_told_and_not_made_anew() {
    let (home, vault, path) = home();
    let aside = home.path().join("aside");
    std::fs::rename(&path, &aside).unwrap();
    assert_eq!(
        vault.status(),
        VaultStatus::FileMissing {
            path: path.display().to_string()
        }
    );
    assert_eq!(
        code(vault.put(&reference("2"), &secret("x"))),
        Code::VaultUnavailable
    );
    assert_eq!(
        code(again(&home).unlock(&secret(PASSPHRASE))),
        Code::VaultUnavailable
    );
    assert_eq!(
        code(again(&home).get(&reference("1"))),
        Code::VaultUnavailable
    );
    assert!(!path.exists());
    std::fs::rename(&aside, &path).unwrap();
    assert_eq!(vault.get(&reference("1")).unwrap().reveal(), CANARY);
}

#[test]
fn a_file_that_is_there_is_never_replaced_by_a_new_vault() {
    let (home, vault, path) = home();
    let before = std::fs::read(&path).unwrap();
    assert_eq!(
        code(vault.create_file(&path, &secret("another passphrase"))),
        Code::VaultWrongPassphrase
    );
    vault.create_file(&path, &secret(PASSPHRASE)).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), before);
    let letter = home.path().join("letter.txt");
    std::fs::write(&letter, "Dear").unwrap();
    assert_eq!(
        code(vault.create_file(&letter, &secret(PASSPHRASE))),
        Code::FileUnwritable
    );
    assert_eq!(
        code(vault.create_file(home.path(), &secret(PASSPHRASE))),
        Code::FileUnwritable
    );
    assert_eq!(std::fs::read_to_string(&letter).unwrap(), "Dear");
    assert_eq!(
        vault.get(&reference("1")).unwrap().reveal(),
        CANARY,
        "the choice is as it was"
    );
}

#[test]
fn short_passphrases_are_refused_before_anything_is_written() {
    let home = tempfile::tempdir().unwrap();
    let vault = Vault::open(home.path()).unwrap();
    for short in ["", "1234567", "äöüßäöü"] {
        assert_eq!(
            code(vault.create_file(&vault.default_file(), &secret(short))),
            Code::RequestInvalid
        );
    }
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn the_passphrase_can_be_changed_and_secrets_stay() {
    let (home, vault, _) = home();
    let other = again(&home);
    other.unlock(&secret(PASSPHRASE)).unwrap();
    assert_eq!(
        code(vault.change_passphrase(&secret("not the old one"), &secret("new passphrase"))),
        Code::VaultWrongPassphrase
    );
    assert_eq!(
        code(vault.change_passphrase(&secret(PASSPHRASE), &secret("short"))),
        Code::RequestInvalid
    );
    vault
        .change_passphrase(&secret(PASSPHRASE), &secret("new passphrase"))
        .unwrap();
    assert_eq!(
        other.get(&reference("1")).unwrap().reveal(),
        CANARY,
        "who had it open keeps it open"
    );
    let fresh = again(&home);
    assert_eq!(
        code(fresh.unlock(&secret(PASSPHRASE))),
        Code::VaultWrongPassphrase
    );
    fresh.unlock(&secret("new passphrase")).unwrap();
    assert_eq!(fresh.get(&reference("1")).unwrap().reveal(), CANARY);
}

#[test]
fn two_processes_lose_none_of_each_others_secrets() {
    let (home, vault, _) = home();
    let other = again(&home);
    other.unlock(&secret(PASSPHRASE)).unwrap();
    std::thread::scope(|scope| {
        for (who, vault) in [("a", &vault), ("b", &other)] {
            scope.spawn(move || {
                for number in 0..20 {
                    vault
                        .put(
                            &reference(&format!("{who}{number}")),
                            &secret(&format!("{who}-{number}")),
                        )
                        .unwrap();
                }
            });
        }
    });
    for number in 0..20 {
        for (who, vault) in [("a", &other), ("b", &vault)] {
            let kept = vault.get(&reference(&format!("{who}{number}"))).unwrap();
            assert_eq!(kept.reveal(), &format!("{who}-{number}"));
        }
    }
}

#[test]
fn a_new_vault_in_the_files_place_is_locked_not_damaged() {
    let (home, vault, path) = home();
    std::fs::remove_file(&path).unwrap();
    again(&home)
        .create_file(&path, &secret("another passphrase"))
        .unwrap();
    assert_eq!(code(vault.get(&reference("1"))), Code::VaultLocked);
    assert_eq!(
        code(vault.put(&reference("1"), &secret("x"))),
        Code::VaultLocked
    );
    vault.unlock(&secret("another passphrase")).unwrap();
    assert_eq!(code(vault.get(&reference("1"))), Code::VaultMissing);
}

#[test]
fn an_existing_file_can_be_chosen() {
    let (_first, _, path) = home();
    let second = tempfile::tempdir().unwrap();
    let vault = Vault::open(second.path()).unwrap();
    assert_eq!(
        code(vault.unlock_file(&path, &secret("wrong passphrase"))),
        Code::VaultWrongPassphrase
    );
    assert_eq!(
        code(vault.unlock_file(Path::new("/nowhere/vault"), &secret(PASSPHRASE))),
        Code::VaultUnavailable
    );
    assert_eq!(
        std::fs::read_dir(second.path()).unwrap().count(),
        0,
        "a failure is no choice"
    );
    vault.unlock_file(&path, &secret(PASSPHRASE)).unwrap();
    assert_eq!(vault.get(&reference("1")).unwrap().reveal(), CANARY);
    assert_eq!(
        again(&second).status(),
        VaultStatus::File {
            path: path.display().to_string(),
            locked: true
        }
    );
}

#[test]
fn naughty_strings_come_back() {
    let (_home, vault, _) = home();
    // Many in one secret: every put writes the file anew and waits for the disk.
    let together: Vec<String> = super::naughty::strings()
        .chunks(25)
        .map(|few| few.join("\u{1e}"))
        .collect();
    super::naughty::come_back(&vault, &together);
}

#[cfg(unix)]
#[test]
fn a_link_to_the_file_stays_a_link() {
    let (home, _, path) = home();
    let elsewhere = home.path().join("elsewhere.age.json");
    std::fs::rename(&path, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
    let vault = again(&home);
    vault.unlock(&secret(PASSPHRASE)).unwrap();
    vault.put(&reference("2"), &secret("x")).unwrap();
    assert!(path.symlink_metadata().unwrap().is_symlink());
    std::fs::remove_file(&path).unwrap();
    std::fs::rename(&elsewhere, &path).unwrap();
    assert_eq!(vault.get(&reference("2")).unwrap().reveal(), "x");
}
