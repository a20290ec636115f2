//! A vault file on a disk that is really full: a small file system in a mount namespace of the test's own.

use std::path::PathBuf;
use std::process::Command;

use gw_model::{Code, Secret, SecretRef};
use gw_vault::Vault;

const DISK: &str = "GATEWRIGHT_TEST_SMALL_DISK";

#[test]
fn a_full_disk_keeps_the_old_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let mounting = "mount -t tmpfs -o size=1m tmpfs \"$0\" && exec \"$@\"";
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", mounting])
        .arg(folder.path())
        .arg(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "full_disk::inside_a_full_disk_keeps_the_old_secrets",
        ])
        .args(["--ignored", "--nocapture"])
        .env(DISK, folder.path())
        .output();
    let Ok(output) = output else {
        println!("skipped: unshare is not installed");
        return;
    };
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    if !said.contains("running 1 test") {
        println!("skipped: no file system may be mounted here: {said}");
        return;
    }
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}"
    );
}

#[test]
#[ignore = "runs on a small disk"]
fn inside_a_full_disk_keeps_the_old_secrets() {
    let disk = PathBuf::from(std::env::var_os(DISK).expect("run by a test, not by hand"));
    let vault = Vault::open(&disk).unwrap();
    let passphrase = Secret::new("correct horse battery".to_owned());
    vault
        .create_file(&vault.default_file(), &passphrase)
        .unwrap();
    let (first, second) = (SecretRef::new("first"), SecretRef::new("second"));
    vault.put(&first, &Secret::new("kept".to_owned())).unwrap();
    let before = std::fs::read(vault.default_file()).unwrap();
    std::fs::write(disk.join("filler"), vec![0; 4 << 20]).unwrap_err();

    let large = Secret::new("x".repeat(100_000));
    for fault in [
        vault.put(&second, &large).unwrap_err(),
        vault
            .change_passphrase(&passphrase, &Secret::new("another passphrase".to_owned()))
            .unwrap_err(),
    ] {
        assert_eq!(fault.code, Code::VaultDamaged, "{fault}");
        assert!(fault.advice.contains("space"), "{}", fault.advice);
    }
    assert_eq!(std::fs::read(vault.default_file()).unwrap(), before);
    assert_eq!(vault.get(&first).unwrap().reveal(), "kept");
    let left: Vec<_> = std::fs::read_dir(&disk)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("new"))
        .collect();
    assert_eq!(left, Vec::<String>::new(), "half a file is left behind");

    std::fs::remove_file(disk.join("filler")).unwrap();
    vault.put(&second, &large).unwrap();
    assert_eq!(vault.get(&second).unwrap().reveal(), large.reveal());
}
