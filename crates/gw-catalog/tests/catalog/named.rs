//! Gateways, key managers and applications.

use gw_catalog::{Page, RunFilter};
use gw_model::{ApplicationId, Code, GatewayId, KeyManagerId};

use crate::fixture::{Sandbox, api, application, gateway, key_manager, protected_by};
use gw_deploy::Outcome;

#[test]
fn a_gateway_comes_back_as_it_was_kept() {
    let sandbox = Sandbox::new();
    let kept = gateway("g1", "prod");
    sandbox.catalog.gateways().create(&kept).unwrap();
    let sandbox = sandbox.reopen();
    assert_eq!(sandbox.catalog.gateways().get(&kept.id).unwrap(), kept);
    assert_eq!(sandbox.catalog.gateways().by_name("PROD").unwrap(), kept);
    assert_eq!(sandbox.catalog.gateways().list().unwrap(), [kept]);
}

#[test]
fn names_are_unique_in_any_case() {
    let sandbox = Sandbox::new();
    let gateways = sandbox.catalog.gateways();
    gateways.create(&gateway("g1", "prod")).unwrap();
    let fault = gateways.create(&gateway("g2", "Prod")).unwrap_err();
    assert_eq!(fault.code, Code::CatalogDuplicateName);
    assert_eq!(fault.facts["name"], "Prod");
    gateways.create(&gateway("g2", "stage")).unwrap();
    let fault = gateways.update(&gateway("g2", "PROD")).unwrap_err();
    assert_eq!(fault.code, Code::CatalogDuplicateName);
    assert_eq!(
        gateways.get(&GatewayId::new("g2")).unwrap().name,
        "stage",
        "a refused edit changed something"
    );
    gateways.update(&gateway("g2", "STAGE")).unwrap();
}

#[test]
fn what_is_not_there_is_said_to_be_missing() {
    let sandbox = Sandbox::new();
    let catalog = &sandbox.catalog;
    for fault in [
        catalog.gateways().get(&GatewayId::new("x")).unwrap_err(),
        catalog.gateways().by_name("x").unwrap_err(),
        catalog.gateways().update(&gateway("x", "x")).unwrap_err(),
        catalog.gateways().remove(&GatewayId::new("x")).unwrap_err(),
        catalog.key_managers().by_name("x").unwrap_err(),
        catalog
            .applications()
            .remove(&ApplicationId::new("x"))
            .unwrap_err(),
        catalog
            .applications()
            .create(&application("a", "a", "x"))
            .unwrap_err(),
        catalog
            .apis()
            .create(&protected_by(api("api", "a", "1"), "x"), "")
            .unwrap_err(),
    ] {
        assert_eq!(fault.code, Code::CatalogNotFound, "{fault}");
        assert_eq!(fault.facts["name"], "x");
    }
}

#[test]
fn a_gateway_with_deployments_is_not_removed_and_says_which() {
    let sandbox = Sandbox::with_api_and_gateway();
    let gateways = sandbox.catalog.gateways();
    let id = GatewayId::new("gw");
    sandbox.run("d1", Outcome::Live, &[]);
    let fault = gateways.remove(&id).unwrap_err();
    assert_eq!(
        (fault.code, fault.facts["used-by"].as_str()),
        (Code::CatalogInUse, "orders@1.0.0")
    );
    sandbox.run("d2", Outcome::Withdrawn, &[]);
    gateways.remove(&id).unwrap();
    assert_eq!(
        sandbox
            .catalog
            .runs()
            .list(&RunFilter::default(), Page::default())
            .unwrap()
            .total,
        2
    );
}

#[test]
fn a_gateway_with_a_run_under_way_is_not_removed() {
    use gw_deploy::Journal;
    let sandbox = Sandbox::with_api_and_gateway();
    sandbox
        .catalog
        .begin(&crate::fixture::header("d1", "api", "gw"))
        .unwrap();
    let fault = sandbox
        .catalog
        .gateways()
        .remove(&GatewayId::new("gw"))
        .unwrap_err();
    assert_eq!(
        (fault.code, fault.facts["used-by"].as_str()),
        (Code::CatalogInUse, "orders@1.0.0")
    );
}

#[test]
fn a_key_manager_in_use_is_not_removed_and_says_by_what() {
    let sandbox = Sandbox::new();
    let catalog = &sandbox.catalog;
    catalog
        .key_managers()
        .create(&key_manager("k1", "keycloak"))
        .unwrap();
    let policy_holder = protected_by(api("api", "orders", "1.0.0"), "k1");
    catalog.apis().create(&policy_holder, "").unwrap();
    catalog
        .applications()
        .create(&application("a1", "shop", "k1"))
        .unwrap();
    let id = KeyManagerId::new("k1");
    assert_eq!(catalog.apis().trusting(&id).unwrap(), ["orders@1.0.0"]);
    assert_eq!(
        catalog.apis().trusting(&KeyManagerId::new("k2")).unwrap(),
        Vec::<String>::new()
    );
    let fault = catalog.key_managers().remove(&id).unwrap_err();
    assert_eq!(fault.code, Code::CatalogInUse);
    assert_eq!(fault.facts["used-by"], "API orders@1.0.0, application shop");
    catalog
        .applications()
        .remove(&ApplicationId::new("a1"))
        .unwrap();
    let mut open = policy_holder;
    open.policies.oauth = None;
    catalog.apis().update(&open, None).unwrap();
    catalog.key_managers().remove(&id).unwrap();
    assert_eq!(catalog.key_managers().list().unwrap(), []);
}

#[test]
fn an_application_comes_back_as_it_was_kept() {
    let sandbox = Sandbox::new();
    sandbox
        .catalog
        .key_managers()
        .create(&key_manager("k1", "keycloak"))
        .unwrap();
    let kept = application("a1", "shop", "k1");
    sandbox.catalog.applications().create(&kept).unwrap();
    assert_eq!(
        sandbox.catalog.applications().by_name("shop").unwrap(),
        kept
    );
    assert_eq!(
        sandbox
            .catalog
            .key_managers()
            .get(&KeyManagerId::new("k1"))
            .unwrap(),
        key_manager("k1", "keycloak")
    );
}
