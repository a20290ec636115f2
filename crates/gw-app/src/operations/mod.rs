//! Operations of an API's document, as forms.
//!
//! It refuses to rewrite a document: each save changes only the lines of its operation.

mod form;
pub mod wire;

use gw_model::{Api, Code, Fault, OperationKey};
use gw_openapi::{Document, edit};

use crate::apis::{Working, count};
use crate::app::{App, now};
use crate::names::invalid;
use crate::wire::{OperationForm, OperationPut, OperationRemove, OperationRequest, OperationRow};

/// The operations of an API, in document order.
pub(crate) fn rows_of(working: &Working) -> Vec<OperationRow> {
    let operations = working.document.operations();
    operations
        .iter()
        .zip(&working.plan.routes)
        .map(|(operation, route)| OperationRow {
            operation: route.operation.clone(),
            operation_id: route.operation_id.clone(),
            summary: route.summary.clone(),
            deprecated: operation.deprecated,
            security: route.security.clone(),
            backend: route.backend.clone(),
            place: operation.place.clone(),
        })
        .collect()
}

/// One operation as a form.
pub async fn get(app: &App, request: OperationRequest) -> Result<OperationForm, Fault> {
    let working = Working::load(app, &request.api).await?;
    let operation = working
        .document
        .operation(&request.operation)
        .ok_or_else(|| unknown(&working, &request.operation))?;
    Ok(form::read(&working.document, &operation))
}

/// Adds an operation, or puts one in the place of another.
pub async fn put(app: &App, request: OperationPut) -> Result<Api, Fault> {
    let working = Working::load(app, &request.api).await?;
    form::check(&request.form)?;
    let key = &request.form.operation;
    let moved = request.replaces.as_ref() != Some(key);
    if moved && working.document.operation(key).is_some() {
        return Err(Fault::new(
            Code::OperationDuplicate,
            format!(
                "{}@{} has {key} already",
                working.api.name, working.api.version
            ),
            "Choose another method or path, or edit that one",
        )
        .fact("operation", key.to_string()));
    }
    let before = match &request.replaces {
        None => None,
        Some(old) => Some(
            working
                .document
                .operation(old)
                .ok_or_else(|| unknown(&working, old))?,
        ),
    };
    let value = form::write(&working.document, before.as_ref(), &request.form)?;
    let text = match &request.replaces {
        Some(old) if moved => {
            let text = edit::remove_operation(&working.document, old).map_err(not_editable)?;
            let (document, _) = Document::parse(&text);
            edit::put_operation(&document, key, &value).map_err(not_editable)?
        }
        _ => edit::put_operation(&working.document, key, &value).map_err(not_editable)?,
    };
    let overrides = request
        .replaces
        .filter(|_| moved)
        .map(|old| (old, Some(key.clone())));
    save(app, working, request.edition, text, overrides).await
}

/// Removes an operation.
pub async fn remove(app: &App, request: OperationRemove) -> Result<Api, Fault> {
    let working = Working::load(app, &request.api).await?;
    if working.document.operation(&request.operation).is_none() {
        return Err(unknown(&working, &request.operation));
    }
    let text =
        edit::remove_operation(&working.document, &request.operation).map_err(not_editable)?;
    save(
        app,
        working,
        request.edition,
        text,
        Some((request.operation, None)),
    )
    .await
}

/// Saves the text; a policy's override moves or goes with its operation.
async fn save(
    app: &App,
    working: Working,
    edition: u64,
    text: String,
    moved: Option<(OperationKey, Option<OperationKey>)>,
) -> Result<Api, Fault> {
    let mut api = working.api;
    if let (Some((old, new)), Some(oauth)) = (moved, &mut api.policies.oauth)
        && let Some(security) = oauth.operations.remove(&old)
        && let Some(new) = new
    {
        oauth.operations.insert(new, security);
    }
    let (document, _) = Document::parse(&text);
    api.operations = count(document.operations().len());
    api.edition = edition;
    api.updated_at = now();
    app.catalog(move |catalog| catalog.apis().update(&api, Some(&text)))
        .await
}

fn unknown(working: &Working, operation: &OperationKey) -> Fault {
    Fault::new(
        Code::OperationUnknown,
        format!(
            "{}@{} has no operation {operation}",
            working.api.name, working.api.version
        ),
        "It may have been renamed or removed: look at the list again",
    )
    .fact("operation", operation.to_string())
}

fn not_editable(error: edit::EditError) -> Fault {
    let advice = "Edit the text of the document instead";
    invalid(
        "operation",
        format!("The operation cannot be changed by form: {error}"),
        advice,
    )
}
