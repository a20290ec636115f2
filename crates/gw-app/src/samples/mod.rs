//! The sample: an API, a local gateway and an application, so that a newcomer sees the whole journey at once.
//!
//! It refuses to deploy: the user does, with the plan before his eyes. What exists already is used, not made twice.

pub mod wire;

use std::collections::BTreeMap;

use gw_model::{
    ApiId, ApplicationId, AwsAuthorizer, Backend, ClientAuthentication, Code, CorsPolicy, Fault,
    GatewayId, GatewayKind, KeyManager, OauthPolicy, OperationSecurity,
};
use gw_plan::Plan;

use crate::apis::Working;
use crate::app::App;
use crate::wire::{
    ApiImport, ApiRequest, ApplicationInput, CorsSet, Empty, GatewayCreate, ImportSource,
    PolicyAttach, SampleInstalled, TargetInput,
};
use crate::{apis, applications, gateways, policies, resident};

/// The sample API's document.
const DOCUMENT: &str = include_str!("../../../../assets/samples/petstore.yaml");
/// The name of what the sample makes.
const GATEWAY: &str = "local";
const APPLICATION: &str = "sample-client";
/// The audience of the sample API.
const AUDIENCE: &str = "https://petstore.example";

/// How often another process may be faster: once with each thing the sample makes or changes.
const ATTEMPTS: u32 = 5;

/// Makes what is missing of the sample.
pub async fn install(app: &App, _request: Empty) -> Result<SampleInstalled, Fault> {
    for _ in 1..ATTEMPTS {
        match install_missing(app).await {
            // Another process has just made it: it is used.
            Err(fault)
                if matches!(
                    fault.code,
                    Code::CatalogDuplicateName | Code::CatalogChanged
                ) => {}
            outcome => return outcome,
        }
    }
    install_missing(app).await
}

async fn install_missing(app: &App) -> Result<SampleInstalled, Fault> {
    let key_manager = resident::record(app).await?;
    let gateway = gateway(app).await?;
    let (api, scopes) = api(app, &key_manager).await?;
    let application = application(app, &key_manager, scopes).await?;
    Ok(SampleInstalled {
        api,
        gateway,
        application,
    })
}

async fn gateway(app: &App) -> Result<GatewayId, Fault> {
    let known = app.catalog(|catalog| catalog.gateways().list()).await?;
    if let Some(local) = known
        .iter()
        .find(|gateway| gateway.kind() == GatewayKind::Local)
    {
        return Ok(local.id.clone());
    }
    let request = GatewayCreate {
        name: GATEWAY.to_owned(),
        display_name: "Local gateway".to_owned(),
        description: "Runs on this machine; needs no account.".to_owned(),
        target: TargetInput::Local { port: None },
        production: false,
    };
    Ok(gateways::create(app, request).await?.id)
}

async fn api(app: &App, key_manager: &KeyManager) -> Result<(ApiId, Vec<String>), Fault> {
    let (document, _) = gw_openapi::Document::parse(DOCUMENT);
    let name = document.title().unwrap_or_default().to_owned();
    let version = document.api_version().unwrap_or_default().to_owned();
    let known = app
        .catalog(move |catalog| catalog.apis().versions(&name))
        .await?;
    let id = match known.into_iter().find(|api| api.version == version) {
        Some(api) => api.id,
        None => {
            let request = ApiImport {
                source: ImportSource::Text {
                    text: DOCUMENT.to_owned(),
                    file_name: Some("petstore.yaml".to_owned()),
                },
                name: None,
                version: None,
                backend: Some(Backend::Mock),
                base_path: None,
                remote_refs: false,
                private_refs: false,
            };
            apis::import(app, request).await?.api.id
        }
    };
    let working = Working::load(app, &id).await?;
    let (operations, scopes) = what_the_document_asks(&working);
    if working.api.policies.oauth.is_none() {
        let oauth = OauthPolicy {
            key_manager: key_manager.id.clone(),
            audience: AUDIENCE.to_owned(),
            scopes: Vec::new(),
            operations,
            aws: AwsAuthorizer::Provision,
            ttl_seconds: 300,
        };
        let edition = working.api.edition;
        policies::attach(
            app,
            PolicyAttach {
                api: id.clone(),
                edition,
                oauth,
            },
        )
        .await?;
        let edition = apis::get(app, ApiRequest { api: id.clone() })
            .await?
            .api
            .edition;
        policies::set_cors(
            app,
            CorsSet {
                api: id.clone(),
                edition,
                cors: Some(CorsPolicy::default()),
            },
        )
        .await?;
    }
    Ok((id, scopes))
}

/// Security of every operation as the document has it: public where it says so, its scopes elsewhere.
fn what_the_document_asks(
    working: &Working,
) -> (
    BTreeMap<gw_model::OperationKey, OperationSecurity>,
    Vec<String>,
) {
    let Plan { routes, .. } = &working.plan;
    let mut all = Vec::new();
    let operations = working
        .document
        .operations()
        .iter()
        .zip(routes)
        .map(|(operation, route)| {
            if !operation.demands_security() {
                return (route.operation.clone(), OperationSecurity::Public);
            }
            let scopes: Vec<String> = operation
                .security
                .iter()
                .flatten()
                .flat_map(|requirement| {
                    requirement
                        .schemes
                        .iter()
                        .flat_map(|(_, scopes)| scopes.iter().cloned())
                })
                .collect();
            all.extend(scopes.iter().cloned());
            (
                route.operation.clone(),
                OperationSecurity::Scopes { scopes },
            )
        })
        .collect();
    all.sort();
    all.dedup();
    (operations, all)
}

async fn application(
    app: &App,
    key_manager: &KeyManager,
    scopes: Vec<String>,
) -> Result<ApplicationId, Fault> {
    let known = app.catalog(|catalog| catalog.applications().list()).await?;
    let named =
        |it: &&gw_model::Application| it.name == APPLICATION && it.key_manager == key_manager.id;
    if let Some(application) = known.iter().find(named) {
        return Ok(application.id.clone());
    }
    let request = ApplicationInput {
        name: APPLICATION.to_owned(),
        key_manager: key_manager.id.clone(),
        client_id: String::new(),
        authentication: ClientAuthentication::ClientSecretBasic,
        secret: None,
        scopes,
        audience: Some(AUDIENCE.to_owned()),
    };
    Ok(applications::create(app, request).await?.id)
}
