//! Every API of an account and region, and who looks after each.
//!
//! It refuses to read stages unasked: that is one call for each API, and an account may have six hundred.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_apigateway::types::RestApi;
use gw_connector::{Found, FoundStage, Listing, Owner, Protocol};
use gw_model::{ApiId, Fault, UnixMillis};

use crate::connector::AwsConnector;
use crate::fault::{Attempt, fault};
use crate::names::{self, invoke_url, partition};

impl AwsConnector {
    /// REST APIs and those of version 2, by name. Whoever may not list the latter still gets the former.
    pub(crate) async fn discover_apis(&self) -> Result<Listing, Fault> {
        let mut apis: Vec<Found> = self.rest_apis().await?.iter().map(rest_api).collect();
        let mut faults = Vec::new();
        match self.other_apis().await {
            Ok(others) => apis.extend(others),
            Err(fault) => faults.push(fault),
        }
        apis.sort_by_cached_key(|one| (one.name.to_lowercase(), one.protocol, one.id.clone()));
        Ok(Listing { apis, faults })
    }

    pub(crate) async fn stages_of(
        &self,
        protocol: Protocol,
        id: &str,
    ) -> Result<Vec<FoundStage>, Fault> {
        let mut stages = match protocol {
            Protocol::Rest => self.rest_stages(id).await?,
            Protocol::Http | Protocol::Websocket => self.http_stages(protocol, id).await?,
        };
        stages.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(stages)
    }

    async fn rest_stages(&self, id: &str) -> Result<Vec<FoundStage>, Fault> {
        let doing = format!("list the stages of {id}");
        let attempt = Attempt {
            call: "GetStages",
            doing: &doing,
            writes: false,
        };
        let answer = self.gateway.get_stages().rest_api_id(id).send().await;
        let answer = answer.map_err(|error| fault(&self.target, attempt, error))?;
        let stage = |stage: &aws_sdk_apigateway::types::Stage| {
            let name = stage.stage_name().unwrap_or_default();
            FoundStage {
                name: name.to_owned(),
                deployment: stage.deployment_id().unwrap_or_default().to_owned(),
                invoke_url: self.address(Protocol::Rest, id, name),
                updated_at: stage
                    .last_updated_date()
                    .or(stage.created_date())
                    .and_then(|at| millis(at.to_millis().ok())),
            }
        };
        Ok(answer.item().iter().map(stage).collect())
    }

    /// APIs of version 2: HTTP and WebSocket.
    async fn other_apis(&self) -> Result<Vec<Found>, Fault> {
        let attempt = Attempt {
            call: "GetApis",
            doing: "list HTTP APIs",
            writes: false,
        };
        let mut found = Vec::new();
        let mut next = None;
        loop {
            let page = self.http.get_apis().max_results("500").set_next_token(next);
            let page = page.send().await;
            let page = page.map_err(|error| fault(&self.target, attempt, error))?;
            found.extend(page.items().iter().map(other_api));
            match page.next_token() {
                Some(token) => next = Some(token.to_owned()),
                None => return Ok(found),
            }
        }
    }

    async fn http_stages(&self, protocol: Protocol, id: &str) -> Result<Vec<FoundStage>, Fault> {
        let doing = format!("list the stages of {id}");
        let attempt = Attempt {
            call: "GetStages",
            doing: &doing,
            writes: false,
        };
        let mut stages = Vec::new();
        let mut next = None;
        loop {
            let page = self.http.get_stages().api_id(id).set_next_token(next);
            let page = page.send().await;
            let page = page.map_err(|error| fault(&self.target, attempt, error))?;
            stages.extend(page.items().iter().map(|stage| {
                let name = stage.stage_name().unwrap_or_default();
                FoundStage {
                    name: name.to_owned(),
                    deployment: stage.deployment_id().unwrap_or_default().to_owned(),
                    invoke_url: self.address(protocol, id, name),
                    updated_at: stage
                        .last_updated_date()
                        .and_then(|at| millis(at.to_millis().ok())),
                }
            }));
            match page.next_token() {
                Some(token) => next = Some(token.to_owned()),
                None => return Ok(stages),
            }
        }
    }

    /// Where callers reach a stage; the default stage of an HTTP API has no path.
    fn address(&self, protocol: Protocol, id: &str, stage: &str) -> String {
        let region = &self.target.region;
        let endpoint = self.target.endpoint_url.as_deref();
        let url = invoke_url(region, endpoint, id, stage);
        let url = match protocol {
            Protocol::Websocket => url.replacen("https://", "wss://", 1),
            Protocol::Rest | Protocol::Http => url,
        };
        match url.strip_suffix("/$default") {
            Some(base) => base.to_owned(),
            None => url,
        }
    }

