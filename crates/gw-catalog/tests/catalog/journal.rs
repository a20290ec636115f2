//! Runs and their journals.

use gw_catalog::{Catalog, Page, RunFilter};
use gw_deploy::{Entry, Journal, Outcome, Record};
use gw_model::{ApiId, Code, DeploymentId, Fault, GatewayId, UnixMillis};

use crate::fixture::{Sandbox, api, done, finished, gateway, header, intended};

fn as_json(records: &[Record]) -> serde_json::Value {
    serde_json::to_value(records).unwrap()
}

#[test]
fn a_journal_reads_back_as_it_was_written() {
    let sandbox = Sandbox::with_api_and_gateway();
    let run = header("d1", "api", "gw");
    let id = run.deployment.clone();
    sandbox.catalog.begin(&run).unwrap();
    let fault =
        || Fault::new(Code::AwsThrottled, "AWS limits calls", "Wait.").fact("request-id", "r1");
    let entries = [
        intended(0),
        done(0, &[("rest-api-id", "abc")]),
        intended(1),
        Entry::Failed {
            step: 1,
            fault: fault(),
        },
        Entry::UndoFailed {
            step: 0,
            fault: fault(),
        },
        Entry::Undone { step: 0 },
        Entry::Finished {
            outcome: Outcome::RolledBack,
            fault: Some(fault()),
            invoke_url: None,
        },
    ];
    let written: Vec<Record> = entries
        .iter()
        .zip(1..)
        .map(|(entry, at)| sandbox.catalog.append(&id, UnixMillis(at), entry).unwrap())
        .collect();
    assert_eq!(
        written.iter().map(|record| record.seq).collect::<Vec<_>>(),
        [1, 2, 3, 4, 5, 6, 7]
    );
    let sandbox = sandbox.reopen();
    let (read_header, records) = Journal::read(&sandbox.catalog, &id).unwrap();
    assert_eq!(read_header, run);
    assert_eq!(as_json(&records), as_json(&written));
    assert_eq!(records[3].at, UnixMillis(4));
    let row = sandbox.catalog.runs().get(&id).unwrap();
    assert_eq!(
        (row.outcome, row.finished_at),
        (Some(Outcome::RolledBack), Some(UnixMillis(7)))
    );
    assert_eq!(row.fault.unwrap().code, Code::AwsThrottled);
    assert_eq!(
        (
            row.api_name.as_str(),
            row.api_version.as_str(),
            row.gateway_name.as_str()
        ),
        ("orders", "1.0.0", "prod")
    );
}

#[test]
fn one_run_at_a_time_for_one_api_on_one_gateway() {
    let sandbox = Sandbox::with_api_and_gateway();
    let catalog = &sandbox.catalog;
    catalog.gateways().create(&gateway("gw2", "stage")).unwrap();
    catalog.begin(&header("d1", "api", "gw")).unwrap();
    catalog.begin(&header("d2", "api", "gw2")).unwrap();
    let other_process = Catalog::open(sandbox.path()).unwrap();
    let fault = other_process.begin(&header("d3", "api", "gw")).unwrap_err();
    assert_eq!(
        (fault.code, fault.facts["deployment"].as_str()),
        (Code::DeployBusy, "d1")
    );
    sandbox.append("d1", 1, &finished(Outcome::Cancelled));
    other_process.begin(&header("d3", "api", "gw")).unwrap();
    assert_eq!(
        catalog.unfinished().unwrap(),
        [DeploymentId::new("d2"), DeploymentId::new("d3")]
    );
}

#[test]
fn a_closed_journal_takes_no_more_entries() {
    let sandbox = Sandbox::with_api_and_gateway();
    sandbox.run("d1", Outcome::Live, &[]);
    let id = DeploymentId::new("d1");
    for entry in [intended(5), finished(Outcome::Stuck)] {
        assert_eq!(
            sandbox
                .catalog
                .append(&id, UnixMillis(9), &entry)
                .unwrap_err()
                .code,
            Code::AppDefect
        );
    }
    assert_eq!(Journal::read(&sandbox.catalog, &id).unwrap().1.len(), 1);
    assert_eq!(
        sandbox
            .catalog
            .begin(&header("d1", "api", "gw"))
            .unwrap_err()
            .code,
        Code::AppDefect
    );
}

#[test]
fn a_stuck_run_is_taken_up_again_while_it_is_the_last() {
    let sandbox = Sandbox::with_api_and_gateway();
    let catalog = &sandbox.catalog;
    sandbox.run("d0", Outcome::Live, &[("rest-api-id", "abc")]);
    sandbox.run("d1", Outcome::Stuck, &[("deployment-id", "left")]);
    let id = DeploymentId::new("d1");
    let placed = || {
        catalog
            .placements()
            .get(&ApiId::new("api"), &GatewayId::new("gw"))
            .unwrap()
            .unwrap()
    };
    assert_eq!(placed().deployment, id);

    catalog.append(&id, UnixMillis(9), &Entry::Resumed).unwrap();
    assert_eq!(catalog.unfinished().unwrap(), std::slice::from_ref(&id));
    assert_eq!(
        catalog.begin(&header("d2", "api", "gw")).unwrap_err().code,
        Code::DeployBusy
    );
    catalog
        .append(&id, UnixMillis(9), &Entry::Undone { step: 0 })
        .unwrap();
    catalog
        .append(&id, UnixMillis(9), &finished(Outcome::RolledBack))
        .unwrap();
    assert_eq!(catalog.unfinished().unwrap(), []);
    assert_eq!(
        placed().deployment,
        DeploymentId::new("d0"),
        "what was live before the stuck run is again"
    );
    assert_eq!(placed().outputs.get("deployment-id"), None);
    assert_eq!(
        catalog
            .append(&id, UnixMillis(9), &Entry::Resumed)
            .unwrap_err()
            .code,
        Code::AppDefect,
        "it is not stuck any more"
    );
}

