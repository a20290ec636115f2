//! APIs that others made: listed, read, taken over without a change, then changed with everything else kept.

use gw_connector::{
    Connector, Drift, Facet, Found, Goal, LiveState, Mark, Outputs, Owner, Protocol, ReadApi,
    StepEffect, compare,
};
use gw_model::{ApiId, Backend, Policies, Revision, Severity};
use gw_plan::{Plan, RouteSecurity};
use gw_testkit::{Localemu, Ministack};
use serde_json::{Value, json};

use crate::hand::Hand;
use crate::world::{World, connector, target, wide};

fn planned(read: &ReadApi, text: &str) -> Plan {
    let revision = Revision {
        api: ApiId::new("api_1"),
        name: read.name.clone(),
        version: read.version.clone(),
        base_path: "/".to_owned(),
        backend: Backend::Mock,
        policies: Policies::default(),
        key_manager: None,
        document: text.to_owned(),
    };
    let (plan, diagnostics) = gw_plan::compile(&revision);
    let errors: Vec<_> = diagnostics
        .iter()
        .filter(|found| found.severity == Severity::Error)
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    plan
}

/// What became of the API since its last run, as far as AWS tells.
async fn drift(world: &World, plan: &Plan) -> Vec<Drift> {
    let expected = world.connector.expect(plan, &world.target);
    let live = world.connector.examine(&world.target).await.unwrap();
    compare(&expected, &live)
}

/// What callers meet: status and body of one call of each kind.
async fn met(world: &World) -> Vec<(u16, String)> {
    let mut met = Vec::new();
    let json = ("Content-Type", "application/json");
    let token = ("Authorization", "let me in");
    for (method, path, headers, body) in [
        (
            "POST",
            "/orders?dry=1",
            &[json, token][..],
            "{\"id\":\"1\"}",
        ),
        ("POST", "/orders", &[json, token], "{\"id\":\"1\"}"),
        ("POST", "/orders?dry=1", &[json, token], "{}"),
        ("POST", "/orders?dry=1", &[json], "{\"id\":\"1\"}"),
        ("GET", "/orders/7", &[], ""),
        ("OPTIONS", "/orders", &[json], ""),
        ("GET", "/other", &[json], ""),
    ] {
        let reply = world.call(method, path, headers, body).await;
        met.push((reply.status, reply.text()));
    }
    // What a backend says of itself changes with time; that it was asked does not.
    let reply = world.call("GET", "/orders/7", &[token], "").await;
    met.push((reply.status, String::new()));
    met
}

