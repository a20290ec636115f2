//! Applications: clients of key managers, and the tokens they get.
//!
//! It refuses to store a token anywhere but in memory, and to give one to a page that did not ask to see it.

mod sign_in;
pub mod wire;

use std::time::Duration;

use gw_identity::{Claims, Client, TokenKey, TokenSet, TokenStore as _};
use gw_model::{
    Application, ApplicationId, ClientAuthentication, Code, Fault, KeyManager, KeyManagerKind,
    Secret, SecretRef, UnixMillis,
};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::app::{App, locked, new_id, now};
use crate::names::{check_name, invalid};
use crate::resident;
use crate::wire::{
    ApplicationInput, ApplicationRequest, ApplicationRow, ApplicationUpdate, Done, Empty,
    RevealedToken, TokenRequest, TokenState,
};

pub(crate) use sign_in::OpenSignIn;
pub use sign_in::{end_sign_in, sign_in, wait_for_sign_in};

/// A token is fetched anew when less than this is left.
const MARGIN: Duration = Duration::from_secs(30);

/// Which token an application holds.
#[derive(Clone)]
pub(crate) struct Held {
    key: TokenKey,
    obtained_at: UnixMillis,
}

/// All applications, by name.
pub async fn list(app: &App, _request: Empty) -> Result<Vec<ApplicationRow>, Fault> {
    let (applications, key_managers) = app
        .catalog(|catalog| {
            Ok((
                catalog.applications().list()?,
                catalog.key_managers().list()?,
            ))
        })
        .await?;
    let mut rows = Vec::with_capacity(applications.len());
    for application in applications {
        let key_manager = key_managers
            .iter()
            .find(|it| it.id == application.key_manager);
        rows.push(ApplicationRow {
            key_manager_name: key_manager.map(|it| it.name.clone()).unwrap_or_default(),
            token: held_state(app, &application.id).await?,
            application,
        });
    }
    Ok(rows)
}

/// Registers an application; its secret goes to the vault first. The resident key manager makes what is left out.
pub async fn create(app: &App, request: ApplicationInput) -> Result<Application, Fault> {
    check_name("application", &request.name)?;
    let (name, id) = (request.name.clone(), request.key_manager.clone());
    let key_manager = app
        .catalog(move |catalog| {
            if catalog
                .applications()
                .list()?
                .iter()
                .any(|it| it.name == name)
            {
                let advice = "Choose another name, or edit the one there is";
                let summary = format!("There is an application {name} already");
                return Err(
                    Fault::new(Code::CatalogDuplicateName, summary, advice).fact("name", name)
                );
            }
            catalog.key_managers().get(&id)
        })
        .await?;
    let resident = key_manager.kind == KeyManagerKind::Resident;
    let public = request.authentication == ClientAuthentication::None;
    let client_id = match request.client_id.trim() {
        "" if resident => format!("{}-{}", request.name, &new_id()[24..]),
        "" => {
            let advice = "Copy the client id from your key manager";
            return Err(invalid("client_id", "The client id is empty", advice));
        }
        id => id.to_owned(),
    };
    let secret = match (
        public,
        request.secret.filter(|secret| !secret.reveal().is_empty()),
    ) {
        (true, _) => None,
        (false, Some(secret)) => Some(secret),
        (false, None) if resident => Some(resident::new_client_secret()),
        (false, None) => {
            let advice = "Paste it, or choose no client authentication for a public client";
            return Err(invalid("secret", "The client secret is empty", advice));
        }
    };
    let id = ApplicationId::new(new_id());
    let reference = match secret {
        None => None,
        Some(secret) => {
            let reference = SecretRef::new(format!("application/{id}/{}", new_id()));
            app.keep_secret(&reference, secret).await?;
            Some(reference)
        }
    };
    let at = now();
    let application = Application {
        id,
        name: request.name,
        key_manager: request.key_manager,
        client_id,
        authentication: request.authentication,
        secret: reference,
        scopes: tidy(request.scopes),
        audience: request
            .audience
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty()),
        created_at: at,
        updated_at: at,
    };
    let stored = application.clone();
    if let Err(fault) = app
        .catalog(move |catalog| catalog.applications().create(&stored))
        .await
    {
        if let Some(reference) = &application.secret {
            app.drop_secret(reference).await?;
        }
        return Err(fault);
    }
    Ok(application)
}

