//! Gateways: register, test, serve, remove.
//!
//! It refuses to show or store a credential anywhere but in the vault.

pub mod wire;

use gw_local::HeldPort;
use gw_model::{
    AwsCredentials, AwsTarget, Code, Fault, Gateway, GatewayId, GatewayTarget, LocalTarget,
    SecretRef,
};

use crate::app::{App, blocking, new_id, now};
use crate::connect;
use crate::deployments;
use crate::names::{check_name, check_stage, invalid};
use crate::removal;
use crate::serving;
use crate::wire::{
    ConnectionTest, CredentialsInput, DeployedApi, Done, Empty, GatewayCreate, GatewayRequest,
    GatewayRow, GatewayUpdate, ProfileRow, RegionRow, Removal, Serving, TargetInput, TargetTest,
};

/// First port tried for a local gateway.
const FIRST_PORT: u16 = 8780;

/// All gateways, by name.
pub async fn list(app: &App, _request: Empty) -> Result<Vec<GatewayRow>, Fault> {
    let gateways = app.catalog(|catalog| catalog.gateways().list()).await?;
    let mut rows = Vec::with_capacity(gateways.len());
    for gateway in gateways {
        rows.push(row(app, gateway).await?);
    }
    Ok(rows)
}

/// One gateway.
pub async fn get(app: &App, request: GatewayRequest) -> Result<GatewayRow, Fault> {
    let gateway = app
        .catalog(move |catalog| catalog.gateways().get(&request.gateway))
        .await?;
    row(app, gateway).await
}

async fn row(app: &App, gateway: Gateway) -> Result<GatewayRow, Fault> {
    let id = gateway.id.clone();
    let deployed = app
        .catalog(move |catalog| {
            let placements = catalog.placements().on_gateway(&id)?;
            let name = |api: gw_model::Api| DeployedApi {
                api: api.id,
                name: api.name,
                version: api.version,
            };
            placements
                .iter()
                .map(|place| catalog.apis().get(&place.api).map(name))
                .collect()
        })
        .await?;
    let last_test = connect::known_identity(app, &gateway.id).await?;
    Ok(GatewayRow {
        capabilities: connect::capabilities(gateway.kind()),
        deployed,
        serving: serving::state_of(app, &gateway).await,
        last_test,
        gateway,
    })
}

/// Registers a gateway; its credentials go to the vault first.
pub async fn create(app: &App, request: GatewayCreate) -> Result<Gateway, Fault> {
    check_name("gateway", &request.name)?;
    let name = request.name.clone();
    let taken = app
        .catalog(move |catalog| Ok(catalog.gateways().list()?.iter().any(|it| it.name == name)))
        .await?;
    if taken {
        let advice = "Choose another name, or edit the one there is";
        let summary = format!("There is a gateway {} already", request.name);
        return Err(
            Fault::new(Code::CatalogDuplicateName, summary, advice).fact("name", request.name)
        );
    }
    let id = GatewayId::new(new_id());
    let target = keep_target(app, &id, request.target, None).await?;
    let held = match &target {
        GatewayTarget::Local(local) => Some(local.port),
        GatewayTarget::Aws(_) => None,
    };
    let at = now();
    let gateway = Gateway {
        id,
        display_name: if request.display_name.trim().is_empty() {
            request.name.clone()
        } else {
            request.display_name
        },
        name: request.name,
        description: request.description,
        target,
        production: request.production,
        created_at: at,
        updated_at: at,
    };
    let stored = gateway.clone();
    if let Err(fault) = app
        .catalog(move |catalog| catalog.gateways().create(&stored))
        .await
    {
        if let Some(port) = held {
            drop(app.inner().served.take_held(port));
        }
        if let Some(secret) = secret_of(&gateway.target) {
            app.drop_secret(secret).await?;
        }
        return Err(fault);
    }
    serving::offer(app, &gateway).await;
    Ok(gateway)
}

