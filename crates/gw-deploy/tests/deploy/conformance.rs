//! The conformance suite on the gateway in memory: it passes a connector that keeps its promises, and fails others.

use std::sync::Arc;

use async_trait::async_trait;
use gw_connector::conformance::{self, Answer, Call, Harness};
use gw_connector::{
    Capabilities, Change, Connector, Document, Goal, Identity, Mark, Observed, Outputs, Receipt,
    Target,
};
use gw_model::{AwsAuthorizer, Diagnostic, Fault, GatewayId};
use gw_plan::{Plan, RouteBackend, RouteSecurity, TokenCheck};

use crate::world::{World, WorldConnector};

/// A promise the connector breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Breach {
    None,
    ProbesByName,
    ForgetsOnProbe,
    LeavesOnUndo,
    LeavesOnWithdraw,
    AlwaysChanges,
    LetsEveryoneIn,
}

struct WorldHarness {
    world: Arc<World>,
    breach: Breach,
}

#[async_trait]
impl Harness for WorldHarness {
    async fn connector(&self) -> Arc<dyn Connector> {
        Arc::new(Breaching {
            inner: WorldConnector(Arc::clone(&self.world)),
            breach: self.breach,
        })
    }

    fn gateway(&self) -> GatewayId {
        GatewayId::new("world")
    }

    fn backend(&self) -> Option<String> {
        Some("backend://".to_owned())
    }

    fn token_check(&self) -> Option<TokenCheck> {
        Some(TokenCheck {
            issuer: "issuer".to_owned(),
            jwks_uri: "jwks".to_owned(),
            audience: "audience".to_owned(),
            algorithms: vec!["RS256".to_owned()],
            aws: AwsAuthorizer::Provision,
            ttl_seconds: 0,
        })
    }

    async fn token(&self, scopes: &[&str]) -> Option<String> {
        Some(format!("good {}", scopes.join(" ")))
    }

    async fn call(&self, call: Call) -> Result<Answer, String> {
        let rest = call
            .url
            .strip_prefix("world://")
            .ok_or("not a world's URL")?;
        let (id, path) = rest.split_once('/').ok_or("no path")?;
        let plan = self.world.served(id).ok_or("nobody answers")?;
        Ok(serve(&plan, &format!("/{path}"), &call, self.breach))
    }
}

fn serve(plan: &Plan, path: &str, call: &Call, breach: Breach) -> Answer {
    let answer = |status, body: &str| Answer {
        status,
        headers: Vec::new(),
        body: body.to_owned(),
    };
    let matches = |template: &str| match template.split_once("{id}") {
        Some((prefix, "")) => path.strip_prefix(prefix),
        _ => (template == path).then_some(""),
    };
    let found = plan
        .routes
        .iter()
        .find_map(|route| Some((route, matches(&route.operation.path)?)));
    let Some((route, id)) = found else {
        return answer(403, "{\"message\":\"Missing Authentication Token\"}");
    };
    if let RouteSecurity::Token { scopes } = &route.security
        && breach != Breach::LetsEveryoneIn
    {
        let sent = call
            .headers
            .iter()
            .find(|(name, _)| name == "Authorization")
            .map(|(_, value)| value.as_str());
        let Some(granted) = sent.and_then(|value| value.strip_prefix("Bearer good ")) else {
            return answer(401, "{\"message\":\"Unauthorized\"}");
        };
        if !scopes
            .iter()
            .all(|scope| granted.split(' ').any(|granted| granted == scope))
        {
            return answer(
                403,
                "{\"Message\":\"User is not authorized to access this resource\"}",
            );
        }
    }
    match &route.backend {
        RouteBackend::Mock { answer: mock } => Answer {
            status: mock.status,
            headers: vec![("content-type".to_owned(), mock.content_type.clone())],
            body: mock.body.clone(),
        },
        RouteBackend::Http { url } => Answer {
            status: 299,
            headers: vec![("x-conformance".to_owned(), "backend".to_owned())],
            body: url.replace("{id}", id),
        },
        other => panic!("{other:?}"),
    }
}

struct Breaching {
    inner: WorldConnector,
    breach: Breach,
}

#[async_trait]
impl Connector for Breaching {
    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn lint(&self, document: &Document, plan: &Plan) -> Vec<Diagnostic> {
        self.inner.lint(document, plan)
    }

    async fn identify(&self) -> Result<Identity, Fault> {
        self.inner.identify().await
    }

    async fn observe(&self, target: &Target) -> Result<Observed, Fault> {
        self.inner.observe(target).await
    }

    fn lower(
        &self,
        goal: Goal<'_>,
        target: &Target,
        observed: &Observed,
    ) -> Result<Vec<Change>, Fault> {
        let mut observed = observed.clone();
        if self.breach == Breach::AlwaysChanges {
            observed.digest = None;
        }
        self.inner.lower(goal, target, &observed)
    }

    async fn apply(
        &self,
        change: &Change,
        mark: &Mark,
        outputs: &Outputs,
    ) -> Result<Receipt, Fault> {
        if self.breach == Breach::LeavesOnWithdraw && change.verb == "world.delete-api" {
            let looks = Change {
                verb: "world.read-back".to_owned(),
                ..change.clone()
            };
            let receipt = self.inner.apply(&looks, mark, outputs).await?;
            return Ok(Receipt {
                verb: change.verb.clone(),
                ..receipt
            });
        }
        self.inner.apply(change, mark, outputs).await
    }

    async fn probe(
        &self,
        change: &Change,
        mark: &Mark,
        outputs: &Outputs,
    ) -> Result<Option<Receipt>, Fault> {
        match self.breach {
            Breach::ForgetsOnProbe => Ok(None),
            Breach::ProbesByName if change.verb == "world.create-deployment" => {
                // Whatever mark the newest deployment has.
                let found = self
                    .inner
                    .probe(change, &Mark::new("gw-conformance-publish-2"), outputs)
                    .await?;
                Ok(found.or(self.inner.probe(change, mark, outputs).await?))
            }
            _ => self.inner.probe(change, mark, outputs).await,
        }
    }

    async fn undo(&self, receipt: &Receipt, outputs: &Outputs) -> Result<(), Fault> {
        if self.breach == Breach::LeavesOnUndo {
            return Ok(());
        }
        self.inner.undo(receipt, outputs).await
    }
}

#[tokio::test]
async fn a_connector_that_keeps_its_promises_passes() {
    let report = conformance::run(&WorldHarness {
        world: World::new(),
        breach: Breach::None,
    })
    .await;
    report.assert();
    // This gateway keeps nothing, and runs no canaries.
    let cannot = |(check, _): &(String, String)| {
        check.starts_with("going back") || check.starts_with("a canary")
    };
    assert!(report.skipped.iter().all(cannot), "{report}");
}

#[tokio::test]
async fn every_breach_is_found() {
    let breaches = [
        (Breach::ProbesByName, "a third publication"),
        (Breach::ForgetsOnProbe, "a first publication is taken back"),
        (Breach::LeavesOnUndo, "a first publication is taken back"),
        (Breach::LeavesOnWithdraw, "withdrawing leaves nothing"),
        (Breach::AlwaysChanges, "publishing the same again"),
        (Breach::LetsEveryoneIn, "a protected route without a token"),
    ];
    for (breach, check) in breaches {
        let report = conformance::run(&WorldHarness {
            world: World::new(),
            breach,
        })
        .await;
        let found = report
            .failed
            .iter()
            .any(|(failed, _)| failed.starts_with(check));
        assert!(found, "{breach:?} is not found:\n{report}");
    }
}
