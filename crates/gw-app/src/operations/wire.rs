//! What `operations.*` takes and gives.

use gw_model::{ApiId, OperationKey, Place};
use gw_plan::{ParameterLocation, RouteBackend, RouteSecurity};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// An operation as the list shows it.
#[derive(Clone, Debug, Serialize, TS)]
pub struct OperationRow {
    /// Method and path.
    pub operation: OperationKey,
    /// From the document; empty when it has none.
    pub operation_id: String,
    /// From the document.
    pub summary: String,
    /// From the document.
    pub deprecated: bool,
    /// Who may call, with the API's policies applied.
    pub security: RouteSecurity,
    /// Where requests go.
    pub backend: RouteBackend,
    /// Where it stands in the document.
    pub place: Place,
}

/// One operation.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct OperationRequest {
    /// Of which API.
    pub api: ApiId,
    /// Which.
    pub operation: OperationKey,
}

/// An operation as the form shows and saves it. What the form does not show stays in the document as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OperationForm {
    /// Method and path.
    pub operation: OperationKey,
    /// Unique in the document; empty for none.
    pub operation_id: String,
    /// One line.
    pub summary: String,
    /// Markdown.
    pub description: String,
    /// Parameters of the operation.
    pub parameters: Vec<ParameterForm>,
    /// The body; `None` for none.
    pub request_body: Option<BodyForm>,
    /// Answers.
    pub responses: Vec<ResponseForm>,
}

/// A parameter as the form shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ParameterForm {
    /// Name.
    pub name: String,
    /// Where it stands.
    pub location: ParameterLocation,
    /// Whether callers must send it.
    pub required: bool,
    /// JSON Schema type: `string`, `integer`, `number`, `boolean`, `array`.
    pub schema_type: String,
    /// One line.
    pub description: String,
}

/// A request body as the form shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BodyForm {
    /// For example `application/json`.
    pub media_type: String,
    /// Whether callers must send it.
    pub required: bool,
    /// The example as JSON text; empty for none.
    pub example: String,
}

/// An answer as the form shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ResponseForm {
    /// `200`, `4XX` or `default`.
    pub status: String,
    /// One line.
    pub description: String,
    /// For example `application/json`; empty when there is no body.
    pub media_type: String,
    /// The example as JSON text; empty for none.
    pub example: String,
}

/// An operation to add or replace.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct OperationPut {
    /// Of which API.
    pub api: ApiId,
    /// The edition that was read.
    #[ts(type = "number")]
    pub edition: u64,
    /// The one it takes the place of, which may have another method or path; `None` adds one.
    pub replaces: Option<OperationKey>,
    /// What it says.
    pub form: OperationForm,
}

/// An operation to remove.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct OperationRemove {
    /// Of which API.
    pub api: ApiId,
    /// The edition that was read.
    #[ts(type = "number")]
    pub edition: u64,
    /// Which.
    pub operation: OperationKey,
}
