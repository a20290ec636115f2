//! What is wanted of stages.

use gw_model::{ApiId, Code, GatewayId, LogLevel, StageSettings};

use crate::fixture::Sandbox;

fn wanted() -> StageSettings {
    StageSettings {
        variables: [("stock".to_owned(), Some("blue".to_owned()))].into(),
        logging: Some(LogLevel::Error),
        ..StageSettings::default()
    }
}

#[test]
fn what_is_wanted_is_kept_until_nothing_is() {
    let sandbox = Sandbox::with_api_and_gateway();
    let (api, gateway) = (ApiId::new("api"), GatewayId::new("gw"));
    let stages = sandbox.catalog.stages();
    assert!(stages.get(&api, &gateway).unwrap().is_empty());
    stages.put(&api, &gateway, &wanted()).unwrap();
    let sandbox = sandbox.reopen();
    let stages = sandbox.catalog.stages();
    assert_eq!(stages.get(&api, &gateway).unwrap(), wanted());
    stages
        .put(&api, &gateway, &StageSettings::default())
        .unwrap();
    assert!(stages.get(&api, &gateway).unwrap().is_empty());
}

#[test]
fn it_goes_with_its_api_and_needs_one() {
    let sandbox = Sandbox::with_api_and_gateway();
    let (api, gateway) = (ApiId::new("api"), GatewayId::new("gw"));
    let stages = sandbox.catalog.stages();
    stages.put(&api, &gateway, &wanted()).unwrap();
    sandbox.catalog.apis().remove(&api).unwrap();
    assert!(stages.get(&api, &gateway).unwrap().is_empty());
    let fault = stages.put(&api, &gateway, &wanted()).unwrap_err();
    assert_eq!(fault.code, Code::CatalogNotFound);
}
