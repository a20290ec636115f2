//! APIs: make, import, list, edit, export, lint, explain, remove.
//!
//! It refuses to lose text: a document is stored byte for byte, findings or not, unless nothing of it can be read.

mod draft;
mod explain;
mod fix;
mod folder;
mod import;
mod references;
mod rulesets;
pub mod wire;
pub(crate) mod working;

use gw_model::{Api, ApiId, Backend, Code, Diagnostic, Fault, GatewayTarget, Policies, Severity};
use gw_openapi::{Document, Format};

use crate::app::{App, blocking, now};
use crate::connect;
use crate::deployments::placements_of;
use crate::names;
use crate::operations::rows_of;
use crate::removal;
use crate::wire::{
    ApiCreate, ApiDetail, ApiExport, ApiExported, ApiImport, ApiImported, ApiLint, ApiPage,
    ApiRequest, ApiRow, ApiSearch, ApiUpdate, DocumentSave, DocumentView, Done, ExportFormat,
    ImportedPiece, LintReport, LintSubject, LintTarget, Removal, Syntax,
};

pub(crate) use draft::Drafts;
pub use draft::{close_draft, lint_draft};
pub(crate) use explain::Origin;
pub use explain::explain;
pub use fix::{Rewritten, fix, rewrite, undo};
use import::ReadText;
pub(crate) use working::{Working, at};

/// Most pieces told of an import.
const MOST_PIECES: usize = 10_000;

/// Part of the list, by name and version.
pub async fn list(app: &App, request: ApiSearch) -> Result<ApiPage, Fault> {
    let limit = if request.limit == 0 {
        100
    } else {
        request.limit
    };
    let page = gw_catalog::Page {
        offset: request.offset,
        limit,
    };
    let found = app
        .catalog(move |catalog| catalog.apis().list(&request.search, page))
        .await?;
    let mut placements = placements_of(app, &found.items).await?;
    let row = |api: Api| ApiRow {
        operations: api.operations,
        placements: placements.remove(&api.id).unwrap_or_default(),
        api,
    };
    Ok(ApiPage {
        rows: found.items.into_iter().map(row).collect(),
        total: u32::try_from(found.total).unwrap_or(u32::MAX),
    })
}

/// Everything about an API but its document.
pub async fn get(app: &App, request: ApiRequest) -> Result<ApiDetail, Fault> {
    let working = Working::load(app, &request.api).await?;
    let placements = placements_of(app, std::slice::from_ref(&working.api))
        .await?
        .remove(&working.api.id)
        .unwrap_or_default();
    let operations = rows_of(&working);
    Ok(ApiDetail {
        api: working.api,
        operations,
        diagnostics: working.diagnostics,
        placements,
    })
}

/// Makes an API with an empty document.
pub async fn create(app: &App, request: ApiCreate) -> Result<Api, Fault> {
    let ApiCreate {
        name,
        version,
        base_path,
        backend,
    } = request;
    let document = gw_openapi::edit::new_document(&name, &version);
    store(app, name, version, base_path, backend, document, 0).await
}

/// Imports a document.
pub async fn import(app: &App, request: ApiImport) -> Result<ApiImported, Fault> {
    let ReadText { text, from } = import::read(&request.source).await?;
    let bundle = references::bundle(text, &from, import::reach(&request)).await?;
    let prepared = import::prepare(&from, &bundle, &request)?;
    let import::Prepared {
        name,
        version,
        base_path,
        backend,
        operations,
        diagnostics,
    } = prepared;
    let text = bundle.text().to_owned();
    let api = store(app, name, version, base_path, backend, text, operations).await?;
    let pieces = bundle
        .pieces
        .iter()
        .take(MOST_PIECES)
        .map(|piece| ImportedPiece {
            at: piece.at.clone(),
            source: piece.source.to_string(),
            pointer: piece.pointer.clone(),
        })
        .collect();
    Ok(ApiImported {
        api,
        operations,
        diagnostics,
        pieces,
    })
}

/// Changes an API's settings.
pub async fn update(app: &App, request: ApiUpdate) -> Result<Api, Fault> {
    check_settings(
        &request.name,
        &request.version,
        &request.base_path,
        &request.backend,
    )?;
    app.catalog(move |catalog| {
        let mut api = catalog.apis().get(&request.api)?;
        api.name = request.name;
        api.version = request.version;
        api.base_path = request.base_path;
        api.backend = request.backend;
        api.edition = request.edition;
        api.updated_at = now();
        catalog.apis().update(&api, None)
    })
    .await
}

