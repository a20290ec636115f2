//! What was found on gateways, and what is let be.

use gw_catalog::{Ignored, Looked};
use gw_connector::{Drift, DriftKind, Facet, Part, Reach};
use gw_deploy::Outcome;
use gw_model::{ApiId, DeploymentId, GatewayId, HttpMethod, OperationKey, UnixMillis};

use crate::fixture::Sandbox;

fn drift(live: &str) -> Drift {
    let operation = OperationKey::new(HttpMethod::Get, "/a");
    Drift {
        part: Part::Operation(operation.clone()),
        facet: Some(Facet::Backend),
        kind: DriftKind::Changed,
        sentence: "GET /a goes elsewhere".to_owned(),
        lowers_security: false,
        reach: Reach::Draft,
        expected: None,
        live: Some(live.to_owned()),
        operations: vec![operation],
    }
}

fn looked(deployment: &str) -> Looked {
    Looked {
        at: UnixMillis(7),
        deployment: DeploymentId::new(deployment),
        found: vec![drift("\"x\"")],
    }
}

#[test]
fn what_was_found_is_kept_until_the_next_run_there_ends() {
    let sandbox = Sandbox::with_api_and_gateway();
    let (api, gateway) = (ApiId::new("api"), GatewayId::new("gw"));
    sandbox.run("d1", Outcome::Live, &[]);
    let drifts = sandbox.catalog.drifts();
    assert_eq!(drifts.get(&api, &gateway).unwrap(), None);
    drifts.put(&api, &gateway, &looked("d1")).unwrap();
    assert_eq!(drifts.get(&api, &gateway).unwrap(), Some(looked("d1")));
    let sandbox = sandbox.reopen();
    let drifts = sandbox.catalog.drifts();
    assert_eq!(drifts.get(&api, &gateway).unwrap(), Some(looked("d1")));
    sandbox.run("d2", Outcome::Live, &[]);
    assert_eq!(
        drifts.get(&api, &gateway).unwrap(),
        None,
        "it is about what was there before"
    );
    drifts.put(&api, &gateway, &looked("d2")).unwrap();
    sandbox.catalog.placements().forget(&api, &gateway).unwrap();
    assert_eq!(drifts.get(&api, &gateway).unwrap(), None);
}

#[test]
fn a_difference_is_let_be_as_it_was_and_told_again_when_it_changes() {
    let sandbox = Sandbox::with_api_and_gateway();
    let (api, gateway) = (ApiId::new("api"), GatewayId::new("gw"));
    let drifts = sandbox.catalog.drifts();
    let ignored = Ignored {
        subject: drift("\"x\"").key(),
        live: "\"x\"".to_owned(),
    };
    drifts
        .ignore(&api, &gateway, &ignored, UnixMillis(1))
        .unwrap();
    let kept = drifts.ignored(&api, &gateway).unwrap();
    assert_eq!(kept, [ignored]);
    assert!(kept[0].covers(&drift("\"x\"")) && !kept[0].covers(&drift("\"y\"")));
    let other = Ignored {
        live: "\"y\"".to_owned(),
        ..kept[0].clone()
    };
    drifts
        .ignore(&api, &gateway, &other, UnixMillis(2))
        .unwrap();
    assert_eq!(
        drifts.ignored(&api, &gateway).unwrap(),
        std::slice::from_ref(&other)
    );
    drifts.mind(&api, &gateway, &other.subject).unwrap();
    drifts.mind(&api, &gateway, &other.subject).unwrap();
    assert_eq!(drifts.ignored(&api, &gateway).unwrap(), []);
    // Both go with their API.
    drifts
        .ignore(&api, &gateway, &other, UnixMillis(3))
        .unwrap();
    sandbox.catalog.apis().remove(&api).unwrap();
    assert_eq!(drifts.ignored(&api, &gateway).unwrap(), []);
}
