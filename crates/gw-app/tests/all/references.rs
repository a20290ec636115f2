//! Documents in several files and at several addresses: read within bounds, never from outside them.

use std::time::Duration;

use gw_testkit::{Answer, Backend};
use serde_json::{Value, json};

use crate::world::World;

const ROOT: &str = "\
openapi: 3.0.3
info: { title: Parts, version: 1.0.0 }
paths:
  /things: { $ref: paths/things.yaml }
components:
  schemas:
    Own: { type: string }
";
const THINGS: &str = "\
get:
  operationId: listThings
  responses:
    '200':
      description: Things
      content: { application/json: { schema: { $ref: '../schemas/thing.json#/Thing' } } }
";
const THING: &str = r#"{"Thing": {"type": "object", "properties": {"id": {"type": "string"}}}}"#;

fn file(path: impl serde::Serialize) -> Value {
    json!({ "source": { "from": "file", "path": path } })
}

fn messages(found: &Value) -> Vec<String> {
    let all = found["diagnostics"].as_array().unwrap();
    let about = all
        .iter()
        .filter(|finding| finding["rule"] == "oas-ref-external");
    about
        .map(|finding| finding["message"].as_str().unwrap().to_owned())
        .collect()
}

async fn text_of(world: &World, imported: &Value) -> String {
    let document = json!({ "api": imported["api"]["id"] });
    let document = world.ok("apis.document", document).await;
    document["text"].as_str().unwrap().to_owned()
}

fn write(world: &World, folder: &str) -> std::path::PathBuf {
    let put = |name: &str, text: &str| {
        world
            .sandbox
            .write(format!("{folder}/{name}"), text)
            .unwrap()
    };
    put("paths/things.yaml", THINGS);
    put("schemas/thing.json", THING);
    put("openapi.yaml", ROOT)
}

#[tokio::test]
async fn a_file_and_its_folder_import_as_one_document() {
    let world = World::new().await;
    let root = write(&world, "api");
    let imported = world.ok("apis.import", file(&root)).await;
    assert_eq!(imported["operations"], 1, "{imported}");
    assert_eq!(messages(&imported), Vec::<String>::new());
    assert_eq!(imported["pieces"][1]["source"], "schemas/thing.json");
    assert_eq!(imported["pieces"][1]["pointer"], "/Thing");
    let text = text_of(&world, &imported).await;
    assert!(text.starts_with("openapi: 3.0.3\ninfo: { title: Parts, version: 1.0.0 }\npaths:\n"));
    assert!(
        text.contains("    Own: { type: string }\n    Thing:\n      type: object\n"),
        "{text}"
    );
    assert!(!text.contains("thing.json"), "{text}");

    let folder = root.parent().unwrap();
    let mut again = file(folder);
    again["version"] = json!("2.0.0");
    let again = world.ok("apis.import", again).await;
    assert_eq!(text_of(&world, &again).await, text);

    // The folder given is the boundary, wherever the document is in it.
    world
        .sandbox
        .write("wide/common.yaml", "R: { description: R }\n")
        .unwrap();
    let inner = "openapi: 3.0.3\ninfo: { title: Inner, version: '1' }\npaths:\n  /a: { get: { responses: { '200': { $ref: '../common.yaml#/R' } } } }\n";
    let inner = world.sandbox.write("wide/spec/main.yaml", inner).unwrap();
    let wide = world
        .ok("apis.import", file(world.sandbox.path("wide")))
        .await;
    assert_eq!(messages(&wide), Vec::<String>::new());
    let mut narrow = file(inner);
    narrow["version"] = json!("2");
    let narrow = world.ok("apis.import", narrow).await;
    assert!(
        messages(&narrow)[0].contains("leads out of the folder"),
        "{narrow}"
    );
}

#[tokio::test]
async fn a_folder_without_one_document_is_refused_with_what_is_there() {
    let world = World::new().await;
    world
        .sandbox
        .write("none/readme.md", "openapi: 3.0.3")
        .unwrap();
    world
        .refused(
            "apis.import",
            file(world.sandbox.path("none")),
            "file.unreadable",
        )
        .await;
    for name in ["several/a.yaml", "several/deep/b.json"] {
        let text = if name.ends_with("json") {
            "{\n \"openapi\" : \"3.1.0\", \"info\": {} }"
        } else {
            "# ours\nopenapi: 3.0.3\n"
        };
        world.sandbox.write(name, text).unwrap();
    }
    let fault = world
        .refused(
            "apis.import",
            file(world.sandbox.path("several")),
            "request.invalid",
        )
        .await;
    assert_eq!(fault.facts["candidates"], "a.yaml, deep/b.json");
}

