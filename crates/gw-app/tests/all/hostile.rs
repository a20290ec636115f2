//! Documents that are empty, broken, huge or made to harm. Each ends soon, in a fault with a code and a place or in an
//! API with findings; nothing is half stored.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::world::World;

fn import(text: &str) -> Value {
    json!({ "source": { "from": "text", "text": text, "file_name": "odd.yaml" } })
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_with_its_place() {
    let world = World::new().await;
    let cases = [
        ("", "document.empty"),
        ("   \n\n", "document.empty"),
        ("# only a comment\n", "document.empty"),
        ("openapi: 3.0.3\ninfo: {title: [\n", "document.malformed"),
        ("{\"openapi\": \"3.0.3\", \"info\": }", "document.malformed"),
        ("just some words", "document.unsupported"),
        ("swagger: '1.2'\n", "document.unsupported"),
        ("[1, 2, 3]", "document.unsupported"),
    ];
    for (text, code) in cases {
        let fault = match world.call("apis.import", import(text)).await {
            Ok(response) => panic!("{text:?} was taken: {response}"),
            Err(fault) => fault,
        };
        assert_eq!(fault.code.as_str(), code, "{text:?}: {fault:?}");
        assert!(
            fault.summary.contains("odd.yaml") && !fault.advice.is_empty(),
            "{fault:?}"
        );
        if code == "document.malformed" {
            assert_ne!(fault.facts["line"], "0", "{text:?} has no place: {fault:?}");
        }
    }
    let bytes = world
        .sandbox
        .write("binary.yaml", [0xff, 0x00, 0xfe, 0x80])
        .unwrap();
    let file = json!({ "source": { "from": "file", "path": bytes } });
    world
        .refused("apis.import", file, "document.malformed")
        .await;
    assert_eq!(world.ok("apis.list", Value::Null).await["total"], 0);
}

#[tokio::test]
async fn a_billion_laughs_are_not_laughed() {
    let world = World::new().await;
    let mut text = String::from(
        "openapi: 3.0.3\ninfo: {title: Laughs, version: '1'}\npaths: {}\nx0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n",
    );
    for level in 1..30 {
        let below = level - 1;
        let nine = vec![format!("*a{below}"); 9].join(", ");
        writeln!(text, "x{level}: &a{level} [{nine}]").unwrap();
    }
    let begun = Instant::now();
    world
        .refused("apis.import", import(&text), "document.hostile")
        .await;
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "it took {:?}",
        begun.elapsed()
    );
    assert_eq!(world.ok("apis.list", Value::Null).await["total"], 0);
}

#[tokio::test]
async fn circles_and_other_files_are_findings_and_nothing_is_fetched() {
    let world = World::new().await;
    let backend = gw_testkit::Backend::start().unwrap();
    world.sandbox.write("other.yaml", "type: string\n").unwrap();
    let text = format!(
        "openapi: 3.0.3\ninfo: {{title: Circles, version: '1'}}\npaths:\n  /a:\n    get:\n      responses:\n        '200':\n          \
         description: ok\n          content:\n            application/json:\n              schema: {{$ref: '#/components/schemas/A'}}\n  \
         /b:\n    get:\n      responses:\n        '200':\n          description: ok\n          content:\n            \
         application/json:\n              schema: {{$ref: './other.yaml'}}\n  /c:\n    get:\n      responses:\n        '200':\n          \
         $ref: '{}/remote.yaml'\ncomponents:\n  schemas:\n    A: {{$ref: '#/components/schemas/B'}}\n    B: {{$ref: '#/components/schemas/A'}}\n    \
         Tree: {{type: object, properties: {{left: {{$ref: '#/components/schemas/Tree'}}}}}}\n",
        backend.url()
    );
    let path = world.sandbox.write("circles.yaml", &text).unwrap();
    let imported = world
        .ok(
            "apis.import",
            json!({ "source": { "from": "file", "path": path } }),
        )
        .await;
    assert_eq!(imported["operations"], 3);
    let rules: Vec<&str> = imported["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["rule"].as_str().unwrap())
        .collect();
    assert!(
        rules.contains(&"oas-ref-circular") && rules.contains(&"oas-ref-external"),
        "{rules:?}"
    );
    assert!(
        backend.requests().is_empty(),
        "a remote reference was fetched"
    );
    let gateway = world.local("here").await;
    for operation in ["GET /a", "GET /b"] {
        let asked =
            json!({ "api": imported["api"]["id"], "gateway": gateway, "operation": operation });
        world.ok("console.prepare", asked).await;
    }
}

#[tokio::test]
async fn twenty_megabytes_are_read() {
    let world = World::new().await;
    let mut text = String::from(
        "{\"openapi\":\"3.0.3\",\"info\":{\"title\":\"Huge\",\"version\":\"1\"},\"paths\":{",
    );
    let filler = "words ".repeat(1_500);
    let mut count = 0_u32;
    while text.len() < 20 * 1024 * 1024 {
        let comma = if count == 0 { "" } else { "," };
        write!(
            text,
            "{comma}\"/p{count}\":{{\"get\":{{\"description\":\"{filler}\",\"responses\":{{\"200\":{{\"description\":\"ok\"}}}}}}}}"
        )
        .unwrap();
        count += 1;
    }
    text.push_str("}}");
    let path = world.sandbox.write("huge.json", &text).unwrap();
    let imported = world
        .ok(
            "apis.import",
            json!({ "source": { "from": "file", "path": path } }),
        )
        .await;
    assert_eq!(imported["operations"], count);
    let id = &imported["api"]["id"];
    let exported = world
        .ok("apis.export", json!({ "api": id, "format": "openapi" }))
        .await;
    assert!(
        exported["text"].as_str() == Some(text.as_str()),
        "the document came back changed"
    );
}

#[tokio::test]
async fn more_than_is_read_is_refused_unread() {
    let world = World::new().await;
    let path = world.sandbox.path("sparse.yaml");
    let file = std::fs::File::create(&path).unwrap();
    file.set_len(200 * 1024 * 1024).unwrap();
    let fault = world
        .refused(
            "apis.import",
            json!({ "source": { "from": "file", "path": path } }),
            "document.too-large",
        )
        .await;
    assert_eq!(fault.facts["bytes"], (200 * 1024 * 1024).to_string());
}
