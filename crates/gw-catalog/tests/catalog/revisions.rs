//! Revisions, plans and settings.

use gw_catalog::Page;
use gw_model::{ApiId, Backend, Code, Policies, Revision, RevisionId, UnixMillis};
use gw_plan::Plan;

use crate::fixture::Sandbox;

fn revision(document: &str) -> Revision {
    Revision {
        api: ApiId::new("api"),
        name: "orders".to_owned(),
        version: "1.0.0".to_owned(),
        base_path: "/orders".to_owned(),
        backend: Backend::Http {
            url: "https://backend.example".to_owned(),
        },
        policies: Policies::default(),
        key_manager: None,
        document: document.to_owned(),
    }
}

#[test]
fn a_revision_is_kept_once_under_its_digest() {
    let sandbox = Sandbox::new();
    let revisions = sandbox.catalog.revisions();
    let first = revision("openapi: 3.1.0 # ✓ \u{2028}");
    let id = revisions.put(&first, UnixMillis(5)).unwrap();
    assert_eq!(id, first.id());
    assert_eq!(revisions.put(&first, UnixMillis(9)).unwrap(), id);
    let second = revisions.put(&revision("two"), UnixMillis(6)).unwrap();
    assert_eq!(revisions.get(&id).unwrap(), first);
    let rows = revisions.list(&ApiId::new("api"), Page::default()).unwrap();
    assert_eq!(rows.total, 2);
    assert_eq!(
        (&rows.items[0].id, &rows.items[1].id),
        (&second, &id),
        "newest first"
    );
    assert_eq!(rows.items[1].made_at, UnixMillis(5));
    assert_eq!(
        revisions
            .list(&ApiId::new("other"), Page::default())
            .unwrap()
            .total,
        0
    );
    assert_eq!(
        revisions.get(&RevisionId::new("rev_0")).unwrap_err().code,
        Code::CatalogNotFound
    );
}

#[test]
fn a_revision_never_changes_and_damage_is_told() {
    let sandbox = Sandbox::new();
    let id = sandbox
        .catalog
        .revisions()
        .put(&revision("one"), UnixMillis(5))
        .unwrap();
    let by_hand = rusqlite::Connection::open(sandbox.path()).unwrap();
    let refused = by_hand
        .execute("UPDATE revisions SET content = x'00'", [])
        .unwrap_err()
        .to_string();
    assert!(refused.contains("never changes"), "{refused}");
    by_hand
        .execute_batch("DROP TRIGGER revisions_never_change; UPDATE revisions SET content = CAST(replace(content, 'one', 'two') AS BLOB);")
        .unwrap();
    let fault = sandbox.catalog.revisions().get(&id).unwrap_err();
    assert_eq!(fault.code, Code::CatalogDamaged);
    assert_eq!(fault.facts["record"], format!("revision {id}"));
}

#[test]
fn a_plan_is_kept_once_under_its_digest() {
    let sandbox = Sandbox::new();
    let plans = sandbox.catalog.plans();
    let plan = Plan {
        api: ApiId::new("api"),
        revision: RevisionId::new("rev_1"),
        name: "orders".to_owned(),
        version: "1.0.0".to_owned(),
        description: String::new(),
        base_path: "/".to_owned(),
        routes: Vec::new(),
        token_check: None,
        cors: None,
        resources: 0,
        schemas: gw_plan::Schemas::default(),
        own: gw_plan::Own::default(),
    };
    assert_eq!(plans.get("d").unwrap(), None);
    plans.put("d", &plan).unwrap();
    plans.put("d", &plan).unwrap();
    assert_eq!(plans.get("d").unwrap(), Some(plan));
}

#[test]
fn settings_are_kept_replaced_and_removed() {
    let sandbox = Sandbox::new();
    let settings = sandbox.catalog.settings();
    assert_eq!(settings.get::<u32>("page.zoom").unwrap(), None);
    settings.put("page.zoom", &125).unwrap();
    settings.put("page.zoom", &150).unwrap();
    let sandbox = sandbox.reopen();
    let settings = sandbox.catalog.settings();
    assert_eq!(settings.get::<u32>("page.zoom").unwrap(), Some(150));
    assert_eq!(
        settings.get::<String>("page.zoom").unwrap(),
        None,
        "of another shape"
    );
    settings.remove("page.zoom").unwrap();
    settings.remove("page.zoom").unwrap();
    assert_eq!(settings.get::<u32>("page.zoom").unwrap(), None);
}
