//! What is where now.

use gw_catalog::{PlacedCanary, Placement, PlacementState};
use gw_connector::{CanaryChange, Outputs};
use gw_deploy::{Entry, Journal, Outcome, RunHeader};
use gw_model::{ApiId, Code, GatewayId, Percent, RevisionId, StageSettings, UnixMillis};

use crate::fixture::{Sandbox, api, done, finished, gateway, header, intended, outputs};

fn placement(sandbox: &Sandbox) -> Option<Placement> {
    sandbox
        .catalog
        .placements()
        .get(&ApiId::new("api"), &GatewayId::new("gw"))
        .unwrap()
}

fn with_account(pairs: &[(&str, &str)]) -> Outputs {
    let mut all = outputs(pairs);
    all.insert("account".to_owned(), "123456789012".to_owned());
    all
}

#[test]
fn a_run_that_went_live_says_what_is_there() {
    let sandbox = Sandbox::with_api_and_gateway();
    assert_eq!(placement(&sandbox), None);
    sandbox.run("d1", Outcome::Live, &[("rest-api-id", "abc")]);
    let sandbox = sandbox.reopen();
    let expected = Placement {
        api: ApiId::new("api"),
        gateway: GatewayId::new("gw"),
        revision: Some(RevisionId::new("rev_d1")),
        digest: Some("digest-d1".to_owned()),
        canary: None,
        outputs: with_account(&[("rest-api-id", "abc")]),
        settings: None,
        invoke_url: Some("https://abc.example/live".to_owned()),
        deployment: gw_model::DeploymentId::new("d1"),
        at: UnixMillis(3),
        state: PlacementState::Live,
    };
    assert_eq!(placement(&sandbox), Some(expected.clone()));
    assert_eq!(
        sandbox.catalog.placements().list().unwrap(),
        std::slice::from_ref(&expected)
    );
    assert_eq!(
        sandbox
            .catalog
            .placements()
            .of_api(&ApiId::new("api"))
            .unwrap(),
        std::slice::from_ref(&expected)
    );
    assert_eq!(
        sandbox
            .catalog
            .placements()
            .on_gateway(&GatewayId::new("gw"))
            .unwrap(),
        [expected]
    );
    assert_eq!(
        sandbox
            .catalog
            .placements()
            .on_gateway(&GatewayId::new("other"))
            .unwrap(),
        []
    );
}

#[test]
fn what_was_wanted_of_the_stage_stays_known_when_a_run_goes_back() {
    let sandbox = Sandbox::with_api_and_gateway();
    let wanted = StageSettings {
        tracing: Some(true),
        ..StageSettings::default()
    };
    let run = |header: RunHeader| {
        let deployment = header.deployment.clone();
        sandbox.catalog.begin(&header).unwrap();
        let end = Entry::Finished {
            outcome: Outcome::Live,
            fault: None,
            invoke_url: None,
        };
        sandbox
            .catalog
            .append(&deployment, UnixMillis(2), &end)
            .unwrap();
        placement(&sandbox).unwrap().settings
    };
    let published = RunHeader {
        settings: Some(wanted.clone()),
        ..header("d1", "api", "gw")
    };
    assert_eq!(run(published), Some(wanted.clone()));
    let returned = RunHeader {
        returned_to: Some("k1".to_owned()),
        ..header("d2", "api", "gw")
    };
    assert_eq!(run(returned), Some(wanted));
    // A journal of an older version does not say.
    assert_eq!(run(header("d3", "api", "gw")), None);
}

#[test]
fn an_unfinished_run_moves_nothing() {
    let sandbox = Sandbox::with_api_and_gateway();
    sandbox.run("d1", Outcome::Live, &[("rest-api-id", "abc")]);
    let before = placement(&sandbox);
    sandbox.catalog.begin(&header("d2", "api", "gw")).unwrap();
    sandbox.append("d2", 5, &intended(0));
    sandbox.append("d2", 6, &done(0, &[("rest-api-id", "xyz")]));
    assert_eq!(placement(&sandbox), before);
}

#[test]
fn runs_that_were_taken_back_leave_what_was_there() {
    for outcome in [Outcome::RolledBack, Outcome::Cancelled] {
        let sandbox = Sandbox::with_api_and_gateway();
        sandbox.run("d1", outcome, &[("rest-api-id", "abc")]);
        assert_eq!(placement(&sandbox), None, "{outcome:?}");
        sandbox.run("d2", Outcome::Live, &[("rest-api-id", "abc")]);
        let before = placement(&sandbox);
        sandbox.run("d3", outcome, &[("rest-api-id", "xyz")]);
        assert_eq!(placement(&sandbox), before, "{outcome:?}");
    }
}