#[tokio::test]
async fn an_api_made_by_hand_is_taken_over_without_a_change_and_changed_with_the_rest_kept() {
    let mut world = World::new();
    let hand = Hand {
        url: Localemu::shared().unwrap().url().to_owned(),
        key: world.account.clone(),
    };
    let id = hand.orders().await;
    let listed = world.connector.discover().await.unwrap().apis;
    let found: Vec<&Found> = listed.iter().filter(|one| one.id == id).collect();
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].name.as_str(), found[0].protocol, &found[0].owner),
        ("Orders by hand", Protocol::Rest, &Owner::Hand)
    );
    let stages = world.connector.stages(Protocol::Rest, &id).await.unwrap();
    assert_eq!(stages.len(), 1);
    assert_eq!(stages[0].name, "live");

    let read = world
        .connector
        .read_api(Protocol::Rest, &id, Some("live"))
        .await
        .unwrap();
    assert_eq!(read.protected, 3, "{}", read.document);
    assert_eq!(read.undeployed, [] as [&str; 0]);
    let plan = planned(&read, &read.document);
    assert!(!plan.routes.is_empty());

    // Taken over: planning it against itself changes nothing, and nothing is called but to look.
    world.target.known = read.outputs.clone();
    world.target.known_digest = Some(gw_plan::digest(&plan));
    world.proxy.clear();
    let observed = world.observe().await;
    assert_eq!(observed.state, LiveState::Live);
    let changes = world
        .connector
        .lower(Goal::Publish(&plan), &world.target, &observed)
        .unwrap();
    assert_eq!(changes, []);
    let tally = world.proxy.tally();
    assert_eq!((tally.api_gateway_changes, tally.control_plane()), (0, 1));
    let before = met(&world).await;
    let statuses: Vec<u16> = before.iter().map(|(status, _)| *status).collect();
    assert_eq!(
        statuses,
        [200, 400, 400, 401, 401, 200, 403, 200],
        "{before:?}"
    );

    assert_eq!(drift(&world, &plan).await, [] as [Drift; 0]);

    // Changed: one mock answers otherwise.
    let edited = read.document.replace("{\\\"made\\\":", "{\\\"now\\\":");
    assert_ne!(edited, read.document);
    let plan = planned(&read, &edited);
    let observed = world.observe().await;
    let changes = world
        .connector
        .lower(Goal::Publish(&plan), &world.target, &observed)
        .unwrap();
    let verbs: Vec<&str> = changes.iter().map(|change| change.verb.as_str()).collect();
    assert_eq!(
        verbs,
        [
            "aws.claim-rest-api",
            "aws.put-rest-api",
            "aws.read-back",
            "aws.create-deployment",
            "aws.update-stage",
        ]
    );
    assert_eq!(changes.last().unwrap().effect, StepEffect::MovesTraffic);
    world.run(&changes, observed.found).await.unwrap();
    let mut after = met(&world).await;
    assert_eq!(after[0].1, before[0].1.replace("made", "now"));
    after[0] = before[0].clone();
    assert_eq!(after, before, "everything else is as it was");

    // Kept: the API, its stage and settings; and what it was imported from reads the same again.
    let api = hand
        .gateway("GET", &format!("/restapis/{id}"), Value::Null)
        .await;
    assert_eq!(api["minimumCompressionSize"], 1024);
    assert_eq!(api["binaryMediaTypes"], json!(["image/png"]));
    // This emulator keeps tags set later apart from those set first, and shows them here only.
    let tags = hand.tags(&id).await;
    assert_eq!(tags["gatewright:api"], "api_1");
    let stage = hand
        .gateway("GET", &format!("/restapis/{id}/stages/live"), Value::Null)
        .await;
    assert_eq!(stage["variables"]["kept"], "yes");
    let again = world
        .connector
        .read_api(Protocol::Rest, &id, Some("live"))
        .await
        .unwrap();
    assert_eq!(again.protected, 3);
    let (was, is) = (planned(&read, &edited), planned(&again, &again.document));
    for route in &was.routes {
        let same = is
            .routes
            .iter()
            .find(|other| other.operation == route.operation);
        let same = same.unwrap_or_else(|| panic!("{} is gone", route.operation));
        assert_eq!(same.security, route.security, "{}", route.operation);
        assert_eq!(
            same.contract.checks, route.contract.checks,
            "{}",
            route.operation
        );
    }
    assert_eq!(is.own.settings, was.own.settings);

    // Published again unchanged.
    world.target.known_digest = Some(gw_plan::digest(&plan));
    // This emulator shows no tags that were set later.
    let mut changed = drift(&world, &plan).await;
    changed.retain(|drift| drift.facet != Some(Facet::Mark));
    assert_eq!(changed, [] as [Drift; 0]);
    assert_eq!(world.publish(&plan).await.unwrap(), []);
}

