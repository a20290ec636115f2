//! Base paths of custom domains: which lead where, mapping one and unmapping one.
//!
//! It refuses to delete a domain, and to unmap what leads to something else.

use aws_sdk_apigateway::operation::RequestId;

use gw_connector::names::OUTPUT_INVOKE_URL;
use gw_connector::{DomainMapping, Observed, Outputs, Receipt};
use gw_model::Fault;

use super::{needed, receipt};
use crate::connector::AwsConnector;
use crate::fault::{Attempt, fault, is_gone};
use crate::names::{self, invoke_url, output};

/// Where a base path leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mapping {
    pub rest_api: String,
    /// `(none)`, or nothing, when callers name the stage in the path.
    pub stage: String,
}

impl Mapping {
    /// Whether a stage is reached through it.
    pub(crate) fn leads_to(&self, stage: &str) -> bool {
        self.names_the_stage() || self.stage == stage
    }

    fn names_the_stage(&self) -> bool {
        self.stage.is_empty() || self.stage == names::NO_BASE_PATH
    }
}

impl AwsConnector {
    /// Where one base path of a domain leads; `None` when nowhere.
    pub(crate) async fn mapping(
        &self,
        domain: &str,
        base_path: &str,
    ) -> Result<Option<Mapping>, Fault> {
        let base_path = if base_path.is_empty() {
            names::NO_BASE_PATH
        } else {
            base_path
        };
        let doing = format!("read where {domain} leads");
        let attempt = Attempt {
            call: "GetBasePathMapping",
            doing: &doing,
            writes: false,
        };
        let answer = self
            .gateway
            .get_base_path_mapping()
            .domain_name(domain)
            .base_path(base_path)
            .send()
            .await;
        match answer {
            Ok(answer) => Ok(Some(Mapping {
                rest_api: answer.rest_api_id().unwrap_or_default().to_owned(),
                stage: answer.stage().unwrap_or_default().to_owned(),
            })),
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(fault(&self.target, attempt, error)),
        }
    }

    /// Every base path of every domain that leads to the observed API. AWS knows no way back from an API to its domains,
    /// so each domain is asked.
    pub(crate) async fn domains_of(
        &self,
        observed: &Observed,
    ) -> Result<Vec<DomainMapping>, Fault> {
        let Some(id) = output(&observed.found, names::REST_API_ID) else {
            return Ok(Vec::new());
        };
        let mut all = Vec::new();
        for domain in self.domain_names().await? {
            for (base_path, mapping) in self.mappings(&domain).await? {
                if mapping.rest_api != id || !mapping.leads_to(&self.target.stage) {
                    continue;
                }
                let mut url = format!("https://{domain}");
                if !base_path.is_empty() {
                    url.push('/');
                    url.push_str(&base_path);
                }
                if mapping.names_the_stage() {
                    url.push('/');
                    url.push_str(&self.target.stage);
                }
                all.push(DomainMapping {
                    domain: domain.clone(),
                    base_path,
                    url,
                });
            }
        }
        Ok(all)
    }

    pub(super) async fn map_domain(&self, outputs: &Outputs) -> Result<Receipt, Fault> {
        let id = needed(outputs, names::REST_API_ID)?;
        let (domain, base_path) = domain_and_path(outputs)?;
        let doing = format!("let {domain} lead to the REST API {id}");
        let attempt = Attempt {
            call: "CreateBasePathMapping",
            doing: &doing,
            writes: true,
        };
        let mut request = self
            .gateway
            .create_base_path_mapping()
            .domain_name(domain)
            .rest_api_id(id)
            .stage(&self.target.stage);
        if base_path != names::NO_BASE_PATH {
            request = request.base_path(base_path);
        }
        let answer = request
            .send()
            .await
            .map_err(|error| fault(&self.target, attempt, error))?;
        Ok(self.mapped(answer.request_id(), id))
    }

