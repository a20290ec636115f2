//! What an operation is once it is read: plain data, with nodes named by id.
//!
//! It refuses to hold the document: ids are only good with the one they came from.

use gw_model::{OperationKey, Place};

use crate::tree::NodeId;

/// An operation with everything resolved that is in reach.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Method and path.
    pub key: OperationKey,
    /// Where its method stands.
    pub place: Place,
    /// Its node.
    pub node: NodeId,
    /// `operationId`.
    pub operation_id: Option<String>,
    /// `summary`, else that of the path.
    pub summary: Option<String>,
    /// `description`, else that of the path.
    pub description: Option<String>,
    /// Whether it is marked deprecated.
    pub deprecated: bool,
    /// `tags`.
    pub tags: Vec<String>,
    /// Its own parameters and those of the path it does not override, its own first.
    pub parameters: Vec<Parameter>,
    /// What callers send; from `body` and `formData` parameters in 2.0.
    pub request_body: Option<RequestBody>,
    /// In document order.
    pub responses: Vec<Response>,
    /// Its own `security`, else the document's; `None` when neither says anything.
    pub security: Option<Vec<SecurityRequirement>>,
    /// Its `x-` keys.
    pub extensions: Vec<(String, NodeId)>,
}

/// A declared parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Where it stands in a request.
    pub location: ParameterLocation,
    /// Whether callers must send it; path parameters always.
    pub required: bool,
    /// For people.
    pub description: Option<String>,
    /// Whether it is marked deprecated.
    pub deprecated: bool,
    /// What values it takes; in 2.0 the parameter itself says it.
    pub schema: Option<NodeId>,
    /// Its node, references resolved.
    pub node: NodeId,
    /// Where it stands in the text.
    pub place: Place,
}

/// Where a parameter stands in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ParameterLocation {
    /// In the path.
    Path,
    /// In the query string; 3.2's `querystring` too.
    Query,
    /// A header.
    Header,
    /// A cookie.
    Cookie,
}

/// What callers send.
#[derive(Clone, Debug)]
pub struct RequestBody {
    /// Whether callers must send one.
    pub required: bool,
    /// For people.
    pub description: Option<String>,
    /// By media type.
    pub content: Vec<Content>,
    /// Form fields of 2.0's `formData` parameters.
    pub form: Vec<Parameter>,
}

/// A body in one media type.
#[derive(Clone, Debug)]
pub struct Content {
    /// For example `application/json`.
    pub media_type: String,
    /// What it looks like.
    pub schema: Option<NodeId>,
    /// The node that may hold `example` and `examples`.
    pub node: Option<NodeId>,
}

/// What the API answers.
#[derive(Clone, Debug)]
pub struct Response {
    /// `200`, `4XX` or `default`.
    pub status: String,
    /// For people.
    pub description: Option<String>,
    /// Header names with their nodes, references resolved.
    pub headers: Vec<(String, NodeId)>,
    /// By media type.
    pub content: Vec<Content>,
    /// Its node, references resolved.
    pub node: NodeId,
}

/// Schemes that must all be met, each with its scopes; none for anonymous access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityRequirement {
    /// Scheme names with scopes.
    pub schemes: Vec<(String, Vec<String>)>,
}

impl Operation {
    /// Whether the document says that callers must prove who they are.
    pub fn demands_security(&self) -> bool {
        let requirements = self.security.as_deref().unwrap_or_default();
        !requirements.is_empty()
            && requirements
                .iter()
                .all(|requirement| !requirement.schemes.is_empty())
    }
}
