//! The connector itself: clients, and each call of the port handed to the module that makes it.
//!
//! It refuses retries: the SDK's are off, so that one `apply` is one call and the engine decides. Each call waits for its
//! turn in the client it goes through, where the host gave it one.

use std::time::Duration;

use async_trait::async_trait;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider};

use gw_aws_import::lint;
use gw_connector::{
    Capabilities, Change, Connector, DomainMapping, FoundStage, Goal, Identity, Kept, Listing,
    MappingGoal, Mark, Observed, Outputs, Picture, Protocol, ReadApi, Receipt, RemoteCall,
    SettingChange, Target,
};
use gw_deploy::Turns;
use gw_model::{AwsTarget, Code, Diagnostic, Fault, Secret};
use gw_openapi::Document;
use gw_plan::Plan;

use crate::lower::{lower, mapping_changes, setting_changes, untouched};
use crate::turns::{Named, http_client};
use crate::{picture, regions, verbs};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How to get into an account.
pub enum AwsAccess {
    /// An access key.
    Key {
        /// Its id.
        id: Secret<String>,
        /// Its secret.
        secret: Secret<String>,
        /// The token of a temporary key.
        session_token: Option<Secret<String>>,
    },
    /// A profile of the shared AWS config files: keys, SSO, assumed roles, credential processes.
    Profile {
        /// Its name.
        name: String,
    },
}

/// A way to one AWS account, region and stage.
pub struct AwsConnector {
    pub(crate) target: AwsTarget,
    pub(crate) gateway: aws_sdk_apigateway::Client,
    /// HTTP and WebSocket APIs, which have an interface of their own.
    pub(crate) http: aws_sdk_apigatewayv2::Client,
    pub(crate) lambda: aws_sdk_lambda::Client,
    pub(crate) iam: aws_sdk_iam::Client,
    pub(crate) sts: aws_sdk_sts::Client,
}

impl AwsConnector {
    /// A connector that calls at once, whatever the quotas. Nothing is read or called before the first remote call.
    /// Fails with `aws.unknown-region` or `request.invalid` when the target cannot be one.
    pub fn new(target: AwsTarget, access: AwsAccess) -> Result<Self, Fault> {
        Self::with(target, access, None)
    }

    /// As [`AwsConnector::new`], but every call waits for its turn.
    pub fn paced(target: AwsTarget, access: AwsAccess, turns: Turns) -> Result<Self, Fault> {
        Self::with(target, access, Some(turns))
    }

    fn with(target: AwsTarget, access: AwsAccess, turns: Option<Turns>) -> Result<Self, Fault> {
        if !regions::is_well_formed(&target.region) {
            return Err(Fault::new(
                Code::AwsRegionUnknown,
                format!("'{}' is no AWS region", target.region),
                "Choose a region from the list, such as eu-west-1.",
            ));
        }
        if let Some(url) = target.endpoint_url.as_deref().filter(|url| !is_http(url)) {
            return Err(Fault::new(
                Code::RequestInvalid,
                format!("'{url}' is no endpoint URL"),
                "Write http:// or https://, a host and perhaps a port.",
            ));
        }
        let config = sdk_config(&target, access, turns);
        let gateway = aws_sdk_apigateway::config::Builder::from(&config).interceptor(Named);
        let http = aws_sdk_apigatewayv2::config::Builder::from(&config).interceptor(Named);
        Ok(Self {
            target,
            gateway: aws_sdk_apigateway::Client::from_conf(gateway.build()),
            http: aws_sdk_apigatewayv2::Client::from_conf(http.build()),
            lambda: aws_sdk_lambda::Client::new(&config),
            iam: aws_sdk_iam::Client::new(&config),
            sts: aws_sdk_sts::Client::new(&config),
        })
    }
}

fn is_http(url: &str) -> bool {
    let rest = url
        .strip_prefix("http://")
        .or_else(|| url.strip_prefix("https://"));
    rest.is_some_and(|rest| {
        !rest.is_empty() && !rest.starts_with('/') && !rest.contains([' ', '@', '?', '#'])
    })
}