#[test]
fn an_unchanged_run_keeps_what_earlier_ones_learnt() {
    let sandbox = Sandbox::with_api_and_gateway();
    sandbox.run(
        "d1",
        Outcome::Live,
        &[("rest-api-id", "abc"), ("function-arn", "arn:1")],
    );
    sandbox.run("d2", Outcome::Unchanged, &[("rest-api-id", "abc")]);
    let after = placement(&sandbox).unwrap();
    assert_eq!(
        after.outputs,
        with_account(&[("rest-api-id", "abc"), ("function-arn", "arn:1")])
    );
    assert_eq!(
        (after.deployment.as_str(), after.digest.as_deref()),
        ("d2", Some("digest-d2"))
    );
}

#[test]
fn a_live_run_forgets_ids_that_were_not_found_again() {
    let sandbox = Sandbox::with_api_and_gateway();
    sandbox.run(
        "d1",
        Outcome::Live,
        &[("rest-api-id", "abc"), ("function-arn", "arn:1")],
    );
    sandbox.run("d2", Outcome::Live, &[("rest-api-id", "new")]);
    assert_eq!(
        placement(&sandbox).unwrap().outputs,
        with_account(&[("rest-api-id", "new")])
    );
}

#[test]
fn a_withdrawn_api_is_nowhere() {
    let sandbox = Sandbox::with_api_and_gateway();
    sandbox.run("d1", Outcome::Live, &[]);
    sandbox.run("d2", Outcome::Withdrawn, &[]);
    assert_eq!(placement(&sandbox), None);
}

#[test]
fn a_stuck_run_says_what_is_left_and_doubts_the_digest() {
    let sandbox = Sandbox::with_api_and_gateway();
    sandbox.run("d1", Outcome::Live, &[("rest-api-id", "abc")]);
    sandbox.catalog.begin(&header("d2", "api", "gw")).unwrap();
    for (at, entry) in (10..).zip([
        intended(0),
        done(0, &[("role-arn", "arn:role")]),
        intended(1),
        done(1, &[("function-arn", "arn:function")]),
        Entry::Undone { step: 1 },
        finished(Outcome::Stuck),
    ]) {
        sandbox.append("d2", at, &entry);
    }
    let stuck = placement(&sandbox).unwrap();
    assert_eq!(stuck.state, PlacementState::Stuck);
    assert_eq!(
        (stuck.revision, stuck.digest),
        (Some(RevisionId::new("rev_d1")), None)
    );
    assert_eq!(
        stuck.outputs,
        with_account(&[("rest-api-id", "abc"), ("role-arn", "arn:role")])
    );
    sandbox.run("d3", Outcome::Live, &[("rest-api-id", "abc")]);
    assert_eq!(placement(&sandbox).unwrap().state, PlacementState::Live);
}

#[test]
fn placements_are_listed_by_name() {
    let sandbox = Sandbox::with_api_and_gateway();
    let catalog = &sandbox.catalog;
    catalog
        .apis()
        .create(&api("api2", "Books", "1"), "")
        .unwrap();
    catalog.gateways().create(&gateway("gw2", "alpha")).unwrap();
    for (number, (api, gateway)) in [("api", "gw"), ("api", "gw2"), ("api2", "gw")]
        .into_iter()
        .enumerate()
    {
        let id = format!("d{number}");
        catalog.begin(&header(&id, api, gateway)).unwrap();
        sandbox.append(&id, 1, &finished(Outcome::Live));
    }
    let listed: Vec<String> = catalog
        .placements()
        .list()
        .unwrap()
        .iter()
        .map(|placement| format!("{}/{}", placement.api, placement.gateway))
        .collect();
    assert_eq!(listed, ["api2/gw", "api/gw2", "api/gw"]);
}

#[test]
fn what_is_there_is_not_forgotten_under_a_run() {
    let sandbox = Sandbox::with_api_and_gateway();
    let (api, gateway) = (ApiId::new("api"), GatewayId::new("gw"));
    sandbox.run("d1", Outcome::Live, &[]);
    sandbox.catalog.begin(&header("d2", "api", "gw")).unwrap();
    let fault = sandbox
        .catalog
        .placements()
        .forget(&api, &gateway)
        .unwrap_err();
    assert_eq!(
        (fault.code, fault.facts["deployment"].as_str()),
        (Code::DeployBusy, "d2")
    );
    sandbox.append("d2", 5, &finished(Outcome::Cancelled));
    sandbox.catalog.placements().forget(&api, &gateway).unwrap();
    assert_eq!(placement(&sandbox), None);
}

