//! APIs: made, imported, searched, edited, exported, linted.

use gw_testkit::{Answer, Backend};
use serde_json::{Value, json};

use crate::world::{NOTES, World, access_key, aws_gateway};

fn text(text: &str) -> Value {
    json!({ "source": { "from": "text", "text": text, "file_name": "notes.yaml" } })
}

#[tokio::test]
async fn an_api_is_made_from_scratch_and_found_again() {
    let world = World::new().await;
    let create = |name: &str, version: &str| {
        json!({
            "name": name, "version": version, "base_path": "/orders",
            "backend": { "kind": "http", "url": "https://orders.example/v1" },
        })
    };
    let api = world.ok("apis.create", create("Orders", "1.0.0")).await;
    assert_eq!(api["edition"], 1);
    world.ok("apis.create", create("Orders", "2.0.0")).await;
    world.ok("apis.create", create("Invoices", "1.0.0")).await;
    world
        .refused(
            "apis.create",
            create("Orders", "1.0.0"),
            "catalog.duplicate-name",
        )
        .await;
    for (field, request) in [
        ("name", create("Or@ders", "1")),
        ("name", create(" ", "1")),
        ("version", create("Orders", "1 0")),
        (
            "base_path",
            json!({ "name": "a", "version": "1", "base_path": "a", "backend": { "kind": "mock" } }),
        ),
        (
            "backend",
            json!({ "name": "a", "version": "1", "base_path": "/", "backend": { "kind": "http", "url": "nowhere" } }),
        ),
    ] {
        assert_eq!(
            world
                .refused("apis.create", request, "request.invalid")
                .await
                .facts["field"],
            field
        );
    }
    let all = world.ok("apis.list", Value::Null).await;
    assert_eq!(all["total"], 3);
    let found = world
        .ok(
            "apis.list",
            json!({ "search": "ord 2.0", "offset": 0, "limit": 0 }),
        )
        .await;
    assert_eq!(
        (&found["total"], &found["rows"][0]["api"]["version"]),
        (&json!(1), &json!("2.0.0"))
    );
    let part = world
        .ok(
            "apis.list",
            json!({ "search": "", "offset": 2, "limit": 5 }),
        )
        .await;
    assert_eq!(
        (part["rows"].as_array().unwrap().len(), &part["total"]),
        (1, &json!(3))
    );
    world.ok("apis.remove", json!({ "api": api["id"] })).await;
    world
        .refused("apis.get", json!({ "api": api["id"] }), "catalog.not-found")
        .await;
}

#[tokio::test]
async fn text_file_and_address_import_the_same_document() {
    let world = World::new().await;
    let backend = Backend::start().unwrap();
    backend.answer(
        "GET",
        "/notes.yaml",
        Answer::status(200)
            .header("content-type", "text/yaml")
            .body(NOTES),
    );
    let path = world.sandbox.write("notes.yaml", NOTES).unwrap();
    let url = format!("{}/notes.yaml", backend.url());
    let sources = [
        json!({ "from": "text", "text": NOTES, "file_name": null }),
        json!({ "from": "file", "path": path }),
        json!({ "from": "url", "url": url, "allow_private": true }),
    ];
    for (number, source) in sources.into_iter().enumerate() {
        let version = format!("1.0.{number}");
        let imported = world
            .ok(
                "apis.import",
                json!({ "source": source, "version": version }),
            )
            .await;
        assert_eq!(
            (&imported["operations"], &imported["api"]["name"]),
            (&json!(3), &json!("Notes"))
        );
        assert_eq!(imported["api"]["version"], version.as_str());
        let exported = world
            .ok(
                "apis.export",
                json!({ "api": imported["api"]["id"], "format": "openapi" }),
            )
            .await;
        assert_eq!(
            exported["text"], NOTES,
            "the document is stored byte for byte"
        );
    }
    let refused = json!({ "source": { "from": "url", "url": url, "allow_private": false } });
    world
        .refused("apis.import", refused, "network.refused-address")
        .await;
    assert_eq!(
        backend.requests().len(),
        1,
        "a refused address is not asked"
    );
    let gone = format!("{}/gone.yaml", backend.url());
    backend.answer("GET", "/gone.yaml", Answer::status(404));
    let missing = json!({ "source": { "from": "url", "url": gone, "allow_private": true } });
    let fault = world
        .refused("apis.import", missing, "network.bad-answer")
        .await;
    assert_eq!(fault.facts["status"], "404");
    let missing =
        json!({ "source": { "from": "file", "path": world.sandbox.path("nowhere.yaml") } });
    world
        .refused("apis.import", missing, "file.unreadable")
        .await;
    let folder = json!({ "source": { "from": "file", "path": world.sandbox.home() } });
    world
        .refused("apis.import", folder, "catalog.duplicate-name")
        .await;
}

