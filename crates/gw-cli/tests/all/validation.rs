//! The request validation policy: attached, shown, taken away.

use serde_json::json;

use crate::shell::Shell;

#[test]
fn checks_are_attached_shown_and_detached() {
    let shell = Shell::new();
    shell.ok(&["api", "import", &shell.notes()]);
    let both = [
        "policy",
        "attach",
        "Notes",
        "validation",
        "--parameters",
        "--body",
    ];
    assert_eq!(
        shell.ok(&both)["policies"]["validation"],
        json!({ "parameters": true, "body": true })
    );
    let shown = shell.run(&["policy", "show", "Notes"]).out;
    assert!(
        shown.contains("AWS checks") && shown.contains("answers 400"),
        "{shown}"
    );
    shell.fails(
        &["policy", "attach", "Notes", "validation"],
        2,
        "request.invalid",
    );
    let detached = shell.ok(&["policy", "detach", "Notes", "validation"]);
    assert!(detached["policies"]["validation"].is_null());
    assert!(
        !shell
            .run(&["policy", "show", "Notes"])
            .out
            .contains("AWS checks")
    );
}
