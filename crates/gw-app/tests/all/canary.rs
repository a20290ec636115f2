//! Secrets planted in every place a user can put one, looked for in everything the app says and writes.
//!
//! Only `applications.reveal_token` may show one: that is what it is for.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use gw_app::VaultUse;
use gw_testkit::{Answer, Backend, Localemu, Recorded, Sandbox};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::world::{
    Said, World, access_key, application, aws_gateway, aws_target, closed, oauth, request,
};

const PASSPHRASE: &str = "CanaryPassphrase/with+odd=signs";
const KEY_ID: &str = "AKIACANARYCANARY1234";
const SECRET_KEY: &str = "CanarySecretKey/abc+DEF=ghi/0123456789xyz";
const SESSION_TOKEN: &str = "CanarySessionToken//AAAA+bbbb==cccc/dddd";
const CLIENT_SECRET: &str = "CanaryClientSecret~with/odd+signs%20&=";
const TYPED_TOKEN: &str = "CanaryTypedToken.by-hand_0123456789.abcdef";

/// A secret and the forms it could slip out in.
struct Canary {
    name: &'static str,
    forms: Vec<String>,
}

impl Canary {
    fn new(name: &'static str, secret: &str) -> Self {
        let mut forms = vec![
            secret.to_owned(),
            utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
            url::form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
            serde_json::to_string(secret)
                .unwrap()
                .trim_matches('"')
                .to_owned(),
        ];
        // In base64 the same text looks different by where in the whole it begins; the ends belong to its neighbours.
        for ahead in 0..3 {
            let padded = [vec![b'-'; ahead], secret.as_bytes().to_vec()].concat();
            for engine in [&STANDARD, &URL_SAFE] {
                let encoded = engine.encode(&padded);
                let encoded = encoded.trim_end_matches('=');
                forms.push(encoded[if ahead == 0 { 0 } else { 4 }..encoded.len() - 3].to_owned());
            }
        }
        forms.sort();
        forms.dedup();
        Self { name, forms }
    }

    /// Where it stands, in text and files.
    fn found(&self, said: &[Said], sandbox: &Sandbox) -> Vec<String> {
        let mut places = Vec::new();
        for form in &self.forms {
            let heard = said.iter().filter(|said| said.text.contains(form));
            places.extend(heard.map(|said| {
                let start: String = said.text.chars().take(400).collect();
                format!("{} as {form} in {}: {start}", self.name, said.by)
            }));
            let files = sandbox.files_containing(form).unwrap();
            places.extend(
                files
                    .iter()
                    .map(|file| format!("{} as {form} in {}", self.name, file.display())),
            );
        }
        places
    }
}

/// Sends everything back that a caller sent, in body, header and cookie.
fn echo(asked: &Recorded) -> Answer {
    let token = asked
        .header("authorization")
        .unwrap_or("nothing")
        .to_owned();
    let bare = token.trim_start_matches("Bearer ").to_owned();
    Answer::status(200)
        .header("content-type", "application/json")
        .header("x-echo", &token)
        .header("set-cookie", &format!("session={bare}"))
        .body(json!({ "authorization": token, "encoded": utf8_percent_encode(&bare, NON_ALPHANUMERIC).to_string() }).to_string())
}

