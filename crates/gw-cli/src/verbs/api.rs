//! `gatewright api`.
//!
//! It refuses to touch documents itself.

use std::collections::BTreeSet;
use std::path::Path;

use gw_app::wire::{
    ApiCreate, ApiExport, ApiImport, ApiLint, ApiRequest, ApiSearch, ExportFormat, Fidelity,
    FidelityNote, FidelityReport, ImportSource, LintReport, LintSubject, LintTarget,
};
use gw_app::{App, apis, resolve};
use gw_model::{Backend, Fault, counted};
use gw_plan::{RouteBackend, RouteSecurity};
use serde_json::json;

use super::{fix, lifecycle, placements};
use crate::args::{ApiVerb, FormatArg, KindArg, RemoveArgs};
use crate::output::{self, Reply};

/// Runs one verb.
pub async fn run(app: &App, verb: ApiVerb) -> Result<Reply, Fault> {
    match verb {
        ApiVerb::Create {
            name,
            version,
            base_path,
            backend,
        } => {
            let backend = read_backend(&backend);
            let api = apis::create(
                app,
                ApiCreate {
                    name,
                    version,
                    base_path,
                    backend,
                },
            )
            .await?;
            let text = format!("Made {}@{}", api.name, api.version);
            Ok(Reply::new(api, text))
        }
        ApiVerb::Import {
            source,
            name,
            version,
            backend,
            base_path,
            allow_private,
            remote_refs,
        } => {
            let from = read_source(&source, allow_private);
            let backend = backend.as_deref().map(read_backend);
            import(
                app,
                &source,
                ApiImport {
                    source: from,
                    name,
                    version,
                    backend,
                    base_path,
                    remote_refs,
                    private_refs: allow_private,
                },
            )
            .await
        }
        ApiVerb::List => list(app).await,
        ApiVerb::Show { api } => show(app, &api).await,
        ApiVerb::Export { api, format } => export(app, &api, format).await,
        ApiVerb::Lint {
            subject,
            target,
            fix,
            ..
        } if fix.fix => fix::run(app, &subject, lint_target(target), &fix).await,
        ApiVerb::Lint {
            subject,
            target,
            ruleset,
            ..
        } => lint(app, &subject, lint_target(target), ruleset).await,
        ApiVerb::Undo { api } => fix::undo(app, &api).await,
        ApiVerb::Remove(args) => remove(app, &args).await,
    }
}

async fn remove(app: &App, args: &RemoveArgs) -> Result<Reply, Fault> {
    let api = resolve::api(app, &args.name).await?;
    let request = ApiRequest {
        api: api.id.clone(),
    };
    let removal = apis::removal(app, request.clone()).await?;
    let what = format!("{}@{}", api.name, api.version);
    if !lifecycle::ask_removal(args, &what, &removal)? {
        return Ok(Reply::new(&removal, lifecycle::removed(&removal)));
    }
    apis::remove(app, request).await?;
    Ok(Reply::new(
        json!({
            "removed": api.id, "name": api.name, "version": api.version,
            "vanishes": removal.vanishes, "stays": removal.stays,
        }),
        format!("Removed {what}\n{}", lifecycle::removed(&removal)),
    ))
}

fn read_backend(text: &str) -> Backend {
    if text == "mock" {
        Backend::Mock
    } else {
        Backend::Http {
            url: text.to_owned(),
        }
    }
}

fn read_source(text: &str, allow_private: bool) -> ImportSource {
    if text.starts_with("http://") || text.starts_with("https://") {
        ImportSource::Url {
            url: text.to_owned(),
            allow_private,
        }
    } else {
        ImportSource::File {
            path: text.to_owned(),
        }
    }
}

async fn import(app: &App, source: &str, request: ApiImport) -> Result<Reply, Fault> {
    let imported = apis::import(app, request).await?;
    let mut text = output::diagnostics(source, &imported.diagnostics);
    let sources: BTreeSet<&str> = imported
        .pieces
        .iter()
        .map(|piece| piece.source.as_str())
        .collect();
    if !sources.is_empty() {
        text.push_str(&format!(
            "Took in {} of {}\n",
            counted(imported.pieces.len(), "part"),
            counted(sources.len(), "other document")
        ));
    }
    text.push_str(&format!(
        "Imported {}@{} with {}\n",
        imported.api.name,
        imported.api.version,
        counted(imported.operations, "operation")
    ));
    Ok(Reply::new(imported, text))
}

async fn list(app: &App) -> Result<Reply, Fault> {
    let mut rows = Vec::new();
    loop {
        let offset = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let page = apis::list(
            app,
            ApiSearch {
                offset,
                limit: 1_000,
                ..ApiSearch::default()
            },
        )
        .await?;
        let done = page.rows.is_empty();
        rows.extend(page.rows);
        if done || rows.len() >= page.total as usize {
            break;
        }
    }
    let lines = rows
        .iter()
        .map(|row| {
            let security = if row.api.policies.oauth.is_some() {
                "OAuth"
            } else {
                "open"
            };
            let live = placements(&row.placements);
            [
                row.api.name.clone(),
                row.api.version.clone(),
                row.api.base_path.clone(),
                security.to_owned(),
                live,
            ]
        })
        .collect();
    let none = "No APIs yet. Import one: gatewright api import openapi.yaml";
    let text = output::table(
        ["name", "version", "base path", "security", "where"],
        lines,
        none,
    );
    Ok(Reply::new(rows, text))
}

