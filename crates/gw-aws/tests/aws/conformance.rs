//! The suite every connector passes.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use gw_connector::Connector;
use gw_connector::conformance::{self, Answer, Call, Harness};
use gw_model::{GatewayId, StageSettings, Throttle};
use gw_plan::TokenCheck;
use gw_testkit::{Backend, Localemu, OauthMock, TokenRequest};

use crate::world::{connector, provisioned, request};

struct Emulated {
    account: String,
    backend: Backend,
    provider: OauthMock,
    settings: StageSettings,
}

#[async_trait]
impl Harness for Emulated {
    async fn connector(&self) -> Arc<dyn Connector> {
        Arc::new(connector(
            Localemu::shared().unwrap().url(),
            &self.account,
            "test",
        ))
    }

    fn gateway(&self) -> GatewayId {
        GatewayId::new("gw_1")
    }

    fn backend(&self) -> Option<String> {
        Some(self.backend.url())
    }

    fn token_check(&self) -> Option<TokenCheck> {
        Some(provisioned(
            self.provider.issuer(),
            &self.provider.jwks_url(),
            60,
        ))
    }

    async fn token(&self, scopes: &[&str]) -> Option<String> {
        let scope = scopes.join(" ");
        self.provider
            .token(&TokenRequest {
                scope: Some(&scope),
                ..TokenRequest::default()
            })
            .ok()
    }

    async fn call(&self, call: Call) -> Result<Answer, String> {
        let headers: Vec<(&str, &str)> = call
            .headers
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        let reply = request(&call.method, &call.url, &headers, "").await;
        let body = reply.text();
        Ok(Answer {
            status: reply.status,
            headers: reply.headers,
            body,
        })
    }

    fn settings(&self) -> StageSettings {
        self.settings.clone()
    }

    async fn pause(&self) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn conforms(settings: StageSettings) {
    let backend = Backend::start().unwrap();
    backend.respond(|request| {
        gw_testkit::Answer::status(299)
            .header("x-conformance", "backend")
            .body(request.path.clone())
    });
    let account = Localemu::fresh_account();
    let harness = Emulated {
        account,
        backend,
        provider: OauthMock::start().unwrap(),
        settings,
    };
    let report = conformance::run(&harness).await;
    report.assert();
    let goes_back = |check: &String| check.starts_with("going back");
    assert!(report.passed.iter().any(goes_back), "{report}");
}

#[tokio::test]
async fn aws_conforms() {
    conforms(StageSettings::default()).await;
}

/// The suite's promises hold as well when something is wanted of the stage.
#[tokio::test]
async fn aws_conforms_with_stage_settings() {
    conforms(StageSettings {
        variables: [("stock".to_owned(), Some("green".to_owned()))].into(),
        throttle: Some(Throttle {
            rate: 1000.0,
            burst: 500,
        }),
        metrics: Some(true),
        tags: [("team".to_owned(), "core".to_owned())].into(),
        ..StageSettings::default()
    })
    .await;
}
