//! The API the suite publishes, and its editions.
//!
//! It refuses vendor backends: every gateway can serve it.

use std::collections::{BTreeMap, BTreeSet};

use gw_model::{ApiId, HttpMethod, OperationKey, RevisionId};
use gw_openapi::Document;
use gw_plan::{
    MockAnswer, Parameter, ParameterLocation, Plan, Route, RouteBackend, RouteSecurity, TokenCheck,
};

/// Id of the API the suite publishes; a second one has `-2` at its end.
pub const API_ID: &str = "conformance";

/// The scope the protected route asks for.
pub(super) const SCOPE: &str = "conformance:read";

/// What `GET /open` answers in an edition.
pub(super) fn open_body(edition: u32) -> String {
    format!("{{\"edition\":{edition}}}")
}

/// One edition of the suite's API: `/open`, `/items/{id}` (on the backend, if there is one), `/private` (if tokens can
/// be checked), and `/added` from edition 2 on.
pub(super) fn edition(
    api: &str,
    edition: u32,
    backend: Option<&str>,
    check: Option<&TokenCheck>,
) -> Plan {
    let mut routes = vec![route("/open", mock(open_body(edition)), OPEN)];
    if let Some(backend) = backend {
        let url = format!("{}/things/{{id}}", backend.trim_end_matches('/'));
        let mut items = route("/items/{id}", RouteBackend::Http { url }, OPEN);
        items.parameters = vec![Parameter {
            name: "id".to_owned(),
            location: ParameterLocation::Path,
            required: true,
        }];
        routes.push(items);
    }
    if check.is_some() {
        let token = RouteSecurity::Token {
            scopes: vec![SCOPE.to_owned()],
        };
        routes.push(route(
            "/private",
            mock("{\"private\":true}".to_owned()),
            token,
        ));
    }
    if edition > 1 {
        routes.push(route("/added", mock("{\"added\":true}".to_owned()), OPEN));
    }
    plan(api, edition, routes, check.cloned())
}

/// A plan with this many resources.
pub(super) fn wide(resources: u32) -> Plan {
    let routes = (0..resources)
        .map(|n| route(&format!("/r{n}"), mock(String::new()), OPEN))
        .collect();
    plan(API_ID, 99, routes, None)
}

/// A document to lint beside a plan.
pub(super) fn document() -> Document {
    Document::parse("openapi: 3.0.3\ninfo: {title: Conformance, version: '1'}\npaths: {}\n").0
}

const OPEN: RouteSecurity = RouteSecurity::Open { declared: true };

fn plan(api: &str, edition: u32, routes: Vec<Route>, token_check: Option<TokenCheck>) -> Plan {
    let mut nodes = BTreeSet::new();
    for route in &routes {
        let path = route.operation.path.trim_matches('/');
        let ends = path
            .match_indices('/')
            .map(|(at, _)| at)
            .chain([path.len()]);
        nodes.extend(ends.map(|end| path[..end].to_owned()));
    }
    Plan {
        api: ApiId::new(api),
        revision: RevisionId::new(format!("rev_{api}_{edition}")),
        name: api.to_owned(),
        version: "1".to_owned(),
        description: "Published and withdrawn by the conformance suite".to_owned(),
        base_path: format!("/{api}"),
        routes,
        token_check,
        cors: None,
        resources: u32::try_from(nodes.len()).unwrap_or(u32::MAX),
        schemas: gw_plan::Schemas::default(),
        own: gw_plan::Own::default(),
    }
}

fn route(path: &str, backend: RouteBackend, security: RouteSecurity) -> Route {
    Route {
        operation: OperationKey::new(HttpMethod::Get, path),
        operation_id: String::new(),
        summary: String::new(),
        backend,
        security,
        parameters: Vec::new(),
        contract: gw_plan::Contract::default(),
    }
}

fn mock(body: String) -> RouteBackend {
    let content_type = "application/json".to_owned();
    RouteBackend::Mock {
        answer: MockAnswer {
            status: 200,
            content_type,
            headers: BTreeMap::new(),
            body,
        },
    }
}