#[tokio::test]
async fn an_edit_of_an_older_edition_is_refused_and_loses_nothing() {
    let world = World::new().await;
    let api = world.ok("apis.import", text(NOTES)).await["api"].clone();
    let update = |edition: u64, name: &str| {
        json!({
            "api": api["id"], "edition": edition, "name": name, "version": "1.0.0", "base_path": "/n",
            "backend": { "kind": "mock" },
        })
    };
    let renamed = world.ok("apis.update", update(1, "Memos")).await;
    assert_eq!(
        (&renamed["edition"], &renamed["name"]),
        (&json!(2), &json!("Memos"))
    );
    world
        .refused(
            "apis.update",
            update(1, "Other"),
            "catalog.changed-meanwhile",
        )
        .await;
    let changed = NOTES.replace("List notes", "All notes");
    let stale = json!({ "api": api["id"], "edition": 1, "text": changed });
    world
        .refused("apis.save_document", stale, "catalog.changed-meanwhile")
        .await;
    let view = world.ok("apis.document", json!({ "api": api["id"] })).await;
    assert_eq!(
        (&view["text"], &view["syntax"], &view["edition"]),
        (&json!(NOTES), &json!("yaml"), &json!(2))
    );
    let saved = world
        .ok(
            "apis.save_document",
            json!({ "api": api["id"], "edition": 2, "text": changed }),
        )
        .await;
    assert_eq!(
        (&saved["edition"], &saved["text"]),
        (&json!(3), &json!(changed))
    );
}

#[tokio::test]
async fn unfinished_text_is_saved_with_its_problems() {
    let world = World::new().await;
    let api = world.ok("apis.import", text(NOTES)).await["api"].clone();
    let broken = format!("{NOTES}  /broken: [\n");
    let saved = world
        .ok(
            "apis.save_document",
            json!({ "api": api["id"], "edition": 1, "text": broken }),
        )
        .await;
    assert_eq!(saved["text"], broken.as_str());
    let problem = &saved["diagnostics"][0];
    assert_eq!(problem["severity"], "error");
    assert!(
        problem["place"]["line"].as_u64().unwrap() >= 38,
        "{problem}"
    );
    let exported = world
        .ok(
            "apis.export",
            json!({ "api": api["id"], "format": "openapi" }),
        )
        .await;
    assert_eq!(exported["text"], broken.as_str());
    world
        .refused(
            "apis.export",
            json!({ "api": api["id"], "format": "aws" }),
            "plan.refused",
        )
        .await;
}