/// Removes an API that is deployed nowhere.
pub async fn remove(app: &App, request: ApiRequest) -> Result<Done, Fault> {
    app.catalog(move |catalog| catalog.apis().remove(&request.api))
        .await?;
    Ok(Done {})
}

/// What removing it takes with it.
pub async fn removal(app: &App, request: ApiRequest) -> Result<Removal, Fault> {
    app.catalog(move |catalog| removal::of_api(catalog, &request.api))
        .await
}

/// Gives the document, or what AWS would be sent; also writes it to a file when one is named.
pub async fn export(app: &App, request: ApiExport) -> Result<ApiExported, Fault> {
    let working = Working::load(app, &request.api).await?;
    let stem = format!("{}-{}", names::slug(&working.api.name), working.api.version);
    let exported = match request.format {
        ExportFormat::Openapi => ApiExported {
            file_name: file_name(&working),
            text: working.revision.document.clone(),
        },
        ExportFormat::Aws => {
            let target = match &request.gateway {
                None => None,
                Some(id) => {
                    let id = id.clone();
                    match app
                        .catalog(move |catalog| catalog.gateways().get(&id))
                        .await?
                        .target
                    {
                        GatewayTarget::Aws(aws) => Some(aws),
                        GatewayTarget::Local(_) => {
                            let advice = "Choose an AWS gateway, or none";
                            return Err(names::invalid(
                                "gateway",
                                "That gateway is not on AWS",
                                advice,
                            ));
                        }
                    }
                }
            };
            let target = target.unwrap_or_else(connect::any_aws_target);
            working.refuse_errors(&connect::aws_diagnostics(&working, &target))?;
            let compiled = gw_aws_import::compile(&working.plan, &target);
            let text = compiled.document.unwrap_or_default();
            ApiExported {
                file_name: format!("{stem}.aws.json"),
                text,
            }
        }
    };
    if let Some(path) = request.path {
        let text = exported.text.clone();
        blocking(move || {
            std::fs::write(&path, text).map_err(|error| {
                let advice = "Choose another folder, or free some space";
                Fault::new(
                    Code::FileUnwritable,
                    format!("{path} cannot be written"),
                    advice,
                )
                .fact("file", path.clone())
                .fact("reason", error.to_string())
                .because(error)
            })
        })
        .await?;
    }
    Ok(exported)
}

/// A good name for the document's file.
fn file_name(working: &Working) -> String {
    let ending = match working.document.format() {
        Format::Json => "json",
        Format::Yaml => "yaml",
    };
    let name = names::slug(&working.api.name);
    format!("{name}-{}.{ending}", working.api.version)
}

/// Finds problems in an API, in what the editor holds, or in a file.
pub async fn lint(app: &App, request: ApiLint) -> Result<LintReport, Fault> {
    let ruleset = match &request.ruleset {
        Some(path) => Some(rulesets::read(path).await?),
        None => None,
    };
    let mut bundled = None;
    // The text is let go as soon as it is judged: documents can have many megabytes.
    let Working {
        document,
        plan,
        mut diagnostics,
        ..
    } = match request.subject {
        LintSubject::File { path } => {
            let ReadText { text, from } = import::read_file(&path).await?;
            let bundle = references::bundle(text, &from, None).await?;
            bundled = Some((bundle.findings, bundle.origins));
            Working::of_file(bundle.document, bundle.diagnostics).await?
        }
        other => subject(app, other).await?,
    };
    blocking(move || {
        let mut fidelity = None;
        match request.target {
            Some(LintTarget::Aws) => {
                let (found, report) =
                    connect::aws_report(&document, &plan, &connect::any_aws_target());
                diagnostics.extend(found);
                fidelity = Some(report);
            }
            Some(LintTarget::Local) => diagnostics.extend(connect::local_diagnostics(&plan)),
            None => {}
        }
        if let Some(ruleset) = &ruleset {
            diagnostics = rulesets::judge(ruleset, &document, diagnostics);
        }
        if let Some((bundling, origins)) = bundled {
            diagnostics = references::told_in_files(&bundling, origins.as_ref(), diagnostics);
        }
        Ok(LintReport {
            fidelity,
            ..report(diagnostics)
        })
    })
    .await
}

