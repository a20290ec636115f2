//! The one place where connectors are chosen.
//!
//! It refuses to keep credentials longer than the connector that needs them.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::sync::Arc;

use gw_aws::{AwsAccess, AwsConnector};
use gw_aws_import::FidelityReport;
use gw_connector::{Capabilities, Connector, Identity, Picture, Target};
use gw_deploy::{Lane, Ticket, Turns};
use gw_local::{LocalConnector, StateDir};
use gw_model::{
    AwsCredentials, AwsTarget, Code, Diagnostic, EndpointType, Fault, Gateway, GatewayId,
    GatewayKind, GatewayTarget, Secret, StageSettings,
};
use gw_openapi::Document;
use gw_openapi::edit::Edit;
use gw_plan::Plan;
use serde::Deserialize;
use serde_json::json;

use crate::apis::Working;
use crate::app::App;
use crate::wire::{CredentialsInput, LogFormat};

/// A way to a gateway, and whose quotas it uses.
pub(crate) struct Connection {
    pub(crate) connector: Arc<dyn Connector>,
    pub(crate) lane: Lane,
}

/// Connects with the stored credentials, for what a person waits for.
pub(crate) async fn connect(app: &App, gateway: &Gateway) -> Result<Connection, Fault> {
    connect_as(app, gateway, None, for_screen(gateway)).await
}

/// Connects with the stored credentials, for whoever has this ticket: every call waits for its turn.
pub(crate) async fn connect_for(
    app: &App,
    gateway: &Gateway,
    ticket: Ticket,
) -> Result<Connection, Fault> {
    connect_as(app, gateway, None, ticket).await
}

/// Connects with credentials that were typed; with the stored ones for `Keep` or none.
pub(crate) async fn connect_with(
    app: &App,
    gateway: &Gateway,
    typed: Option<CredentialsInput>,
) -> Result<Connection, Fault> {
    connect_as(app, gateway, typed, for_screen(gateway)).await
}

fn for_screen(gateway: &Gateway) -> Ticket {
    Ticket::interactive(format!("screen/{}", gateway.id))
}

async fn connect_as(
    app: &App,
    gateway: &Gateway,
    typed: Option<CredentialsInput>,
    ticket: Ticket,
) -> Result<Connection, Fault> {
    let aws = match &gateway.target {
        GatewayTarget::Local(local) => {
            let state = StateDir::new(app.home().local_gateway(&gateway.id));
            let connector =
                LocalConnector::new(gateway.id.clone(), local, state, app.inner().http.clone());
            let lane = Lane::unlimited(format!("local/{}", gateway.id));
            return Ok(Connection {
                connector: Arc::new(connector),
                lane,
            });
        }
        GatewayTarget::Aws(aws) => aws,
    };
    let access = match typed {
        Some(CredentialsInput::AccessKey {
            access_key_id,
            secret_access_key,
            session_token,
        }) => AwsAccess::Key {
            id: access_key_id,
            secret: secret_access_key,
            session_token,
        },
        Some(CredentialsInput::Profile { profile }) => AwsAccess::Profile { name: profile },
        Some(CredentialsInput::Keep) | None => match &aws.credentials {
            AwsCredentials::Profile { profile } => AwsAccess::Profile {
                name: profile.clone(),
            },
            AwsCredentials::AccessKey { secret, .. } => {
                unpack_access_key(gateway, &app.secret(secret).await?)?
            }
        },
    };
    let lane = lane(app, gateway, aws).await?;
    let turns = Turns::new(Arc::clone(&app.inner().pacer), lane.clone(), ticket);
    let connector = AwsConnector::paced(aws.clone(), access, turns)?;
    Ok(Connection {
        connector: Arc::new(connector),
        lane,
    })
}

/// Quotas are per account and region. Until a test has told the account, equal credentials stand for it.
async fn lane(app: &App, gateway: &Gateway, aws: &AwsTarget) -> Result<Lane, Fault> {
    let identity = known_identity(app, &gateway.id).await?;
    let owner = identity.map_or_else(
        || {
            let mut hasher = DefaultHasher::new();
            match &aws.credentials {
                AwsCredentials::AccessKey { hint, .. } => hint.hash(&mut hasher),
                AwsCredentials::Profile { profile } => profile.hash(&mut hasher),
            }
            format!("credentials-{:016x}", hasher.finish())
        },
        |identity| identity.account,
    );
    let name = format!(
        "{}/{owner}/{}",
        aws.endpoint_url.as_deref().unwrap_or("aws"),
        aws.region
    );
    Ok(match &aws.endpoint_url {
        // An emulator on this machine has no quotas.
        Some(url) if is_loopback(url) => Lane::unlimited(name),
        _ => Lane {
            name,
            quotas: Arc::new(gw_aws::quotas(aws.endpoint_type)),
        },
    })
}

