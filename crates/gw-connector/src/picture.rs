//! What of an API is on a gateway, part by part, in a form two of which can be compared.
//!
//! It refuses to guess: a facet that was not told is not in the picture, and what is not in both pictures is not compared.
//! It refuses a vendor's spelling: connectors write defaults, order and case away before they put a value in.

use std::collections::BTreeMap;
use std::fmt;

use gw_model::{OperationKey, StageSettings};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// What of an API is on a gateway, or should be.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picture {
    /// What is gone as a whole; then nothing else of the API is told.
    pub absent: Option<Absence>,
    /// Each part that is there, with what is known of it.
    pub parts: BTreeMap<Part, Facets>,
    /// Kinds of parts that were not told at all: those that are missing here are not missing there.
    pub untold: Vec<PartKind>,
    /// Whether callers meet operations, models, authorizers and gateway responses as they stand here.
    pub reach: Reach,
    /// Operations of the document that an operation of the gateway stands for, where their paths differ.
    pub stands_for: BTreeMap<OperationKey, Vec<OperationKey>>,
}

/// What is known of a part.
pub type Facets = BTreeMap<Facet, Value>;

/// Something that is gone with all that was in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absence {
    /// [`Part::Api`] or [`Part::Stage`].
    pub part: Part,
    /// In one sentence, with the remote name.
    pub sentence: String,
}

/// Whether callers meet what a picture shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// They do.
    #[default]
    Callers,
    /// They do not yet: it is a draft, and they meet it when someone deploys it by hand.
    Draft,
    /// It could not be told.
    Unknown,
}

/// A part of an API on a gateway.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "kind", content = "name", rename_all = "kebab-case")]
pub enum Part {
    /// The API as a whole.
    Api,
    /// What callers reach of it.
    Stage,
    /// An operation, as the gateway has it.
    Operation(OperationKey),
    /// An authorizer, by name.
    Authorizer(String),
    /// What the gateway itself answers in one case, as `DEFAULT_4XX`.
    GatewayResponse(String),
    /// A model, by name.
    Model(String),
    /// Something made beside the API, in words: `authorizer function`.
    Object(String),
}

/// Kinds of [`Part`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PartKind {
    /// [`Part::Api`].
    Api,
    /// [`Part::Stage`].
    Stage,
    /// [`Part::Operation`].
    Operation,
    /// [`Part::Authorizer`].
    Authorizer,
    /// [`Part::GatewayResponse`].
    GatewayResponse,
    /// [`Part::Model`].
    Model,
    /// [`Part::Object`].
    Object,
}

impl Part {
    /// Its kind.
    pub const fn kind(&self) -> PartKind {
        match self {
            Self::Api => PartKind::Api,
            Self::Stage => PartKind::Stage,
            Self::Operation(_) => PartKind::Operation,
            Self::Authorizer(_) => PartKind::Authorizer,
            Self::GatewayResponse(_) => PartKind::GatewayResponse,
            Self::Model(_) => PartKind::Model,
            Self::Object(_) => PartKind::Object,
        }
    }

    /// Whether callers meet a change of it at once, whatever the draft is.
    pub const fn acts_at_once(&self) -> bool {
        matches!(self, Self::Stage | Self::Object(_))
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Api => f.write_str("the API"),
            Self::Stage => f.write_str("the stage"),
            Self::Operation(operation) => operation.fmt(f),
            Self::Authorizer(name) => write!(f, "the authorizer '{name}'"),
            Self::GatewayResponse(name) => write!(f, "the gateway response {name}"),
            Self::Model(name) => write!(f, "the model '{name}'"),
            Self::Object(words) => write!(f, "the {words}"),
        }
    }
}

