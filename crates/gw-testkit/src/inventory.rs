//! Everything there is in an account of the emulator, listed over HTTP without Gatewright's own code.
//!
//! Refuses drafts and unpublished code: nobody is served by them.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{Failure, Localemu, Reply, request};

/// What there is: `version 3` below `function f`, and what is said of it. Drafts and unpublished code are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory(BTreeMap<Thing, String>);

/// Kind, name, and the name of what it belongs to.
type Thing = (&'static str, String, String);

impl Inventory {
    /// Lists an account of the shared [`Localemu`] in a region.
    pub fn of(account: &str, region: &str) -> Result<Self, Failure> {
        let asker = Asker { account, region };
        let mut seen = Self::default();
        seen.add_apis(&asker)?;
        seen.add_functions(&asker)?;
        seen.add_roles(&asker)?;
        Ok(seen)
    }

    /// What is here and not there, whatever is said of it.
    #[must_use]
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

    /// The names of one kind.
    pub fn all(&self, kind: &str) -> Vec<&str> {
        let of_kind = self.0.keys().filter(|(known, ..)| *known == kind);
        of_kind.map(|(_, name, _)| name.as_str()).collect()
    }

    fn add_apis(&mut self, asker: &Asker<'_>) -> Result<(), Failure> {
        for api in asker.list("apigateway", "/restapis", "item")? {
            let id = text(&api, "id")?;
            self.add("api", id, "", &api["tags"])?;
            let path = format!("/restapis/{id}");
            for one in asker.list("apigateway", &format!("{path}/deployments"), "item")? {
                self.add("deployment", text(&one, "id")?, id, &one["description"])?;
            }
            for one in asker.list("apigateway", &format!("{path}/stages"), "item")? {
                // All of it but the times.
                let mut told = one.clone();
                if let Some(fields) = told.as_object_mut() {
                    fields.retain(|name, _| !name.ends_with("Date"));
                }
                self.add("stage", text(&one, "stageName")?, id, &told)?;
            }
        }
        Ok(())
    }

    fn add_functions(&mut self, asker: &Asker<'_>) -> Result<(), Failure> {
        for function in asker.list("lambda", "/2015-03-31/functions", "Functions")? {
            let name = text(&function, "FunctionName")?;
            self.add("function", name, "", &function["Role"])?;
            let path = format!("/2015-03-31/functions/{name}");
            for version in asker.list("lambda", &format!("{path}/versions"), "Versions")? {
                let number = text(&version, "Version")?;
                let of = format!("{name}:{number}");
                if number != "$LATEST" {
                    self.add("version", &of, name, &version["Description"])?;
                }
                let policy = format!("{path}/policy?Qualifier={number}");
                let policy = asker.ask("lambda", "GET", &policy, "")?;
                let policy = policy.json()["Policy"].as_str().unwrap_or("{}").to_owned();
                let policy: Value = serde_json::from_str(&policy).unwrap_or_default();
                for statement in policy["Statement"].as_array().into_iter().flatten() {
                    self.add(
                        "permission",
                        text(statement, "Sid")?,
                        &of,
                        &statement["Condition"],
                    )?;
                }
            }
        }
        Ok(())
    }

    fn add_roles(&mut self, asker: &Asker<'_>) -> Result<(), Failure> {
        for role in asker.named("Action=ListRoles", "RoleName")? {
            self.add("role", &role, "", "")?;
            let asked = format!("Action=ListRolePolicies&RoleName={role}");
            for policy in asker.named(&asked, "member")? {
                self.add("policy", &policy, &role, "")?;
            }
        }
        Ok(())
    }

    fn add(
        &mut self,
        kind: &'static str,
        name: &str,
        of: &str,
        told: impl ToString,
    ) -> Result<(), Failure> {
        let thing = (kind, name.to_owned(), of.to_owned());
        match self.0.insert(thing, told.to_string()) {
            None => Ok(()),
            Some(_) => Err(unexpected(name, format!("this {kind} is there twice"))),
        }
    }
}

/// Who asks, and where.
struct Asker<'a> {
    account: &'a str,
    region: &'a str,
}

impl Asker<'_> {
    fn list(&self, service: &str, path: &str, key: &str) -> Result<Vec<Value>, Failure> {
        let value = self.ask(service, "GET", path, "")?.json();
        let items = value[key].as_array().cloned();
        items.ok_or_else(|| unexpected(path, format!("no {key} in {value}")))
    }

    /// The texts of an element, from IAM's XML.
    fn named(&self, asked: &str, element: &str) -> Result<Vec<String>, Failure> {
        let body = format!("{asked}&Version=2010-05-08");
        let text = self.ask("iam", "POST", "/", &body)?.text();
        let (open, close) = (format!("<{element}>"), format!("</{element}>"));
        let parts = text.split(&open).skip(1);
        let named = parts.filter_map(|rest| Some(rest.split_once(&close)?.0.to_owned()));
        Ok(named.collect())
    }

    fn ask(&self, service: &str, method: &str, path: &str, body: &str) -> Result<Reply, Failure> {
        let url = format!("{}{path}", Localemu::shared()?.url());
        // The emulator verifies no signature; the scope says whose account and which service it is.
        let signed = format!(
            "AWS4-HMAC-SHA256 Credential={}/20260101/{}/{service}/aws4_request, \
             SignedHeaders=host, Signature=00",
            self.account, self.region
        );
        let form = ("content-type", "application/x-www-form-urlencoded");
        let reply = request(method, &url, &[("authorization", &signed), form], body)?;
        // A function without a policy is answered by 404.
        match reply.status {
            200 | 404 => Ok(reply),
            status => Err(unexpected(path, format!("{status} {}", reply.text()))),
        }
    }
}

fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str, Failure> {
    let text = value[key].as_str();
    text.ok_or_else(|| unexpected(key, format!("not in {value}")))
}

fn unexpected(what: &str, why: String) -> Failure {
    Failure::Http {
        what: what.to_owned(),
        why,
    }
}