/// What is to be linted or fixed.
async fn subject(app: &App, subject: LintSubject) -> Result<Working, Fault> {
    match subject {
        LintSubject::Api { api } => Working::load(app, &api).await,
        LintSubject::Draft { api, text } => Working::load_draft(app, &api, text).await,
        LintSubject::File { path } => {
            let read = import::read_file(&path).await?;
            let parse = move || Ok(Document::parse(&read.text));
            let (document, diagnostics) = blocking(parse).await?;
            Working::of_file(document, diagnostics).await
        }
    }
}

/// What is found, with what a kind of gateway minds.
fn for_target(working: &Working, target: Option<LintTarget>) -> Vec<Diagnostic> {
    let mut diagnostics = working.diagnostics.clone();
    match target {
        Some(LintTarget::Aws) => {
            diagnostics.extend(connect::aws_diagnostics(
                working,
                &connect::any_aws_target(),
            ));
        }
        Some(LintTarget::Local) => diagnostics.extend(connect::local_diagnostics(&working.plan)),
        None => {}
    }
    diagnostics
}

/// Sorts findings, worst first, and counts them.
pub(crate) fn report(mut diagnostics: Vec<Diagnostic>) -> LintReport {
    sort(&mut diagnostics);
    let count = |severity| {
        let found = diagnostics
            .iter()
            .filter(|finding| finding.severity == severity)
            .count();
        u32::try_from(found).unwrap_or(u32::MAX)
    };
    LintReport {
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        diagnostics,
        fidelity: None,
    }
}

/// Worst first, then in document order; each finding once.
pub(crate) fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| {
        let worse = b.severity.cmp(&a.severity);
        worse.then_with(|| {
            (a.place.line, a.place.column, &a.rule).cmp(&(b.place.line, b.place.column, &b.rule))
        })
    });
    diagnostics.dedup();
}

/// An API's document.
pub async fn document(app: &App, request: ApiRequest) -> Result<DocumentView, Fault> {
    let working = Working::load(app, &request.api).await?;
    Ok(view(working))
}

/// Saves an API's document, problems or not: unfinished work is not lost.
pub async fn save_document(app: &App, request: DocumentSave) -> Result<DocumentView, Fault> {
    if request.text.len() > gw_openapi::MAX_TEXT {
        return Err(import::too_large("The document", request.text.len() as u64));
    }
    let working = Working::load_draft(app, &request.api, request.text).await?;
    let mut api = working.api.clone();
    api.operations = count(working.plan.routes.len());
    api.edition = request.edition;
    api.updated_at = now();
    let text = working.revision.document.clone();
    let api = app
        .catalog(move |catalog| catalog.apis().update(&api, Some(&text)))
        .await?;
    Ok(view(Working { api, ..working }))
}

fn view(working: Working) -> DocumentView {
    DocumentView {
        syntax: syntax(&working.document),
        edition: working.api.edition,
        text: working.revision.document,
        diagnostics: working.diagnostics,
    }
}

fn syntax(document: &Document) -> Syntax {
    match document.format() {
        Format::Json => Syntax::Json,
        Format::Yaml => Syntax::Yaml,
    }
}

/// A length as it is sent.
pub(crate) fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn check_settings(
    name: &str,
    version: &str,
    base_path: &str,
    backend: &Backend,
) -> Result<(), Fault> {
    names::check_api_name(name)?;
    names::check_version(version)?;
    names::check_base_path(base_path)?;
    match backend {
        Backend::Http { url } => names::check_backend_url(url),
        Backend::Mock => Ok(()),
    }
}

async fn store(
    app: &App,
    name: String,
    version: String,
    base_path: String,
    backend: Backend,
    document: String,
    operations: u32,
) -> Result<Api, Fault> {
    check_settings(&name, &version, &base_path, &backend)?;
    let at = now();
    let api = Api {
        id: ApiId::new(crate::app::new_id()),
        name,
        version,
        base_path,
        backend,
        policies: Policies::default(),
        operations,
        edition: 1,
        created_at: at,
        updated_at: at,
    };
    app.catalog(move |catalog| {
        catalog.apis().create(&api, &document)?;
        Ok(api)
    })
    .await
}
