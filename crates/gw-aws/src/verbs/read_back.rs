//! Reading every imported operation back, before traffic moves.
//!
//! It refuses to trust an import: AWS's documents and its recorded behaviour disagree on who may call what (GW074).

use std::collections::BTreeMap;

use aws_sdk_apigateway::error::SdkError;
use aws_sdk_apigateway::operation::RequestId;
use aws_sdk_apigateway::types::{Authorizer, Method, Resource};

use gw_connector::{Outputs, Receipt};
use gw_model::{Code, Fault, Retry, counted};
use serde_json::Value;

use super::{needed, receipt};
use crate::connector::AwsConnector;
use crate::fault::{Attempt, fault};
use crate::lower::{Expectation, OwnCheck};
use crate::names;

/// What is live of one operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Live {
    authorization: String,
    authorizer: Option<String>,
    key: bool,
    scopes: Vec<String>,
    has_integration: bool,
}

/// One page of operations.
struct Page {
    live: Vec<((String, String), Live)>,
    next: Option<String>,
    request_id: Option<String>,
}

impl AwsConnector {
    pub(super) async fn read_back(
        &self,
        expected: &[Expectation],
        function: Option<&str>,
        outputs: &Outputs,
    ) -> Result<Receipt, Fault> {
        let id = needed(outputs, names::REST_API_ID)?;
        let (live, request_id) = self.live_methods(id).await?;
        let names = if expected.iter().any(Expectation::asks_own_authorizer) {
            self.authorizer_names(id).await?
        } else {
            BTreeMap::new()
        };
        let authorizer = match function {
            None => None,
            Some(names::FUNCTION_PLACEHOLDER) => Some(
                self.authorizer_asking(id, needed(outputs, names::FUNCTION_VERSION_ARN)?)
                    .await?,
            ),
            Some(arn) => Some(self.authorizer_asking(id, arn).await?),
        };
        compare(expected, &live, authorizer.as_deref(), &names)?;
        Ok(receipt(false, request_id.as_deref(), []))
    }

    async fn live_methods(
        &self,
        id: &str,
    ) -> Result<(BTreeMap<(String, String), Live>, Option<String>), Fault> {
        let doing = format!("read back the operations of {id}");
        let attempt = Attempt {
            call: "GetResources",
            doing: &doing,
            writes: false,
        };
        let mut live = BTreeMap::new();
        let mut position = None;
        loop {
            let request = self
                .gateway
                .get_resources()
                .rest_api_id(id)
                .embed("methods")
                .limit(500);
            let page = match request.set_position(position).send().await {
                Ok(page) => Page {
                    live: page.items().iter().flat_map(methods).collect(),
                    next: page.position().map(str::to_owned),
                    request_id: page.request_id().map(str::to_owned),
                },
                Err(error) => match unread(&error) {
                    Some(page) => page,
                    None => return Err(fault(&self.target, attempt, error)),
                },
            };
            live.extend(page.live);
            match page.next {
                Some(next) => position = Some(next),
                None => return Ok((live, page.request_id)),
            }
        }
    }

    /// Names of the authorizers by their ids.
    async fn authorizer_names(&self, id: &str) -> Result<BTreeMap<String, String>, Fault> {
        let doing = format!("read back the authorizers of {id}");
        let attempt = Attempt {
            call: "GetAuthorizers",
            doing: &doing,
            writes: false,
        };
        let mut names = BTreeMap::new();
        let mut position = None;
        loop {
            let request = self.gateway.get_authorizers().rest_api_id(id).limit(500);
            let page = request.set_position(position).send().await;
            let page = page.map_err(|error| fault(&self.target, attempt, error))?;
            names.extend(page.items().iter().filter_map(|authorizer| {
                Some((authorizer.id()?.to_owned(), authorizer.name()?.to_owned()))
            }));
            match page.position() {
                Some(next) => position = Some(next.to_owned()),
                None => return Ok(names),
            }
        }
    }

