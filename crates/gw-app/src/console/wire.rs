//! What `console.*` takes and gives.

pub use gw_console::{AnswerBody, Note, Pair};
use gw_model::{
    ApiId, ApplicationId, Code, Fault, GatewayId, HttpMethod, OperationKey, UnixMillis,
};
use gw_plan::{ParameterLocation, RouteSecurity};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// An operation to prefill the form for.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct PrepareRequest {
    /// Which API.
    pub api: ApiId,
    /// On which gateway.
    pub gateway: GatewayId,
    /// Which operation.
    pub operation: OperationKey,
}

/// The form, filled from the schema.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ConsoleForm {
    /// Where the API is reached; `None` when it is not deployed there.
    pub base_url: Option<String>,
    /// Parameters with example values.
    pub parameters: Vec<ConsoleParameter>,
    /// Media type of the body; empty for none.
    pub content_type: String,
    /// Example body.
    pub body: String,
    /// Who may call.
    pub security: RouteSecurity,
    /// Applications of the policy's key manager, by id.
    pub applications: Vec<ApplicationId>,
}

/// A parameter of the form.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ConsoleParameter {
    /// Name.
    pub name: String,
    /// Where it stands.
    pub location: ParameterLocation,
    /// Whether it must be sent.
    pub required: bool,
    /// Example value.
    pub value: String,
    /// From the document.
    pub description: String,
    /// Allowed values; empty for any.
    pub allowed: Vec<String>,
}

/// A request to send.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ConsoleRequest {
    /// Which API.
    pub api: ApiId,
    /// On which gateway.
    pub gateway: GatewayId,
    /// Method.
    pub method: HttpMethod,
    /// Path below the API's base URL, with its values filled in or as a template.
    pub path: String,
    /// Values for `{name}` in the path.
    pub path_parameters: Vec<Pair>,
    /// Query parameters, in order.
    pub query: Vec<Pair>,
    /// Headers, in order.
    pub headers: Vec<Pair>,
    /// Body; empty for none.
    pub body: String,
    /// Whose token to attach.
    pub application: Option<ApplicationId>,
}

/// A request to send, which can be cancelled by its name.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct SendRequest {
    /// Chosen by the caller; names the exchange for `console.cancel`.
    pub exchange: String,
    /// The request.
    pub request: ConsoleRequest,
}

/// An exchange to cancel.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct CancelRequest {
    /// Which.
    pub exchange: String,
}

/// An answer.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ConsoleAnswer {
    /// Its place in the history.
    #[ts(type = "number")]
    pub history: i64,
    /// The URL called.
    pub url: String,
    /// Status code.
    pub status: u16,
    /// Its standard reason phrase.
    pub reason: String,
    /// From sending to the last byte, in milliseconds.
    pub total_ms: f64,
    /// From sending to the first byte, in milliseconds.
    pub first_byte_ms: f64,
    /// Size of the whole body in bytes.
    #[ts(type = "number")]
    pub size: u64,
    /// `false` when the body was not read to its end and the server did not say its size: it is `size` or more.
    pub size_exact: bool,
    /// Headers, in order.
    pub headers: Vec<Pair>,
    /// The body.
    pub body: AnswerBody,
    /// Why it was refused, when it was: likely causes and next steps.
    pub notes: Vec<Note>,
}

/// A command line, without secrets.
#[derive(Clone, Debug, Serialize, TS)]
pub struct CurlText {
    /// For a POSIX shell; a token stands as `$GATEWRIGHT_TOKEN`.
    pub text: String,
}

/// Part of the history.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(default)]
pub struct HistorySearch {
    /// Only of this API.
    pub api: Option<ApiId>,
    /// How many to skip.
    pub offset: u32,
    /// How many to give; 0 for 100.
    pub limit: u32,
}

/// Part of the history.
#[derive(Clone, Debug, Serialize, TS)]
pub struct HistoryPage {
    /// Newest first.
    pub rows: Vec<HistoryRow>,
    /// How many there are in all.
    pub total: u32,
}

/// An exchange as the history lists it.
#[derive(Clone, Debug, Serialize, TS)]
pub struct HistoryRow {
    /// Its number.
    #[ts(type = "number")]
    pub history: i64,
    /// When it was sent.
    pub at: UnixMillis,
    /// Which API.
    pub api: ApiId,
    /// On which gateway.
    pub gateway: GatewayId,
    /// Method.
    pub method: HttpMethod,
    /// The URL, without secrets.
    pub url: String,
    /// Status code; `None` when no answer came.
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    pub total_ms: f64,
    /// Size of the body in bytes.
    #[ts(type = "number")]
    pub size: u64,
    /// Why no answer came.
    pub failed: Option<Code>,
}

/// One exchange.
#[derive(Clone, Copy, Debug, Deserialize, TS)]
pub struct HistoryRequest {
    /// Its number.
    #[ts(type = "number")]
    pub history: i64,
}

/// An exchange with what was sent and came, without secrets.
#[derive(Clone, Debug, Serialize, TS)]
pub struct HistoryDetail {
    /// The exchange.
    pub row: HistoryRow,
    /// What was sent, ready to send again.
    pub request: ConsoleRequest,
    /// The operation of the document it was; `None` for a path it does not have.
    pub operation: Option<OperationKey>,
    /// What came; `None` when nothing did.
    pub answer: Option<ConsoleAnswer>,
    /// Why no answer came.
    pub fault: Option<Fault>,
}
