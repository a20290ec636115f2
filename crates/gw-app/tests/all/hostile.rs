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

/// `/dev/zero` says that it is empty and never ends.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_without_end_is_refused() {
    let world = World::new().await;
    let file = json!({ "source": { "from": "file", "path": "/dev/zero" } });
    world
        .refused("apis.import", file, "document.too-large")
        .await;
}

/// Every way in which a document can name something outside itself, of a file and of an address on this machine.
#[tokio::test]
async fn nothing_that_a_document_names_is_read_or_fetched() {
    const CANARY: &str = "CanaryOutsideTheFolder0123456789";
    let world = World::new().await;
    let backend = gw_testkit::Backend::start().unwrap();
    let secret = world
        .sandbox
        .write("outside/secret.yaml", format!("type: {CANARY}\n"))
        .unwrap();
    let secret = secret.display().to_string();
    let url = backend.url();
    let mut named = vec![
        "../outside/secret.yaml".to_owned(),
        "..%2Foutside%2Fsecret.yaml#/type".to_owned(),
        "..\\\\outside\\\\secret.yaml".to_owned(),
        "linked.yaml".to_owned(),
        secret.clone(),
        format!("file://{secret}"),
        format!("file://localhost{secret}#"),
    ];
    for port in [url.clone(), url.replace("127.0.0.1", "localhost")] {
        named.extend(
            ["", "/a.yaml", "/a.yaml#/type", "/?next=http://127.0.0.1/"]
                .map(|end| format!("{port}{end}")),
        );
    }
    named.push(url.replace("http:", ""));
    let mut text = format!(
        "openapi: 3.1.0\njsonSchemaDialect: {url}/dialect\ninfo:\n  title: Outside\n  version: '1'\n  termsOfService: {url}/terms\n  \
         license: {{ name: L, url: {url}/licence }}\nexternalDocs: {{ url: {url}/docs }}\nx-include: !include {secret}\n\
         x-import: !!binary {secret}\npaths:\n"
    );
    let mut schemas = String::new();
    for (at, target) in named.iter().enumerate() {
        let reference = format!("{{ $ref: \"{target}\" }}");
        write!(
            text,
            "  /item{at}: {reference}\n  /p{at}:\n    post:\n      parameters: [{reference}]\n      requestBody: {reference}\n      \
             externalDocs: {{ url: \"{target}\" }}\n      responses:\n        '200':\n          description: x\n          \
             headers: {{ X: {reference} }}\n          links: {{ L: {{ operationRef: \"{target}\" }} }}\n          content:\n            \
             application/json: {{ schema: {{ $ref: '#/components/schemas/S{at}' }} }}\n            \
             text/plain: {{ examples: {{ e: {{ externalValue: \"{target}\" }} }} }}\n        '400': {reference}\n"
        )
        .unwrap();
        write!(
            schemas,
            "    S{at}:\n      $id: \"{target}\"\n      $schema: \"{target}\"\n      properties:\n        a: {reference}\n        \
             b: {{ $dynamicRef: \"{target}\" }}\n      discriminator: {{ propertyName: a, mapping: {{ x: \"{target}\" }} }}\n"
        )
        .unwrap();
    }
    write!(
        text,
        "components:\n  securitySchemes:\n    login: {{ type: openIdConnect, openIdConnectUrl: {url}/.well-known/openid-configuration }}\n  schemas:\n{schemas}"
    )
    .unwrap();
    let path = world.sandbox.write("folder/document.yaml", &text).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(&secret, world.sandbox.path("folder/linked.yaml")).unwrap();
    let source = json!({ "from": "file", "path": path });
    let subject = json!({ "from": "file", "path": path });
    for target in ["aws", "local"] {
        let asked = json!({ "subject": subject, "target": target });
        let report = world.ok("apis.lint", asked).await;
        let told = report["diagnostics"].as_array().unwrap();
        assert!(told.iter().any(|found| found["rule"] == "oas-ref-external"));
    }
    let imported = world
        .ok(
            "apis.import",
            json!({ "source": source, "backend": { "kind": "mock" } }),
        )
        .await;
    assert_eq!(imported["operations"], named.len());
    let api = &imported["api"]["id"];
    let gateway = world.local("here").await;
    let asked = json!({ "api": api, "gateways": [gateway], "goal": "publish" });
    world.ok("deployments.plan", asked).await;
    for at in 0..named.len() {
        let operation = format!("POST /p{at}");
        let asked = json!({ "api": api, "gateway": gateway, "operation": operation });
        world.call("console.prepare", asked).await.ok();
    }
    for format in ["openapi", "aws"] {
        let asked = json!({ "api": api, "format": format });
        // The one for AWS may be refused: what cannot be followed is an error.
        world.call("apis.export", asked).await.ok();
    }
    assert_eq!(backend.requests().len(), 0, "something was fetched");
    for said in world.said() {
        assert!(!said.text.contains(CANARY), "read and told by {}", said.by);
    }
    let holders = world.sandbox.files_containing(CANARY).unwrap();
    let kept: Vec<_> = holders
        .iter()
        .filter(|file| file.starts_with(world.home()))
        .collect();
    assert!(kept.is_empty(), "read and kept in {kept:?}");
}