/// Changes an application's settings. Its name and key manager stay.
pub async fn update(app: &App, request: ApplicationUpdate) -> Result<Application, Fault> {
    let id = request.application.clone();
    let mut application = app
        .catalog(move |catalog| catalog.applications().get(&id))
        .await?;
    let input = request.input;
    let old = application.secret.clone();
    let public = input.authentication == ClientAuthentication::None;
    application.secret = match (
        public,
        input.secret.filter(|secret| !secret.reveal().is_empty()),
    ) {
        (true, _) => None,
        (false, Some(secret)) => {
            let reference = SecretRef::new(format!("application/{}/{}", application.id, new_id()));
            app.keep_secret(&reference, secret).await?;
            Some(reference)
        }
        (false, None) if old.is_some() => old.clone(),
        (false, None) => {
            let advice = "Paste it, or choose no client authentication for a public client";
            return Err(invalid("secret", "The client secret is empty", advice));
        }
    };
    if !input.client_id.trim().is_empty() {
        input
            .client_id
            .trim()
            .clone_into(&mut application.client_id);
    }
    application.authentication = input.authentication;
    application.scopes = tidy(input.scopes);
    application.audience = input
        .audience
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty());
    application.updated_at = now();
    let stored = application.clone();
    app.catalog(move |catalog| catalog.applications().update(&stored))
        .await?;
    if let Some(old) = old
        && application.secret.as_ref() != Some(&old)
    {
        app.drop_secret(&old).await?;
    }
    forget(app, &application.id).await?;
    Ok(application)
}

/// Forgets an application, its secret and its token.
pub async fn remove(app: &App, request: ApplicationRequest) -> Result<Done, Fault> {
    let application = app
        .catalog(move |catalog| {
            let application = catalog.applications().get(&request.application)?;
            catalog.applications().remove(&request.application)?;
            Ok(application)
        })
        .await?;
    forget(app, &application.id).await?;
    if let Some(reference) = &application.secret {
        app.drop_secret(reference).await?;
    }
    Ok(Done {})
}

/// Fetches a token by client credentials and holds it in memory.
pub async fn token(app: &App, request: TokenRequest) -> Result<TokenState, Fault> {
    let (application, key_manager) = load(app, &request.application).await?;
    fetch(
        app,
        &application,
        &key_manager,
        request.scopes,
        request.audience,
    )
    .await
}

/// Gives the token itself: only because the user asked to see it.
pub async fn reveal_token(app: &App, request: ApplicationRequest) -> Result<RevealedToken, Fault> {
    match held(app, &request.application).await? {
        Some((_, tokens)) => Ok(RevealedToken {
            token: tokens.access_token.reveal().clone(),
        }),
        None => Err(Fault::new(
            Code::CatalogNotFound,
            "The application holds no token",
            "Get a token first",
        )),
    }
}

/// Forgets an application's token.
pub async fn forget_token(app: &App, request: ApplicationRequest) -> Result<Done, Fault> {
    forget(app, &request.application).await?;
    Ok(Done {})
}

/// The claims of a token in memory.
pub fn claims(state: &TokenState) -> Result<Value, Fault> {
    state.claims.as_deref().and_then(|text| serde_json::from_str(text).ok()).ok_or_else(|| {
        Fault::new(
            Code::IdentityOpaqueToken,
            "The token is not a JWT, so it has no claims to read",
            "Ask for an audience: Auth0 and others give a JWT only when they know for which API",
        )
    })
}

/// A token to call with: the one held while it lasts, a refreshed one, or a new one. `audience` and `scopes` are asked
/// for when the application names none itself.
pub(crate) async fn usable_token(
    app: &App,
    application: &ApplicationId,
    scopes: &[String],
    audience: Option<&str>,
) -> Result<TokenSet, Fault> {
    if let Some((key, tokens)) = held(app, application).await? {
        let covers = scopes.iter().all(|scope| tokens.scopes.contains(scope));
        if tokens.is_fresh(MARGIN) && (covers || !key.scopes.is_empty()) {
            return Ok(tokens);
        }
        if let Some(refresh_token) = tokens.refresh_token.clone() {
            let (application, key_manager) = load(app, application).await?;
            let client = client(app, &application).await?;
            let request = ask(&key_manager, key.scopes.clone(), key.audience.clone());
            let http = &app.inner().http;
            if let Ok(fresh) = gw_identity::refresh(
                http,
                &client,
                &request,
                &refresh_token,
                &CancellationToken::new(),
            )
            .await
            {
                keep(app, key, fresh.clone()).await?;
                return Ok(fresh);
            }
        }
    }
    let (application, key_manager) = load(app, application).await?;
    if application.authentication == ClientAuthentication::None {
        return Err(Fault::new(
            Code::IdentityUnsupported,
            format!(
                "Application {} is a public client and holds no token",
                application.name
            ),
            "Sign in with it first",
        ));
    }
    let wanted = if application.scopes.is_empty() {
        scopes.to_vec()
    } else {
        Vec::new()
    };
    let audience = if application.audience.is_none() {
        audience.map(str::to_owned)
    } else {
        None
    };
    fetch(app, &application, &key_manager, wanted, audience).await?;
    match held(app, &application.id).await? {
        Some((_, tokens)) => Ok(tokens),
        None => Err(Fault::new(
            Code::CatalogNotFound,
            "The token was forgotten meanwhile",
            "Try again",
        )),
    }
}

