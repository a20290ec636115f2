//! `gatewright application` and `gatewright token`.
//!
//! It refuses to show a client secret; it prints a token only because that is what was asked.

use gw_app::wire::{
    ApplicationInput, ApplicationRequest, Empty, SignInRequest, TokenRequest, TokenState,
};
use gw_app::{App, applications, resolve};
use gw_model::{Application, ClientAuthentication, Fault};
use serde_json::{Value, json};

use crate::args::{ApplicationVerb, AuthenticationArg, TokenArgs};
use crate::output::{self, Reply};
use crate::secrets;

/// Runs one verb.
pub async fn run(app: &App, verb: ApplicationVerb) -> Result<Reply, Fault> {
    match verb {
        ApplicationVerb::Add {
            name,
            key_manager,
            client_id,
            secret,
            public,
            authentication,
            scopes,
            audience,
        } => {
            let key_manager = resolve::key_manager(app, &key_manager).await?;
            let authentication = match (public, authentication) {
                (true, _) => ClientAuthentication::None,
                (false, AuthenticationArg::Basic) => ClientAuthentication::ClientSecretBasic,
                (false, AuthenticationArg::Post) => ClientAuthentication::ClientSecretPost,
            };
            let secret = if public {
                None
            } else {
                Some(secrets::read(&secret, "client secret")?)
            };
            let input = ApplicationInput {
                name,
                key_manager: key_manager.id,
                client_id,
                authentication,
                secret,
                scopes,
                audience,
            };
            let application = applications::create(app, input).await?;
            let text = format!("Registered application {}", application.name);
            Ok(Reply::new(application, text))
        }
        ApplicationVerb::List => list(app).await,
        ApplicationVerb::Remove { name } => {
            let application = resolve::application(app, &name).await?;
            applications::remove(
                app,
                ApplicationRequest {
                    application: application.id.clone(),
                },
            )
            .await?;
            Ok(Reply::new(
                json!({ "removed": application.id, "name": name }),
                format!("Removed application {name}"),
            ))
        }
    }
}

async fn list(app: &App) -> Result<Reply, Fault> {
    let rows = applications::list(app, Empty {}).await?;
    let lines = rows
        .iter()
        .map(|row| {
            let of = &row.application;
            [
                of.name.clone(),
                row.key_manager_name.clone(),
                of.client_id.clone(),
                of.scopes.join(" "),
            ]
        })
        .collect();
    let none = "No applications yet. Add one: gatewright application add NAME --key-manager K --client-id ID";
    let text = output::table(["name", "key manager", "client id", "scopes"], lines, none);
    Ok(Reply::new(rows, text))
}

/// Gets a token and prints it, or its claims.
pub async fn token(app: &App, args: &TokenArgs) -> Result<Reply, Fault> {
    let application = resolve::application(app, &args.application).await?;
    let state = if args.sign_in || application.authentication == ClientAuthentication::None {
        sign_in(app, &application, args).await?
    } else {
        let request = TokenRequest {
            application: application.id.clone(),
            scopes: args.scopes.clone(),
            audience: args.audience.clone(),
        };
        applications::token(app, request).await?
    };
    if args.claims {
        let claims = applications::claims(&state)?;
        let text = serde_json::to_string_pretty(&claims).unwrap_or_default();
        return Ok(Reply::new(claims, text));
    }
    let revealed = applications::reveal_token(
        app,
        ApplicationRequest {
            application: application.id,
        },
    )
    .await?;
    let value: Value = json!({
        "access_token": revealed.token,
        "expires_at": state.expires_at,
        "scopes": state.scopes,
    });
    Ok(Reply::new(value, revealed.token))
}

/// Authorization code with PKCE in the system browser.
async fn sign_in(
    app: &App,
    application: &Application,
    args: &TokenArgs,
) -> Result<TokenState, Fault> {
    let request = SignInRequest {
        application: application.id.clone(),
        scopes: args.scopes.clone(),
        redirect_port: None,
    };
    let begun = applications::sign_in(app, request).await?;
    output::note(&format!("Sign in at:\n{}", begun.url));
    if output::watched() && open::that_detached(&begun.url).is_err() {
        output::note("The browser could not be opened: open the address yourself.");
    }
    applications::wait_for_sign_in(app, &begun.sign_in).await
}
