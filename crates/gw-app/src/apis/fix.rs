//! Fixing what was found: the new text, what differs, and what could not be fixed; and taking a change back.
//!
//! It refuses to save a fix in the catalog: the page puts the text in its editor, and who asked saves it.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use gw_model::{Code, Diagnostic, Fault, Severity};

use super::{Working, count, for_target, import, report, subject, view};
use crate::app::{App, blocking, now};
use crate::connect;
use crate::names;
use crate::wire::{
    ApiFix, ApiFixed, ApiUndo, DocumentView, FixLeft, FixWhat, LintSubject, LintTarget,
};

/// Most rounds of fixes; rules list a hundred findings each.
const MOST_ROUNDS: usize = 100;

/// Fixes findings in an API, in what the editor holds, or in a file.
pub async fn fix(app: &App, request: ApiFix) -> Result<ApiFixed, Fault> {
    if let LintSubject::Draft { text, .. } = &request.subject
        && text.len() > gw_openapi::MAX_TEXT
    {
        return Err(import::too_large("The document", text.len() as u64));
    }
    let name = match &request.subject {
        LintSubject::File { path } => Some(path.clone()),
        _ => None,
    };
    let working = subject(app, request.subject).await?;
    let (what, target) = (request.what, request.target);
    blocking(move || {
        let findings = for_target(&working, target);
        let chosen = |finding: &Diagnostic| match &what {
            FixWhat::One { rule, pointer } => {
                finding.rule == *rule && finding.place.pointer == *pointer
            }
            FixWhat::Kind { rules } => rules.contains(&finding.rule),
            // Matters of taste are mended when they are asked for by name.
            FixWhat::All => finding.fixable && finding.severity > Severity::Info,
        };
        let one = matches!(what, FixWhat::One { .. });
        if let FixWhat::One { rule, pointer } = &what
            && !findings.iter().any(chosen)
        {
            let advice = "Lint again: the document may have changed since";
            return Err(names::invalid(
                "pointer",
                format!("The rule {rule} finds nothing at '{pointer}'"),
                advice,
            ));
        }
        let rounds = if one { 1 } else { MOST_ROUNDS };
        let outcome = gw_openapi::fix::repeat(
            &working.document,
            findings,
            chosen,
            connect::fixes,
            |text| {
                let working = working.with_text(text);
                let findings = for_target(&working, target);
                (working.document, findings)
            },
            rounds,
        );
        let before = &working.revision.document;
        let name = name.unwrap_or_else(|| super::file_name(&working));
        Ok(ApiFixed {
            diff: gw_openapi::fix::unified(before, &outcome.text, &name),
            text: outcome.text,
            fixed: count(outcome.fixed),
            left: outcome
                .left
                .into_iter()
                .map(|left| FixLeft {
                    finding: left.finding,
                    reason: left.reason,
                })
                .collect(),
            report: report(outcome.findings),
        })
    })
    .await
}

/// Fixes findings in a file and writes it anew, in one step and with its permissions; a backup keeps the text before.
///
/// Fails with `file.unwritable` when the file cannot be written, is not UTF-8, or was changed meanwhile; then it is as it
/// was.
pub async fn rewrite(
    app: &App,
    path: &str,
    target: Option<LintTarget>,
    what: FixWhat,
    backup: bool,
) -> Result<Rewritten, Fault> {
    // A link stays a link: what it leads to is written.
    let real = std::fs::canonicalize(path).unwrap_or_else(|_| PathBuf::from(path));
    let before = read(&real).await.ok();
    let request = ApiFix {
        subject: LintSubject::File {
            path: path.to_owned(),
        },
        target,
        what,
    };
    let fixed = fix(app, request).await?;
    if fixed.diff.is_empty() {
        return Ok(Rewritten {
            fixed,
            backup: None,
        });
    }
    let refused = |summary: String, advice: &str| {
        Fault::new(Code::FileUnwritable, summary, advice).fact("file", path)
    };
    let before = before.unwrap_or_default();
    if std::str::from_utf8(&before).is_err() {
        let advice = "Save it as UTF-8, then fix it";
        return Err(refused(format!("{path} is not UTF-8"), advice));
    }
    if read(&real).await.ok().as_ref() != Some(&before) {
        let advice = "Run the command again";
        return Err(refused(format!("{path} was changed meanwhile"), advice));
    }
    let text = fixed.text.clone();
    let shown = path.to_owned();
    let backup = blocking(move || {
        let backup = backup.then(|| keep(&real, &before)).transpose();
        let written = backup.and_then(|backup| replace(&real, text.as_bytes()).map(|()| backup));
        written.map_err(|error| {
            let advice =
                "Check that you may write to the file and its folder, and that there is space";
            Fault::new(
                Code::FileUnwritable,
                format!("{shown} cannot be written"),
                advice,
            )
            .fact("file", &shown)
            .fact("reason", error.to_string())
            .because(error)
        })
    })
    .await?;
    Ok(Rewritten { fixed, backup })
}

