//! What `--yes` agrees to, what must be named beside it, and what production asks for.

use serde_json::json;

use crate::shell::Shell;

fn attach(shell: &Shell, public: &[&str]) {
    let mut arguments = vec![
        "policy",
        "attach",
        "Notes",
        "oauth",
        "--key-manager",
        "resident",
        "--audience",
        "https://notes.example",
    ];
    for operation in public {
        arguments.extend(["--public", operation]);
    }
    shell.ok(&arguments);
}

fn deploy<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["deploy", "Notes", "--gateway", "here"][..], more].concat()
}

#[test]
fn yes_alone_lets_nobody_more_in() {
    let shell = Shell::new();
    shell.local("here");
    shell.ok(&["api", "import", &shell.notes()]);
    attach(&shell, &[]);
    shell.ok(&deploy(&["--yes"]));
    attach(&shell, &["GET /health"]);

    let plan = shell.run(&["plan", "Notes", "--gateway", "here"]);
    assert_eq!(plan.status, 0, "{plan:?}");
    let loosens = plan.out.find("LOOSENS   GET /health becomes open").unwrap();
    assert!(
        loosens < plan.out.find("Steps and remote calls").unwrap(),
        "security comes first: {}",
        plan.out
    );
    assert!(plan.out.contains("--allow lowers-security"), "{}", plan.out);
    assert!(
        plan.out.contains("1 of 2 operations stays as it is"),
        "{}",
        plan.out
    );

    let fault = shell.fails(&deploy(&["--yes"]), 3, "deploy.consent-needed");
    assert_eq!(fault["facts"]["consents"], "lowers-security");
    let fault = shell.fails(&deploy(&[]), 3, "deploy.consent-needed");
    let advice = fault["advice"].as_str().unwrap();
    assert!(advice.contains("--yes --allow lowers-security"), "{advice}");
    shell.fails(
        &deploy(&["--yes", "--allow", "everything"]),
        2,
        "request.invalid",
    );
    let done = shell.ok(&deploy(&["--yes", "--allow", "lowers-security"]));
    assert_eq!(done["deployments"][0]["outcome"], "live");
}

#[test]
fn production_wants_its_name() {
    let shell = Shell::new();
    let port = gw_testkit::free_port().unwrap().to_string();
    let add = [
        "gateway",
        "add",
        "here",
        "--kind",
        "local",
        "--port",
        &port,
        "--production",
    ];
    assert_eq!(shell.ok(&add)["production"], true);
    let listed = shell.run(&["gateway", "list"]);
    assert!(listed.out.contains("production"), "{}", listed.out);
    shell.ok(&["api", "import", &shell.notes()]);

    let plan = shell.run(&["plan", "Notes", "--gateway", "here"]);
    for part in ["PRODUCTION", "--confirm here"] {
        assert!(plan.out.contains(part), "{part}: {}", plan.out);
    }
    let fault = shell.fails(&deploy(&["--yes"]), 3, "deploy.consent-needed");
    assert_eq!(fault["facts"]["confirm"], "here");
    shell.fails(
        &deploy(&["--yes", "--confirm", "there"]),
        3,
        "deploy.consent-needed",
    );
    shell.ok(&deploy(&["--yes", "--confirm", "here"]));
    // Nothing to agree to: no name is asked.
    let again = shell.ok(&deploy(&["--yes"]));
    assert_eq!(again["deployments"][0]["outcome"], "unchanged");
    let undeploy = ["undeploy", "Notes", "--gateway", "here", "--yes"];
    shell.fails(&undeploy, 3, "deploy.consent-needed");

    let edit = [
        "gateway",
        "edit",
        "here",
        "--production",
        "false",
        "--description",
        "Spare",
    ];
    let edited = shell.ok(&edit);
    assert_eq!(
        (&edited["production"], &edited["description"]),
        (&json!(false), &json!("Spare"))
    );
    assert_eq!(
        shell.ok(&undeploy)["deployments"][0]["outcome"],
        "withdrawn"
    );
}