#[cfg(unix)]
#[tokio::test]
async fn nothing_outside_the_folder_is_read() {
    let world = World::new().await;
    world
        .sandbox
        .write("secret.yaml", "S: { type: string, description: canary }\n")
        .unwrap();
    world
        .sandbox
        .write("api/binary.yaml", [0xc3, 0x28, 0x00, 0xff])
        .unwrap();
    std::fs::create_dir_all(world.sandbox.path("api/folder")).unwrap();
    std::os::unix::fs::symlink(
        world.sandbox.path("secret.yaml"),
        world.sandbox.path("api/link.yaml"),
    )
    .unwrap();
    std::os::unix::fs::symlink(world.sandbox.home(), world.sandbox.path("api/up")).unwrap();
    let absolute = world.sandbox.path("secret.yaml").display().to_string();
    let cases = [
        ("../secret.yaml#/S", "leads out of the folder"),
        ("x/../../secret.yaml#/S", "leads out of the folder"),
        ("%2e%2e/secret.yaml#/S", "leads out of the folder"),
        ("..\\secret.yaml#/S", "leads out of the folder"),
        ("link.yaml#/S", "leads out of the folder"),
        ("up/secret.yaml#/S", "leads out of the folder"),
        (&absolute, "absolute path"),
        ("file:///etc/passwd", "'file:' are not read"),
        ("binary.yaml", "it is not text"),
        ("folder", "it is a folder"),
        ("gone.yaml", "there is no such file"),
        ("http://127.0.0.1:1/x.yaml", "only when that is asked for"),
    ];
    let mut root = "openapi: 3.0.3\ninfo: { title: Outside, version: '1' }\npaths: {}\ncomponents:\n  schemas:\n".to_owned();
    for (number, (reference, _)) in cases.iter().enumerate() {
        root.push_str(&format!(
            "    S{number}: {{ items: {{ $ref: '{reference}' }} }}\n"
        ));
    }
    let path = world.sandbox.write("api/openapi.yaml", &root).unwrap();
    let imported = world.ok("apis.import", file(&path)).await;
    let told = messages(&imported);
    assert_eq!(told.len(), cases.len(), "{told:#?}");
    for ((reference, reason), told) in cases.iter().zip(&told) {
        assert!(told.contains(reason), "{reference}: {told}");
    }
    assert_eq!(text_of(&world, &imported).await, root, "nothing changes");
    assert!(!imported.to_string().contains("canary"));
}

#[tokio::test]
async fn addresses_are_asked_only_when_that_is_asked_for() {
    let world = World::new().await;
    let backend = Backend::start().unwrap();
    for (path, text) in [
        ("/api/openapi.yaml", ROOT),
        ("/api/paths/things.yaml", THINGS),
        ("/api/schemas/thing.json", THING),
    ] {
        backend.answer("GET", path, Answer::status(200).body(text));
    }
    let url = format!("{}/api/openapi.yaml", backend.url());
    let import = |version: &str, remote: bool| json!({ "source": { "from": "url", "url": url, "allow_private": true }, "version": version, "remote_refs": remote });
    let without = world.ok("apis.import", import("1", false)).await;
    assert_eq!(backend.requests().len(), 1);
    assert!(messages(&without)[0].contains("only when that is asked for"));
    let with = world.ok("apis.import", import("2", true)).await;
    assert_eq!(
        (messages(&with), &with["operations"]),
        (Vec::new(), &json!(1))
    );
    assert_eq!(
        backend.requests().len(),
        4,
        "each document is asked for once"
    );

    // A document from a file or text reaches public addresses only, unless private ones are allowed.
    let root = format!(
        "openapi: 3.0.3\ninfo: {{ title: Far, version: '1' }}\npaths:\n  /things: {{ $ref: '{}/api/paths/things.yaml' }}\n  /meta: {{ $ref: 'http://169.254.169.254/latest' }}\n",
        backend.url()
    );
    let path = world.sandbox.write("far.yaml", &root).unwrap();
    let sources = [
        json!({ "from": "file", "path": path }),
        json!({ "from": "text", "text": root, "file_name": null }),
    ];
    backend.clear();
    for (number, source) in sources.iter().enumerate() {
        let version = number.to_string();
        let public =
            json!({ "source": source, "version": format!("p{version}"), "remote_refs": true });
        let public = world.ok("apis.import", public).await;
        assert_eq!(messages(&public).len(), 2, "{public}");
        let never =
            json!({ "source": source, "version": format!("n{version}"), "private_refs": true });
        assert_eq!(messages(&world.ok("apis.import", never).await).len(), 2);
    }
    assert_eq!(backend.requests().len(), 0, "no loopback address was asked");
    let alone = format!("{}\n", root.lines().take(4).collect::<Vec<_>>().join("\n"));
    let private = json!({
        "source": { "from": "text", "text": alone, "file_name": null }, "version": "3", "remote_refs": true, "private_refs": true,
    });
    let private = world.ok("apis.import", private).await;
    assert_eq!(messages(&private), Vec::<String>::new(), "{private}");
}

