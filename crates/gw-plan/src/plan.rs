//! What a plan says.
//!
//! It refuses references into the document: a plan stands alone, so it can be stored, digested and enforced anywhere.

use std::collections::BTreeMap;

use gw_model::{ApiId, AwsAuthorizer, CorsPolicy, HttpMethod, OperationKey, RevisionId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The gateway-neutral compilation of a revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Plan {
    /// Which API.
    pub api: ApiId,
    /// Of which revision.
    pub revision: RevisionId,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its description, from the document.
    pub description: String,
    /// Prefix on gateways whose APIs share a host; `/` for none.
    pub base_path: String,
    /// One per operation, in document order.
    pub routes: Vec<Route>,
    /// How tokens are checked; `None` when no route asks for one.
    pub token_check: Option<TokenCheck>,
    /// Cross-origin answers; `None` for none.
    pub cors: Option<PlanCors>,
    /// Distinct path nodes below the root, intermediate ones included (aws-facts 3.2 counts them).
    pub resources: u32,
    /// What the routes' contracts refer to.
    #[serde(default)]
    pub schemas: Schemas,
    /// What the document says to AWS itself.
    #[serde(default, skip_serializing_if = "Own::is_empty")]
    pub own: Own,
}

/// What a document says to AWS itself; only AWS understands it, and it is kept to the letter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Own {
    /// Security schemes by name, as JSON text: those the routes ask for, and every other authorizer of the API.
    #[ts(type = "Record<string, string>")]
    pub schemes: BTreeMap<String, String>,
    /// `x-amazon-apigateway-…` of the document's root by key, as JSON text: resource policy, gateway responses, media
    /// types and the like.
    #[ts(type = "Record<string, string>")]
    pub settings: BTreeMap<String, String>,
}

impl Own {
    /// Whether the document says nothing to AWS.
    pub fn is_empty(&self) -> bool {
        self.schemes.is_empty() && self.settings.is_empty()
    }
}

/// One operation as the gateway serves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Route {
    /// Method and path template.
    pub operation: OperationKey,
    /// From the document; empty when it has none.
    pub operation_id: String,
    /// From the document.
    pub summary: String,
    /// Where requests go.
    pub backend: RouteBackend,
    /// Who may call.
    pub security: RouteSecurity,
    /// Parameters the document declares.
    pub parameters: Vec<Parameter>,
    /// What bodies look like.
    #[serde(default)]
    pub contract: Contract,
}

/// What the document promises of a route's bodies, and which of it the gateway checks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Contract {
    /// What callers send; `None` for nothing.
    pub body: Option<Body>,
    /// What they get, in document order.
    pub answers: Vec<Answer>,
    /// What the gateway checks of a request before it passes it on.
    pub checks: Checks,
}

/// What a gateway checks of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Checks {
    /// That required parameters are there.
    pub parameters: bool,
    /// That a body is as its schema says.
    pub body: bool,
}

/// What callers send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Body {
    /// Whether they must.
    pub required: bool,
    /// By media type.
    pub content: Vec<Media>,
}

/// What callers get.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Answer {
    /// `200`, `4XX` or `default`.
    pub status: String,
    /// JSON pointer of the answer in the document.
    pub pointer: String,
    /// For people.
    pub description: String,
    /// Names of declared headers.
    pub headers: Vec<String>,
    /// By media type.
    pub content: Vec<Media>,
}

/// A body in one media type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Media {
    /// For example `application/json`.
    pub media_type: String,
    /// What it looks like; `None` when the document does not say.
    pub schema: Option<SchemaText>,
}

/// A JSON schema as the document writes it, in the dialect of [`Schemas`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SchemaText {
    /// JSON pointer of it in the document.
    pub pointer: String,
    /// Compact JSON. Each `$ref` is `#` and a pointer that is a key of [`Schemas::texts`]; what cannot be followed is `{}`.
    /// Examples, `x-…` and other words for people only are left out, descriptions are not.
    pub text: String,
}

/// Every schema that a contract of the plan refers to, directly or not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Schemas {
    /// By which rules they are written.
    pub dialect: Dialect,
    /// By JSON pointer in the document, each as [`SchemaText::text`].
    #[ts(type = "Record<string, string>")]
    pub texts: BTreeMap<String, String>,
}