#[tokio::test]
async fn no_secret_is_said_or_written() {
    let world = World::opened(Sandbox::new().unwrap(), VaultUse::Chosen, None)
        .await
        .unwrap();
    world
        .ok("vault.create_file", json!({ "passphrase": PASSPHRASE }))
        .await;
    let backend = Backend::start().unwrap();
    backend.respond(echo);
    let local = world.local("here").await;
    let api = world
        .notes(json!({ "kind": "http", "url": backend.url() }))
        .await;

    // An access key, against an address where nobody answers and against one that answers nonsense.
    let key = access_key(KEY_ID, SECRET_KEY, Some(SESSION_TOKEN));
    let nobody = world
        .ok(
            "gateways.create",
            aws_gateway("nobody", "eu-west-1", "prod", &closed(), &key),
        )
        .await["id"]
        .clone();
    let parrot = world
        .ok(
            "gateways.create",
            aws_gateway("parrot", "eu-west-1", "prod", &backend.url(), &key),
        )
        .await["id"]
        .clone();
    for gateway in [&nobody, &parrot] {
        world
            .call("gateways.test", json!({ "gateway": gateway }))
            .await
            .unwrap_err();
        let typed = aws_target("eu-west-1", "prod", &closed(), &key);
        world
            .call(
                "gateways.test_target",
                json!({ "gateway": gateway, "target": typed }),
            )
            .await
            .unwrap_err();
        let keep = aws_target(
            "eu-west-1",
            "prod",
            &backend.url(),
            &json!({ "from": "keep" }),
        );
        world
            .call(
                "gateways.test_target",
                json!({ "gateway": gateway, "target": keep }),
            )
            .await
            .unwrap_err();
    }
    // Typed into the wrong field, and into requests that are refused as a whole.
    let duplicate = aws_gateway("nobody", "eu-west-1", "prod", "", &key);
    world
        .refused("gateways.create", duplicate, "catalog.duplicate-name")
        .await;
    let swapped = access_key(SECRET_KEY, KEY_ID, Some(SESSION_TOKEN));
    world
        .refused(
            "gateways.create",
            aws_gateway("swapped", "eu-west-1", "prod", "", &swapped),
            "request.invalid",
        )
        .await;
    let misshapen = json!({ "from": "access-key", "access_key_id": [KEY_ID], "secret_access_key": { "v": SECRET_KEY } });
    world
        .refused(
            "gateways.create",
            aws_gateway("odd", "eu-west-1", "prod", "", &misshapen),
            "request.invalid",
        )
        .await;
    world
        .refused(
            "vault.unlock",
            json!({ "passphrase": format!("{PASSPHRASE}?") }),
            "vault.wrong-passphrase",
        )
        .await;

    // A client secret, right and refused, and the token it gets.
    let key_manager = world.resident().await;
    let mut client = application("client", &key_manager);
    client["secret"] = json!(CLIENT_SECRET);
    let made = world.ok("applications.create", client.clone()).await;
    world
        .refused("applications.create", client, "catalog.duplicate-name")
        .await;
    let token = token_of(&world, &made).await;
    let attach = json!({ "api": api["id"], "edition": 1, "oauth": oauth(&key_manager, json!({ "GET /notes": { "kind": "public" } })) });
    world.ok("policies.attach", attach).await;
    world.publish(&api["id"], &local).await;
    calls(&world, &api["id"], &local, &made["id"], &token).await;

    // Plans and runs, well and badly ended.
    let plan = json!({ "api": api["id"], "gateways": [local, nobody, parrot], "goal": "publish" });
    let plan = world.ok("deployments.plan", plan).await;
    let start = json!({
        "api": api["id"], "gateways": [nobody, parrot, local], "goal": "publish", "revision": plan["revision"],
        "consents": gw_app::deployments::CONSENTS,
    });
    world.ok("deployments.start", start).await;
    on_an_emulator(&world, &api["id"]).await;
    everything_there_is(&world, &api["id"], &made["id"]).await;
    world
        .ok("applications.remove", json!({ "application": made["id"] }))
        .await;
    world
        .ok("gateways.remove", json!({ "gateway": nobody }))
        .await;

    let mut canaries = vec![
        Canary::new("passphrase", PASSPHRASE),
        Canary::new("access key id", KEY_ID),
        Canary::new("secret access key", SECRET_KEY),
        Canary::new("session token", SESSION_TOKEN),
        Canary::new("client secret", CLIENT_SECRET),
        Canary::new("typed token", TYPED_TOKEN),
        Canary::new("access token", &token),
    ];
    // The signature alone is enough to make a token whole again: its other parts are shown as claims.
    let signature = token.rsplit('.').next().unwrap().to_owned();
    canaries.push(Canary::new("signature of the access token", &signature));
    assert!(backend.requests().iter().any(|asked| {
        asked
            .header("authorization")
            .is_some_and(|it| it.contains(&token))
    }));
    let said: Vec<Said> = world
        .said()
        .into_iter()
        .filter(|said| said.by != "applications.reveal_token")
        .collect();
    assert!(
        said.len() > 60 && said.iter().any(|said| said.by == "event"),
        "{} messages",
        said.len()
    );
    let places: Vec<String> = canaries
        .iter()
        .flat_map(|canary| canary.found(&said, &world.sandbox))
        .collect();
    assert!(places.is_empty(), "{}", places.join("\n\n"));
}

