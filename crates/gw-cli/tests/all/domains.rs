//! `domains`, `map` and `unmap`, and undeploying what a domain leads to.

use gw_testkit::{Localemu, request};
use serde_json::json;

use crate::aws_says::far_in;

const DOMAIN: &str = "api.example.test";

#[test]
fn what_a_domain_leads_to_is_undeployed_with_the_yes_that_is_told() {
    let account = Localemu::fresh_account();
    let (shell, proxy) = far_in(&account);
    let signed = format!(
        "AWS4-HMAC-SHA256 Credential={account}/20260101/eu-west-1/apigateway/aws4_request, SignedHeaders=host, Signature=00"
    );
    let domain = json!({ "domainName": DOMAIN, "endpointConfiguration": { "types": ["REGIONAL"] },
        "regionalCertificateArn": "arn:aws:acm:eu-west-1:111122223333:certificate/x" });
    let headers = [
        ("authorization", signed.as_str()),
        ("content-type", "application/json"),
    ];
    let url = format!("{}/domainnames", proxy.url());
    let made = request("POST", &url, &headers, domain.to_string()).unwrap();
    assert!(made.status < 300, "{}", made.text());

    let on = ["Notes", "--gateway", "far"];
    let leads = ["--domain", DOMAIN, "--base-path", "notes"];
    shell.ok(&["deploy", "Notes", "--gateway", "far", "--yes"]);
    let none = shell.run(&[&["domains"], &on[..]].concat());
    assert!(
        none.out.contains("No custom domain leads to it"),
        "{none:?}"
    );
    shell.ok(&[&["map"], &on[..], &leads].concat());
    let listed = shell.run(&[&["domains"], &on[..]].concat());
    assert!(
        listed.out.contains(&format!("https://{DOMAIN}/notes")),
        "{listed:?}"
    );

    let undeploy = ["undeploy", "Notes", "--gateway", "far", "--yes"];
    let fault = shell.fails(&undeploy, 3, "deploy.consent-needed");
    let key = fault["facts"]["consents"].as_str().unwrap();
    assert_eq!(key, format!("domain:{DOMAIN}/notes"));
    assert!(fault["advice"].as_str().unwrap().contains(key), "{fault}");
    shell.ok(&[&["unmap"], &on[..], &leads].concat());
    shell.ok(&[&["map"], &on[..], &leads].concat());
    let other = ["--allow", "domain:other.example.test/notes"];
    shell.fails(
        &[&undeploy[..], &other].concat(),
        3,
        "deploy.consent-needed",
    );
    let ended = shell.ok(&[&undeploy[..], &["--allow", key]].concat());
    assert_eq!(ended["deployments"][0]["outcome"], "withdrawn", "{ended}");
    let unknown = shell.run(&[&undeploy[..], &["--allow", "everything"]].concat());
    assert_eq!(unknown.status, 2, "{unknown:?}");
    assert!(
        unknown.err.contains("lowers-security"),
        "what there is is told: {unknown:?}"
    );
}
