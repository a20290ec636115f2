//! The console: prefill, send, cancel, explain, remember.
//!
//! It refuses to store or show a token: history, answers and command lines hold a placeholder.

mod hide;
mod history;
pub mod wire;

use gw_console::judge::route_for;
use gw_console::{Answered, Case, Draft, SentToken, judge};
use gw_identity::{Claims, TokenSet};
use gw_model::{ApplicationId, Code, Fault, Gateway, OperationKey, Secret};
use gw_plan::{Plan, RouteSecurity};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::apis::Working;
use crate::app::{App, locked, now};
use crate::applications;
use crate::deployments::reached_at;
use crate::serving;
use crate::wire::{
    CancelRequest, ConsoleAnswer, ConsoleForm, ConsoleParameter, ConsoleRequest, CurlText, Done,
    Pair, PrepareRequest, SendRequest,
};

pub use history::{clear_history, history, history_entry};

/// The form for an operation, filled from its schema.
pub async fn prepare(app: &App, request: PrepareRequest) -> Result<ConsoleForm, Fault> {
    let working = Working::load(app, &request.api).await?;
    let form = gw_console::prefill(&working.document, &request.operation).ok_or_else(|| {
        Fault::new(
            Code::OperationUnknown,
            format!(
                "{}@{} has no operation {}",
                working.api.name, working.api.version, request.operation
            ),
            "Choose another operation",
        )
    })?;
    let (api, gateway) = (working.api.id.clone(), request.gateway);
    let policy = working.api.policies.oauth.clone();
    let (base_url, applications) = app
        .catalog(move |catalog| {
            let placed = catalog.placements().get(&api, &gateway)?;
            let base_url = reached_at(&catalog.gateways().get(&gateway)?, placed.as_ref());
            let applications = match policy {
                None => Vec::new(),
                Some(policy) => catalog
                    .applications()
                    .list()?
                    .into_iter()
                    .filter(|application| application.key_manager == policy.key_manager)
                    .map(|application| application.id)
                    .collect(),
            };
            Ok((base_url, applications))
        })
        .await?;
    let route = working
        .plan
        .routes
        .iter()
        .find(|route| route.operation == request.operation);
    let parameters = form
        .parameters
        .into_iter()
        .map(|parameter| ConsoleParameter {
            name: parameter.name,
            location: parameter.location,
            required: parameter.required,
            value: parameter.value,
            description: parameter.description,
            allowed: parameter.allowed,
        });
    Ok(ConsoleForm {
        base_url,
        parameters: parameters.collect(),
        content_type: form.content_type,
        body: form.body,
        security: route.map_or(RouteSecurity::Open { declared: false }, |route| {
            route.security.clone()
        }),
        applications,
    })
}

/// The request the form stands for as it was prefilled: required parameters only.
pub async fn request_for(
    app: &App,
    request: PrepareRequest,
    application: Option<ApplicationId>,
) -> Result<ConsoleRequest, Fault> {
    let form = prepare(app, request.clone()).await?;
    let values = |location| {
        form.parameters
            .iter()
            .filter(move |parameter| parameter.location == location && parameter.required)
            .map(|parameter| Pair::new(&parameter.name, &parameter.value))
            .collect::<Vec<_>>()
    };
    let mut headers = values(gw_plan::ParameterLocation::Header);
    if !form.content_type.is_empty() && !form.body.is_empty() {
        headers.push(Pair::new("Content-Type", &form.content_type));
    }
    Ok(ConsoleRequest {
        api: request.api,
        gateway: request.gateway,
        method: request.operation.method,
        path: request.operation.path,
        path_parameters: values(gw_plan::ParameterLocation::Path),
        query: values(gw_plan::ParameterLocation::Query),
        headers,
        body: form.body,
        application,
    })
}

/// What a request needs besides itself.
struct Surroundings {
    gateway: Gateway,
    base_url: String,
    plan: Option<Plan>,
    operation: Option<OperationKey>,
    token: Option<TokenSet>,
}

/// Sends a request and keeps the exchange.
pub async fn send(app: &App, request: SendRequest) -> Result<ConsoleAnswer, Fault> {
    let SendRequest { exchange, request } = request;
    let cancel = CancellationToken::new();
    locked(&app.inner().exchanges).insert(exchange.clone(), cancel.clone());
    let _done = Exchange {
        app,
        name: &exchange,
    };
    let around = surroundings(app, &request).await?;
    let draft = draft(&request);
    let token = around.token.as_ref().map(|tokens| &tokens.access_token);
    let built = gw_console::build(&around.base_url, &draft, token)?;
    let url = built.url.to_string();
    serving::ensure(app, &around.gateway).await?;
    let at = now();
    let outcome = gw_console::send(&app.inner().http, built, &cancel).await;
    let hidden = hide::Hidden::of(&draft, token);
    let kept = history::Kept {
        at,
        url: hidden.url(&url),
        draft: hidden.draft(&draft),
    };
    match outcome {
        Ok(answered) => {
            let notes = explain(&answered, &around, &request, &url, at.0 / 1_000);
            let answered = hidden.answered(answered);
            let history = history::keep(
                app,
                &request,
                around.operation.as_ref(),
                kept,
                Ok(&answered),
            )
            .await?;
            Ok(ConsoleAnswer {
                history,
                url: answered.url,
                status: answered.status,
                reason: answered.reason,
                total_ms: answered.total_ms,
                first_byte_ms: answered.first_byte_ms,
                size: answered.size,
                size_exact: answered.size_exact,
                headers: answered.headers,
                body: answered.body,
                notes,
            })
        }
        Err(fault) => {
            let fault = hidden.fault(fault);
            history::keep(app, &request, around.operation.as_ref(), kept, Err(&fault)).await?;
            Err(fault)
        }
    }
}

