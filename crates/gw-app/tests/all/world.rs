//! An app on a home of its own, talked to by command name. Refuses to look behind the command table.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use gw_app::{App, AppOptions, Home, VaultUse, deployments, dispatch};
use gw_model::{DeploymentId, Fault, Secret};
use gw_testkit::{Sandbox, free_port};
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;

/// An API with everything a form shows, and a comment that must stay.
pub const NOTES: &str = "\
openapi: 3.0.3
info:
  title: Notes
  version: 1.0.0
# Kept as it is.
paths:
  /notes:
    get:
      operationId: listNotes
      summary: List notes
      responses:
        '200':
          description: Notes
          content:
            application/json:
              schema: { type: array, items: { type: string } }
              example: [one, two]
    post:
      operationId: addNote
      requestBody:
        required: true
        content:
          application/json:
            schema: { type: object, properties: { text: { type: string } } }
            example: { text: hello }
      responses:
        '201':
          description: Added
  /notes/{id}:
    get:
      operationId: getNote
      parameters:
        - { name: id, in: path, required: true, schema: { type: string }, example: n-1 }
      responses:
        '200':
          description: A note
          content:
            application/json:
              schema: { type: string }
              example: one
";

/// Something the app said to a host.
#[derive(Clone, Debug)]
pub struct Said {
    /// The command, or `event`.
    pub by: String,
    /// JSON text.
    pub text: String,
}

/// An app, its folder, and everything it said.
pub struct World {
    pub sandbox: Sandbox,
    pub app: App,
    said: Arc<Mutex<Vec<Said>>>,
}

impl World {
    /// With secrets in memory.
    pub async fn new() -> Self {
        Self::opened(Sandbox::new().unwrap(), VaultUse::Memory, None)
            .await
            .unwrap()
    }

    /// As a host opens it.
    pub async fn opened(
        sandbox: Sandbox,
        vault: VaultUse,
        passphrase: Option<&str>,
    ) -> Result<Self, Fault> {
        let app = App::open(AppOptions {
            home: Home::locate(Some(&sandbox.path("home")))?,
            vault,
            passphrase: passphrase.map(|text| Secret::new(text.to_owned())),
        })
        .await?;
        let said = Arc::new(Mutex::new(Vec::new()));
        let (mut events, heard) = (app.subscribe(), Arc::clone(&said));
        tokio::spawn(async move {
            loop {
                match events.recv().await {
                    Ok(event) => {
                        let text = serde_json::to_string(&event).unwrap();
                        heard.lock().unwrap().push(Said {
                            by: "event".to_owned(),
                            text,
                        });
                    }
                    Err(RecvError::Lagged(missed)) => panic!("{missed} events were missed"),
                    Err(RecvError::Closed) => break,
                }
            }
        });
        Ok(Self { sandbox, app, said })
    }

    /// The same home in a new app.
    pub async fn reopened(self) -> Self {
        let Self { sandbox, app, .. } = self;
        drop(app);
        Self::opened(sandbox, VaultUse::Memory, None).await.unwrap()
    }

    /// Where everything is.
    pub fn home(&self) -> PathBuf {
        self.sandbox.path("home")
    }

    /// Everything said so far.
    pub fn said(&self) -> Vec<Said> {
        self.said.lock().unwrap().clone()
    }

    /// Dispatches a command.
    pub async fn call(&self, name: &str, request: Value) -> Result<Value, Fault> {
        let outcome = dispatch(&self.app, name, request).await;
        let text = match &outcome {
            Ok(response) => response.to_string(),
            Err(fault) => serde_json::to_string(fault).unwrap(),
        };
        self.said.lock().unwrap().push(Said {
            by: name.to_owned(),
            text,
        });
        outcome
    }

    /// Dispatches a command that must succeed.
    pub async fn ok(&self, name: &str, request: Value) -> Value {
        self.call(name, request)
            .await
            .unwrap_or_else(|fault| panic!("{name}: {fault:?}"))
    }

    /// Dispatches a command that must be refused with a code, and with advice.
    pub async fn refused(&self, name: &str, request: Value, code: &str) -> Fault {
        let fault = match self.call(name, request).await {
            Ok(response) => panic!("{name} was not refused: {response}"),
            Err(fault) => fault,
        };
        assert_eq!(fault.code.as_str(), code, "{name}: {fault:?}");
        assert!(
            !fault.summary.is_empty() && !fault.advice.is_empty(),
            "{fault:?}"
        );
        fault
    }

    /// A local gateway on a port of its own; its id.
    pub async fn local(&self, name: &str) -> Value {
        self.ok("gateways.create", local_gateway(name, free_port().unwrap()))
            .await["id"]
            .clone()
    }