    /// The id of the authorizer that asks a function.
    async fn authorizer_asking(&self, id: &str, function: &str) -> Result<String, Fault> {
        let doing = format!("read back the authorizers of {id}");
        let attempt = Attempt {
            call: "GetAuthorizers",
            doing: &doing,
            writes: false,
        };
        let uri = names::invocation_uri(&self.target.region, function);
        let mut position = None;
        loop {
            let page = self
                .gateway
                .get_authorizers()
                .rest_api_id(id)
                .limit(500)
                .set_position(position)
                .send()
                .await;
            let page = page.map_err(|error| fault(&self.target, attempt, error))?;
            let asks = |authorizer: &&Authorizer| authorizer.authorizer_uri() == Some(uri.as_str());
            if let Some(found) = page.items().iter().find(asks).and_then(Authorizer::id) {
                return Ok(found.to_owned());
            }
            match page.position() {
                Some(next) => position = Some(next.to_owned()),
                None => {
                    return Err(mismatch(
                        format!("AWS did not take the authorizer that asks {function}"),
                        &[],
                    ));
                }
            }
        }
    }
}

fn methods(resource: &Resource) -> Vec<((String, String), Live)> {
    let path = resource.path().unwrap_or_default();
    let methods = resource.resource_methods().into_iter().flatten();
    methods
        .map(|(method, live): (&String, &Method)| {
            let live = Live {
                authorization: live.authorization_type().unwrap_or("NONE").to_owned(),
                authorizer: live.authorizer_id().map(str::to_owned),
                key: live.api_key_required().unwrap_or_default(),
                scopes: sorted(live.authorization_scopes().iter().cloned()),
                has_integration: live.method_integration().is_some(),
            };
            ((method.clone(), path.to_owned()), live)
        })
        .collect()
}

/// A page that AWS gave and its SDK could not read: an empty mapping template comes as null, which the SDK refuses.
fn unread<E: RequestId>(error: &SdkError<E>) -> Option<Page> {
    let response = error
        .raw_response()
        .filter(|response| response.status().as_u16() == 200)?;
    let page: Value = serde_json::from_slice(response.body().bytes()?).ok()?;
    let text = |value: &Value, name: &str| value[name].as_str().map(str::to_owned);
    let mut live = Vec::new();
    for resource in page["item"].as_array()? {
        for (method, fields) in resource["resourceMethods"]
            .as_object()
            .into_iter()
            .flatten()
        {
            let seen = Live {
                authorization: text(fields, "authorizationType")
                    .unwrap_or_else(|| "NONE".to_owned()),
                authorizer: text(fields, "authorizerId"),
                key: fields["apiKeyRequired"] == true,
                scopes: sorted(
                    fields["authorizationScopes"]
                        .as_array()
                        .into_iter()
                        .flatten()
                        .filter_map(|scope| scope.as_str().map(str::to_owned)),
                ),
                has_integration: fields["methodIntegration"].is_object(),
            };
            live.push((
                (method.clone(), text(resource, "path").unwrap_or_default()),
                seen,
            ));
        }
    }
    Some(Page {
        live,
        next: text(&page, "position"),
        request_id: error.request_id().map(str::to_owned),
    })
}

fn sorted(scopes: impl Iterator<Item = String>) -> Vec<String> {
    let mut scopes: Vec<String> = scopes.collect();
    scopes.sort();
    scopes
}

/// Whether what the document has AWS check is what AWS checks; `None` when it is, else what it is instead, and whether
/// that lets everyone in.
fn differs(
    own: &OwnCheck,
    live: &Live,
    names: &BTreeMap<String, String>,
) -> Option<(&'static str, bool)> {
    if own.authorization != "NONE" && live.authorization == "NONE" {
        return Some(("open", true));
    }
    if own.key && !live.key {
        return Some(("asks for no API key", true));
    }
    if own.authorization != live.authorization {
        return Some(("is protected otherwise", false));
    }
    let asked = live.authorizer.as_ref().and_then(|id| names.get(id));
    if own.authorizer.is_some() && own.authorizer.as_ref() != asked {
        return Some(("asks another authorizer", false));
    }
    if !own.scopes.iter().all(|scope| live.scopes.contains(scope)) {
        return Some(("asks for other scopes", true));
    }
    if live.key && !own.key {
        return Some(("asks for an API key too", false));
    }
    None
}

