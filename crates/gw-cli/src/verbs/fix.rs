//! `gatewright api lint --fix` and `gatewright api undo`.
//!
//! It refuses to mix: with `--dry-run` standard output is a unified diff and nothing else.

use gw_app::wire::{ApiFix, ApiFixed, ApiUndo, DocumentSave, FixWhat, LintSubject, LintTarget};
use gw_app::{App, apis, resolve};
use gw_model::{Api, Fault, counted};
use serde_json::{Value, json};

use super::api::{describe_lint, lint_exit, lint_subject};
use crate::args::FixArgs;
use crate::output::{self, Reply};

/// Mends a file, or an API as a new edition.
pub async fn run(
    app: &App,
    name: &str,
    target: Option<LintTarget>,
    args: &FixArgs,
) -> Result<Reply, Fault> {
    let what = if args.rules.is_empty() {
        FixWhat::All
    } else {
        FixWhat::Kind {
            rules: args.rules.clone(),
        }
    };
    let subject = lint_subject(app, name).await?;
    if args.dry_run {
        let request = ApiFix {
            subject,
            target,
            what,
        };
        return Ok(dry_run(name, apis::fix(app, request).await?));
    }
    match subject {
        LintSubject::File { path } => {
            let done = apis::rewrite(app, &path, target, what, args.backup).await?;
            let undo = match &done.backup {
                Some(backup) => format!("Undo: mv '{backup}' '{path}'"),
                None => "Undo: with your version control; --backup keeps a copy".to_owned(),
            };
            let more = json!({ "file": path, "backup": done.backup });
            Ok(reply(name, done.fixed, &undo, more))
        }
        LintSubject::Api { api } | LintSubject::Draft { api, .. } => {
            let stored = resolve::api(app, name).await?;
            let request = ApiFix {
                subject: LintSubject::Api { api: api.clone() },
                target,
                what,
            };
            let fixed = apis::fix(app, request).await?;
            let mut edition = stored.edition;
            if !fixed.diff.is_empty() {
                let save = DocumentSave {
                    api: api.clone(),
                    edition,
                    text: fixed.text.clone(),
                };
                edition = apis::save_document(app, save).await?.edition;
            }
            let undo = format!("Undo: gatewright api undo {}", full_name(&stored));
            let more = json!({ "api": api, "edition": edition });
            Ok(reply(name, fixed, &undo, more))
        }
    }
}

/// Takes the last change of a document back.
pub async fn undo(app: &App, name: &str) -> Result<Reply, Fault> {
    let api = resolve::api(app, name).await?;
    let request = ApiUndo {
        api: api.id.clone(),
        edition: api.edition,
    };
    let view = apis::undo(app, request).await?;
    let text = format!(
        "Took the last change of {}'s document back; this is edition {}",
        full_name(&api),
        view.edition
    );
    Ok(Reply::new(
        json!({ "api": api.id, "edition": view.edition, "diagnostics": view.diagnostics }),
        text,
    ))
}

fn dry_run(name: &str, fixed: ApiFixed) -> Reply {
    for line in left(name, &fixed) {
        output::note(&line);
    }
    output::note(&format!(
        "{} would be fixed",
        counted(fixed.fixed, "finding")
    ));
    let exit = lint_exit(&fixed.report);
    let json = json!({
        "diff": fixed.diff, "fixed": fixed.fixed, "left": fixed.left, "report": fixed.report,
    });
    Reply::new(json, fixed.diff).exact().exit(exit)
}

fn reply(name: &str, fixed: ApiFixed, undo: &str, more: Value) -> Reply {
    let mut text = describe_lint(name, &fixed.report);
    for line in left(name, &fixed) {
        text.push_str(&line);
        text.push('\n');
    }
    text.push_str(&format!(
        "Fixed {} in {name}\n",
        counted(fixed.fixed, "finding")
    ));
    if !fixed.diff.is_empty() {
        text.push_str(undo);
        text.push('\n');
    }
    let exit = lint_exit(&fixed.report);
    let mut json = json!({ "fixed": fixed.fixed, "left": fixed.left, "report": fixed.report });
    if let (Value::Object(json), Value::Object(more)) = (&mut json, more) {
        json.extend(more);
    }
    Reply::new(json, text).exit(exit)
}

/// What was not fixed, and why not.
fn left(name: &str, fixed: &ApiFixed) -> Vec<String> {
    let line = |left: &gw_app::wire::FixLeft| {
        let place = &left.finding.place;
        format!(
            "{name}:{}:{}: not fixed: {}: {}",
            place.line, place.column, left.finding.rule, left.reason
        )
    };
    fixed.left.iter().map(line).collect()
}

fn full_name(api: &Api) -> String {
    format!("{}@{}", api.name, api.version)
}
