//! Secrets come from a prompt, standard input or a named variable, never from an argument, and go nowhere else.

use crate::shell::{PASSPHRASE, Ran, Shell};

const SECRET: &str = "a-secret-nobody-should-see";
const AWS: [&str; 9] = [
    "gateway",
    "add",
    "prod",
    "--kind",
    "aws",
    "--region",
    "eu-west-1",
    "--stage",
    "prod",
];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&AWS[..], more, &["--json"]].concat()
}

#[test]
fn a_secret_comes_from_standard_input_or_a_variable() {
    let shell = Shell::new();
    shell.vault();
    let id = ["--access-key-id", "AKIAEXAMPLEEXAMPLE12"];
    let fed = shell.run_fed(
        &with(&[&id[..], &["--secret-stdin"]].concat()),
        &format!("{SECRET}\n"),
    );
    assert_eq!(fed.done()["target"]["credentials"]["hint"], "LE12");
    shell.ok_open(&["gateway", "remove", "prod"]);
    let mut command = shell.command(&with(
        &[
            &id[..],
            &[
                "--secret-env",
                "MY_SECRET",
                "--session-token-env",
                "MY_TOKEN",
            ],
        ]
        .concat(),
    ));
    command
        .env("GATEWRIGHT_VAULT_PASSPHRASE", PASSPHRASE)
        .env("MY_SECRET", SECRET)
        .env("MY_TOKEN", SECRET);
    Ran::of(command.output().unwrap()).done();
    let files = shell.sandbox.files_containing(SECRET).unwrap();
    assert!(files.is_empty(), "{files:?}");
}

#[test]
fn without_a_source_it_says_how_to_give_one() {
    let shell = Shell::new();
    shell.vault();
    let id = ["--access-key-id", "AKIAEXAMPLEEXAMPLE12"];
    let missing = shell.run_open(&with(&id)).fault(2, "request.invalid");
    assert!(
        missing["advice"]
            .as_str()
            .unwrap()
            .contains("--secret-stdin"),
        "{missing}"
    );
    shell
        .run_open(&with(
            &[&id[..], &["--secret-env", "NOT_SET_ANYWHERE"]].concat(),
        ))
        .fault(2, "request.invalid");
    shell
        .run_fed(&with(&[&id[..], &["--secret-stdin"]].concat()), "\n")
        .fault(2, "request.invalid");
    let none = shell.run_open(&with(&[])).fault(2, "request.invalid");
    assert!(
        none["advice"].as_str().unwrap().contains("--profile"),
        "{none}"
    );
    let application = [
        "application",
        "add",
        "c",
        "--key-manager",
        "resident",
        "--client-id",
        "c",
        "--json",
    ];
    shell.run_open(&application).fault(2, "request.invalid");
    assert_eq!(shell.ok(&["gateway", "list"]), serde_json::json!([]));
}

#[test]
fn no_argument_takes_a_secret_and_a_mistyped_one_is_not_repeated() {
    let shell = Shell::new();
    for flag in [
        "--secret",
        "--secret-access-key",
        "--client-secret",
        "--session-token",
    ] {
        let given = format!("{flag}={SECRET}");
        let ran = shell.run(&with(&["--access-key-id", "AKIAEXAMPLEEXAMPLE12", &given]));
        ran.fault(2, "request.invalid");
        assert!(
            !ran.out.contains(SECRET) && !ran.err.contains(SECRET),
            "{flag}: {ran:?}"
        );
    }
    for command in [
        vec!["gateway", "add"],
        vec!["application", "add"],
        vec!["vault", "create-file"],
    ] {
        let help = shell.run(&[&command[..], &["--help"]].concat()).out;
        for line in help
            .lines()
            .filter(|line| line.contains("--") && line.to_lowercase().contains("secret"))
        {
            let sound = [
                "--secret-stdin",
                "--secret-env",
                "--public",
                "--access-key-id",
            ];
            assert!(
                sound.iter().any(|flag| line.contains(flag)),
                "{command:?}: {line}"
            );
        }
    }
}

#[test]
fn without_a_keychain_or_file_nothing_is_kept_anywhere_else() {
    let shell = Shell::new();
    let status = shell.run(&["vault", "status", "--json"]).done();
    assert_eq!(status["kind"], "no-keychain", "{status}");
    let add = with(&[
        "--access-key-id",
        "AKIAEXAMPLEEXAMPLE12",
        "--secret-env",
        "MY_SECRET",
    ]);
    let ran = Ran::of(
        shell
            .command(&add)
            .env("MY_SECRET", SECRET)
            .output()
            .unwrap(),
    );
    let fault = ran.fault(3, "vault.unavailable");
    assert!(
        fault["advice"].as_str().unwrap().contains("vault"),
        "{fault}"
    );
    assert_eq!(shell.ok(&["gateway", "list"]), serde_json::json!([]));
    let files = shell.sandbox.files_containing(SECRET).unwrap();
    assert!(files.is_empty(), "{files:?}");
}

#[test]
fn a_locked_vault_file_says_so() {
    let shell = Shell::new();
    shell.vault();
    assert_eq!(
        shell.run(&["vault", "status", "--json"]).done()["locked"],
        true
    );
    let add = with(&[
        "--access-key-id",
        "AKIAEXAMPLEEXAMPLE12",
        "--secret-env",
        "MY_SECRET",
    ]);
    Ran::of(
        shell
            .command(&add)
            .env("MY_SECRET", SECRET)
            .output()
            .unwrap(),
    )
    .fault(3, "vault.locked");
    let wrong = shell
        .command(&["gateway", "list", "--json"])
        .env("GATEWRIGHT_VAULT_PASSPHRASE", "not this one")
        .output();
    Ran::of(wrong.unwrap()).fault(3, "vault.wrong-passphrase");
}
