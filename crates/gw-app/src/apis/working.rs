//! An API with its document read and its policies compiled: what lists, plans and consoles look at.
//!
//! It refuses to be stored: it is made anew from the catalog.

use std::convert::Infallible;

use gw_model::{
    Api, ApiId, Code, Diagnostic, Fault, KeyManagerSnapshot, Policies, Revision, RevisionId,
    Severity,
};
use gw_openapi::Document;
use gw_plan::Plan;

use crate::app::{App, blocking, now};

/// An API with everything read.
pub(crate) struct Working {
    pub(crate) api: Api,
    pub(crate) revision: Revision,
    pub(crate) document: Document,
    pub(crate) plan: Plan,
    /// Of reading, linting and compiling; sorted.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Working {
    /// As the catalog has it.
    pub(crate) async fn load(app: &App, api: &ApiId) -> Result<Self, Fault> {
        let (api, document, snapshot) = fetch(app, api).await?;
        read(api, document, snapshot).await
    }

    /// As it was deployed: a stored revision. Fails with `catalog.not-found` when it is none of this API.
    pub(crate) async fn of_revision(
        app: &App,
        api: &ApiId,
        revision: &RevisionId,
    ) -> Result<Self, Fault> {
        let (id, wanted) = (api.clone(), revision.clone());
        let (api, revision) = app
            .catalog(move |catalog| {
                Ok((catalog.apis().get(&id)?, catalog.revisions().get(&wanted)?))
            })
            .await?;
        if revision.api != api.id {
            return Err(Fault::new(
                Code::CatalogNotFound,
                format!("{}@{} has no such revision", api.name, api.version),
                "`gatewright history API` lists its revisions",
            ));
        }
        blocking(move || {
            let (document, diagnostics) = Document::parse(&revision.document);
            let api = Api {
                name: revision.name.clone(),
                version: revision.version.clone(),
                base_path: revision.base_path.clone(),
                backend: revision.backend.clone(),
                policies: revision.policies.clone(),
                ..api
            };
            Ok(judge(api, revision, document, diagnostics))
        })
        .await
    }

    /// With another text in place of the document.
    pub(crate) async fn load_draft(app: &App, api: &ApiId, text: String) -> Result<Self, Fault> {
        let (api, _, snapshot) = fetch(app, api).await?;
        read(api, text, snapshot).await
    }

    /// Of a file that is not in the catalog: its own name and version, its own server, no policies.
    pub(crate) async fn of_file(
        document: Document,
        diagnostics: Vec<Diagnostic>,
    ) -> Result<Self, Fault> {
        blocking(move || {
            let or = |found: Option<&str>, otherwise: &str| found.unwrap_or(otherwise).to_owned();
            let api = Api {
                id: ApiId::new("file"),
                name: or(document.title(), "file"),
                version: or(document.api_version(), "0"),
                base_path: "/".to_owned(),
                backend: super::import::backend_of(&document, None),
                policies: Policies::default(),
                operations: 0,
                edition: 0,
                created_at: now(),
                updated_at: now(),
            };
            let revision = snapshot_of(&api, document.text().to_owned(), None);
            Ok(judge(api, revision, document, diagnostics))
        })
        .await
    }

    /// A text of an API read on the thread that asks, for as long as its answer is wanted.
    pub(crate) fn read_while(
        api: &Api,
        text: String,
        key_manager: Option<KeyManagerSnapshot>,
        wanted: impl Fn() -> bool,
    ) -> Option<Self> {
        let revision = snapshot_of(api, text, key_manager);
        if !wanted() {
            return None;
        }
        let (document, diagnostics) = Document::parse(&revision.document);
        let go_on = || wanted().then_some(()).ok_or(());
        judge_while(api.clone(), revision, document, diagnostics, go_on).ok()
    }

    /// The same API with another text, on the thread that asks.
    pub(crate) fn with_text(&self, text: &str) -> Self {
        let revision = Revision {
            document: text.to_owned(),
            ..self.revision.clone()
        };
        let (document, diagnostics) = Document::parse(text);
        judge(self.api.clone(), revision, document, diagnostics)
    }

