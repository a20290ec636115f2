//! Signing in: authorization code with PKCE in the system browser.
//!
//! It refuses to open a browser: hosts do, each in its way.

use std::sync::Arc;
use std::time::Duration;

use gw_identity::{SignIn as Flow, SignInRequest as FlowRequest, TokenKey};
use gw_model::{Application, Code, Fault, KeyManager, KeyManagerKind};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{ask, client, keep, load, tidy};
use crate::app::{App, locked, new_id};
use crate::commands::Feature;
use crate::event::AppEvent;
use crate::names::invalid;
use crate::resident;
use crate::wire::{Done, SignIn, SignInEnd, SignInRequest, TokenState};

/// How long a person has to sign in.
const PATIENCE: Duration = Duration::from_mins(5);

/// A sign-in under way.
pub(crate) struct OpenSignIn {
    flow: Flow,
    cancel: CancellationToken,
    end: watch::Sender<Option<Result<TokenState, Fault>>>,
}

/// Begins to sign in. The end comes as an event; [`wait_for_sign_in`] waits for it.
pub async fn sign_in(app: &App, request: SignInRequest) -> Result<SignIn, Fault> {
    let (application, key_manager) = load(app, &request.application).await?;
    let Some(authorization_endpoint) = key_manager.authorization_endpoint.clone() else {
        return Err(Fault::new(
            Code::IdentityUnsupported,
            format!("Key manager {} names no place to sign in", key_manager.name),
            "Get a token by client credentials, or add its authorization endpoint",
        ));
    };
    if key_manager.kind == KeyManagerKind::Resident {
        resident::ensure_serving(app).await?;
    }
    let scopes = if request.scopes.is_empty() {
        application.scopes.clone()
    } else {
        tidy(request.scopes)
    };
    let flow = Flow::start(FlowRequest {
        authorization_endpoint,
        issuer: key_manager.issuer.clone(),
        kind: key_manager.kind,
        client_id: application.client_id.clone(),
        scopes: scopes.clone(),
        audience: application.audience.clone(),
        redirect_port: request.redirect_port.unwrap_or(0),
    })
    .await?;
    let name = new_id();
    let begun = SignIn {
        sign_in: name.clone(),
        url: flow.url().to_string(),
        redirect_uri: flow.redirect_uri().to_owned(),
    };
    let open = Arc::new(OpenSignIn {
        flow,
        cancel: CancellationToken::new(),
        end: watch::Sender::new(None),
    });
    locked(&app.inner().sign_ins).insert(name.clone(), Arc::clone(&open));
    let app = app.clone();
    tokio::spawn(async move {
        let ended = finish(&app, &open, &application, &key_manager, scopes).await;
        let fault = ended.as_ref().err().cloned();
        let _ = open.end.send_replace(Some(ended));
        locked(&app.inner().sign_ins).remove(&name);
        app.changed(&[Feature::Applications]);
        app.tell(AppEvent::SignInEnded {
            sign_in: name,
            application: application.id,
            fault,
        });
    });
    Ok(begun)
}

async fn finish(
    app: &App,
    open: &OpenSignIn,
    application: &Application,
    key_manager: &KeyManager,
    scopes: Vec<String>,
) -> Result<TokenState, Fault> {
    let code = open.flow.wait(PATIENCE, &open.cancel).await?;
    let client = client(app, application).await?;
    let request = ask(key_manager, scopes.clone(), application.audience.clone());
    let tokens =
        gw_identity::exchange_code(&app.inner().http, &client, &request, &code, &open.cancel)
            .await?;
    keep(
        app,
        TokenKey::new(application.id.clone(), scopes, application.audience.clone()),
        tokens,
    )
    .await
}

/// Ends a sign-in by hand: with the address the browser could not open, or cancelled.
pub async fn end_sign_in(app: &App, request: SignInEnd) -> Result<Done, Fault> {
    let open = find(app, &request.sign_in)?;
    match request.redirect_url {
        Some(url) => open.flow.paste(url.reveal())?,
        None => open.cancel.cancel(),
    }
    Ok(Done {})
}

/// Waits for the end of a sign-in.
pub async fn wait_for_sign_in(app: &App, sign_in: &str) -> Result<TokenState, Fault> {
    let open = find(app, sign_in)?;
    let mut end = open.end.subscribe();
    let ended = end.wait_for(Option::is_some).await;
    match ended.ok().and_then(|ended| ended.clone()) {
        Some(outcome) => outcome,
        None => Err(Fault::new(
            Code::RequestCancelled,
            "The sign-in ended early",
            "Sign in again",
        )),
    }
}

fn find(app: &App, sign_in: &str) -> Result<Arc<OpenSignIn>, Fault> {
    locked(&app.inner().sign_ins)
        .get(sign_in)
        .cloned()
        .ok_or_else(|| invalid("sign_in", "That sign-in is over", "Begin another one"))
}