/// By which rules schemas are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Dialect {
    /// OpenAPI 2.0.
    Openapi2,
    /// OpenAPI 3.0: draft 4 with differences, `nullable`, words beside `$ref` ignored.
    #[default]
    Openapi30,
    /// OpenAPI 3.1 and 3.2: JSON Schema 2020-12.
    JsonSchema2020,
}

/// Where requests of one route go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum RouteBackend {
    /// Passed on; `{name}` in the URL stands for the path parameter.
    Http {
        /// Full URL with path template.
        url: String,
    },
    /// Answered by the gateway.
    Mock {
        /// With this.
        answer: MockAnswer,
    },
    /// An AWS Lambda function, by proxy integration.
    Lambda {
        /// The integration URI of the document, an API Gateway invocation ARN or a function ARN.
        uri: String,
        /// The role to assume, as in the document.
        credentials: Option<String>,
    },
    /// An integration the document spells out and only AWS understands; JSON text of `x-amazon-apigateway-integration`.
    Verbatim {
        /// As in the document.
        integration: String,
    },
}

/// A canned answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MockAnswer {
    /// HTTP status.
    pub status: u16,
    /// Media type; empty when there is no body.
    pub content_type: String,
    /// Further headers.
    #[ts(type = "Record<string, string>")]
    pub headers: BTreeMap<String, String>,
    /// Body text; empty for none.
    pub body: String,
}

/// Who may call a route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum RouteSecurity {
    /// Everyone.
    Open {
        /// The user said so: a policy marks the operation public. `false`: no policy is attached at all.
        declared: bool,
    },
    /// Holders of a token.
    Token {
        /// All of these scopes are needed; sorted.
        scopes: Vec<String>,
    },
    /// Who meets what the document itself has AWS check.
    Own {
        /// All of these, authorizers before keys; [`Own::schemes`] has them by name.
        schemes: Vec<OwnScheme>,
    },
}

/// A check of AWS's that the document itself sets up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OwnScheme {
    /// Name of the security scheme.
    pub name: String,
    /// What is checked.
    pub kind: OwnKind,
    /// Scopes AWS asks for; sorted. Only user pools have them checked.
    pub scopes: Vec<String>,
}

/// What AWS checks for a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum OwnKind {
    /// A Lambda function is asked.
    Authorizer,
    /// A token of an Amazon Cognito user pool.
    UserPools,
    /// A signature, and what IAM allows its signer.
    Iam,
    /// An API key of a usage plan: it counts callers, and proves little.
    ApiKey,
}

/// How tokens are checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TokenCheck {
    /// The `iss`, to the letter.
    pub issuer: String,
    /// Where the keys are.
    pub jwks_uri: String,
    /// The `aud`.
    pub audience: String,
    /// Signature algorithms accepted.
    pub algorithms: Vec<String>,
    /// Who checks on AWS.
    pub aws: AwsAuthorizer,
    /// How long AWS may reuse an answer, in seconds.
    pub ttl_seconds: u32,
}

/// Cross-origin answers, with the methods of every path worked out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PlanCors {
    /// What the user set.
    pub policy: CorsPolicy,
    /// Methods of each path that gets a preflight answer; paths with an OPTIONS operation of their own are left out.
    #[ts(type = "Record<string, HttpMethod[]>")]
    pub methods: BTreeMap<String, Vec<HttpMethod>>,
}

/// A declared parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Parameter {
    /// As in the document.
    pub name: String,
    /// Where it stands.
    pub location: ParameterLocation,
    /// Whether callers must send it.
    pub required: bool,
}

/// Where a parameter stands in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum ParameterLocation {
    /// In the path.
    Path,
    /// In the query string.
    Query,
    /// A header.
    Header,
    /// A cookie.
    Cookie,
}

/// One difference between two plans, in API words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PlanChange {
    /// What kind.
    pub kind: PlanChangeKind,
    /// Which operation; `None` for the whole API.
    pub operation: Option<OperationKey>,
    /// In one sentence: `POST /orders becomes protected (scope orders:write)`.
    pub sentence: String,
    /// Whether fewer checks stand between a caller and the backend afterwards.
    pub lowers_security: bool,
}

/// Kinds of differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum PlanChangeKind {
    /// Who may call changes.
    Security,
    /// Callers lose something.
    Removed,
    /// Callers get something.
    Added,
    /// Something behaves otherwise.
    Changed,
}
