//! `drift` on a local gateway: told, let be, adopted, put back, and what is gone deployed again or forgotten.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::shell::Shell;

/// What the local gateway serves.
fn live_file(shell: &Shell) -> PathBuf {
    let row = shell.ok(&["gateway", "show", "here"]);
    let id = row["gateway"]["id"].as_str().unwrap();
    let mut open = vec![shell.home().join("local").join(id)];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.ends_with("live.json") {
                return path;
            }
            if path.is_dir() {
                open.push(path);
            }
        }
    }
    panic!("nothing is served")
}

#[test]
fn what_was_changed_by_hand_is_told_let_be_adopted_put_back_or_forgotten() {
    let shell = Shell::new();
    shell.local("here");
    let nothing = shell.run(&["drift"]);
    assert!(
        nothing.status == 0 && nothing.out.contains("Nothing is deployed"),
        "{nothing:?}"
    );
    shell.ok(&["api", "import", &shell.notes()]);
    let deploy = ["deploy", "Notes", "--gateway", "here", "--yes"];
    shell.ok(&deploy);
    let open = std::fs::read(live_file(&shell)).unwrap();
    shell.ok(&[
        "policy",
        "attach",
        "Notes",
        "oauth",
        "--key-manager",
        "resident",
        "--audience",
        "https://notes.example",
    ]);
    shell.ok(&deploy);
    let untouched = shell.run(&["drift", "Notes"]);
    assert!(
        untouched.status == 0 && untouched.out.contains("As it was deployed"),
        "{untouched:?}"
    );

    // Someone puts back what was served before.
    std::fs::write(live_file(&shell), &open).unwrap();
    let drifted = shell.run(&["drift", "--json"]);
    assert_eq!(drifted.status, 3, "{drifted:?}");
    let report = drifted.json();
    let drifts = report["places"][0]["drifts"].as_array().unwrap();
    let keys: Vec<&str> = drifts
        .iter()
        .map(|drift| drift["key"].as_str().unwrap())
        .collect();
    let text = shell.run(&["drift", "--last"]).out;
    for key in &keys {
        assert!(text.contains(key), "no {key} in\n{text}");
    }
    let on = ["drift", "Notes", "--gateway", "here"];
    let each = |option| -> Vec<&str> { keys.iter().flat_map(|key| [option, *key]).collect() };
    shell.ok(&[&on[..], &each("--ignore")].concat());
    assert_eq!(shell.run(&["drift"]).status, 0, "all of it is let be");
    shell.ok(&[&on[..], &each("--mind")].concat());
    assert_eq!(shell.run(&["drift", "--last"]).status, 3);

    let adoptable = drifts.iter().find(|drift| drift["adopt"].is_string());
    let adoptable = adoptable.unwrap_or_else(|| panic!("{report:#}"))["key"]
        .as_str()
        .unwrap();
    shell.ok(&[&on[..], &["--adopt", adoptable]].concat());
    let adopted = shell.run(&["drift", "--last"]).out;
    assert!(adopted.contains("the document says the same"), "{adopted}");

    shell.fails(
        &[&on[..], &["--overwrite"]].concat(),
        3,
        "deploy.consent-needed",
    );
    let overwrite = [&on[..], &["--overwrite", "--yes"]].concat();
    let fault = shell.fails(&overwrite, 3, "deploy.consent-needed");
    let asked = fault["facts"]["consents"].as_str().unwrap();
    let allow = asked.split(' ').flat_map(|key| ["--allow", key]);
    let overwrite: Vec<&str> = overwrite.into_iter().chain(allow).collect();
    let put_back = shell.ok(&overwrite);
    assert_eq!(put_back["deployments"][0]["outcome"], "live", "{put_back}");
    assert_eq!(shell.run(&["drift"]).status, 0);

    // Gone altogether: it is told as gone, and what can be done about it works.
    std::fs::remove_file(live_file(&shell)).unwrap();
    let gone = shell.run(&["drift"]);
    assert_eq!(gone.status, 3, "{gone:?}");
    for part in ["--overwrite", "--forget"] {
        let told = format!("gatewright drift Notes@1.0.0 --gateway here {part}");
        assert!(gone.out.contains(&told), "{gone:?}");
    }
    assert_eq!(shell.ok(&overwrite)["deployments"][0]["outcome"], "live");
    std::fs::remove_file(live_file(&shell)).unwrap();
    assert_eq!(shell.run(&["drift"]).status, 3);
    shell.ok(&[&on[..], &["--forget"]].concat());
    let left: Value = shell.ok(&["drift"]);
    assert_eq!(left["places"], json!([]));
    assert_eq!(
        shell.run(&["drift", "--adopt", "x"]).status,
        2,
        "it wants to know where"
    );
}