async fn token_of(world: &World, application: &Value) -> String {
    let ask = json!({ "application": application["id"], "scopes": [], "audience": null });
    world.ok("applications.token", ask).await;
    let held = json!({ "application": application["id"] });
    world.ok("applications.reveal_token", held).await["token"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// With the application's token, with one typed by hand, and with secrets where a URL or body has them.
async fn calls(world: &World, api: &Value, gateway: &Value, application: &Value, token: &str) {
    let mut attached = request(api, gateway, "GET", "/notes/n-1");
    attached["application"] = application.clone();
    let answer = world
        .ok(
            "console.send",
            json!({ "exchange": "attached", "request": attached }),
        )
        .await;
    assert_eq!(answer["status"], 200, "{answer}");
    world.ok("console.curl", attached).await;
    for (path, token) in [
        ("/notes", TYPED_TOKEN),
        ("/notes/n-1", TYPED_TOKEN),
        ("/notes/n-1", token),
    ] {
        let mut typed = request(api, gateway, "GET", path);
        typed["headers"] = json!([{ "name": "Authorization", "value": format!("Bearer {token}") }]);
        typed["query"] = json!([{ "name": "access_token", "value": token }]);
        world
            .ok(
                "console.send",
                json!({ "exchange": "typed", "request": typed }),
            )
            .await;
        world.ok("console.curl", typed).await;
    }
    let mut posted = request(api, gateway, "POST", "/notes");
    posted["application"] = application.clone();
    posted["headers"] = json!([{ "name": "Content-Type", "value": "application/json" }]);
    posted["body"] = json!(json!({ "client_secret": CLIENT_SECRET }).to_string());
    world
        .ok(
            "console.send",
            json!({ "exchange": "posted", "request": posted }),
        )
        .await;
}

/// The whole deployment with a key that works, so that journals of AWS are looked into as well.
async fn on_an_emulator(world: &World, api: &Value) {
    let emulator = match tokio::task::spawn_blocking(Localemu::shared).await.unwrap() {
        Ok(emulator) => emulator,
        Err(failure) => panic!("{failure}"),
    };
    let key = access_key(KEY_ID, SECRET_KEY, Some(SESSION_TOKEN));
    let gateway = world
        .ok(
            "gateways.create",
            aws_gateway("emulated", "eu-west-1", "canary", emulator.url(), &key),
        )
        .await["id"]
        .clone();
    world
        .ok("gateways.test", json!({ "gateway": gateway }))
        .await;
    let rows = world.run(api, &[&gateway], "publish").await;
    assert_eq!(rows[0]["outcome"], "live", "{}", rows[0]);
    world
        .ok(
            "apis.export",
            json!({ "api": api, "format": "aws", "gateway": gateway }),
        )
        .await;
    let rows = world.run(api, &[&gateway], "withdraw").await;
    assert_eq!(rows[0]["outcome"], "withdrawn", "{}", rows[0]);
}

/// Everything a page can ask to see.
async fn everything_there_is(world: &World, api: &Value, application: &Value) {
    for name in [
        "app.status",
        "gateways.list",
        "apis.list",
        "key_managers.list",
        "applications.list",
        "deployments.list",
        "deployments.placements",
        "console.history",
        "gateways.profiles",
    ] {
        world.ok(name, Value::Null).await;
    }
    for run in world.ok("deployments.list", Value::Null).await["rows"]
        .as_array()
        .unwrap()
    {
        world
            .ok(
                "deployments.get",
                json!({ "deployment": run["deployment"] }),
            )
            .await;
    }
    for entry in world.ok("console.history", Value::Null).await["rows"]
        .as_array()
        .unwrap()
    {
        world
            .ok(
                "console.history_entry",
                json!({ "history": entry["history"] }),
            )
            .await;
    }
    world.ok("apis.get", json!({ "api": api })).await;
    world.ok("policies.get", json!({ "api": api })).await;
    world
        .ok("apis.export", json!({ "api": api, "format": "openapi" }))
        .await;
    world
        .ok(
            "applications.forget_token",
            json!({ "application": application }),
        )
        .await;
}

#[test]
fn a_planted_canary_is_found_in_every_form() {
    for secret in [SECRET_KEY, CLIENT_SECRET, TYPED_TOKEN] {
        let canary = Canary::new("planted", secret);
        let basic = STANDARD.encode(format!("client:{secret}"));
        let longer = URL_SAFE.encode(format!("a client:{secret} and more"));
        let percent = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
        let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        for planted in [secret.to_owned(), basic, longer, percent, form] {
            let sandbox = Sandbox::new().unwrap();
            assert!(canary.found(&[], &sandbox).is_empty());
            sandbox
                .write("home/deep/catalog.db-wal", format!("\0\u{1}{planted}\0"))
                .unwrap();
            assert!(
                !canary.found(&[], &sandbox).is_empty(),
                "{planted} was not found in a file"
            );
            let said = Said {
                by: "event".to_owned(),
                text: json!({ "k": planted }).to_string(),
            };
            assert!(
                !canary.found(&[said], &Sandbox::new().unwrap()).is_empty(),
                "{planted} was not heard"
            );
        }
    }
}