/// One thing that can be said of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Facet {
    /// Who may call an operation: an object with `kind`: `open`, `authorizer` (with `name`), `token`, `iam`, `cognito`.
    Authorization,
    /// Whether an operation asks for an API key.
    ApiKey,
    /// What an authorizer asks.
    Function,
    /// What an authorizer goes by.
    Identity,
    /// For how many seconds an authorizer's answer is kept.
    Lifetime,
    /// The role the gateway takes to ask an authorizer.
    Role,
    /// Which deployment callers meet.
    Deployment,
    /// A part of the traffic on another deployment.
    Canary,
    /// Where requests go and how they are mapped, as `x-amazon-apigateway-integration` without defaults.
    Backend,
    /// Parameters the gateway demands: a sorted list of `query limit`.
    Parameters,
    /// What the gateway checks of a request: an object with `body` and `parameters`.
    Checks,
    /// The models bodies are checked by: media type to name.
    Body,
    /// Stage variables.
    Variables,
    /// How many calls are let through.
    Throttling,
    /// What is logged.
    Logging,
    /// What is cached.
    Caching,
    /// Whether calls are traced.
    Tracing,
    /// Status, headers and bodies of a gateway response.
    Answer,
    /// A model's schema.
    Schema,
    /// Who may call the API at all.
    Policy,
    /// Where an API key is read from.
    ApiKeySource,
    /// Regional, edge or private.
    EndpointType,
    /// Whether the vendor's own address answers.
    DefaultAddress,
    /// Bodies that pass as bytes.
    BinaryTypes,
    /// From how many bytes on answers are compressed.
    Compression,
    /// Words for people.
    Description,
    /// The tag that says whose it is.
    Mark,
    /// The permission by which the API asks its function.
    Permission,
}

impl Facet {
    /// What it is called in a sentence.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Authorization => "who may call it",
            Self::ApiKey => "the API key it asks for",
            Self::Function => "the function it asks",
            Self::Identity => "what it goes by",
            Self::Lifetime => "how long an answer is kept",
            Self::Role => "the role it is asked with",
            Self::Deployment => "the deployment it serves",
            Self::Canary => "its canary",
            Self::Backend => "its backend",
            Self::Parameters => "the parameters it demands",
            Self::Checks => "what it checks of requests",
            Self::Body => "the models bodies are checked by",
            Self::Variables => "its variables",
            Self::Throttling => "its throttling",
            Self::Logging => "its logging",
            Self::Caching => "its caching",
            Self::Tracing => "its tracing",
            Self::Answer => "what it answers",
            Self::Schema => "its schema",
            Self::Policy => "its resource policy",
            Self::ApiKeySource => "where API keys are read from",
            Self::EndpointType => "its endpoint type",
            Self::DefaultAddress => "its default address",
            Self::BinaryTypes => "its binary media types",
            Self::Compression => "its compression",
            Self::Description => "its description",
            Self::Mark => "the tag that says whose it is",
            Self::Permission => "the permission to ask it",
        }
    }

    /// Whether a publication sets it, of a stage with these settings: then deploying again sets it again.
    pub fn is_wanted(self, settings: &StageSettings) -> bool {
        let operations = || settings.operations.values();
        match self {
            Self::Variables => !settings.variables.is_empty(),
            Self::Throttling => {
                settings.throttle.is_some() || operations().any(|it| it.throttle.is_some())
            }
            Self::Logging => {
                settings.logging.is_some()
                    || settings.full_requests.is_some()
                    || settings.metrics.is_some()
                    || settings.access_log.is_some()
            }
            Self::Caching => {
                settings.cache.is_some() || operations().any(|it| it.caching.is_some())
            }
            Self::Tracing => settings.tracing.is_some(),
            _ => false,
        }
    }

    /// Whether a change of it can let more callers in, or keep the right ones out.
    pub const fn is_security(self) -> bool {
        matches!(
            self,
            Self::Authorization
                | Self::ApiKey
                | Self::Function
                | Self::Identity
                | Self::Lifetime
                | Self::Policy
                | Self::Permission
        )
    }
}

/// A value with its keys in order at every depth, so that equal things are equal texts.
pub fn canonical(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(canonical).collect(),
        Value::Object(fields) => {
            let sorted: BTreeMap<String, Value> = fields
                .into_iter()
                .map(|(key, value)| (key, canonical(value)))
                .collect();
            sorted.into_iter().collect()
        }
        other => other,
    }
}
