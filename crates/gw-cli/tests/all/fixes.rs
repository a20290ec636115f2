//! `api lint --fix`: a diff that tools take, a file written in one step, an API as a new edition, and back.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::shell::{NOTES, Shell};

/// Notes with an operation that lacks its path variable, and one method in capitals.
fn wrong() -> String {
    NOTES
        .replace(
            "  /notes:\n    get:\n",
            "  /notes/{id}:\n    GET: # reads\n",
        )
        .replace("  /health:\n    get:\n", "  /health/{at}: # up\n    get:\n")
        + "\n"
}

fn write(shell: &Shell) -> String {
    let path = shell.sandbox.write("wrong.yaml", wrong()).unwrap();
    path.display().to_string()
}

#[test]
fn a_dry_run_prints_a_diff_that_patch_takes() {
    let shell = Shell::new();
    let path = write(&shell);
    let dry = shell.run(&["api", "lint", &path, "--fix", "--dry-run"]);
    assert_eq!(dry.status, 0, "{dry:?}");
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        wrong(),
        "a dry run writes nothing"
    );
    assert!(dry.err.contains("3 findings would be fixed"), "{dry:?}");
    let folder = shell.sandbox.path("patched");
    let below = folder.join(path.trim_start_matches('/'));
    std::fs::create_dir_all(below.parent().unwrap()).unwrap();
    std::fs::write(&below, wrong()).unwrap();
    let mut git = Command::new("git")
        .args(["apply", "-p1", "-"])
        .current_dir(&folder)
        .env("GIT_CEILING_DIRECTORIES", shell.sandbox.home())
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    git.stdin
        .take()
        .unwrap()
        .write_all(dry.out.as_bytes())
        .unwrap();
    assert!(git.wait().unwrap().success(), "{}", dry.out);
    let patched = std::fs::read_to_string(&below).unwrap();
    shell.ok(&["api", "lint", &path, "--fix"]);
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        patched,
        "the fix is what the diff said"
    );
    let json = shell.ok(&["api", "lint", &path, "--fix", "--dry-run"]);
    assert_eq!((&json["diff"], &json["fixed"]), (&"".into(), &0.into()));
}

#[test]
fn a_file_is_rewritten_with_its_permissions_and_a_backup() {
    use std::os::unix::fs::PermissionsExt as _;
    let shell = Shell::new();
    let path = write(&shell);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let link = shell.sandbox.path("link.yaml");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let only = [
        "api",
        "lint",
        link.to_str().unwrap(),
        "--fix",
        "--rule",
        "oas-unknown-method",
    ];
    let done = shell.run(&only);
    // The operation that was found by its method lacks its variable, and that rule was not asked for.
    assert_eq!(done.status, 3, "{done:?}");
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text, wrong().replace("GET: # reads", "get: # reads"));
    assert!(link.is_symlink(), "a link stays a link");
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o640
    );

    let json = shell.ok(&["api", "lint", &path, "--fix", "--backup"]);
    assert_eq!(json["fixed"], 2, "{json}");
    let backup = json["backup"].as_str().unwrap();
    assert!(backup.ends_with("wrong.yaml.orig"), "{backup}");
    assert_eq!(std::fs::read_to_string(backup).unwrap(), text);
    let after = std::fs::read_to_string(&path).unwrap();
    assert!(
        after.contains("# up") && after.contains("# reads"),
        "{after}"
    );
    let names: Vec<_> = std::fs::read_dir(std::path::Path::new(&path).parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains(".new"))
        .collect();
    assert!(names.is_empty(), "{names:?}");
    for wrong in [
        vec!["--dry-run"],
        vec!["--backup"],
        vec!["--rule", "x"],
        vec!["--fix", "--dry-run", "--backup"],
    ] {
        let ran = shell.run(&[&["api", "lint", &path], wrong.as_slice()].concat());
        assert_eq!(ran.status, 2, "{wrong:?}: {ran:?}");
    }
}

#[test]
fn a_stored_api_is_fixed_as_a_new_edition_and_goes_back() {
    let shell = Shell::new();
    let path = write(&shell);
    shell.ok(&["api", "import", &path, "--backend", "mock"]);
    let json = shell.ok(&["api", "lint", "Notes", "--fix", "--for", "local"]);
    assert_eq!(
        (&json["fixed"], &json["edition"]),
        (&3.into(), &2.into()),
        "{json}"
    );
    let text = shell.run(&["api", "export", "Notes"]).out;
    assert!(
        text.contains("    get: # reads\n") && text.contains("name: id\n"),
        "{text}"
    );
    let again = shell.run(&["api", "lint", "Notes", "--fix"]);
    assert!(again.out.contains("Fixed 0 findings"), "{again:?}");
    let undone = shell.run(&["api", "undo", "Notes"]);
    assert!(
        undone.status == 0 && undone.out.contains("edition 3"),
        "{undone:?}"
    );
    assert_eq!(shell.run(&["api", "export", "Notes"]).out, wrong());
    shell.fails(&["api", "undo", "Notes"], 2, "request.invalid");
}
