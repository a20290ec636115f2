//! The suite every connector passes, against a local gateway that is being served.
#![expect(
    clippy::unwrap_used,
    reason = "a setup that fails is a test that fails"
)]

mod support;

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::response::{IntoResponse, Response};
use gw_connector::Connector;
use gw_connector::conformance::{self, Answer, Call, Harness};
use gw_local::{LocalConnector, StateDir};
use gw_model::{GatewayId, LocalTarget};
use gw_plan::TokenCheck;

use support::World;

struct Local {
    world: World,
    backend: String,
}

#[async_trait]
impl Harness for Local {
    async fn connector(&self) -> Arc<dyn Connector> {
        let target = LocalTarget {
            port: self.world.gateway.address.port(),
        };
        let state = StateDir::new(self.world.folder.path().join("state"));
        Arc::new(LocalConnector::new(
            self.gateway(),
            &target,
            state,
            self.world.http.clone(),
        ))
    }

    fn gateway(&self) -> GatewayId {
        GatewayId::new("gateway-under-test")
    }

    fn backend(&self) -> Option<String> {
        Some(self.backend.clone())
    }

    fn token_check(&self) -> Option<TokenCheck> {
        Some(self.world.check())
    }

    async fn token(&self, scopes: &[&str]) -> Option<String> {
        let mut claims = self.world.claims();
        claims["scope"] = scopes.join(" ").into();
        Some(self.world.token(&claims))
    }

    async fn call(&self, call: Call) -> Result<Answer, String> {
        let headers: Vec<(&str, &str)> = call
            .headers
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        let answer = self.world.call(&call.method, &call.url, &headers).await;
        let text =
            |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        Ok(Answer {
            status: answer.status.as_u16(),
            headers: answer
                .headers
                .iter()
                .map(|(name, value)| (name.to_string(), text(value)))
                .collect(),
            body: String::from_utf8_lossy(&answer.body).into_owned(),
        })
    }
}

async fn told(request: axum::extract::Request) -> Response {
    let status = http::StatusCode::from_u16(299).unwrap();
    (
        status,
        [("x-conformance", "backend")],
        request.uri().path().to_owned(),
    )
        .into_response()
}

#[tokio::test]
async fn a_local_gateway_conforms() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let backend = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(told)).await });
    let harness = Local {
        world: World::start().await,
        backend,
    };
    let report = conformance::run(&harness).await;
    report.assert();
    let goes_back = |check: &String| check.starts_with("going back");
    assert!(report.passed.iter().any(goes_back), "{report}");
}