/// Changes a gateway's settings. Its name and kind stay.
pub async fn update(app: &App, request: GatewayUpdate) -> Result<Gateway, Fault> {
    let id = request.gateway.clone();
    let mut gateway = app
        .catalog(move |catalog| catalog.gateways().get(&id))
        .await?;
    let same_kind = matches!(
        (&gateway.target, &request.target),
        (GatewayTarget::Aws(_), TargetInput::Aws { .. })
            | (GatewayTarget::Local(_), TargetInput::Local { .. })
    );
    if !same_kind {
        return Err(invalid(
            "target",
            "A gateway keeps its kind",
            "Register another gateway instead",
        ));
    }
    let id = gateway.id.clone();
    let deployed = app
        .catalog(move |catalog| catalog.placements().on_gateway(&id))
        .await?;
    if !deployed.is_empty() && moves(&gateway.target, &request.target) {
        return Err(Fault::new(
            Code::CatalogInUse,
            format!(
                "Gateway {} has {} deployed APIs, which would stay behind",
                gateway.name,
                deployed.len()
            ),
            "Undeploy them first, or register another gateway for the new place",
        ));
    }
    let old_secret = secret_of(&gateway.target).cloned();
    let old_target = gateway.target.clone();
    gateway.target = keep_target(app, &gateway.id, request.target, Some(&gateway.target)).await?;
    if !request.display_name.trim().is_empty() {
        gateway.display_name = request.display_name;
    }
    gateway.description = request.description;
    if let Some(production) = request.production {
        gateway.production = production;
    }
    gateway.updated_at = now();
    let stored = gateway.clone();
    app.catalog(move |catalog| catalog.gateways().update(&stored))
        .await?;
    if let Some(old) = old_secret
        && secret_of(&gateway.target) != Some(&old)
    {
        app.drop_secret(&old).await?;
    }
    connect::forget_identity(app, &gateway.id).await?;
    deployments::due_now(app, &gateway.id).await?;
    if old_target != gateway.target {
        serving::stop(app, &gateway).await;
        serving::offer(app, &gateway).await;
    }
    Ok(gateway)
}

/// Whether the new settings are another place: what was deployed could not be found again.
fn moves(old: &GatewayTarget, new: &TargetInput) -> bool {
    match (old, new) {
        (
            GatewayTarget::Aws(old),
            TargetInput::Aws {
                region,
                stage,
                endpoint_url,
                ..
            },
        ) => old.region != *region || old.stage != *stage || old.endpoint_url != *endpoint_url,
        _ => false,
    }
}

/// Forgets a gateway that has no deployments, and its credentials.
pub async fn remove(app: &App, request: GatewayRequest) -> Result<Done, Fault> {
    let id = request.gateway.clone();
    let gateway = app
        .catalog(move |catalog| {
            let gateway = catalog.gateways().get(&id)?;
            catalog.gateways().remove(&id)?;
            Ok(gateway)
        })
        .await?;
    serving::stop(app, &gateway).await;
    if let Some(secret) = secret_of(&gateway.target) {
        app.drop_secret(secret).await?;
    }
    if let GatewayTarget::Local(_) = gateway.target {
        let folder = app.home().local_gateway(&gateway.id);
        // What a gateway leaves below the home is of no use to anyone; a folder that is gone is done.
        blocking(move || {
            let _ = std::fs::remove_dir_all(folder);
            Ok(())
        })
        .await?;
    }
    connect::forget_identity(app, &gateway.id).await?;
    Ok(Done {})
}

/// What removing it takes with it.
pub async fn removal(app: &App, request: GatewayRequest) -> Result<Removal, Fault> {
    app.catalog(move |catalog| removal::of_gateway(catalog, &request.gateway))
        .await
}

/// Tests a registered gateway.
pub async fn test(app: &App, request: GatewayRequest) -> Result<ConnectionTest, Fault> {
    let gateway = app
        .catalog(move |catalog| catalog.gateways().get(&request.gateway))
        .await?;
    let connection = connect::connect(app, &gateway).await?;
    let identity = connection.connector.identify().await?;
    connect::keep_identity(app, &gateway.id, &identity).await?;
    deployments::due_now(app, &gateway.id).await?;
    Ok(ConnectionTest {
        iam_policy: connect::iam_policy(&gateway, &identity),
        identity,
    })
}

/// Tests what was typed, before it is saved.
pub async fn test_target(app: &App, request: TargetTest) -> Result<ConnectionTest, Fault> {
    let stored = match request.gateway {
        None => None,
        Some(id) => Some(
            app.catalog(move |catalog| catalog.gateways().get(&id))
                .await?,
        ),
    };
    let at = now();
    let id = stored
        .as_ref()
        .map_or_else(|| GatewayId::new(new_id()), |gateway| gateway.id.clone());
    let (target, credentials) =
        check_target(app, request.target, stored.as_ref().map(|it| &it.target)).await?;
    let gateway = Gateway {
        name: stored
            .as_ref()
            .map_or_else(|| "new".to_owned(), |it| it.name.clone()),
        display_name: String::new(),
        description: String::new(),
        target: match target {
            CheckedTarget::Local(local, _) => GatewayTarget::Local(local),
            CheckedTarget::Aws(make) => GatewayTarget::Aws(make(stored_credentials(
                credentials.as_ref(),
                stored.as_ref().map(|it| &it.target),
                &id,
            ))),
        },
        id,
        production: false,
        created_at: at,
        updated_at: at,
    };
    let connection = connect::connect_with(app, &gateway, credentials).await?;
    let identity = connection.connector.identify().await?;
    Ok(ConnectionTest {
        iam_policy: connect::iam_policy(&gateway, &identity),
        identity,
    })
}

