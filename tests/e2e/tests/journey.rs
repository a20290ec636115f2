//! The main job in the real window: the sample on the local gateway, deployed, called with and without a token; and an
//! AWS gateway whose keys end up in the keychain and nowhere else.

use std::process::Command;

use gatewright_e2e::{Fallible, Window};

#[tokio::test]
async fn journey_from_the_sample_to_a_protected_call() -> Fallible {
    let window = Window::open().await?;
    window.press("Open the sample").await?;
    window.see("Review plan").await?;
    let route = window.route().await?;
    let api = route
        .split('/')
        .nth(2)
        .ok_or_else(|| format!("no API in {route}"))?
        .to_owned();

    window.press("Review plan").await?;
    window.see("What callers will notice").await?;
    window.agree_to_all().await?;
    window.press("Deploy to").await?;
    window.see("live").await?;
    window.picture_for("journey-deployed").await?;

    window.go(&format!("/apis/{api}/console")).await?;
    window.choose("Operation", "GET /pets").await?;
    window.press("Token of").await?;
    window.press("No token").await?;
    window.press("Send").await?;
    window.see("401 Unauthorized").await?;

    window.press("Token of").await?;
    window.press("sample").await?;
    window.press("Get token").await?;
    window.see("Renew").await?;
    window.press("Send").await?;
    window.see("200 OK").await?;
    window.see("Minka").await?;
    window.picture_for("journey-console").await?;

    // The history survives a restart, and so does the token-protected API.
    let home = window.close().await?;
    let window = Window::open_at(home).await?;
    window.go(&format!("/apis/{api}/console")).await?;
    window.press("Show the history").await?;
    window.see("401").await?;
    window.close().await?;
    Ok(())
}

#[tokio::test]
async fn journey_keeps_the_keys_of_an_aws_gateway_in_the_keychain() -> Fallible {
    const KEY: &str = "AKIAEXAMPLEJOURNEY00";
    const SECRET: &str = "canary-secret-access-key-of-the-journey";
    let window = Window::open().await?;
    window.press("Register a gateway").await?;
    window.press("An access key").await?;
    window.fill("Access key id", KEY).await?;
    window.fill("Secret access key", SECRET).await?;
    window.choose("Region", "eu-central-1").await?;
    window.fill("Stage", "journey").await?;
    window.fill("Name", "aws-journey").await?;
    window.press("Register gateway").await?;
    // The form shows the region too, but its fields' values are no text: the name stands only on the gateway's page.
    window.see("aws-journey").await?;
    let shown = window.text().await?;
    assert!(
        shown.contains("aws-journey") && !shown.contains(SECRET),
        "{shown}"
    );

    assert!(
        secrets_in_the_keychain()?
            .iter()
            .any(|secret| secret.contains(SECRET)),
        "the secret is not in the keychain"
    );
    let home = window.close().await?;
    assert_eq!(
        home.files_containing(SECRET)?,
        Vec::<std::path::PathBuf>::new(),
        "the secret is on the disk"
    );
    Ok(())
}

/// Every secret in the session's keychain, as any other program of this user would read it.
fn secrets_in_the_keychain() -> Fallible<Vec<String>> {
    let items = run(
        "busctl",
        &[
            "--user",
            "--json=short",
            "get-property",
            "org.freedesktop.secrets",
            "/org/freedesktop/secrets/aliases/default",
            "org.freedesktop.Secret.Collection",
            "Items",
        ],
    )?;
    let items: serde_json::Value = serde_json::from_str(&items)?;
    let mut secrets = Vec::new();
    for item in items["data"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(serde_json::Value::as_str)
    {
        let attributes = run(
            "busctl",
            &[
                "--user",
                "--json=short",
                "get-property",
                "org.freedesktop.secrets",
                item,
                "org.freedesktop.Secret.Item",
                "Attributes",
            ],
        )?;
        let attributes: serde_json::Value = serde_json::from_str(&attributes)?;
        let mut query = vec!["lookup".to_owned()];
        for (name, value) in attributes["data"].as_object().into_iter().flatten() {
            query.extend([name.clone(), value.as_str().unwrap_or_default().to_owned()]);
        }
        let query: Vec<&str> = query.iter().map(String::as_str).collect();
        secrets.push(run("secret-tool", &query)?);
    }
    Ok(secrets)
}

fn run(program: &str, arguments: &[&str]) -> Fallible<String> {
    let output = Command::new(program).args(arguments).output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!("{program}: {}", String::from_utf8_lossy(&output.stderr)).into())
}