fn sdk_config(target: &AwsTarget, access: AwsAccess, turns: Option<Turns>) -> SdkConfig {
    let region = Region::new(target.region.clone());
    let credentials = match access {
        AwsAccess::Key {
            id,
            secret,
            session_token,
        } => SharedCredentialsProvider::new(Credentials::new(
            id.reveal(),
            secret.reveal(),
            session_token.map(|token| token.reveal().clone()),
            None,
            "gatewright",
        )),
        AwsAccess::Profile { name } => {
            let config = ProviderConfig::without_region().with_region(Some(region.clone()));
            let provider = ProfileFileCredentialsProvider::builder()
                .configure(&config)
                .profile_name(name)
                .build();
            SharedCredentialsProvider::new(provider)
        }
    };
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .build();
    let mut builder = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(region)
        .credentials_provider(credentials)
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts)
        // A body that waits for its turn is not stalled; the client below keeps the time.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .http_client(http_client(turns));
    if let Some(url) = &target.endpoint_url {
        builder = builder.endpoint_url(url.trim_end_matches('/'));
    }
    builder.build()
}

/// What AWS REST APIs can do, whatever the account.
pub fn capabilities() -> Capabilities {
    Capabilities {
        shared_host: false,
        lambda_backend: true,
        checks_tokens: false,
        public_address: true,
        max_resources: Some(gw_aws_import::MAX_RESOURCES),
        max_document_bytes: Some(gw_aws_import::MAX_DOCUMENT_BYTES as u64),
        stage_settings: true,
        canaries: true,
    }
}

#[async_trait]
impl Connector for AwsConnector {
    fn capabilities(&self) -> Capabilities {
        capabilities()
    }

    fn lint(&self, document: &Document, plan: &Plan) -> Vec<Diagnostic> {
        lint(document, plan, &self.target)
    }

    async fn identify(&self) -> Result<Identity, Fault> {
        self.identify_caller().await
    }

    async fn observe(&self, target: &Target) -> Result<Observed, Fault> {
        self.observe_api(target).await
    }

    async fn kept(&self, target: &Target) -> Result<Vec<Kept>, Fault> {
        self.kept_deployments(target).await
    }

    fn lower(
        &self,
        goal: Goal<'_>,
        target: &Target,
        observed: &Observed,
    ) -> Result<Vec<Change>, Fault> {
        lower(goal, target, &self.target, observed)
    }

    fn untouched(&self, goal: Goal<'_>, observed: &Observed, changes: &[Change]) -> Vec<String> {
        untouched(goal, &self.target, observed, changes)
    }

    async fn takes_along(&self, observed: &Observed) -> Result<Vec<String>, Fault> {
        self.other_stages(observed).await
    }

    fn setting_changes(
        &self,
        plan: &Plan,
        target: &Target,
        observed: &Observed,
    ) -> Vec<SettingChange> {
        setting_changes(plan, target, &self.target, observed)
    }

    async fn domains(&self, observed: &Observed) -> Result<Vec<DomainMapping>, Fault> {
        self.domains_of(observed).await
    }

    async fn prepare_mapping(
        &self,
        goal: &MappingGoal,
        observed: &mut Observed,
    ) -> Result<Vec<Change>, Fault> {
        let found = self.mapping(&goal.domain, &goal.base_path).await?;
        mapping_changes(goal, &self.target, found.as_ref(), observed)
    }

    async fn apply(
        &self,
        change: &Change,
        mark: &Mark,
        outputs: &Outputs,
    ) -> Result<Receipt, Fault> {
        verbs::apply(self, change, mark, outputs).await
    }

    async fn probe(
        &self,
        change: &Change,
        mark: &Mark,
        outputs: &Outputs,
    ) -> Result<Option<Receipt>, Fault> {
        verbs::probe(self, change, mark, outputs).await
    }

    fn undo_calls(&self, receipt: &Receipt) -> Vec<RemoteCall> {
        verbs::undo_calls(receipt)
    }

    async fn undo(&self, receipt: &Receipt, outputs: &Outputs) -> Result<(), Fault> {
        verbs::undo(self, receipt, outputs).await
    }

    fn expect(&self, plan: &Plan, target: &Target) -> Picture {
        picture::expected(plan, target, &self.target)
    }

    async fn examine(&self, target: &Target) -> Result<Picture, Fault> {
        self.examine_api(target).await
    }

    async fn discover(&self) -> Result<Listing, Fault> {
        self.discover_apis().await
    }

    async fn stages(&self, protocol: Protocol, id: &str) -> Result<Vec<FoundStage>, Fault> {
        self.stages_of(protocol, id).await
    }

    async fn read_api(
        &self,
        protocol: Protocol,
        id: &str,
        stage: Option<&str>,
    ) -> Result<ReadApi, Fault> {
        self.read_as_document(protocol, id, stage).await
    }
}