/// Who we were there when it was tested last.
pub(crate) async fn known_identity(
    app: &App,
    gateway: &GatewayId,
) -> Result<Option<Identity>, Fault> {
    let key = identity_key(gateway);
    app.catalog(move |catalog| catalog.settings().get(&key))
        .await
}

/// Keeps who we are there, so that titles and quotas know the account.
pub(crate) async fn keep_identity(
    app: &App,
    gateway: &GatewayId,
    identity: &Identity,
) -> Result<(), Fault> {
    let (key, identity) = (identity_key(gateway), identity.clone());
    app.catalog(move |catalog| catalog.settings().put(&key, &identity))
        .await
}

/// Forgets who we were: credentials changed, or the gateway is gone.
pub(crate) async fn forget_identity(app: &App, gateway: &GatewayId) -> Result<(), Fault> {
    let key = identity_key(gateway);
    app.catalog(move |catalog| catalog.settings().remove(&key))
        .await
}

fn identity_key(gateway: &GatewayId) -> String {
    format!("identity/{gateway}")
}

fn is_loopback(text: &str) -> bool {
    let host = url::Url::parse(text)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned));
    host.is_some_and(|host| matches!(host.as_str(), "127.0.0.1" | "localhost" | "[::1]"))
}

/// An access key as one secret.
#[derive(Deserialize)]
struct PackedKey {
    access_key_id: Secret<String>,
    secret_access_key: Secret<String>,
    session_token: Option<Secret<String>>,
}

/// Packs an access key into the one secret that the vault keeps.
pub(crate) fn pack_access_key(
    id: &Secret<String>,
    secret: &Secret<String>,
    session_token: Option<&Secret<String>>,
) -> Secret<String> {
    let packed = json!({
        "access_key_id": id.reveal(),
        "secret_access_key": secret.reveal().trim(),
        "session_token": session_token.map(|token| token.reveal().trim()),
    });
    Secret::new(packed.to_string())
}

fn unpack_access_key(gateway: &Gateway, packed: &Secret<String>) -> Result<AwsAccess, Fault> {
    // The parser's own words could quote the secret.
    let Ok(key) = serde_json::from_str::<PackedKey>(packed.reveal()) else {
        return Err(Fault::new(
            Code::VaultDamaged,
            format!(
                "The stored access key of gateway {} cannot be read",
                gateway.name
            ),
            "Edit the gateway and paste the access key again",
        ));
    };
    Ok(AwsAccess::Key {
        id: key.access_key_id,
        secret: key.secret_access_key,
        session_token: key.session_token,
    })
}

/// What of these outputs are things on the gateway: what each is, and its id.
pub(crate) fn traces(gateway: &Gateway, outputs: &gw_connector::Outputs) -> Vec<(String, String)> {
    match gateway.kind() {
        GatewayKind::Aws => gw_aws::names::things(outputs),
        GatewayKind::Local => Vec::new(),
    }
}

/// What a kind of gateway can do.
pub(crate) fn capabilities(kind: GatewayKind) -> Capabilities {
    match kind {
        GatewayKind::Aws => gw_aws::connector::capabilities(),
        GatewayKind::Local => gw_local::connector::capabilities(),
    }
}

/// An IAM policy that allows everything a deployment needs; empty for the local gateway.
pub(crate) fn iam_policy(gateway: &Gateway, identity: &Identity) -> String {
    if gateway.kind() == GatewayKind::Local {
        return String::new();
    }
    let mut statements: Vec<serde_json::Value> = Vec::new();
    for permission in &identity.permissions {
        let known = statements
            .iter_mut()
            .find(|statement| statement["Resource"] == permission.resource.as_str());
        match known.and_then(|statement| statement["Action"].as_array_mut()) {
            Some(actions) => actions.push(permission.action.as_str().into()),
            None => statements.push(json!({
                "Effect": "Allow",
                "Action": [permission.action],
                "Resource": permission.resource,
            })),
        }
    }
    let policy = json!({ "Version": "2012-10-17", "Statement": statements });
    serde_json::to_string_pretty(&policy).unwrap_or_default()
}