/// A file that was fixed.
#[derive(Debug)]
pub struct Rewritten {
    /// What was fixed.
    pub fixed: ApiFixed,
    /// Where the text before is, when it was to be kept and differs.
    pub backup: Option<String>,
}

async fn read(path: &Path) -> Result<Vec<u8>, Fault> {
    let path = path.to_owned();
    blocking(move || {
        std::fs::read(&path).map_err(|error| {
            let shown = path.display();
            Fault::new(
                Code::FileUnreadable,
                format!("The file {shown} cannot be read"),
                "Check the path, and that you may read the file",
            )
            .because(error)
        })
    })
    .await
}

/// Writes beside a file what was in it, under a name that is free.
fn keep(path: &Path, bytes: &[u8]) -> std::io::Result<String> {
    let mut number = 1_u32;
    loop {
        let ending = match number {
            1 => ".orig".to_owned(),
            number => format!(".orig.{number}"),
        };
        let name = beside(path, "", &ending);
        match OpenOptions::new().write(true).create_new(true).open(&name) {
            Ok(mut file) => {
                file.write_all(bytes)?;
                file.sync_all()?;
                return Ok(name.display().to_string());
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && number < 1_000 => {
                number += 1;
            }
            Err(error) => return Err(error),
        }
    }
}

/// Puts new bytes in the place of a file's: all or nothing, even when the power goes.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let permissions = std::fs::metadata(path)?.permissions();
    if permissions.readonly() {
        return Err(std::io::ErrorKind::PermissionDenied.into());
    }
    let new = beside(path, ".", &format!(".{}.new", std::process::id()));
    let written = (|| {
        let mut file = OpenOptions::new().write(true).create_new(true).open(&new)?;
        file.write_all(bytes)?;
        file.set_permissions(permissions)?;
        file.sync_all()?;
        std::fs::rename(&new, path)
    })();
    if written.is_err() {
        let _ = std::fs::remove_file(&new);
    }
    written
}

fn beside(path: &Path, before: &str, after: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{before}{name}{after}"))
}

/// Takes the last change of an API's document back, whatever made it; the text before it is saved as a new edition.
pub async fn undo(app: &App, request: ApiUndo) -> Result<DocumentView, Fault> {
    let id = request.api.clone();
    let former = app
        .catalog(move |catalog| {
            let former = catalog.apis().former_document(&id)?;
            former.ok_or_else(|| {
                let advice = "The last 20 changes of a document can be taken back, each once";
                names::invalid(
                    "api",
                    "There is no change of this document to take back",
                    advice,
                )
            })
        })
        .await?;
    let working = Working::load_draft(app, &request.api, former).await?;
    let mut api = working.api.clone();
    api.operations = count(working.plan.routes.len());
    api.edition = request.edition;
    api.updated_at = now();
    let text = working.revision.document.clone();
    let api = app
        .catalog(move |catalog| catalog.apis().go_back(&api, &text))
        .await?;
    Ok(view(Working { api, ..working }))
}
