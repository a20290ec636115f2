//! Catalogs in temporary folders, and things to put into them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use gw_catalog::Catalog;
use gw_connector::{Change, Mark, Outputs, Receipt, StepEffect};
use gw_deploy::{Entry, Journal, Outcome, RunHeader};
use gw_model::{
    Api, ApiId, Application, ApplicationId, AwsAuthorizer, AwsCredentials, AwsTarget, Backend,
    ClientAuthentication, DeploymentId, EndpointType, Gateway, GatewayId, GatewayTarget,
    KeyManager, KeyManagerId, KeyManagerKind, OauthPolicy, Policies, RevisionId, SecretRef,
    UnixMillis,
};
use tempfile::TempDir;

/// A catalog in a folder that goes away with it.
pub struct Sandbox {
    pub catalog: Catalog,
    pub folder: TempDir,
}

impl Sandbox {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let catalog = Catalog::open(folder.path().join("catalog.db")).unwrap();
        Self { catalog, folder }
    }

    pub fn path(&self) -> PathBuf {
        self.catalog.path().to_owned()
    }

    /// Closes the file and opens it again, as after a restart.
    pub fn reopen(self) -> Self {
        let path = self.path();
        drop(self.catalog);
        Self {
            catalog: Catalog::open(path).unwrap(),
            folder: self.folder,
        }
    }

    /// With one API (`orders` 1.0.0, id `api`) and one gateway (`prod`, id `gw`).
    pub fn with_api_and_gateway() -> Self {
        let sandbox = Self::new();
        sandbox
            .catalog
            .apis()
            .create(&api("api", "orders", "1.0.0"), "openapi: 3.0.3\n")
            .unwrap();
        sandbox
            .catalog
            .gateways()
            .create(&gateway("gw", "prod"))
            .unwrap();
        sandbox
    }

    /// Runs a deployment from its beginning to its end.
    pub fn run(&self, deployment: &str, outcome: Outcome, learnt: &[(&str, &str)]) {
        let header = header(deployment, "api", "gw");
        self.catalog.begin(&header).unwrap();
        if !learnt.is_empty() {
            self.append(deployment, 1, &intended(0));
            self.append(deployment, 2, &done(0, learnt));
        }
        self.append(deployment, 3, &finished(outcome));
    }

    pub fn append(&self, deployment: &str, at: i64, entry: &Entry) {
        self.catalog
            .append(&DeploymentId::new(deployment), UnixMillis(at), entry)
            .unwrap();
    }
}

pub fn gateway(id: &str, name: &str) -> Gateway {
    Gateway {
        id: GatewayId::new(id),
        name: name.to_owned(),
        display_name: format!("{name} for people"),
        description: String::new(),
        target: GatewayTarget::Aws(AwsTarget {
            region: "eu-west-1".to_owned(),
            stage: "live".to_owned(),
            endpoint_type: EndpointType::Regional,
            credentials: AwsCredentials::AccessKey {
                secret: SecretRef::new(format!("gateway/{id}/credentials")),
                hint: "WXYZ".to_owned(),
            },
            endpoint_url: None,
        }),
        production: false,
        created_at: UnixMillis(1),
        updated_at: UnixMillis(2),
    }
}

pub fn api(id: &str, name: &str, version: &str) -> Api {
    Api {
        id: ApiId::new(id),
        name: name.to_owned(),
        version: version.to_owned(),
        base_path: format!("/{name}/v1"),
        backend: Backend::Mock,
        policies: Policies::default(),
        operations: 12,
        edition: 1,
        created_at: UnixMillis(1),
        updated_at: UnixMillis(2),
    }
}

pub fn protected_by(mut api: Api, key_manager: &str) -> Api {
    api.policies.oauth = Some(OauthPolicy {
        key_manager: KeyManagerId::new(key_manager),
        audience: "https://orders.example".to_owned(),
        scopes: vec!["orders:read".to_owned()],
        operations: BTreeMap::new(),
        aws: AwsAuthorizer::Provision,
        ttl_seconds: 300,
    });
    api
}

pub fn key_manager(id: &str, name: &str) -> KeyManager {
    KeyManager {
        id: KeyManagerId::new(id),
        name: name.to_owned(),
        display_name: name.to_owned(),
        kind: KeyManagerKind::Oidc,
        issuer: "https://id.example".to_owned(),
        jwks_uri: "https://id.example/jwks".to_owned(),
        token_endpoint: "https://id.example/token".to_owned(),
        authorization_endpoint: None,
        algorithms: vec!["RS256".to_owned()],
        created_at: UnixMillis(1),
        updated_at: UnixMillis(1),
    }
}

pub fn application(id: &str, name: &str, key_manager: &str) -> Application {
    Application {
        id: ApplicationId::new(id),
        name: name.to_owned(),
        key_manager: KeyManagerId::new(key_manager),
        client_id: "client".to_owned(),
        authentication: ClientAuthentication::ClientSecretBasic,
        secret: Some(SecretRef::new(format!("application/{id}/secret"))),
        scopes: Vec::new(),
        audience: None,
        created_at: UnixMillis(1),
        updated_at: UnixMillis(1),
    }
}

pub fn header(deployment: &str, api: &str, gateway: &str) -> RunHeader {
    RunHeader {
        deployment: DeploymentId::new(deployment),
        api: ApiId::new(api),
        gateway: GatewayId::new(gateway),
        revision: Some(RevisionId::new(format!("rev_{deployment}"))),
        digest: Some(format!("digest-{deployment}")),
        returned_to: None,
        settings: None,
        canary: None,
        mark: Mark::new(format!("gw-{deployment}")),
        found: outputs(&[("account", "123456789012")]),
        started_at: UnixMillis(1000),
    }
}

pub fn outputs(pairs: &[(&str, &str)]) -> Outputs {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

pub fn intended(step: u32) -> Entry {
    Entry::Intended {
        step,
        change: Change {
            verb: "aws.put-rest-api".to_owned(),
            sentence: "Import the document with 12 operations".to_owned(),
            effect: StepEffect::Write,
            calls: Vec::new(),
            payload: String::new(),
        },
        attempt: 1,
    }
}

pub fn done(step: u32, learnt: &[(&str, &str)]) -> Entry {
    Entry::Done {
        step,
        receipt: Receipt {
            verb: "aws.put-rest-api".to_owned(),
            outputs: outputs(learnt),
            request_id: Some("c0ffee".to_owned()),
            created: true,
            warnings: Vec::new(),
        },
    }
}

pub fn finished(outcome: Outcome) -> Entry {
    let invoke_url = matches!(outcome, Outcome::Live | Outcome::Unchanged)
        .then(|| "https://abc.example/live".to_owned());
    Entry::Finished {
        outcome,
        fault: None,
        invoke_url,
    }
}
