//! The sample: made once, found again, and enough for the whole journey.

use serde_json::{Value, json};

use crate::world::{World, request};

#[tokio::test]
async fn the_sample_installs_twice_as_the_same() {
    let world = World::new().await;
    let first = world.sample().await;
    let status = world.ok("app.status", Value::Null).await;
    let again = world.ok("samples.install", json!({})).await;
    assert_eq!(first, again);
    assert_eq!(
        world.ok("app.status", Value::Null).await["counts"],
        status["counts"]
    );
    assert_eq!(
        (&status["counts"]["apis"], &status["counts"]["applications"]),
        (&json!(1), &json!(1))
    );
    let api = world.ok("apis.get", json!({ "api": first["api"] })).await;
    assert_eq!(api["diagnostics"], json!([]), "the sample has no problems");
}

#[tokio::test]
async fn the_sample_is_the_whole_journey() {
    let world = World::new().await;
    let sample = world.sample().await;
    world.publish(&sample["api"], &sample["gateway"]).await;
    let send = |path: &str, application: &Value| {
        let mut request = request(&sample["api"], &sample["gateway"], "GET", path);
        request["application"] = application.clone();
        json!({ "exchange": path, "request": request })
    };
    let none = Value::Null;
    for (path, application, status) in [
        ("/pets", &sample["application"], 200),
        ("/pets", &none, 401),
        ("/health", &none, 200),
    ] {
        let answer = world.ok("console.send", send(path, application)).await;
        assert_eq!(answer["status"], status, "{path}: {answer}");
    }
}