#[test]
fn a_stuck_first_run_that_is_taken_back_leaves_nothing() {
    let sandbox = Sandbox::with_api_and_gateway();
    sandbox.run("d1", Outcome::Stuck, &[("role-arn", "arn:role")]);
    assert_eq!(placement(&sandbox).unwrap().revision, None);
    for (at, entry) in (10..).zip([
        Entry::Resumed,
        Entry::Undone { step: 0 },
        finished(Outcome::RolledBack),
    ]) {
        sandbox.append("d1", at, &entry);
    }
    assert_eq!(placement(&sandbox), None);
    assert_eq!(
        sandbox
            .catalog
            .runs()
            .get(&gw_model::DeploymentId::new("d1"))
            .unwrap()
            .outcome,
        Some(Outcome::RolledBack)
    );
}

#[test]
fn standings_are_the_last_run_on_each_gateway_and_what_is_there() {
    let sandbox = Sandbox::with_api_and_gateway();
    let catalog = &sandbox.catalog;
    catalog.gateways().create(&gateway("gw2", "spare")).unwrap();
    catalog
        .apis()
        .create(&api("api2", "pets", "1"), "openapi: 3.0.3\n")
        .unwrap();
    sandbox.run("d1", Outcome::Live, &[]);
    sandbox.run("d2", Outcome::RolledBack, &[]);
    for (deployment, api, gateway) in [("d3", "api", "gw2"), ("d4", "api2", "gw")] {
        catalog.begin(&header(deployment, api, gateway)).unwrap();
    }
    let standing = |wanted: &[&str]| {
        let apis: Vec<ApiId> = wanted.iter().map(|id| ApiId::new(*id)).collect();
        let mut found: Vec<_> = catalog
            .runs()
            .standings(&apis)
            .unwrap()
            .into_iter()
            .map(|it| {
                let placed = it.placement.map(|placed| placed.deployment.to_string());
                (
                    it.last.header.deployment.to_string(),
                    it.last.outcome,
                    placed,
                )
            })
            .collect();
        found.sort_by(|a, b| a.0.cmp(&b.0));
        found
    };
    let first = (
        "d2".to_owned(),
        Some(Outcome::RolledBack),
        Some("d1".to_owned()),
    );
    let second = ("d3".to_owned(), None, None);
    let third = ("d4".to_owned(), None, None);
    assert_eq!(standing(&["api"]), [first.clone(), second.clone()]);
    assert_eq!(
        standing(&["api2", "api", "unknown"]),
        [first, second, third]
    );
    assert_eq!(standing(&[]), []);
}

#[test]
fn a_canary_stands_beside_what_is_live_and_was_not_live_before_it_is_promoted() {
    let sandbox = Sandbox::with_api_and_gateway();
    sandbox.run("d1", Outcome::Live, &[]);
    let run = |deployment: &str, canary: CanaryChange, revision: bool| {
        let mut header = header(deployment, "api", "gw");
        header.canary = Some(canary);
        if !revision {
            (header.revision, header.digest) = (None, None);
        }
        sandbox.catalog.begin(&header).unwrap();
        sandbox.append(deployment, 3, &finished(Outcome::Live));
        let placed = placement(&sandbox).unwrap();
        (
            placed.revision.unwrap().to_string(),
            placed.digest.unwrap(),
            placed.canary,
        )
    };
    let share = |percent| CanaryChange::Share {
        percent: Percent::whole(percent),
    };
    let canary = |deployment: &str, percent| {
        Some(PlacedCanary {
            revision: Some(RevisionId::new(format!("rev_{deployment}"))),
            percent: Percent::whole(percent),
        })
    };
    let first = ("rev_d1".to_owned(), "digest-d1".to_owned());
    let beside = |canary| (first.0.clone(), first.1.clone(), canary);
    assert_eq!(run("d2", share(10), true), beside(canary("d2", 10)));
    assert_eq!(run("d3", share(50), false), beside(canary("d2", 50)));
    sandbox.run("failed", Outcome::RolledBack, &[]);
    assert_eq!(placement(&sandbox).unwrap().canary, canary("d2", 50));
    assert_eq!(run("d4", CanaryChange::Drop, false), beside(None));
    run("d5", share(5), true);
    let promoted = ("rev_d6".to_owned(), "digest-d6".to_owned(), None);
    assert_eq!(run("d6", CanaryChange::Promote, true), promoted);
    sandbox.run("d7", Outcome::Live, &[]);
    let (api, gateway) = (ApiId::new("api"), GatewayId::new("gw"));
    let lineage = sandbox.catalog.runs().lineage(&api, &gateway).unwrap();
    let moved: Vec<&str> = lineage.iter().map(|it| it.deployment.as_str()).collect();
    assert_eq!(moved, ["d7", "d6", "d1"]);
    // Those that made a copy: two canaries among them.
    let kept = sandbox
        .catalog
        .prunings()
        .most_kept(&api, &gateway)
        .unwrap();
    assert_eq!(kept, 4);
}