/// AWS regions with their names.
#[expect(clippy::unused_async, reason = "every command of the table is awaited")]
pub async fn regions(_app: &App, _request: Empty) -> Result<Vec<RegionRow>, Fault> {
    let row = |region: &gw_aws::Region| RegionRow {
        id: region.id.to_owned(),
        name: region.name.to_owned(),
    };
    Ok(gw_aws::regions().iter().map(row).collect())
}

/// Profiles of the shared AWS config files.
pub async fn profiles(_app: &App, _request: Empty) -> Result<Vec<ProfileRow>, Fault> {
    blocking(|| {
        let row = |profile: gw_aws::Profile| ProfileRow {
            name: profile.name,
            source: profile.source,
            region: profile.region,
        };
        Ok(gw_aws::profiles().into_iter().map(row).collect())
    })
    .await
}

/// Serves a local gateway and the resident key manager from this process.
pub async fn start(app: &App, request: GatewayRequest) -> Result<Serving, Fault> {
    let gateway = app
        .catalog(move |catalog| catalog.gateways().get(&request.gateway))
        .await?;
    serving::start(app, &gateway).await
}

/// Stops serving a local gateway from this process.
pub async fn stop(app: &App, request: GatewayRequest) -> Result<Serving, Fault> {
    let gateway = app
        .catalog(move |catalog| catalog.gateways().get(&request.gateway))
        .await?;
    serving::stop(app, &gateway).await;
    Ok(serving::state_of(app, &gateway)
        .await
        .unwrap_or(Serving::Stopped))
}

fn secret_of(target: &GatewayTarget) -> Option<&SecretRef> {
    match target {
        GatewayTarget::Aws(AwsTarget {
            credentials: AwsCredentials::AccessKey { secret, .. },
            ..
        }) => Some(secret),
        _ => None,
    }
}

/// A target that was checked; an AWS one still waits for where its credentials lie.
enum CheckedTarget {
    /// With its port held when it was chosen here.
    Local(LocalTarget, Option<HeldPort>),
    Aws(Box<dyn FnOnce(AwsCredentials) -> AwsTarget + Send>),
}

/// Checks what was typed. Gives new access keys beside it; they are not stored yet.
async fn check_target(
    app: &App,
    input: TargetInput,
    stored: Option<&GatewayTarget>,
) -> Result<(CheckedTarget, Option<CredentialsInput>), Fault> {
    match input {
        TargetInput::Local { port } => {
            let (port, held) = match (port, stored) {
                (Some(0), _) => {
                    return Err(invalid("port", "Port 0 is not a port", "Use 1024 to 65535"));
                }
                (Some(port), _) => (port, None),
                (None, Some(GatewayTarget::Local(local))) => (local.port, None),
                (None, _) => {
                    let held = free_port(app).await?;
                    (held.port(), Some(held))
                }
            };
            Ok((CheckedTarget::Local(LocalTarget { port }, held), None))
        }
        TargetInput::Aws {
            region,
            stage,
            endpoint_type,
            credentials,
            endpoint_url,
        } => {
            let endpoint_url = endpoint_url
                .map(|url| url.trim().to_owned())
                .filter(|url| !url.is_empty());
            if let Some(url) = &endpoint_url {
                check_endpoint(url)?;
            }
            let known = gw_aws::regions().iter().any(|known| known.id == region);
            if !known && (endpoint_url.is_none() || !gw_aws::regions::is_well_formed(&region)) {
                return Err(Fault::new(
                    Code::AwsRegionUnknown,
                    format!("'{region}' is not an AWS region"),
                    "Choose one from the list, for example eu-west-1",
                )
                .fact("region", &region));
            }
            check_stage(&stage)?;
            check_credentials(&credentials, stored)?;
            let make = Box::new(move |credentials| AwsTarget {
                region,
                stage,
                endpoint_type,
                credentials,
                endpoint_url,
            });
            Ok((CheckedTarget::Aws(make), Some(credentials)))
        }
    }
}