#[tokio::test]
async fn answers_that_fail_are_told_and_giving_up_stops_the_rest() {
    let world = World::new().await;
    let backend = Backend::start().unwrap();
    backend.answer("GET", "/gone.yaml", Answer::status(404));
    backend.answer(
        "GET",
        "/big.yaml",
        Answer::status(200).body(vec![b'#'; 17 * 1024 * 1024]),
    );
    backend.answer(
        "GET",
        "/binary.yaml",
        Answer::status(200).body(vec![0xff, 0xc3, 0x28]),
    );
    backend.answer(
        "GET",
        "/slow.yaml",
        Answer::status(200)
            .body("next: { $ref: later.yaml }")
            .after(Duration::from_secs(20)),
    );
    let root = |names: &[&str]| {
        let mut text = "openapi: 3.0.3\ninfo: { title: Far, version: '1' }\npaths: {}\ncomponents:\n  schemas:\n".to_owned();
        for (number, name) in names.iter().enumerate() {
            text.push_str(&format!(
                "    S{number}: {{ items: {{ $ref: '{}/{name}' }} }}\n",
                backend.url()
            ));
        }
        json!({ "source": { "from": "text", "text": text, "file_name": null }, "remote_refs": true, "private_refs": true })
    };
    let imported = world
        .ok(
            "apis.import",
            root(&["gone.yaml", "big.yaml", "binary.yaml"]),
        )
        .await;
    let told = messages(&imported);
    assert!(
        told[0].contains("404") && told[2].contains("not text"),
        "{told:#?}"
    );
    assert_eq!(told.len(), 3);
    let slow = world.call("apis.import", root(&["slow.yaml"]));
    assert!(
        tokio::time::timeout(Duration::from_secs(1), slow)
            .await
            .is_err()
    );
    let list = world.ok("apis.list", Value::Null).await;
    assert_eq!(list["total"], 1, "what was given up is not stored");
}

#[tokio::test]
async fn lint_reads_parts_and_tells_lines_of_files() {
    let world = World::new().await;
    let root = write(&world, "api");
    let lint = |path: &std::path::Path| json!({ "subject": { "from": "file", "path": path }, "target": null });
    let clean = world.ok("apis.lint", lint(&root)).await;
    assert_eq!(clean["errors"], 0, "{clean}");
    world
        .sandbox
        .write(
            "api/schemas/thing.json",
            "{\n  \"Thing\": { \"items\": { \"$ref\": \"#/Gone\" } }\n}",
        )
        .unwrap();
    let text = std::fs::read_to_string(&root).unwrap();
    std::fs::write(
        &root,
        text + "    Lost: { $ref: '#/components/schemas/Nowhere' }\n",
    )
    .unwrap();
    let found = world.ok("apis.lint", lint(root.parent().unwrap())).await;
    assert!(
        messages(&found)[0].contains("in schemas/thing.json, line 2"),
        "{found}"
    );
    let all = found["diagnostics"].as_array().unwrap();
    let lost = all
        .iter()
        .find(|finding| finding["rule"] == "oas-ref-unresolved")
        .unwrap();
    assert_eq!(
        lost["place"]["line"], 8,
        "the line of the file, not of the bundle: {lost}"
    );
}