async fn fetch(
    app: &App,
    application: &Application,
    key_manager: &KeyManager,
    scopes: Vec<String>,
    audience: Option<String>,
) -> Result<TokenState, Fault> {
    if application.authentication == ClientAuthentication::None {
        return Err(Fault::new(
            Code::IdentityUnsupported,
            format!(
                "Application {} is a public client: it cannot get a token for itself",
                application.name
            ),
            "Sign in instead: authorization code with PKCE",
        ));
    }
    if key_manager.kind == KeyManagerKind::Resident {
        resident::ensure_serving(app).await?;
    }
    let scopes = if scopes.is_empty() {
        application.scopes.clone()
    } else {
        tidy(scopes)
    };
    let audience = audience
        .filter(|text| !text.is_empty())
        .or_else(|| application.audience.clone());
    let client = client(app, application).await?;
    let request = ask(key_manager, scopes.clone(), audience.clone());
    let tokens = gw_identity::client_credentials(
        &app.inner().http,
        &client,
        &request,
        &CancellationToken::new(),
    )
    .await?;
    keep(
        app,
        TokenKey::new(application.id.clone(), scopes, audience),
        tokens,
    )
    .await
}

fn ask(
    key_manager: &KeyManager,
    scopes: Vec<String>,
    audience: Option<String>,
) -> gw_identity::TokenRequest {
    let request =
        gw_identity::TokenRequest::new(key_manager.token_endpoint.clone(), key_manager.kind);
    gw_identity::TokenRequest {
        scopes,
        audience,
        ..request
    }
}

async fn client(app: &App, application: &Application) -> Result<Client, Fault> {
    let secret: Option<Secret<String>> = match &application.secret {
        None => None,
        Some(reference) => Some(app.secret(reference).await?),
    };
    Ok(Client {
        id: application.client_id.clone(),
        secret,
        authentication: application.authentication,
    })
}

async fn load(app: &App, application: &ApplicationId) -> Result<(Application, KeyManager), Fault> {
    let id = application.clone();
    app.catalog(move |catalog| {
        let application = catalog.applications().get(&id)?;
        let key_manager = catalog.key_managers().get(&application.key_manager)?;
        Ok((application, key_manager))
    })
    .await
}

async fn keep(app: &App, key: TokenKey, tokens: TokenSet) -> Result<TokenState, Fault> {
    let held = Held {
        key: key.clone(),
        obtained_at: now(),
    };
    app.inner().tokens.forget(&key.application).await?;
    app.inner().tokens.put(key.clone(), tokens.clone()).await?;
    locked(&app.inner().token_states).insert(key.application.clone(), held.clone());
    Ok(state(&held, &tokens))
}

async fn forget(app: &App, application: &ApplicationId) -> Result<(), Fault> {
    locked(&app.inner().token_states).remove(application);
    app.inner().tokens.forget(application).await
}

async fn held(
    app: &App,
    application: &ApplicationId,
) -> Result<Option<(TokenKey, TokenSet)>, Fault> {
    let Some(held) = locked(&app.inner().token_states).get(application).cloned() else {
        return Ok(None);
    };
    Ok(app
        .inner()
        .tokens
        .get(&held.key)
        .await?
        .map(|tokens| (held.key, tokens)))
}

async fn held_state(app: &App, application: &ApplicationId) -> Result<Option<TokenState>, Fault> {
    let Some(held) = locked(&app.inner().token_states).get(application).cloned() else {
        return Ok(None);
    };
    let tokens = app.inner().tokens.get(&held.key).await?;
    Ok(tokens.map(|tokens| state(&held, &tokens)))
}

fn state(held: &Held, tokens: &TokenSet) -> TokenState {
    let claims = Claims::read(tokens.access_token.reveal()).ok();
    TokenState {
        application: held.key.application.clone(),
        obtained_at: held.obtained_at,
        expires_at: tokens
            .expires_at
            .or_else(|| claims.as_ref().and_then(|claims| claims.expires_at)),
        scopes: tokens.scopes.clone(),
        claims: claims.map(|claims| Value::Object(claims.payload).to_string()),
        refreshable: tokens.refresh_token.is_some(),
    }
}

fn tidy(scopes: Vec<String>) -> Vec<String> {
    let mut scopes: Vec<String> = scopes
        .iter()
        .flat_map(|text| text.split_whitespace())
        .map(str::to_owned)
        .collect();
    scopes.sort();
    scopes.dedup();
    scopes
}