    /// Stops when any finding is an error.
    pub(crate) fn refuse_errors(&self, further: &[Diagnostic]) -> Result<(), Fault> {
        let all = self.diagnostics.iter().chain(further);
        let errors: Vec<&Diagnostic> = all
            .filter(|finding| finding.severity == Severity::Error)
            .collect();
        let Some(first) = errors.first() else {
            return Ok(());
        };
        let more = match errors.len() {
            1 => String::new(),
            count => format!(" (and {} more)", count - 1),
        };
        let code = if errors.iter().any(|finding| finding.rule == "GW015") {
            Code::PlanTooManyResources
        } else {
            Code::PlanRefused
        };
        let advice = if first.fix.is_empty() {
            "Mend the document and try again"
        } else {
            &first.fix
        };
        let Api { name, version, .. } = &self.api;
        let summary = format!("{name}@{version}: {}{more}", first.message);
        Err(at(Fault::new(code, summary, advice), first))
    }
}

/// A fault with the rule and the place of the finding it is about.
pub(crate) fn at(fault: Fault, finding: &Diagnostic) -> Fault {
    fault
        .fact("rule", &finding.rule)
        .fact("pointer", &finding.place.pointer)
        .fact("line", finding.place.line.to_string())
        .fact("column", finding.place.column.to_string())
}

async fn fetch(app: &App, api: &ApiId) -> Result<(Api, String, Option<KeyManagerSnapshot>), Fault> {
    let id = api.clone();
    app.catalog(move |catalog| {
        let (api, document) = catalog.apis().with_document(&id)?;
        let snapshot = match &api.policies.oauth {
            None => None,
            Some(oauth) => {
                let key_manager = catalog.key_managers().get(&oauth.key_manager)?;
                Some(KeyManagerSnapshot {
                    issuer: key_manager.issuer,
                    jwks_uri: key_manager.jwks_uri,
                    algorithms: key_manager.algorithms,
                })
            }
        };
        Ok((api, document, snapshot))
    })
    .await
}

/// An API and whose tokens count, without its document.
pub(crate) async fn context(
    app: &App,
    api: &ApiId,
) -> Result<(Api, Option<KeyManagerSnapshot>), Fault> {
    let (api, _, snapshot) = fetch(app, api).await?;
    Ok((api, snapshot))
}

/// What would be deployed now, without reading it.
pub(crate) async fn revision(app: &App, api: &ApiId) -> Result<Revision, Fault> {
    let (api, document, snapshot) = fetch(app, api).await?;
    Ok(snapshot_of(&api, document, snapshot))
}

fn snapshot_of(api: &Api, document: String, key_manager: Option<KeyManagerSnapshot>) -> Revision {
    Revision {
        api: api.id.clone(),
        name: api.name.clone(),
        version: api.version.clone(),
        base_path: api.base_path.clone(),
        backend: api.backend.clone(),
        policies: api.policies.clone(),
        key_manager,
        document,
    }
}

async fn read(
    api: Api,
    text: String,
    key_manager: Option<KeyManagerSnapshot>,
) -> Result<Working, Fault> {
    blocking(move || {
        let (document, diagnostics) = Document::parse(&text);
        let revision = snapshot_of(&api, text, key_manager);
        Ok(judge(api, revision, document, diagnostics))
    })
    .await
}

/// Lints and compiles what was read.
fn judge(
    api: Api,
    revision: Revision,
    document: Document,
    diagnostics: Vec<Diagnostic>,
) -> Working {
    let go_on = || Ok::<(), Infallible>(());
    let Ok(working) = judge_while(api, revision, document, diagnostics, go_on);
    working
}

/// The same until it is told to stop.
fn judge_while<E>(
    api: Api,
    revision: Revision,
    document: Document,
    mut diagnostics: Vec<Diagnostic>,
    go_on: impl Fn() -> Result<(), E>,
) -> Result<Working, E> {
    go_on()?;
    diagnostics.extend(gw_openapi::lint(&document));
    go_on()?;
    let (plan, found) = gw_plan::compile_document(&revision, &document);
    diagnostics.extend(found);
    super::sort(&mut diagnostics);
    go_on()?;
    Ok(Working {
        api,
        revision,
        document,
        plan,
        diagnostics,
    })
}