#[tokio::test]
async fn a_run_that_fails_after_taking_over_leaves_what_was_there() {
    let mut world = World::new();
    let hand = Hand {
        url: Localemu::shared().unwrap().url().to_owned(),
        key: world.account.clone(),
    };
    let id = hand.orders().await;
    let read = world
        .connector
        .read_api(Protocol::Rest, &id, Some("live"))
        .await
        .unwrap();
    let plan = planned(&read, &read.document);
    // A stage that served something else than the draft that was read is not taken for it.
    world.target.known = read.outputs.clone();
    let drafted = ("adopted".to_owned(), "draft".to_owned());
    world.target.known.extend([drafted]);
    world.target.known_digest = Some(gw_plan::digest(&plan));
    assert_eq!(world.observe().await.digest, None);

    world.target.known = read.outputs.clone();
    world.target.known_digest = Some("something else".to_owned());
    let before = met(&world).await;
    let observed = world.observe().await;
    let changes = world
        .connector
        .lower(Goal::Publish(&plan), &world.target, &observed)
        .unwrap();
    let mut outputs = observed.found;
    let mut receipts = Vec::new();
    for change in &changes {
        let receipt = world.apply(change, &outputs).await.unwrap();
        let probed = world
            .connector
            .probe(change, &world.mark(), &outputs)
            .await
            .unwrap();
        if change.effect != StepEffect::Read {
            outputs.extend(receipt.outputs.clone());
            let again = world
                .connector
                .probe(change, &world.mark(), &outputs)
                .await
                .unwrap();
            assert!(again.is_some() || probed.is_some(), "{}", change.verb);
        }
        outputs.extend(receipt.outputs.clone());
        receipts.push(receipt);
    }
    for receipt in receipts.iter().rev() {
        for _ in 0..2 {
            world.connector.undo(receipt, &outputs).await.unwrap();
        }
    }
    assert_eq!(met(&world).await, before);
    assert_eq!(hand.tags(&id).await.get("gatewright:api"), None);
    let stage = hand
        .gateway("GET", &format!("/restapis/{id}/stages/live"), Value::Null)
        .await;
    assert_eq!(stage["deploymentId"], read.outputs["adopted"].as_str());
}

/// This emulator pages, answers a summary of deployments, and leaves signed operations out of its export.
#[tokio::test]
async fn all_pages_are_listed_and_signed_operations_are_read_as_protected() {
    let key = Localemu::fresh_account();
    let hand = Hand {
        url: Ministack::shared().unwrap().url().to_owned(),
        key: key.clone(),
    };
    let prefix = format!("page-{key}");
    let many = 520;
    for number in 0..many {
        hand.made(
            "/restapis",
            json!({"name": format!("{prefix}-{number:04}")}),
        )
        .await;
    }
    let connector = connector(&hand.url, &key, "test");
    let listed = connector.discover().await.unwrap().apis;
    let names: Vec<&str> = listed
        .iter()
        .map(|one| one.name.as_str())
        .filter(|name| name.starts_with(&prefix))
        .collect();
    assert_eq!(names.len(), many);
    assert!(names.is_sorted());
    let id = &listed.iter().find(|one| one.name == names[0]).unwrap().id;
    let root = hand.root(id).await;
    let method = format!("/restapis/{id}/resources/{root}/methods/GET");
    hand.gateway("PUT", &method, json!({"authorizationType": "AWS_IAM"}))
        .await;
    let mock =
        json!({"type": "MOCK", "requestTemplates": {"application/json": "{\"statusCode\": 200}"}});
    hand.gateway("PUT", &format!("{method}/integration"), mock)
        .await;
    hand.gateway(
        "POST",
        &format!("/restapis/{id}/deployments"),
        json!({"stageName": "live"}),
    )
    .await;
    let read = connector
        .read_api(Protocol::Rest, id, Some("live"))
        .await
        .unwrap();
    assert_eq!(
        (read.protected, read.undeployed.len()),
        (1, 0),
        "{:?}",
        read.undeployed
    );
    let plan = planned(&read, &read.document);
    assert!(matches!(plan.routes[0].security, RouteSecurity::Own { .. }));

    let fault = connector
        .read_api(Protocol::Rest, id, Some("nowhere"))
        .await
        .unwrap_err();
    assert!(fault.advice.contains("live"), "{}", fault.advice);
}

