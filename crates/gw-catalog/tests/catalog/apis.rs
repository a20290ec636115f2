//! APIs, their documents, and finding them.

use gw_catalog::{Catalog, Page};
use gw_deploy::Outcome;
use gw_model::{ApiId, Code, GatewayId};

use crate::fixture::{Sandbox, api};

fn found(catalog: &Catalog, search: &str) -> Vec<String> {
    let listed = catalog.apis().list(search, Page::default()).unwrap();
    assert_eq!(listed.total, listed.items.len() as u64);
    listed
        .items
        .iter()
        .map(|api| format!("{}@{}", api.name, api.version))
        .collect()
}

#[test]
fn an_api_and_its_document_come_back_as_they_were_kept() {
    let sandbox = Sandbox::new();
    let kept = api("a1", "orders", "1.0.0");
    let document = "openapi: 3.0.3\n# naïve — ✓\r\n\tinfo: {}\0\n";
    sandbox.catalog.apis().create(&kept, document).unwrap();
    let sandbox = sandbox.reopen();
    assert_eq!(
        sandbox.catalog.apis().with_document(&kept.id).unwrap(),
        (kept.clone(), document.to_owned())
    );
    assert_eq!(sandbox.catalog.apis().document(&kept.id).unwrap(), document);
    assert_eq!(sandbox.catalog.apis().get(&kept.id).unwrap(), kept);
}

#[test]
fn a_save_over_somebody_elses_is_refused() {
    let sandbox = Sandbox::new();
    let apis = sandbox.catalog.apis();
    let first = api("a1", "orders", "1.0.0");
    apis.create(&first, "one").unwrap();
    let saved = apis.update(&first, Some("two")).unwrap();
    assert_eq!(saved.edition, 2);
    let fault = apis.update(&first, Some("three")).unwrap_err();
    assert_eq!(fault.code, Code::CatalogChanged);
    assert_eq!(
        (
            fault.facts["edited"].as_str(),
            fault.facts["stored"].as_str()
        ),
        ("1", "2")
    );
    assert_eq!(
        apis.with_document(&first.id).unwrap(),
        (saved.clone(), "two".to_owned())
    );
    let again = apis.update(&saved, None).unwrap();
    assert_eq!(
        (again.edition, apis.document(&first.id).unwrap()),
        (3, "two".to_owned())
    );
}

#[test]
fn one_name_and_version_is_one_api() {
    let sandbox = Sandbox::new();
    let apis = sandbox.catalog.apis();
    apis.create(&api("a1", "Café", "1.0.0-RC1"), "").unwrap();
    let fault = apis
        .create(&api("a2", "CAFÉ", "1.0.0-rc1"), "")
        .unwrap_err();
    assert_eq!(
        (fault.code, fault.facts["name"].as_str()),
        (Code::CatalogDuplicateName, "CAFÉ@1.0.0-rc1")
    );
    apis.create(&api("a2", "café", "2.0.0"), "").unwrap();
    let fault = apis
        .update(&api("a2", "CAFÉ", "1.0.0-RC1"), Some("lost?"))
        .unwrap_err();
    assert_eq!(fault.code, Code::CatalogDuplicateName);
    assert_eq!(apis.document(&ApiId::new("a2")).unwrap(), "");
}

#[test]
fn a_name_finds_its_api_and_versions_are_asked_for() {
    let sandbox = Sandbox::new();
    let apis = sandbox.catalog.apis();
    for (id, name, version) in [
        ("a1", "orders", "1.10.0"),
        ("a2", "orders", "1.9.0"),
        ("a3", "pets", "1"),
        ("a4", "mail@home", "2"),
    ] {
        apis.create(&api(id, name, version), "").unwrap();
    }
    assert_eq!(apis.by_name("Pets").unwrap().id, ApiId::new("a3"));
    assert_eq!(apis.by_name("orders@1.9.0").unwrap().id, ApiId::new("a2"));
    assert_eq!(apis.by_name("mail@home").unwrap().id, ApiId::new("a4"));
    assert_eq!(apis.by_name("mail@home@2").unwrap().id, ApiId::new("a4"));
    let fault = apis.by_name("orders").unwrap_err();
    assert_eq!(
        (fault.code, fault.facts["versions"].as_str()),
        (Code::CatalogAmbiguous, "1.9.0, 1.10.0")
    );
    assert!(fault.advice.contains("orders@1.10.0"), "{}", fault.advice);
    for name in ["order", "orders@3", "orders@", "@", ""] {
        assert_eq!(
            apis.by_name(name).unwrap_err().code,
            Code::CatalogNotFound,
            "{name:?}"
        );
    }
    let versions: Vec<String> = apis
        .versions("ORDERS")
        .unwrap()
        .into_iter()
        .map(|api| api.version)
        .collect();
    assert_eq!(versions, ["1.9.0", "1.10.0"]);
}

