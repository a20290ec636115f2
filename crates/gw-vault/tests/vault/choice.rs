//! Which way to keep secrets, and that none is taken silently.

use gw_model::{Code, Secret, SecretRef};
use gw_vault::{Vault, VaultStatus};

fn passphrase() -> Secret<String> {
    Secret::new("correct horse battery".to_owned())
}

fn reference() -> SecretRef {
    SecretRef::new("gateway/1/credentials")
}

#[test]
fn a_vault_in_memory_keeps_secrets_and_touches_no_disk() {
    let vault = Vault::memory();
    assert_eq!(vault.status(), VaultStatus::Memory);
    assert!(vault.status().is_ready());
    assert_eq!(
        vault.get(&reference()).err().unwrap().code,
        Code::VaultMissing
    );
    vault
        .put(&reference(), &Secret::new("one".to_owned()))
        .unwrap();
    vault
        .put(&reference(), &Secret::new("two".to_owned()))
        .unwrap();
    assert_eq!(vault.get(&reference()).unwrap().reveal(), "two");
    vault.delete(&reference()).unwrap();
    vault.delete(&reference()).unwrap();
    assert_eq!(
        vault.get(&reference()).err().unwrap().code,
        Code::VaultMissing
    );
    super::naughty::come_back(&vault, &super::naughty::strings());
}

#[test]
fn the_chosen_file_is_found_again_even_when_the_home_moved() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let vault = Vault::open(&home).unwrap();
    vault
        .create_file(&vault.default_file(), &passphrase())
        .unwrap();
    vault
        .put(&reference(), &Secret::new("hunter2".to_owned()))
        .unwrap();
    let moved = folder.path().join("moved");
    std::fs::rename(&home, &moved).unwrap();
    let vault = Vault::open(&moved).unwrap();
    let VaultStatus::File { path, locked: true } = vault.status() else {
        panic!("{:?}", vault.status())
    };
    assert_eq!(path, vault.default_file().display().to_string());
    vault.unlock(&passphrase()).unwrap();
    assert_eq!(vault.get(&reference()).unwrap().reveal(), "hunter2");
}

#[test]
fn a_choice_that_cannot_be_read_is_no_choice() {
    for text in ["", "{", "{\"use\":\"cloud\"}", "{\"use\":\"file\"}", "[]"] {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("vault.json"), text).unwrap();
        let fault = Vault::open(home.path()).unwrap_err();
        assert_eq!(fault.code, Code::VaultDamaged, "{text:?}");
        assert_eq!(
            std::fs::read_to_string(home.path().join("vault.json")).unwrap(),
            text
        );
    }
}

#[test]
fn going_back_to_the_keychain_is_a_choice_too() {
    let home = tempfile::tempdir().unwrap();
    let vault = Vault::open(home.path()).unwrap();
    vault
        .create_file(&vault.default_file(), &passphrase())
        .unwrap();
    vault.use_keychain().unwrap();
    assert!(!matches!(vault.status(), VaultStatus::File { .. }));
    assert!(
        vault.default_file().exists(),
        "the file and its secrets stay"
    );
    let again = Vault::open(home.path()).unwrap();
    assert!(!matches!(again.status(), VaultStatus::File { .. }));
}

#[test]
fn a_choice_made_by_another_process_holds_here_too() {
    let home = tempfile::tempdir().unwrap();
    let window = Vault::open(home.path()).unwrap();
    let command = Vault::open(home.path()).unwrap();
    command
        .create_file(&command.default_file(), &passphrase())
        .unwrap();
    command
        .put(&reference(), &Secret::new("hunter2".to_owned()))
        .unwrap();
    assert!(
        matches!(window.status(), VaultStatus::File { locked: true, .. }),
        "{:?}",
        window.status()
    );
    assert_eq!(
        window
            .put(&reference(), &Secret::new("x".to_owned()))
            .unwrap_err()
            .code,
        Code::VaultLocked
    );
    window.unlock(&passphrase()).unwrap();
    assert_eq!(window.get(&reference()).unwrap().reveal(), "hunter2");
    // Broken while it is open: nothing is kept anywhere until it is mended.
    std::fs::write(home.path().join("vault.json"), "{").unwrap();
    assert_eq!(
        window.get(&reference()).err().unwrap().code,
        Code::VaultDamaged
    );
    assert!(matches!(
        window.status(),
        VaultStatus::File { locked: false, .. }
    ));
}

#[test]
fn a_vault_file_of_before_is_opened_again_not_made_anew() {
    let home = tempfile::tempdir().unwrap();
    let vault = Vault::open(home.path()).unwrap();
    vault
        .create_file(&vault.default_file(), &passphrase())
        .unwrap();
    vault
        .put(&reference(), &Secret::new("hunter2".to_owned()))
        .unwrap();
    vault.use_keychain().unwrap();
    let other = Secret::new("another passphrase".to_owned());
    assert_eq!(
        vault
            .create_file(&vault.default_file(), &other)
            .unwrap_err()
            .code,
        Code::VaultWrongPassphrase
    );
    assert!(
        !matches!(vault.status(), VaultStatus::File { .. }),
        "a failure is no choice"
    );
    vault
        .create_file(&vault.default_file(), &passphrase())
        .unwrap();
    assert_eq!(vault.get(&reference()).unwrap().reveal(), "hunter2");
}

#[test]
fn a_vault_in_memory_takes_no_choice() {
    let vault = Vault::memory();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    for fault in [
        vault.use_keychain().unwrap_err(),
        vault.create_file(&path, &passphrase()).unwrap_err(),
        vault.unlock_file(&path, &passphrase()).unwrap_err(),
    ] {
        assert_eq!(fault.code, Code::RequestInvalid);
    }
    assert!(!path.exists());
    assert_eq!(vault.status(), VaultStatus::Memory);
}