async fn show(app: &App, api: &str) -> Result<Reply, Fault> {
    let api = resolve::api(app, api).await?;
    let detail = apis::get(app, ApiRequest { api: api.id }).await?;
    let mut text = output::facts(&[
        ("name", detail.api.name.clone()),
        ("version", detail.api.version.clone()),
        ("base path", detail.api.base_path.clone()),
        (
            "backend",
            match &detail.api.backend {
                Backend::Http { url } => url.clone(),
                Backend::Mock => "answers from examples".to_owned(),
            },
        ),
        ("where", placements(&detail.placements)),
    ]);
    let lines = detail
        .operations
        .iter()
        .map(|row| {
            let backend = match &row.backend {
                RouteBackend::Http { url } => url.clone(),
                RouteBackend::Mock { answer } => format!("answers {}", answer.status),
                RouteBackend::Lambda { uri, .. } => uri.clone(),
                RouteBackend::Verbatim { .. } => "as the document says".to_owned(),
            };
            [row.operation.to_string(), security(&row.security), backend]
        })
        .collect();
    text.push('\n');
    text.push_str(&output::table(
        ["operation", "security", "backend"],
        lines,
        "No operations yet.",
    ));
    Ok(Reply::new(detail, text))
}

/// Who may call, in a few words.
pub fn security(of: &RouteSecurity) -> String {
    match of {
        RouteSecurity::Open { declared: true } => "public".to_owned(),
        RouteSecurity::Open { declared: false } => "open".to_owned(),
        RouteSecurity::Token { scopes } if scopes.is_empty() => "token".to_owned(),
        RouteSecurity::Token { scopes } => format!("token with {}", scopes.join(" ")),
        RouteSecurity::Own { schemes } => {
            let names: Vec<&str> = schemes.iter().map(|one| one.name.as_str()).collect();
            format!("own: {}", names.join(" + "))
        }
    }
}

async fn export(app: &App, api: &str, format: FormatArg) -> Result<Reply, Fault> {
    let api = resolve::api(app, api).await?;
    let format = match format {
        FormatArg::Openapi => ExportFormat::Openapi,
        FormatArg::Aws => ExportFormat::Aws,
    };
    let exported = apis::export(
        app,
        ApiExport {
            api: api.id,
            format,
            gateway: None,
            path: None,
        },
    )
    .await?;
    let text = exported.text.clone();
    Ok(Reply::new(exported, text).exact())
}

async fn lint(
    app: &App,
    subject: &str,
    target: Option<LintTarget>,
    ruleset: Option<String>,
) -> Result<Reply, Fault> {
    let from = lint_subject(app, subject).await?;
    let report = apis::lint(
        app,
        ApiLint {
            subject: from,
            target,
            ruleset,
        },
    )
    .await?;
    let text = describe_lint(subject, &report);
    let exit = lint_exit(&report);
    Ok(Reply::new(report, text).exit(exit))
}

fn lint_target(kind: Option<KindArg>) -> Option<LintTarget> {
    kind.map(|kind| match kind {
        KindArg::Aws => LintTarget::Aws,
        KindArg::Local => LintTarget::Local,
    })
}

/// A file or folder if there is one of that name, else an API.
pub(super) async fn lint_subject(app: &App, subject: &str) -> Result<LintSubject, Fault> {
    // A bare word names an API, even where a folder has that name.
    let path = Path::new(subject);
    let is_path = path.is_file() || (path.is_dir() && subject.contains(['/', '\\', '.']));
    Ok(if is_path {
        LintSubject::File {
            path: subject.to_owned(),
        }
    } else {
        LintSubject::Api {
            api: resolve::api(app, subject).await?.id,
        }
    })
}

/// 3 while there are errors.
pub(super) fn lint_exit(report: &LintReport) -> u8 {
    if report.errors > 0 { 3 } else { 0 }
}

/// Findings and how many there are.
pub(super) fn describe_lint(subject: &str, report: &LintReport) -> String {
    let mut text = output::diagnostics(subject, &report.diagnostics);
    text.push_str(&match (report.errors, report.warnings) {
        (0, 0) => "No problems\n".to_owned(),
        (errors, warnings) => format!(
            "{}, {}\n",
            counted(errors, "error"),
            counted(warnings, "warning")
        ),
    });
    if let Some(fidelity) = &report.fidelity {
        text.push_str(&describe_fidelity(fidelity));
    }
    text
}

/// How true AWS is: each operation that is not exact with the reasons why, and the counts.
fn describe_fidelity(report: &FidelityReport) -> String {
    let word = |fidelity| match fidelity {
        Fidelity::Exact => "exact",
        Fidelity::Changed => "changed",
        Fidelity::Lost => "lost",
        Fidelity::Refused => "refused",
    };
    let reasons = |notes: &[FidelityNote]| -> String {
        let noticed = notes.iter().filter(|note| note.fidelity > Fidelity::Exact);
        let line = |note: &FidelityNote| {
            let (line, column) = (note.place.line, note.place.column);
            format!(
                "           {line}:{column} {} {}\n",
                note.rule, note.message
            )
        };
        noticed.map(line).collect()
    };
    let mut text = String::from("\nOn AWS\n");
    if let Some(worst) = report.api.iter().map(|note| note.fidelity).max()
        && worst > Fidelity::Exact
    {
        text.push_str(&format!("  {:8} of the API as a whole\n", word(worst)));
        text.push_str(&reasons(&report.api));
    }
    let told = report
        .operations
        .iter()
        .filter(|operation| operation.fidelity > Fidelity::Exact);
    for operation in told {
        text.push_str(&format!(
            "  {:8} {}",
            word(operation.fidelity),
            operation.operation
        ));
        if !operation.path.is_empty() && operation.path != operation.operation.path {
            text.push_str(&format!(" as {}", operation.path));
        }
        text.push('\n');
        text.push_str(&reasons(&operation.notes));
    }
    text.push_str(&format!(
        "{} exact, {} changed, {} lost, {} refused\n",
        report.exact, report.changed, report.lost, report.refused
    ));
    text
}
