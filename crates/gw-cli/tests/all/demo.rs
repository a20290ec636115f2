//! `gatewright demo`: needs nothing, shows everything, leaves nothing it did not say.

use serde_json::json;

use crate::shell::Shell;

#[test]
fn it_runs_without_a_keychain_and_leaves_nothing() {
    let shell = Shell::new();
    let ran = shell.run(&["demo", "--json"]);
    let told = ran.done();
    let calls = told["calls"].as_array().unwrap();
    let statuses: Vec<_> = calls
        .iter()
        .map(|call| (call["token"].clone(), call["status"].clone()))
        .collect();
    assert_eq!(
        statuses,
        [
            (json!(true), json!(200)),
            (json!(false), json!(401)),
            (json!(false), json!(200))
        ]
    );
    assert_eq!(told["kept"], false);
    assert!(
        told["token"]["claims"]["aud"]
            .to_string()
            .contains("petstore.example")
    );
    assert!(
        ran.err.contains("No keychain"),
        "it says where keys are: {ran:?}"
    );
    assert!(!ran.out.contains("eyJ"), "it shows a token: {}", ran.out);
    let home = told["home"].as_str().unwrap();
    assert!(
        !std::path::Path::new(home).exists(),
        "{home} is still there"
    );
}

#[test]
fn for_people_it_tells_each_step() {
    let shell = Shell::new();
    let ran = shell.run(&["demo"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    for step in [
        "1. Sample API Petstore",
        "2. Local gateway at http://127.0.0.1:",
        "3. Deployed:",
        "4. Token",
        "200 OK",
        "401 Unauthorized",
        "Done.",
    ] {
        assert!(ran.out.contains(step), "{step} is missing: {}", ran.out);
    }
}

#[test]
fn with_a_vault_it_is_kept_and_runs_again() {
    let shell = Shell::new();
    shell.vault();
    for _ in 0..2 {
        assert_eq!(shell.ok_open(&["demo"])["kept"], true);
    }
    let apis = shell.ok(&["api", "list"]);
    assert_eq!(apis.as_array().unwrap().len(), 1);
    assert_eq!(apis[0]["api"]["name"], "Petstore");
}

#[test]
fn several_at_the_same_moment_do_not_take_each_others_ports() {
    let runs: Vec<_> = (0..4)
        .map(|_| {
            std::thread::spawn(|| {
                let shell = Shell::new();
                shell.run(&["demo", "--json"]).done()["gateway"]["address"].clone()
            })
        })
        .collect();
    for run in runs {
        let address = run.join().unwrap().to_string();
        assert!(address.contains("http://127.0.0.1:"), "{address}");
    }
}