/// What a gateway would have of a plan that was not published there yet.
pub(crate) fn expect(gateway: &Gateway, plan: &Plan, target: &Target) -> Picture {
    match &gateway.target {
        GatewayTarget::Aws(aws) => {
            let mut target = target.clone();
            // That is about the plan that was published.
            target.known.remove(gw_aws::names::BUILD);
            gw_aws::picture::expected(plan, &target, aws)
        }
        GatewayTarget::Local(_) => gw_local::expect(plan),
    }
}

/// What AWS refuses or loses.
pub(crate) fn aws_diagnostics(working: &Working, target: &AwsTarget) -> Vec<Diagnostic> {
    gw_aws_import::lint(&working.document, &working.plan, target)
}

/// What AWS refuses or loses, and how true it is to the document, operation by operation.
pub(crate) fn aws_report(
    document: &Document,
    plan: &Plan,
    target: &AwsTarget,
) -> (Vec<Diagnostic>, FidelityReport) {
    let mut compiled = gw_aws_import::compile(plan, target);
    // Nobody reads it here, and it can have megabytes.
    compiled.document = None;
    let found = gw_aws_import::rules::findings(&compiled.notes, document, plan, target);
    (found, gw_aws_import::report(document, plan, &compiled))
}

/// What AWS refuses of stage settings.
pub(crate) fn setting_refusals(settings: &StageSettings) -> Vec<gw_aws_import::stage::Refusal> {
    gw_aws_import::stage::refusals(settings)
}

/// The formats of access logs AWS's console offers.
pub(crate) fn log_formats() -> Vec<LogFormat> {
    let presets = gw_aws_import::stage::PRESETS.iter();
    presets
        .map(|preset| LogFormat {
            name: preset.name.to_owned(),
            title: preset.title.to_owned(),
            format: preset.format.to_owned(),
        })
        .collect()
}

/// The sizes of caches AWS has.
pub(crate) fn cache_sizes() -> Vec<String> {
    let sizes = gw_aws_import::stage::CACHE_SIZES.iter();
    sizes.map(|size| (*size).to_owned()).collect()
}

/// What the local gateway refuses.
pub(crate) fn local_diagnostics(plan: &Plan) -> Vec<Diagnostic> {
    gw_local::lint::lint(plan)
}

/// The edits that mend each finding, whoever found it; `None` where there is no sure way.
pub(crate) fn fixes(document: &Document, findings: &[&Diagnostic]) -> Vec<Option<Vec<Edit>>> {
    let general = gw_openapi::fix::fixes(document, findings.iter().copied());
    let of_aws = gw_aws_import::fix::fixes(document, findings);
    general
        .into_iter()
        .zip(of_aws)
        .map(|(one, other)| one.or(other))
        .collect()
}

/// A target for looking at a document without a gateway.
pub(crate) fn any_aws_target() -> AwsTarget {
    AwsTarget {
        region: "us-east-1".to_owned(),
        stage: "prod".to_owned(),
        endpoint_type: EndpointType::Regional,
        credentials: AwsCredentials::Profile {
            profile: "default".to_owned(),
        },
        endpoint_url: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_key_comes_out_as_it_went_in() {
        let secret = |text: &str| Secret::new(text.to_owned());
        let packed = pack_access_key(
            &secret("AKIAEXAMPLE"),
            &secret("very \"secret\"\n"),
            Some(&secret("token")),
        );
        let key: PackedKey = serde_json::from_str(packed.reveal()).unwrap();
        assert_eq!(key.access_key_id.reveal(), "AKIAEXAMPLE");
        assert_eq!(key.secret_access_key.reveal(), "very \"secret\"");
        assert_eq!(key.session_token.unwrap().reveal(), "token");
    }

    #[test]
    fn only_addresses_of_this_machine_have_no_quotas() {
        assert!(is_loopback("http://127.0.0.1:4566"));
        assert!(!is_loopback(
            "https://vpce-1.execute-api.eu-west-1.vpce.amazonaws.com"
        ));
        assert!(!is_loopback("http://127.0.0.1.example.com"));
    }
}