    /// The name by which tags of a REST API are set.
    pub(crate) fn rest_api_arn(&self, id: &str) -> String {
        let region = &self.target.region;
        format!(
            "arn:{}:apigateway:{region}::/restapis/{id}",
            partition(region)
        )
    }
}

fn rest_api(api: &RestApi) -> Found {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let tags = sorted(api.tags());
    let endpoint = api
        .endpoint_configuration()
        .and_then(|endpoint| endpoint.types().first())
        .map(|kind| kind.as_str().to_owned());
    Found {
        id: text(api.id()),
        name: text(api.name()),
        version: text(api.version()),
        description: names::unsigned(api.description().unwrap_or_default()).to_owned(),
        protocol: Protocol::Rest,
        endpoint: endpoint.unwrap_or_default(),
        created_at: api
            .created_date()
            .and_then(|at| millis(at.to_millis().ok())),
        owner: owner(&tags),
        tags,
    }
}

fn other_api(api: &aws_sdk_apigatewayv2::types::Api) -> Found {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let tags = sorted(api.tags());
    let is_socket = api
        .protocol_type()
        .is_some_and(|kind| kind.as_str().eq_ignore_ascii_case("WEBSOCKET"));
    Found {
        id: text(api.api_id()),
        name: text(api.name()),
        version: text(api.version()),
        description: text(api.description()),
        protocol: if is_socket {
            Protocol::Websocket
        } else {
            Protocol::Http
        },
        endpoint: "REGIONAL".to_owned(),
        created_at: api
            .created_date()
            .and_then(|at| millis(at.to_millis().ok())),
        owner: owner(&tags),
        tags,
    }
}

fn millis(at: Option<i64>) -> Option<UnixMillis> {
    at.map(UnixMillis)
}

fn sorted(tags: Option<&HashMap<String, String>>) -> BTreeMap<String, String> {
    tags.into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Who made an API, as its tags tell: ours first, then those AWS itself sets and nobody can, then what tools write by
/// default or by widespread habit.
pub(crate) fn owner(tags: &BTreeMap<String, String>) -> Owner {
    let tag = |name: &str| tags.get(name).map(String::as_str);
    if let Some(api) = tag(names::TAG_API) {
        return Owner::Gatewright {
            api: ApiId::new(api),
        };
    }
    if let Some(stack) = tag("aws:cloudformation:stack-name") {
        return Owner::CloudFormation {
            stack: stack.to_owned(),
        };
    }
    let tool = |name: &str| Owner::Tool {
        name: name.to_owned(),
    };
    for (key, value) in tags {
        let (key, value) = (key.to_ascii_lowercase(), value.to_ascii_lowercase());
        let by = key.replace(['-', '_', ' '], "");
        let names_maker = matches!(
            by.as_str(),
            "managedby" | "createdby" | "provisionedby" | "deployedby" | "iac" | "tool"
        );
        for (word, name) in [
            ("terraform", "Terraform"),
            ("opentofu", "OpenTofu"),
            ("pulumi", "Pulumi"),
            ("serverless", "Serverless Framework"),
            ("crossplane", "Crossplane"),
        ] {
            let told_by_key = key.split([':', '-', '_', '/']).any(|part| part == word);
            if told_by_key || (names_maker && value.contains(word)) {
                return tool(name);
            }
        }
        if names_maker && !value.is_empty() {
            return tool(
                tags.get(key.as_str())
                    .map_or(value.as_str(), String::as_str),
            );
        }
    }
    Owner::Hand
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_are_told_by_their_tags() {
        let of = |tags: &[(&str, &str)]| {
            let tags = tags
                .iter()
                .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
                .collect();
            match owner(&tags) {
                Owner::Gatewright { api } => format!("gatewright {api}"),
                Owner::CloudFormation { stack } => format!("stack {stack}"),
                Owner::Tool { name } => name,
                Owner::Hand => "hand".to_owned(),
            }
        };
        for (tags, expected) in [
            (&[][..], "hand"),
            (&[("team", "shop"), ("stage", "prod")], "hand"),
            (&[("gatewright:api", "a1")], "gatewright a1"),
            (&[("aws:cloudformation:stack-name", "shop")], "stack shop"),
            (
                &[
                    ("aws:cloudformation:stack-name", "shop"),
                    ("gatewright:api", "a1"),
                ],
                "gatewright a1",
            ),
            (&[("ManagedBy", "Terraform")], "Terraform"),
            (&[("managed-by", "terraform-cloud")], "Terraform"),
            (&[("terraform", "true")], "Terraform"),
            (&[("pulumi:project", "shop")], "Pulumi"),
            (&[("managedby", "ops")], "ops"),
            (&[("notes", "made before terraform")], "hand"),
        ] {
            assert_eq!(of(tags), expected, "{tags:?}");
        }
    }
}