    /// The notes API; its record.
    pub async fn notes(&self, backend: Value) -> Value {
        let source = json!({ "from": "text", "text": NOTES, "file_name": "notes.yaml" });
        self.ok(
            "apis.import",
            json!({ "source": source, "backend": backend }),
        )
        .await["api"]
            .clone()
    }

    /// The sample on a gateway that is not in other tests' way.
    pub async fn sample(&self) -> Value {
        self.local("local").await;
        self.ok("samples.install", json!({})).await
    }

    /// The edition of an API now.
    pub async fn edition(&self, api: &Value) -> Value {
        self.ok("apis.get", json!({ "api": api })).await["api"]["edition"].clone()
    }

    /// The resident key manager's id.
    pub async fn resident(&self) -> Value {
        let rows = self.ok("key_managers.list", Value::Null).await;
        let rows = rows.as_array().unwrap();
        rows.iter()
            .find(|row| row["key_manager"]["kind"] == "resident")
            .unwrap()["key_manager"]["id"]
            .clone()
    }

    /// Plans and starts with every consent, and waits; the runs' rows.
    pub async fn run(&self, api: &Value, gateways: &[&Value], goal: &str) -> Vec<Value> {
        let plan = self
            .ok(
                "deployments.plan",
                json!({ "api": api, "gateways": gateways, "goal": goal }),
            )
            .await;
        let start = json!({
            "api": api, "gateways": gateways, "goal": goal, "revision": plan["revision"],
            "consents": deployments::CONSENTS,
        });
        let started = self.ok("deployments.start", start).await;
        let mut rows = Vec::new();
        for run in started["runs"].as_array().unwrap() {
            assert!(run["fault"].is_null(), "{run}");
            let id = DeploymentId::new(run["deployment"].as_str().unwrap());
            deployments::wait(&self.app, &id).await.unwrap();
            rows.push(
                self.ok("deployments.get", json!({ "deployment": id }))
                    .await["row"]
                    .clone(),
            );
        }
        rows
    }

    /// Publishes on one gateway and gives where it is reached.
    pub async fn publish(&self, api: &Value, gateway: &Value) -> String {
        let rows = self.run(api, &[gateway], "publish").await;
        assert_eq!(rows[0]["outcome"], "live", "{}", rows[0]);
        rows[0]["invoke_url"].as_str().unwrap().to_owned()
    }
}

/// A request for a local gateway.
pub fn local_gateway(name: &str, port: u16) -> Value {
    json!({ "name": name, "display_name": "", "description": "", "target": { "kind": "local", "port": port } })
}

/// A request for an AWS gateway.
pub fn aws_gateway(
    name: &str,
    region: &str,
    stage: &str,
    endpoint: &str,
    credentials: &Value,
) -> Value {
    json!({ "name": name, "display_name": "", "description": "", "target": aws_target(region, stage, endpoint, credentials) })
}

/// An AWS target as typed.
pub fn aws_target(region: &str, stage: &str, endpoint: &str, credentials: &Value) -> Value {
    let endpoint = if endpoint.is_empty() {
        Value::Null
    } else {
        json!(endpoint)
    };
    json!({
        "kind": "aws", "region": region, "stage": stage, "endpoint_type": "REGIONAL",
        "credentials": credentials, "endpoint_url": endpoint,
    })
}

/// An access key as typed.
pub fn access_key(id: &str, secret: &str, session_token: Option<&str>) -> Value {
    json!({ "from": "access-key", "access_key_id": id, "secret_access_key": secret, "session_token": session_token })
}

/// An address where nothing listens.
pub fn closed() -> String {
    format!("http://127.0.0.1:{}", free_port().unwrap())
}

/// A request of the console.
pub fn request(api: &Value, gateway: &Value, method: &str, path: &str) -> Value {
    json!({
        "api": api, "gateway": gateway, "method": method, "path": path,
        "path_parameters": [], "query": [], "headers": [], "body": "", "application": null,
    })
}

/// An OAuth policy.
pub fn oauth(key_manager: &Value, operations: Value) -> Value {
    json!({
        "key_manager": key_manager, "audience": "https://notes.example", "scopes": [],
        "operations": operations, "aws": { "kind": "provision" }, "ttl_seconds": 300,
    })
}

/// An application as typed.
pub fn application(name: &str, key_manager: &Value) -> Value {
    json!({
        "name": name, "key_manager": key_manager, "client_id": "", "authentication": "client_secret_basic",
        "secret": null, "scopes": ["notes:read"], "audience": "https://notes.example",
    })
}