    /// Unmaps what leads to the run's API; what leads elsewhere by now is left.
    pub(super) async fn unmap_domain(&self, outputs: &Outputs) -> Result<Receipt, Fault> {
        let id = needed(outputs, names::REST_API_ID)?;
        let (domain, base_path) = domain_and_path(outputs)?;
        let there = self.mapping(domain, base_path).await?;
        if there.is_none_or(|mapping| mapping.rest_api != id) {
            return Ok(self.mapped(None, id));
        }
        let doing = format!("let {domain} no longer lead to the REST API {id}");
        let attempt = Attempt {
            call: "DeleteBasePathMapping",
            doing: &doing,
            writes: true,
        };
        let answer = self
            .gateway
            .delete_base_path_mapping()
            .domain_name(domain)
            .base_path(base_path)
            .send()
            .await;
        match answer {
            Ok(answer) => Ok(self.mapped(answer.request_id(), id)),
            Err(error) if is_gone(&error) => Ok(self.mapped(None, id)),
            Err(error) => Err(fault(&self.target, attempt, error)),
        }
    }

    /// Maps again what a run unmapped, unless it leads somewhere by now.
    pub(super) async fn map_domain_back(&self, outputs: &Outputs) -> Result<(), Fault> {
        let (domain, base_path) = domain_and_path(outputs)?;
        if self.mapping(domain, base_path).await?.is_some() {
            return Ok(());
        }
        self.map_domain(outputs).await.map(drop)
    }

    /// A mapping carries no mark. It was looked at before the run, which has a change only when it was otherwise: that
    /// it is as wanted now is what the run is for.
    pub(super) async fn probe_mapping(
        &self,
        outputs: &Outputs,
        mapped: bool,
    ) -> Result<Option<Receipt>, Fault> {
        let id = needed(outputs, names::REST_API_ID)?;
        let (domain, base_path) = domain_and_path(outputs)?;
        let there = self.mapping(domain, base_path).await?;
        let leads_here = there.is_some_and(|mapping| mapping.rest_api == id);
        Ok((leads_here == mapped).then(|| self.mapped(None, id)))
    }

    async fn domain_names(&self) -> Result<Vec<String>, Fault> {
        let attempt = Attempt {
            call: "GetDomainNames",
            doing: "list custom domains",
            writes: false,
        };
        let (mut names, mut position) = (Vec::new(), None);
        loop {
            let page = self
                .gateway
                .get_domain_names()
                .limit(500)
                .set_position(position)
                .send()
                .await
                .map_err(|error| fault(&self.target, attempt, error))?;
            let found = page
                .items()
                .iter()
                .filter_map(|domain| domain.domain_name());
            names.extend(found.map(str::to_owned));
            match page.position() {
                Some(next) => position = Some(next.to_owned()),
                None => return Ok(names),
            }
        }
    }

    /// The base paths of a domain, empty for all paths, and where each leads.
    async fn mappings(&self, domain: &str) -> Result<Vec<(String, Mapping)>, Fault> {
        let doing = format!("list where {domain} leads");
        let attempt = Attempt {
            call: "GetBasePathMappings",
            doing: &doing,
            writes: false,
        };
        let (mut all, mut position) = (Vec::new(), None);
        loop {
            let page = self
                .gateway
                .get_base_path_mappings()
                .domain_name(domain)
                .limit(500)
                .set_position(position)
                .send()
                .await;
            let page = match page {
                Ok(page) => page,
                Err(error) if is_gone(&error) => return Ok(all),
                Err(error) => return Err(fault(&self.target, attempt, error)),
            };
            for mapping in page.items() {
                let base_path = mapping.base_path().unwrap_or_default();
                let base_path = base_path.replace(names::NO_BASE_PATH, "");
                let leads = Mapping {
                    rest_api: mapping.rest_api_id().unwrap_or_default().to_owned(),
                    stage: mapping.stage().unwrap_or_default().to_owned(),
                };
                all.push((base_path, leads));
            }
            match page.position() {
                Some(next) => position = Some(next.to_owned()),
                None => return Ok(all),
            }
        }
    }

    fn mapped(&self, request_id: Option<&str>, id: &str) -> Receipt {
        let target = &self.target;
        let endpoint = target.endpoint_url.as_deref();
        let url = invoke_url(&target.region, endpoint, id, &target.stage);
        receipt(false, request_id, [(OUTPUT_INVOKE_URL, url)])
    }
}

fn domain_and_path(outputs: &Outputs) -> Result<(&str, &str), Fault> {
    Ok((
        needed(outputs, names::MAPPING_DOMAIN)?,
        needed(outputs, names::MAPPING_BASE_PATH)?,
    ))
}