#[test]
fn a_stuck_run_that_was_overtaken_stays_closed() {
    let sandbox = Sandbox::with_api_and_gateway();
    let catalog = &sandbox.catalog;
    sandbox.run("d1", Outcome::Stuck, &[]);
    catalog.begin(&header("d2", "api", "gw")).unwrap();
    let again = || {
        catalog
            .append(&DeploymentId::new("d1"), UnixMillis(9), &Entry::Resumed)
            .unwrap_err()
            .code
    };
    assert_eq!(again(), Code::DeployBusy);
    sandbox.append("d2", 1, &finished(Outcome::Live));
    assert_eq!(again(), Code::CatalogChanged);
    assert_eq!(catalog.unfinished().unwrap(), []);
}

#[test]
fn a_run_of_nothing_is_refused() {
    let sandbox = Sandbox::with_api_and_gateway();
    let catalog = &sandbox.catalog;
    for fault in [
        catalog.begin(&header("d1", "none", "gw")).unwrap_err(),
        catalog.begin(&header("d1", "api", "none")).unwrap_err(),
        catalog
            .append(&DeploymentId::new("none"), UnixMillis(1), &intended(0))
            .unwrap_err(),
        Journal::read(catalog, &DeploymentId::new("none")).unwrap_err(),
        catalog.runs().get(&DeploymentId::new("none")).unwrap_err(),
    ] {
        assert_eq!(fault.code, Code::CatalogNotFound, "{fault}");
    }
    assert_eq!(catalog.unfinished().unwrap(), []);
}

#[test]
fn entries_are_never_edited_even_by_hand() {
    let sandbox = Sandbox::with_api_and_gateway();
    sandbox.run("d1", Outcome::Live, &[("rest-api-id", "abc")]);
    let by_hand = rusqlite::Connection::open(sandbox.path()).unwrap();
    for sql in [
        "UPDATE journal SET at = 0",
        "DELETE FROM journal",
        "UPDATE journal SET entry = '{}' WHERE seq = 1",
    ] {
        let refused = by_hand.execute(sql, []).unwrap_err().to_string();
        assert!(refused.contains("only ever appended"), "{sql}: {refused}");
    }
}

#[test]
fn runs_are_listed_newest_first_by_api_and_gateway() {
    let sandbox = Sandbox::with_api_and_gateway();
    let catalog = &sandbox.catalog;
    catalog.gateways().create(&gateway("gw2", "stage")).unwrap();
    catalog
        .apis()
        .create(&api("api2", "pets", "1"), "")
        .unwrap();
    for number in 0..12 {
        let (api, gateway) = [("api", "gw"), ("api", "gw2"), ("api2", "gw")][number % 3];
        let id = format!("d{number:02}");
        catalog.begin(&header(&id, api, gateway)).unwrap();
        sandbox.append(&id, 1, &finished(Outcome::Live));
    }
    let list = |api: Option<&str>, gateway: Option<&str>, offset, limit| {
        let filter = RunFilter {
            api: api.map(ApiId::new),
            gateway: gateway.map(GatewayId::new),
        };
        let page = catalog
            .runs()
            .list(&filter, Page { offset, limit })
            .unwrap();
        let ids: Vec<String> = page
            .items
            .iter()
            .map(|row| row.header.deployment.to_string())
            .collect();
        (ids.join(" "), page.total)
    };
    assert_eq!(list(None, None, 0, 3), ("d11 d10 d09".to_owned(), 12));
    assert_eq!(list(None, None, 10, 5), ("d01 d00".to_owned(), 12));
    assert_eq!(list(Some("api"), None, 0, 3), ("d10 d09 d07".to_owned(), 8));
    assert_eq!(
        list(None, Some("gw2"), 0, 9),
        ("d10 d07 d04 d01".to_owned(), 4)
    );
    assert_eq!(
        list(Some("api"), Some("gw"), 1, 2),
        ("d06 d03".to_owned(), 4)
    );
    assert_eq!(list(Some("none"), None, 0, 9), (String::new(), 0));
}

#[test]
fn apis_that_were_ever_deployed_are_listed_also_when_they_are_nowhere_now() {
    let sandbox = Sandbox::with_api_and_gateway();
    let catalog = &sandbox.catalog;
    catalog
        .apis()
        .create(&api("api2", "pets", "1"), "")
        .unwrap();
    assert_eq!(catalog.apis().deployed().unwrap(), []);
    sandbox.run("d1", Outcome::Live, &[]);
    sandbox.run("d2", Outcome::Withdrawn, &[]);
    let deployed = catalog.apis().deployed().unwrap();
    assert_eq!(deployed, [api("api", "orders", "1.0.0")]);
}
