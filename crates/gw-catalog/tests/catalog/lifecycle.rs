//! What waits to be undeployed, what is forgotten, and records from before a field.

use gw_catalog::{PendingWithdrawal, Runs};
use gw_deploy::{Entry, Journal, Outcome, RunHeader};
use gw_model::{ApiId, Code, DeploymentId, GatewayId, UnixMillis};
use rusqlite::Connection;

use crate::fixture::{Sandbox, finished, header, intended};

fn pending() -> PendingWithdrawal {
    PendingWithdrawal {
        api: ApiId::new("api"),
        gateway: GatewayId::new("gw"),
        consents: vec!["withdraw".to_owned()],
        confirmed: vec!["prod".to_owned()],
        asked_at: UnixMillis(1),
        attempts: 0,
        tried_at: None,
        next_at: UnixMillis(1),
        fault: None,
    }
}

fn waits(sandbox: &Sandbox) -> usize {
    sandbox.catalog.pending().list().unwrap().len()
}

fn forgetting(deployment: &str) -> RunHeader {
    RunHeader {
        revision: None,
        digest: None,
        ..header(deployment, "api", "gw")
    }
}

fn outcome(runs: Runs<'_>, deployment: &str) -> Option<Outcome> {
    runs.get(&DeploymentId::new(deployment)).unwrap().outcome
}

#[test]
fn a_gateway_from_before_the_mark_is_not_production() {
    let sandbox = Sandbox::with_api_and_gateway();
    let path = sandbox.path();
    let db = Connection::open(&path).unwrap();
    db.execute(
        "UPDATE gateways SET record = json_remove(record, '$.production')",
        [],
    )
    .unwrap();
    let sandbox = sandbox.reopen();
    let gateway = sandbox.catalog.gateways().by_name("prod").unwrap();
    assert!(!gateway.production);
    let marked = gw_model::Gateway {
        production: true,
        ..gateway
    };
    sandbox.catalog.gateways().update(&marked).unwrap();
    let sandbox = sandbox.reopen();
    let gateway = sandbox.catalog.gateways().by_name("prod").unwrap();
    assert!(gateway.production);
}

#[test]
fn what_waits_survives_a_restart_and_goes_with_what_it_is_about() {
    let sandbox = Sandbox::with_api_and_gateway();
    sandbox.run("d1", Outcome::Live, &[]);
    sandbox.catalog.pending().put(&pending()).unwrap();
    let sandbox = sandbox.reopen();
    assert_eq!(waits(&sandbox), 1);
    let tried = PendingWithdrawal {
        attempts: 3,
        ..pending()
    };
    sandbox.catalog.pending().update(&tried).unwrap();
    let kept = sandbox.catalog.pending().list().unwrap();
    assert_eq!(kept[0].attempts, 3);

    // A withdrawal that failed leaves it, one that ended well takes it away.
    let header = forgetting("d2");
    sandbox.catalog.begin(&header).unwrap();
    sandbox.append("d2", 5, &finished(Outcome::Cancelled));
    assert_eq!(waits(&sandbox), 1);
    sandbox.catalog.begin(&forgetting("d3")).unwrap();
    sandbox.append("d3", 6, &finished(Outcome::Withdrawn));
    assert_eq!(waits(&sandbox), 0);
    sandbox.catalog.pending().update(&tried).unwrap();
    assert_eq!(waits(&sandbox), 0, "an update does not bring it back");

    sandbox.catalog.pending().put(&pending()).unwrap();
    sandbox
        .catalog
        .begin(&self::header("d4", "api", "gw"))
        .unwrap();
    assert_eq!(waits(&sandbox), 0, "who publishes wants it there");
    sandbox.append("d4", 7, &finished(Outcome::RolledBack));

    sandbox.catalog.pending().put(&pending()).unwrap();
    sandbox
        .catalog
        .gateways()
        .remove(&GatewayId::new("gw"))
        .unwrap();
    assert_eq!(waits(&sandbox), 0, "it went with its gateway");
    let fault = sandbox.catalog.pending().put(&pending()).unwrap_err();
    assert_eq!(fault.code, Code::CatalogNotFound);
}

#[test]
fn forgetting_closes_what_had_no_good_end() {
    let sandbox = Sandbox::with_api_and_gateway();
    let (api, gateway) = (ApiId::new("api"), GatewayId::new("gw"));
    sandbox.run("d1", Outcome::Live, &[("rest-api-id", "abc")]);
    sandbox.catalog.begin(&header("d2", "api", "gw")).unwrap();
    sandbox.append("d2", 4, &intended(0));
    sandbox.catalog.pending().put(&pending()).unwrap();
    sandbox
        .catalog
        .runs()
        .forget(&forgetting("d3"), UnixMillis(9))
        .unwrap();
    let runs = sandbox.catalog.runs();
    assert_eq!(outcome(runs, "d1"), Some(Outcome::Live), "history is true");
    assert_eq!(outcome(runs, "d2"), Some(Outcome::Forgotten));
    assert_eq!(outcome(runs, "d3"), Some(Outcome::Forgotten));
    let fault = runs.get(&DeploymentId::new("d2")).unwrap().fault.unwrap();
    assert_eq!(fault.code, Code::DeployInterrupted);
    assert_eq!(
        sandbox.catalog.placements().get(&api, &gateway).unwrap(),
        None
    );
    assert_eq!(waits(&sandbox), 0);
    assert!(sandbox.catalog.unfinished().unwrap().is_empty());
    let late = sandbox
        .catalog
        .append(&DeploymentId::new("d2"), UnixMillis(10), &Entry::Resumed);
    assert!(late.is_err(), "a closed journal takes no more entries");
    sandbox.catalog.gateways().remove(&gateway).unwrap();
    sandbox.catalog.apis().remove(&api).unwrap();
    assert_eq!(
        outcome(sandbox.catalog.runs(), "d2"),
        Some(Outcome::Forgotten)
    );
}

#[test]
fn a_stuck_run_is_closed_and_an_older_one_stays_as_it_was() {
    let sandbox = Sandbox::with_api_and_gateway();
    sandbox.run("d1", Outcome::Stuck, &[("role-arn", "arn:old")]);
    sandbox.run("d2", Outcome::Stuck, &[("role-arn", "arn:new")]);
    sandbox
        .catalog
        .runs()
        .forget(&forgetting("d3"), UnixMillis(9))
        .unwrap();
    let runs = sandbox.catalog.runs();
    assert_eq!(
        outcome(runs, "d1"),
        Some(Outcome::Stuck),
        "it was overtaken"
    );
    assert_eq!(outcome(runs, "d2"), Some(Outcome::Forgotten));
    sandbox
        .catalog
        .gateways()
        .remove(&GatewayId::new("gw"))
        .unwrap();
}
