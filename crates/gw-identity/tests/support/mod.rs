//! A provider on loopback that answers what a test tells it to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::to_bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use gw_identity::resident::ResidentKey;
use serde_json::{Value, json};

/// One request as it came.
#[derive(Clone, Debug)]
pub struct Came {
    pub path: String,
    pub authorization: Option<String>,
    pub form: HashMap<String, String>,
}

/// Answers by path, and remembers what came.
#[derive(Clone, Default)]
pub struct Provider {
    pub base: String,
    answers: Arc<Mutex<HashMap<String, (u16, String)>>>,
    came: Arc<Mutex<Vec<Came>>>,
}

impl Provider {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let provider = Self {
            base,
            ..Self::default()
        };
        let router = Router::new().fallback(answer).with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    pub fn set(&self, path: &str, status: u16, body: &Value) {
        self.answers
            .lock()
            .unwrap()
            .insert(path.to_owned(), (status, body.to_string()));
    }

    /// A whole provider under `issuer`, with this key.
    pub fn set_up(&self, issuer_path: &str, key: &ResidentKey) -> Value {
        let base = &self.base;
        let document = json!({
            "issuer": format!("{base}{issuer_path}"),
            "jwks_uri": format!("{base}/keys"),
            "token_endpoint": format!("{base}/token"),
            "authorization_endpoint": format!("{base}/authorize"),
            "id_token_signing_alg_values_supported": ["RS256", "PS256"],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": ["openid"],
        });
        let path = issuer_path.trim_end_matches('/');
        self.set(
            &format!("{path}/.well-known/openid-configuration"),
            200,
            &document,
        );
        self.set("/keys", 200, &json!({ "keys": [key.public_jwk()] }));
        document
    }

    pub fn came(&self, path: &str) -> Vec<Came> {
        self.came
            .lock()
            .unwrap()
            .iter()
            .filter(|one| one.path == path)
            .cloned()
            .collect()
    }
}

async fn answer(State(provider): State<Provider>, request: axum::extract::Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let path = head.uri.path().to_owned();
    let authorization = head
        .headers
        .get("authorization")
        .map(|value| value.to_str().unwrap().to_owned());
    let form = url::form_urlencoded::parse(&body).into_owned().collect();
    provider.came.lock().unwrap().push(Came {
        path: path.clone(),
        authorization,
        form,
    });
    match provider.answers.lock().unwrap().get(&path) {
        Some((status, body)) => {
            let status = http::StatusCode::from_u16(*status).unwrap();
            (status, [("content-type", "application/json")], body.clone()).into_response()
        }
        None => http::StatusCode::NOT_FOUND.into_response(),
    }
}