#[test]
fn a_search_looks_at_name_version_and_base_path() {
    let sandbox = Sandbox::new();
    let catalog = &sandbox.catalog;
    let mut shop = api("a1", "Web Shop", "2024-11");
    shop.base_path = "/store".to_owned();
    catalog
        .apis()
        .create(&shop, "pets are not in the name")
        .unwrap();
    catalog
        .apis()
        .create(&api("a2", "pets", "1.0.0"), "")
        .unwrap();
    catalog
        .apis()
        .create(&api("a3", "Größe", "1.1.0"), "")
        .unwrap();
    assert_eq!(
        found(catalog, ""),
        ["Größe@1.1.0", "pets@1.0.0", "Web Shop@2024-11"]
    );
    assert_eq!(found(catalog, "pets"), ["pets@1.0.0"]);
    assert_eq!(found(catalog, "SHOP"), ["Web Shop@2024-11"]);
    assert_eq!(found(catalog, "store"), ["Web Shop@2024-11"]);
    assert_eq!(found(catalog, "2024 web"), ["Web Shop@2024-11"]);
    assert_eq!(found(catalog, "grÖSS"), Vec::<String>::new());
    assert_eq!(found(catalog, "GRÖ"), ["Größe@1.1.0"]);
    // Words too short for the trigram index, alone and beside a longer one.
    assert_eq!(found(catalog, "1."), ["Größe@1.1.0", "pets@1.0.0"]);
    assert_eq!(found(catalog, "v1 pets"), ["pets@1.0.0"]);
    assert_eq!(found(catalog, "zz"), Vec::<String>::new());
}

#[test]
fn a_search_is_never_read_as_a_query_language() {
    let sandbox = Sandbox::new();
    let catalog = &sandbox.catalog;
    catalog
        .apis()
        .create(&api("a1", "say \"hi\" OR *", "1"), "")
        .unwrap();
    catalog.apis().create(&api("a2", "plain", "1"), "").unwrap();
    assert_eq!(found(catalog, "\"hi\""), ["say \"hi\" OR *@1"]);
    for search in [
        "NOT plain",
        "plain OR say",
        "search:plain",
        "pla*",
        "'; DROP TABLE apis; --",
        "plain\0nothing",
        "(((",
        "\"\"\"",
    ] {
        assert_eq!(found(catalog, search), Vec::<String>::new(), "{search:?}");
    }
}

#[test]
fn a_search_follows_edits_and_removals() {
    let sandbox = Sandbox::new();
    let catalog = &sandbox.catalog;
    let first = api("a1", "orders", "1");
    catalog.apis().create(&first, "").unwrap();
    let mut renamed = first;
    renamed.name = "invoices".to_owned();
    renamed.base_path = "/invoices".to_owned();
    catalog.apis().update(&renamed, None).unwrap();
    assert_eq!(found(catalog, "orders"), Vec::<String>::new());
    assert_eq!(found(catalog, "invoices"), ["invoices@1"]);
    catalog.apis().remove(&renamed.id).unwrap();
    assert_eq!(found(catalog, "invoices"), Vec::<String>::new());
    assert_eq!(
        catalog.apis().document(&renamed.id).unwrap_err().code,
        Code::CatalogNotFound
    );
}