/// Both emulators show tags of `TagResource` by `GetTags` only, AWS in its lists too; so the two ends are tried apart.
#[tokio::test]
async fn a_claim_is_found_by_its_mark_taken_back_and_seen_when_the_catalog_forgot_it() {
    let key = Localemu::fresh_account();
    let hand = Hand {
        url: Ministack::shared().unwrap().url().to_owned(),
        key: key.clone(),
    };
    let api = format!("api_{key}");
    let connector = connector(&hand.url, &key, "test");
    let (mark, other) = (Mark::new("gw-claims"), Mark::new("gw-other"));
    let id = hand
        .made(
            "/restapis",
            json!({"name": format!("claimed-{key}"), "tags": {"team": "shop"}}),
        )
        .await;
    let mut observed = connector
        .observe(&target(&api, Outputs::new()))
        .await
        .unwrap();
    observed.found.extend([
        ("rest-api-id".to_owned(), id.clone()),
        ("adopted".to_owned(), "d1".to_owned()),
    ]);
    let changes = connector
        .lower(
            Goal::Publish(&wide(1, 1)),
            &target(&api, Outputs::new()),
            &observed,
        )
        .unwrap();
    assert_eq!(changes[0].verb, "aws.claim-rest-api");
    let claim = &changes[0];
    let probe = |mark| connector.probe(claim, mark, &observed.found);
    assert_eq!(probe(&mark).await.unwrap(), None);
    let receipt = connector
        .apply(claim, &mark, &observed.found)
        .await
        .unwrap();
    assert_eq!(hand.tags(&id).await["gatewright:api"], api);
    let found = probe(&mark).await.unwrap().unwrap();
    assert_eq!(found.outputs, receipt.outputs);
    assert_eq!(probe(&other).await.unwrap(), None);
    for _ in 0..2 {
        connector.undo(&receipt, &observed.found).await.unwrap();
    }
    assert_eq!(hand.tags(&id).await, json!({"team": "shop"}));

    let tags = json!({"gatewright:api": api, "gatewright:adopted": "gw-claims"});
    let id = hand
        .made(
            "/restapis",
            json!({"name": format!("ours-{key}"), "tags": tags}),
        )
        .await;
    let found = connector
        .observe(&target(&api, Outputs::new()))
        .await
        .unwrap()
        .found;
    assert_eq!(
        (&found["rest-api-id"], &found["claimed"], &found["adopted"]),
        (&id, &"gw-claims".to_owned(), &"gw-claims".to_owned())
    );
    let listed = connector.discover().await.unwrap().apis;
    let owner = &listed.iter().find(|one| one.id == id).unwrap().owner;
    let ours = Owner::Gatewright {
        api: ApiId::new(&api),
    };
    assert_eq!(*owner, ours);
}

#[tokio::test]
async fn http_apis_are_listed_with_their_stages() {
    let key = Localemu::fresh_account();
    let hand = Hand {
        url: Ministack::shared().unwrap().url().to_owned(),
        key: key.clone(),
    };
    let name = format!("web-{key}");
    let made = hand
        .gateway(
            "POST",
            "/v2/apis",
            json!({"name": name, "protocolType": "HTTP", "tags": {"aws:cloudformation:stack-name": "web"}}),
        )
        .await;
    let id = made["apiId"].as_str().unwrap();
    hand.gateway(
        "POST",
        &format!("/v2/apis/{id}/stages"),
        json!({"stageName": "$default"}),
    )
    .await;
    let connector = connector(&hand.url, &key, "test");
    let listed = connector.discover().await.unwrap().apis;
    let found = listed
        .iter()
        .find(|one| one.id == id)
        .expect("it is listed");
    assert_eq!(found.protocol, Protocol::Http);
    assert_eq!(
        found.owner,
        Owner::CloudFormation {
            stack: "web".to_owned()
        }
    );
    let stages = connector.stages(Protocol::Http, id).await.unwrap();
    assert_eq!(stages[0].name, "$default");
    assert!(
        !stages[0].invoke_url.contains('$'),
        "{}",
        stages[0].invoke_url
    );
}
