//! Everything there is in an account of the emulator, listed over HTTP without Gatewright's own code.

use std::collections::BTreeMap;

use gw_testkit::{Localemu, Reply, request};
use serde_json::Value;

use crate::job::{Aim, REGION};

/// What there is: `version 3` below `function f`, and what is said of it. Drafts and unpublished code are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen(BTreeMap<Thing, String>);

/// Kind, name, and the name of what it belongs to.
type Thing = (&'static str, String, String);

impl Seen {
    /// What is here and not there, whatever is said of it.
    pub fn without(&self, other: &Self) -> Self {
        let is_new = |thing: &Thing| !other.0.contains_key(thing);
        let new = self.0.iter().filter(|(thing, _)| is_new(thing));
        Self(
            new.map(|(thing, told)| (thing.clone(), told.clone()))
                .collect(),
        )
    }

    /// The kinds, in order, each as often as there are things of it.
    pub fn kinds(&self) -> Vec<&'static str> {
        self.0.keys().map(|(kind, ..)| *kind).collect()
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(|(_, name, _)| name.as_str())
    }

    /// Callers get what they got before.
    pub fn serves_as_before(&self, aim: Aim, context: &str) {
        match aim {
            Aim::First => assert_eq!(self.api(), None, "{context}"),
            Aim::Return => self.serves("two", context),
            _ => self.serves("one", context),
        }
    }

    /// Callers get what was wanted.
    pub fn serves_as_wanted(&self, aim: Aim, context: &str) {
        match aim {
            Aim::First | Aim::Return => self.serves("one", context),
            Aim::Second | Aim::Canary => self.serves("two", context),
            Aim::Withdrawal | Aim::Recovery => assert_eq!(self.api(), None, "{context}"),
        }
    }

    fn serves(&self, which: &str, context: &str) {
        let api = self.api().unwrap();
        let open = call(api, "/which");
        assert_eq!(
            (open.status, open.text().as_str()),
            (200, which),
            "{context}"
        );
        let protected = call(api, "/notes");
        assert_eq!(protected.status, 401, "{context}: open to everyone");
    }

    /// The REST API, if there is one.
    fn api(&self) -> Option<&str> {
        let mut apis = self.0.keys().filter(|(kind, ..)| *kind == "api");
        apis.next().map(|(_, id, _)| id.as_str())
    }

    fn add(&mut self, kind: &'static str, name: &str, of: &str, told: impl ToString) {
        let thing = (kind, name.to_owned(), of.to_owned());
        assert!(
            self.0.insert(thing, told.to_string()).is_none(),
            "{kind} {name} twice"
        );
    }
}

/// Lists an account.
pub fn look(account: &str) -> Seen {
    let mut seen = Seen::default();
    for api in list(account, "apigateway", "/restapis", "item") {
        let id = text(&api, "id");
        seen.add("api", id, "", &api["tags"]);
        for one in list(
            account,
            "apigateway",
            &format!("/restapis/{id}/deployments"),
            "item",
        ) {
            seen.add("deployment", text(&one, "id"), id, &one["description"]);
        }
        for one in list(
            account,
            "apigateway",
            &format!("/restapis/{id}/stages"),
            "item",
        ) {
            let told = format!(
                "{} {} {}",
                one["deploymentId"], one["description"], one["canarySettings"]
            );
            seen.add("stage", text(&one, "stageName"), id, told);
        }
    }
    for function in list(account, "lambda", "/2015-03-31/functions", "Functions") {
        let name = text(&function, "FunctionName");
        seen.add("function", name, "", &function["Role"]);
        let path = format!("/2015-03-31/functions/{name}");
        for version in list(account, "lambda", &format!("{path}/versions"), "Versions") {
            let number = text(&version, "Version");
            let of = format!("{name}:{number}");
            if number != "$LATEST" {
                seen.add("version", &of, name, &version["Description"]);
            }
            let policy = ask(
                account,
                "lambda",
                "GET",
                &format!("{path}/policy?Qualifier={number}"),
                "",
            );
            let policy = policy.json()["Policy"].as_str().unwrap_or("{}").to_owned();
            let policy: Value = serde_json::from_str(&policy).unwrap();
            for statement in policy["Statement"].as_array().into_iter().flatten() {
                seen.add(
                    "permission",
                    text(statement, "Sid"),
                    &of,
                    &statement["Condition"],
                );
            }
        }
    }
    for role in named(account, "Action=ListRoles", "RoleName") {
        seen.add("role", &role, "", "");
        let asked = format!("Action=ListRolePolicies&RoleName={role}");
        for policy in named(account, &asked, "member") {
            seen.add("policy", &policy, &role, "");
        }
    }
    seen
}

/// What a caller gets.
fn call(api: &str, path: &str) -> Reply {
    let url = Localemu::shared().unwrap().invoke_url(api, "live");
    request("GET", &format!("{url}{path}"), &[], "").unwrap()
}

fn list(account: &str, service: &str, path: &str, key: &str) -> Vec<Value> {
    let reply = ask(account, service, "GET", path, "");
    assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    let value = reply.json();
    let items = value[key].as_array().cloned();
    items.unwrap_or_else(|| panic!("{path}: no {key} in {value}"))
}

/// The texts of an element, from IAM's XML.
fn named(account: &str, asked: &str, element: &str) -> Vec<String> {
    let reply = ask(
        account,
        "iam",
        "POST",
        "/",
        &format!("{asked}&Version=2010-05-08"),
    );
    assert_eq!(reply.status, 200, "{asked}: {}", reply.text());
    let (open, close) = (format!("<{element}>"), format!("</{element}>"));
    let text = reply.text();
    let parts = text.split(&open).skip(1);
    parts
        .filter_map(|rest| Some(rest.split_once(&close)?.0.to_owned()))
        .collect()
}

fn ask(account: &str, service: &str, method: &str, path: &str, body: &str) -> Reply {
    let url = format!("{}{path}", Localemu::shared().unwrap().url());
    // The emulator verifies no signature; the scope says whose account and which service it is.
    let signed = format!(
        "AWS4-HMAC-SHA256 Credential={account}/20260101/{REGION}/{service}/aws4_request, \
         SignedHeaders=host, Signature=00"
    );
    let form = ("content-type", "application/x-www-form-urlencoded");
    request(method, &url, &[("authorization", &signed), form], body).unwrap()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key]
        .as_str()
        .unwrap_or_else(|| panic!("no {key} in {value}"))
}
