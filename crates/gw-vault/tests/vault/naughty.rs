//! Strings that break programs, as secrets.

use std::path::Path;

use gw_model::{Secret, SecretRef};
use gw_vault::Vault;

/// Of our own, and the big list of naughty strings where the public test data lies beside the project.
pub fn strings() -> Vec<String> {
    let mut strings: Vec<String> = [
        "",
        " ",
        "\0",
        "a\0b",
        "\r\n",
        "\u{feff}bom",
        "\u{1}gatewright-parts:1:x",
        "-----BEGIN AGE ENCRYPTED FILE-----",
        "{\"a\":\"b\"}",
        "\"\\\u{7f}\u{2028}",
        "🔑🏽",
        "İstanbul",
    ]
    .map(str::to_owned)
    .to_vec();
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/suites/blns/blns.json");
    match std::fs::read(&list) {
        Ok(text) => strings.extend(serde_json::from_slice::<Vec<String>>(&text).unwrap()),
        Err(_) => println!("skipped: the big list of naughty strings is not present"),
    }
    strings
}

/// Every string comes back to the byte, under names as naughty as itself.
pub fn come_back(vault: &Vault, strings: &[String]) {
    let reference = |number: usize| {
        SecretRef::new(format!(
            "test/{number}/{}",
            strings[number].replace('\0', "")
        ))
    };
    for (number, string) in strings.iter().enumerate() {
        vault
            .put(&reference(number), &Secret::new(string.clone()))
            .unwrap();
    }
    for (number, string) in strings.iter().enumerate() {
        assert_eq!(vault.get(&reference(number)).unwrap().reveal(), string);
    }
    for number in 0..strings.len() {
        vault.delete(&reference(number)).unwrap();
    }
}