fn compare(
    expected: &[Expectation],
    live: &BTreeMap<(String, String), Live>,
    authorizer: Option<&str>,
    names: &BTreeMap<String, String>,
) -> Result<(), Fault> {
    // Where integrations are shown at all, each operation must show one.
    let shows_integrations = live.values().any(|method| method.has_integration);
    let (mut open, mut wrong) = (Vec::new(), Vec::new());
    for wanted in expected {
        let name = format!("{} {}", wanted.method, wanted.path);
        let Some(method) = live.get(&(wanted.method.clone(), wanted.path.clone())) else {
            wrong.push(format!("{name} (missing)"));
            continue;
        };
        let asks_ours =
            method.authorization == "CUSTOM" && method.authorizer.as_deref() == authorizer;
        if let Some(own) = &wanted.own {
            match differs(own, method, names) {
                Some((_, true)) => open.push(name),
                Some((what, false)) => wrong.push(format!("{name} ({what})")),
                None if shows_integrations && !method.has_integration => {
                    wrong.push(format!("{name} (no backend)"));
                }
                None => {}
            }
        } else if wanted.protected && method.authorization == "NONE" {
            open.push(name);
        } else if wanted.protected && !asks_ours {
            wrong.push(format!("{name} (asks another authorizer)"));
        } else if !wanted.protected && method.authorization != "NONE" {
            wrong.push(format!("{name} (protected, meant to be open)"));
        } else if shows_integrations && !method.has_integration {
            wrong.push(format!("{name} (no backend)"));
        }
    }
    for (method, path) in live.keys() {
        if !expected
            .iter()
            .any(|wanted| wanted.method == *method && wanted.path == *path)
        {
            wrong.push(format!("{method} {path} (not in the plan)"));
        }
    }
    if !open.is_empty() {
        let summary = format!(
            "{} would be open to everyone against the plan: {}",
            counted(open.len(), "operation"),
            first_few(&open)
        );
        let advice = "Nothing was moved: callers still meet the former version. Deploy again; report it if it stays so.";
        return Err(
            Fault::new(Code::PlanUnprotected, summary, advice).fact("operations", open.join(", "))
        );
    }
    if !wrong.is_empty() {
        let summary = format!(
            "AWS has {} otherwise than the plan: {}",
            counted(wrong.len(), "operation"),
            first_few(&wrong)
        );
        return Err(mismatch(summary, &wrong));
    }
    Ok(())
}

fn mismatch(summary: String, operations: &[String]) -> Fault {
    let advice = "Nothing was moved: callers still meet the former version. Deploy again; if it stays so, look for another tool that changes this API.";
    Fault::new(Code::AwsReadBack, summary, advice)
        .retry(Retry::AfterFix)
        .fact("operations", operations.join(", "))
}