#[tokio::test]
async fn the_aws_export_is_what_aws_would_be_sent() {
    let world = World::new().await;
    let backend = json!({ "kind": "http", "url": "https://notes.example/v1" });
    let api = world.notes(backend).await;
    let to = world.sandbox.path("out.json");
    let asked = json!({ "api": api["id"], "format": "aws", "gateway": null, "path": to });
    let exported = world.ok("apis.export", asked).await;
    let document: Value = serde_json::from_str(exported["text"].as_str().unwrap()).unwrap();
    let integration = &document["paths"]["/notes/{id}"]["get"]["x-amazon-apigateway-integration"];
    assert_eq!(
        integration["type"].as_str().unwrap().to_lowercase(),
        "http_proxy",
        "{integration}"
    );
    assert_eq!(exported["file_name"], "notes-1.0.0.aws.json");
    assert_eq!(
        std::fs::read_to_string(&to).unwrap(),
        exported["text"].as_str().unwrap()
    );
    let nowhere = json!({ "api": api["id"], "format": "aws", "path": world.sandbox.path("no/such/folder/out.json") });
    world
        .refused("apis.export", nowhere, "file.unwritable")
        .await;
    let local = world.local("here").await;
    let wrong = json!({ "api": api["id"], "format": "aws", "gateway": local });
    assert_eq!(
        world
            .refused("apis.export", wrong, "request.invalid")
            .await
            .facts["field"],
        "gateway"
    );
    let key = access_key("AKIAEXAMPLEEXAMPLE12", "secret", None);
    let aws = world
        .ok(
            "gateways.create",
            aws_gateway("prod", "eu-west-1", "prod", "", &key),
        )
        .await;
    world
        .ok(
            "apis.export",
            json!({ "api": api["id"], "format": "aws", "gateway": aws["id"] }),
        )
        .await;
}

#[tokio::test]
async fn lint_reads_an_api_a_draft_and_a_file() {
    let world = World::new().await;
    let api = world.notes(json!({ "kind": "mock" })).await;
    let clean = world
        .ok(
            "apis.lint",
            json!({ "subject": { "from": "api", "api": api["id"] }, "target": "local" }),
        )
        .await;
    assert_eq!(clean["errors"], 0, "{clean}");
    let wrong = NOTES.replace("operationId: addNote", "operationId: listNotes");
    let draft =
        json!({ "subject": { "from": "draft", "api": api["id"], "text": wrong }, "target": null });
    let found = world.ok("apis.lint", draft).await;
    assert!(
        found["errors"].as_u64().unwrap() >= 1,
        "a duplicate operation id was not found: {found}"
    );
    assert!(found["diagnostics"][0]["place"]["line"].as_u64().unwrap() > 1);
    let kept = world.ok("apis.document", json!({ "api": api["id"] })).await;
    assert_eq!(kept["text"], NOTES, "a draft is not saved");
    let path = world.sandbox.write("wrong.yaml", &wrong).unwrap();
    let file = world
        .ok(
            "apis.lint",
            json!({ "subject": { "from": "file", "path": path }, "target": "aws" }),
        )
        .await;
    assert!(
        file["errors"].as_u64() >= found["errors"].as_u64(),
        "{file}"
    );
}

#[tokio::test]
async fn the_detail_lists_operations_in_document_order() {
    let world = World::new().await;
    let api = world.notes(json!({ "kind": "mock" })).await;
    let detail = world.ok("apis.get", json!({ "api": api["id"] })).await;
    let operations: Vec<&str> = detail["operations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["operation"].as_str().unwrap())
        .collect();
    assert_eq!(operations, ["GET /notes", "POST /notes", "GET /notes/{id}"]);
}

#[tokio::test]
async fn what_aws_says_is_explained_and_found() {
    let world = World::new().await;
    let api = world.notes(json!({ "kind": "mock" })).await;
    let answer = "Errors found during import:\n\tUnable to put integration on 'GET' for resource at path '/notes': Invalid HTTP endpoint specified for URI\n\tSomething AWS never said";
    let found = world
        .ok(
            "apis.explain",
            json!({ "message": answer, "api": api["id"] }),
        )
        .await;
    assert_eq!(found["known"], 1, "{found}");
    let first = &found["messages"][0];
    assert_eq!(first["rules"][0]["id"], "GW025", "{found}");
    assert_eq!(first["place"]["pointer"], "/paths/~1notes/get", "{found}");
    assert!(first["place"]["line"].as_u64().unwrap() > 1, "{found}");
    assert_eq!(found["messages"][1]["meaning"], Value::Null);
    let alone = world
        .ok("apis.explain", json!({ "message": "Rate exceeded" }))
        .await;
    assert_eq!(alone["known"], 1, "{alone}");
    assert_eq!(alone["messages"][0]["place"], Value::Null);
}