/// Removes the exchange's name when it is over, however it ended.
struct Exchange<'a> {
    app: &'a App,
    name: &'a str,
}

impl Drop for Exchange<'_> {
    fn drop(&mut self) {
        locked(&self.app.inner().exchanges).remove(self.name);
    }
}

/// Cancels an exchange; one that is over is done.
#[expect(clippy::unused_async, reason = "every command of the table is awaited")]
pub async fn cancel(app: &App, request: CancelRequest) -> Result<Done, Fault> {
    if let Some(cancel) = locked(&app.inner().exchanges).get(&request.exchange) {
        cancel.cancel();
    }
    Ok(Done {})
}

/// The same request for a POSIX shell, without secrets.
pub async fn curl(app: &App, request: ConsoleRequest) -> Result<CurlText, Fault> {
    let wants_token = request.application.is_some();
    let around = surroundings(
        app,
        &ConsoleRequest {
            application: None,
            ..request.clone()
        },
    )
    .await?;
    // The command line shows where the token goes, not the token: none is fetched for it.
    let placeholder = wants_token.then(|| Secret::new("token-goes-here".to_owned()));
    let built = gw_console::build(&around.base_url, &draft(&request), placeholder.as_ref())?;
    Ok(CurlText {
        text: gw_console::curl(&built, true),
    })
}

async fn surroundings(app: &App, request: &ConsoleRequest) -> Result<Surroundings, Fault> {
    let (api, gateway) = (request.api.clone(), request.gateway.clone());
    let (api, gateway, placed, plan) = app
        .catalog(move |catalog| {
            let placed = catalog.placements().get(&api, &gateway)?;
            let plan = match placed.as_ref().and_then(|placed| placed.digest.as_deref()) {
                Some(digest) => catalog.plans().get(digest)?,
                None => None,
            };
            Ok((
                catalog.apis().get(&api)?,
                catalog.gateways().get(&gateway)?,
                placed,
                plan,
            ))
        })
        .await?;
    let Some(base_url) = reached_at(&gateway, placed.as_ref()) else {
        return Err(Fault::new(
            Code::DeployNotDeployed,
            format!(
                "{}@{} is not deployed on {}",
                api.name, api.version, gateway.name
            ),
            "Deploy it there first",
        ));
    };
    let path = request.path.split('?').next().unwrap_or_default();
    let operation = plan
        .as_ref()
        .and_then(|plan| route_for(plan, request.method, path));
    let (operation, scopes) = match operation {
        None => (None, Vec::new()),
        Some(route) => match &route.security {
            RouteSecurity::Token { scopes } => (Some(route.operation.clone()), scopes.clone()),
            RouteSecurity::Open { .. } | RouteSecurity::Own { .. } => {
                (Some(route.operation.clone()), Vec::new())
            }
        },
    };
    let token = match &request.application {
        None => None,
        Some(application) => {
            let audience = plan
                .as_ref()
                .and_then(|plan| plan.token_check.as_ref())
                .map(|check| check.audience.as_str());
            Some(applications::usable_token(app, application, &scopes, audience).await?)
        }
    };
    Ok(Surroundings {
        gateway,
        base_url,
        plan,
        operation,
        token,
    })
}

fn draft(request: &ConsoleRequest) -> Draft {
    Draft {
        method: request.method,
        path: request.path.clone(),
        path_parameters: request.path_parameters.clone(),
        query: request.query.clone(),
        headers: request.headers.clone(),
        body: request.body.clone(),
    }
}

fn explain(
    answered: &Answered,
    around: &Surroundings,
    request: &ConsoleRequest,
    url: &str,
    seconds: i64,
) -> Vec<gw_console::Note> {
    let sent_by_hand = request
        .headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("authorization"))
        .map(|header| header.value.trim_start_matches("Bearer ").to_owned());
    let token = around
        .token
        .as_ref()
        .map(|tokens| tokens.access_token.reveal().clone())
        .or(sent_by_hand);
    let claims = token
        .as_deref()
        .and_then(|token| Claims::read(token).ok())
        .map(|it| Value::Object(it.payload));
    let path = url
        .strip_prefix(around.base_url.trim_end_matches('/'))
        .unwrap_or("/");
    let path = path.split('?').next().unwrap_or("/");
    let case = Case {
        gateway: around.gateway.kind(),
        plan: around.plan.as_ref(),
        method: request.method,
        path: if path.is_empty() { "/" } else { path },
        token: match (&token, &claims) {
            (None, _) => SentToken::None,
            (Some(_), None) => SentToken::Opaque,
            (Some(_), Some(claims)) => SentToken::Claims(claims),
        },
        now: seconds,
    };
    judge(answered, &case)
}