fn first_few(names: &[String]) -> String {
    let shown = names.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > 5 {
        format!("{shown} and {} more", names.len() - 5)
    } else {
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(method: &str, path: &str, protected: bool) -> Expectation {
        Expectation {
            method: method.to_owned(),
            path: path.to_owned(),
            protected,
            own: None,
        }
    }

    fn live(
        entries: &[(&str, &str, &str, Option<&str>, bool)],
    ) -> BTreeMap<(String, String), Live> {
        let entry = |(method, path, authorization, authorizer, has_integration): &(
            &str,
            &str,
            &str,
            Option<&str>,
            bool,
        )| {
            let live = Live {
                authorization: (*authorization).to_owned(),
                authorizer: authorizer.map(str::to_owned),
                key: false,
                scopes: Vec::new(),
                has_integration: *has_integration,
            };
            (((*method).to_owned(), (*path).to_owned()), live)
        };
        entries.iter().map(entry).collect()
    }

    #[test]
    fn what_is_as_planned_passes() {
        let expected = [wanted("GET", "/a", true), wanted("OPTIONS", "/a", false)];
        let found = live(&[
            ("GET", "/a", "CUSTOM", Some("x"), true),
            ("OPTIONS", "/a", "NONE", None, true),
        ]);
        assert!(compare(&expected, &found, Some("x"), &BTreeMap::new()).is_ok());
        // Integrations that are not shown for any method say nothing.
        let hidden = live(&[
            ("GET", "/a", "CUSTOM", Some("x"), false),
            ("OPTIONS", "/a", "NONE", None, false),
        ]);
        assert!(compare(&expected, &hidden, Some("x"), &BTreeMap::new()).is_ok());
    }

    #[test]
    fn an_operation_that_would_be_open_is_the_first_thing_told() {
        let expected = [wanted("GET", "/a", true), wanted("GET", "/b", true)];
        let fault = compare(
            &expected,
            &live(&[("GET", "/a", "NONE", None, true)]),
            Some("x"),
            &BTreeMap::new(),
        )
        .unwrap_err();
        assert_eq!(
            (fault.code, fault.facts["operations"].as_str()),
            (Code::PlanUnprotected, "GET /a")
        );
    }

    #[test]
    fn every_other_difference_is_a_mismatch() {
        let ok = ("GET", "/a", "CUSTOM", Some("x"), true);
        let expected = [wanted("GET", "/a", true), wanted("GET", "/b", false)];
        for (found, said) in [
            (vec![ok], "GET /b (missing)"),
            (
                vec![
                    ("GET", "/a", "CUSTOM", Some("y"), true),
                    ("GET", "/b", "NONE", None, true),
                ],
                "GET /a (asks another authorizer)",
            ),
            (
                vec![
                    ("GET", "/a", "AWS_IAM", None, true),
                    ("GET", "/b", "NONE", None, true),
                ],
                "GET /a (asks another authorizer)",
            ),
            (
                vec![ok, ("GET", "/b", "CUSTOM", Some("x"), true)],
                "GET /b (protected, meant to be open)",
            ),
            (
                vec![ok, ("GET", "/b", "NONE", None, false)],
                "GET /b (no backend)",
            ),
            (
                vec![
                    ok,
                    ("GET", "/b", "NONE", None, true),
                    ("PUT", "/b", "NONE", None, true),
                ],
                "PUT /b (not in the plan)",
            ),
        ] {
            let fault = compare(&expected, &live(&found), Some("x"), &BTreeMap::new()).unwrap_err();
            assert_eq!(
                (fault.code, fault.facts["operations"].as_str()),
                (Code::AwsReadBack, said)
            );
        }
    }

    fn asks(authorization: &str, authorizer: Option<&str>, key: bool) -> Expectation {
        Expectation {
            own: Some(OwnCheck {
                authorization: authorization.to_owned(),
                authorizer: authorizer.map(str::to_owned),
                key,
                scopes: Vec::new(),
            }),
            ..wanted("GET", "/a", false)
        }
    }

    #[test]
    fn what_the_document_has_checked_must_be_checked() {
        let names = BTreeMap::from([("x".to_owned(), "checks".to_owned())]);
        let found = |authorization, authorizer, key| {
            let mut found = live(&[("GET", "/a", authorization, authorizer, true)]);
            for method in found.values_mut() {
                method.key = key;
            }
            found
        };
        for (expected, authorization, authorizer, key) in [
            (
                asks("CUSTOM", Some("checks"), false),
                "CUSTOM",
                Some("x"),
                false,
            ),
            (
                asks("CUSTOM", Some("checks"), true),
                "CUSTOM",
                Some("x"),
                true,
            ),
            (asks("AWS_IAM", None, false), "AWS_IAM", None, false),
            (asks("NONE", None, true), "NONE", None, true),
        ] {
            let found = found(authorization, authorizer, key);
            assert!(compare(&[expected], &found, None, &names).is_ok());
        }
        for (expected, authorization, authorizer, key, code) in [
            (
                asks("CUSTOM", Some("checks"), false),
                "NONE",
                None,
                false,
                Code::PlanUnprotected,
            ),
            (
                asks("AWS_IAM", None, false),
                "NONE",
                None,
                false,
                Code::PlanUnprotected,
            ),
            (
                asks("CUSTOM", Some("checks"), true),
                "CUSTOM",
                Some("x"),
                false,
                Code::PlanUnprotected,
            ),
            (
                asks("NONE", None, true),
                "NONE",
                None,
                false,
                Code::PlanUnprotected,
            ),
            (
                asks("CUSTOM", Some("checks"), false),
                "CUSTOM",
                Some("y"),
                false,
                Code::AwsReadBack,
            ),
            (
                asks("CUSTOM", Some("checks"), false),
                "AWS_IAM",
                None,
                false,
                Code::AwsReadBack,
            ),
            (
                asks("CUSTOM", Some("checks"), false),
                "CUSTOM",
                Some("x"),
                true,
                Code::AwsReadBack,
            ),
        ] {
            let found = found(authorization, authorizer, key);
            let fault = compare(&[expected], &found, None, &names).unwrap_err();
            assert_eq!(fault.code, code, "{authorization} {authorizer:?} {key}");
        }
    }
}