#[test]
fn pages_cover_the_list_without_gaps() {
    let sandbox = Sandbox::new();
    for number in 0..25 {
        sandbox
            .catalog
            .apis()
            .create(
                &api(&format!("a{number}"), &format!("api-{number:02}"), "1"),
                "",
            )
            .unwrap();
    }
    let mut names = Vec::new();
    for offset in (0..30).step_by(10) {
        let page = sandbox
            .catalog
            .apis()
            .list("api", Page { offset, limit: 10 })
            .unwrap();
        assert_eq!(page.total, 25);
        names.extend(page.items.into_iter().map(|api| api.name));
    }
    assert_eq!(
        names,
        (0..25)
            .map(|number| format!("api-{number:02}"))
            .collect::<Vec<_>>()
    );
}

#[test]
fn a_deployed_api_is_not_removed_and_says_where_it_is() {
    let sandbox = Sandbox::with_api_and_gateway();
    sandbox.run("d1", Outcome::Live, &[]);
    let id = ApiId::new("api");
    let fault = sandbox.catalog.apis().remove(&id).unwrap_err();
    assert_eq!(
        (fault.code, fault.facts["used-by"].as_str()),
        (Code::CatalogInUse, "prod")
    );
    sandbox
        .catalog
        .placements()
        .forget(&id, &GatewayId::new("gw"))
        .unwrap();
    sandbox
        .catalog
        .placements()
        .forget(&id, &GatewayId::new("gw"))
        .unwrap();
    sandbox.catalog.apis().remove(&id).unwrap();
}

#[test]
fn changes_of_a_document_are_taken_back_one_after_the_other() {
    let sandbox = Sandbox::new();
    let apis = sandbox.catalog.apis();
    let first = api("a1", "orders", "1.0.0");
    apis.create(&first, "one").unwrap();
    assert_eq!(apis.former_document(&first.id).unwrap(), None);
    let second = apis.update(&first, Some("two")).unwrap();
    // Neither a save of the same text nor one of the settings is a change of the document.
    let second = apis.update(&second, Some("two")).unwrap();
    let second = apis.update(&second, None).unwrap();
    let third = apis.update(&second, Some("three")).unwrap();
    let former = apis.former_document(&first.id).unwrap().unwrap();
    assert_eq!(former, "two");
    let stale = apis.go_back(&second, &former).unwrap_err();
    assert_eq!(stale.code, Code::CatalogChanged);
    let back = apis.go_back(&third, &former).unwrap();
    assert_eq!(back.edition, third.edition + 1);
    assert_eq!(apis.document(&first.id).unwrap(), "two");
    let former = apis.former_document(&first.id).unwrap().unwrap();
    assert_eq!(former, "one", "undoing is no change to undo");
    apis.go_back(&back, &former).unwrap();
    assert_eq!(apis.former_document(&first.id).unwrap(), None);
    assert_eq!(
        apis.former_document(&ApiId::new("nowhere"))
            .unwrap_err()
            .code,
        Code::CatalogNotFound
    );
}

#[test]
fn only_the_last_changes_can_be_taken_back() {
    let sandbox = Sandbox::new();
    let apis = sandbox.catalog.apis();
    let mut api = api("a1", "orders", "1.0.0");
    apis.create(&api, "0").unwrap();
    for text in 1..=30 {
        api = apis.update(&api, Some(&text.to_string())).unwrap();
    }
    let mut undone = Vec::new();
    while let Some(former) = apis.former_document(&api.id).unwrap() {
        api = apis.go_back(&api, &former).unwrap();
        undone.push(former.parse::<u32>().unwrap());
    }
    assert_eq!(undone, (10..30).rev().collect::<Vec<_>>());
    // Of large documents fewer are kept, of any size one.
    let large = "x".repeat(40 * 1024 * 1024);
    for text in [large.clone(), format!("{large}y"), "small".to_owned()] {
        api = apis.update(&api, Some(&text)).unwrap();
    }
    let former = apis.former_document(&api.id).unwrap().unwrap();
    assert_eq!(former.len(), large.len() + 1);
    api = apis.go_back(&api, &former).unwrap();
    assert_eq!(apis.former_document(&api.id).unwrap(), None);
}