fn check_endpoint(text: &str) -> Result<(), Fault> {
    let url = url::Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    match url {
        Some(url) if url.username().is_empty() && url.password().is_none() => Ok(()),
        _ => Err(invalid(
            "endpoint_url",
            format!("'{text}' is not an endpoint URL"),
            "Write scheme, host and port, such as http://127.0.0.1:4566, or leave it empty for AWS itself",
        )),
    }
}

fn check_credentials(
    credentials: &CredentialsInput,
    stored: Option<&GatewayTarget>,
) -> Result<(), Fault> {
    match credentials {
        CredentialsInput::AccessKey {
            access_key_id,
            secret_access_key,
            ..
        } => {
            let id = access_key_id.reveal();
            if id.len() < 4 || !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                let advice = "It is 16 to 128 letters and digits and begins with AKIA or ASIA";
                return Err(invalid(
                    "access_key_id",
                    "That is not an access key id",
                    advice,
                ));
            }
            if secret_access_key.reveal().trim().is_empty() {
                let advice = "Paste the secret that belongs to the access key id";
                return Err(invalid(
                    "secret_access_key",
                    "The secret access key is empty",
                    advice,
                ));
            }
            Ok(())
        }
        CredentialsInput::Profile { profile } if profile.trim().is_empty() => Err(invalid(
            "profile",
            "No profile is named",
            "Choose a profile of the shared AWS config files",
        )),
        CredentialsInput::Profile { .. } => Ok(()),
        CredentialsInput::Keep if matches!(stored, Some(GatewayTarget::Aws(_))) => Ok(()),
        CredentialsInput::Keep => {
            let advice = "Choose a profile, or paste an access key";
            Err(invalid(
                "credentials",
                "There are no stored credentials to keep",
                advice,
            ))
        }
    }
}

/// What the catalog holds for these credentials.
fn stored_credentials(
    input: Option<&CredentialsInput>,
    stored: Option<&GatewayTarget>,
    id: &GatewayId,
) -> AwsCredentials {
    match (input, stored) {
        (Some(CredentialsInput::AccessKey { access_key_id, .. }), _) => {
            let key = access_key_id.reveal();
            let hint = key
                .chars()
                .skip(key.chars().count().saturating_sub(4))
                .collect();
            AwsCredentials::AccessKey {
                secret: SecretRef::new(format!("gateway/{id}/{}", new_id())),
                hint,
            }
        }
        (Some(CredentialsInput::Profile { profile }), _) => AwsCredentials::Profile {
            profile: profile.clone(),
        },
        (_, Some(GatewayTarget::Aws(aws))) => aws.credentials.clone(),
        _ => AwsCredentials::Profile {
            profile: "default".to_owned(),
        },
    }
}

/// Checks a target and stores its credentials.
async fn keep_target(
    app: &App,
    id: &GatewayId,
    input: TargetInput,
    stored: Option<&GatewayTarget>,
) -> Result<GatewayTarget, Fault> {
    let (target, credentials) = check_target(app, input, stored).await?;
    let make = match target {
        CheckedTarget::Local(local, held) => {
            if let Some(held) = held {
                app.inner().served.hold(held);
            }
            return Ok(GatewayTarget::Local(local));
        }
        CheckedTarget::Aws(make) => make,
    };
    let kept = stored_credentials(credentials.as_ref(), stored, id);
    if let (
        AwsCredentials::AccessKey { secret, .. },
        Some(CredentialsInput::AccessKey {
            access_key_id,
            secret_access_key,
            session_token,
        }),
    ) = (&kept, credentials)
    {
        let packed =
            connect::pack_access_key(&access_key_id, &secret_access_key, session_token.as_ref());
        app.keep_secret(secret, packed).await?;
    }
    Ok(GatewayTarget::Aws(make(kept)))
}

/// The first port from [`FIRST_PORT`] that no gateway has and nobody listens on, held: another Gatewright that chooses at
/// the same moment takes the next one.
async fn free_port(app: &App) -> Result<HeldPort, Fault> {
    let gateways = app.catalog(|catalog| catalog.gateways().list()).await?;
    let is_anothers = |port: &u16| {
        gateways.iter().any(
            |gateway| matches!(&gateway.target, GatewayTarget::Local(local) if local.port == *port),
        )
    };
    let ports = (FIRST_PORT..=FIRST_PORT + 1_000).filter(|port| !is_anothers(port));
    HeldPort::first_of(ports).ok_or_else(|| {
        let advice = "Close programs that listen, or name a port";
        Fault::new(
            Code::LocalPortInUse,
            "No port is free from 8780 to 9780",
            advice,
        )
    })
}
