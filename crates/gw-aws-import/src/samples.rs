//! Plans and targets that tests of this crate and of the connector share.
//!
//! It refuses to be part of the product: it is built for tests only.

use gw_model::{
    ApiId, AwsAuthorizer, AwsCredentials, AwsTarget, Backend, CorsPolicy, EndpointType, HttpMethod,
    KeyManagerId, KeyManagerSnapshot, OauthPolicy, OperationKey, Policies, Revision, RevisionId,
    ValidationPolicy,
};
use gw_plan::{MockAnswer, Plan, PlanCors, Route, RouteBackend, RouteSecurity, TokenCheck};

/// `GET /pets/{id}` and `POST /pets` protected by scopes of their own, `GET /health` open on purpose.
pub fn pets() -> Plan {
    let token = |scope: &str| RouteSecurity::Token {
        scopes: vec![scope.to_owned()],
    };
    let mut health = route(
        HttpMethod::Get,
        "/health",
        RouteSecurity::Open { declared: true },
    );
    health.backend = RouteBackend::Mock {
        answer: MockAnswer {
            status: 200,
            content_type: "application/json".to_owned(),
            headers: [("X-Version".to_owned(), "1".to_owned())].into(),
            body: r#"{"status":"up"}"#.to_owned(),
        },
    };
    Plan {
        api: ApiId::new("api_1"),
        revision: RevisionId::new("rev_1"),
        name: "Pets".to_owned(),
        version: "1.0.0".to_owned(),
        description: String::new(),
        base_path: "/".to_owned(),
        routes: vec![
            health,
            route(HttpMethod::Get, "/pets/{id}", token("pets:read")),
            route(HttpMethod::Post, "/pets", token("pets:write")),
        ],
        token_check: Some(TokenCheck {
            issuer: "https://issuer.example.test".to_owned(),
            jwks_uri: "https://issuer.example.test/jwks".to_owned(),
            audience: "https://api.example.test".to_owned(),
            algorithms: vec!["RS256".to_owned()],
            aws: AwsAuthorizer::Provision,
            ttl_seconds: 300,
        }),
        cors: None,
        resources: 3,
        schemas: gw_plan::Schemas::default(),
        own: gw_plan::Own::default(),
    }
}

/// One route to a backend of the same path.
pub fn route(method: HttpMethod, path: &str, security: RouteSecurity) -> Route {
    Route {
        operation: OperationKey::new(method, path),
        operation_id: String::new(),
        summary: String::new(),
        backend: RouteBackend::Http {
            url: format!("https://backend.example.test{}", path.replace("+}", "}")),
        },
        security,
        parameters: Vec::new(),
        contract: gw_plan::Contract::default(),
    }
}

/// `count` operations on `count * 2 / 5` paths, all open.
pub fn wide(count: usize) -> Plan {
    let methods = [HttpMethod::Get, HttpMethod::Post, HttpMethod::Delete];
    let paths = count * 2 / 5;
    let mut plan = pets();
    plan.token_check = None;
    plan.routes = (0..count)
        .map(|i| {
            route(
                methods[i / paths],
                &format!("/p{}", i % paths),
                RouteSecurity::Open { declared: true },
            )
        })
        .collect();
    plan.resources = u32::try_from(paths).unwrap_or(u32::MAX);
    plan
}

/// A policy for every origin.
pub fn any_origin(methods: &[(&str, &[HttpMethod])]) -> PlanCors {
    PlanCors {
        policy: CorsPolicy::default(),
        methods: methods
            .iter()
            .map(|(path, methods)| ((*path).to_owned(), methods.to_vec()))
            .collect(),
    }
}

/// A regional gateway in eu-west-1 with the stage `live`.
pub fn aws() -> AwsTarget {
    AwsTarget {
        region: "eu-west-1".to_owned(),
        stage: "live".to_owned(),
        endpoint_type: EndpointType::Regional,
        credentials: AwsCredentials::Profile {
            profile: "test".to_owned(),
        },
        endpoint_url: None,
    }
}

/// A public document with policies that every operation asks for a token and that AWS checks requests.
pub fn protected(name: String, document: String, aws: AwsAuthorizer) -> Revision {
    Revision {
        api: ApiId::new("sample"),
        name,
        version: "1.0.0".to_owned(),
        base_path: "/".to_owned(),
        backend: Backend::Http {
            url: "https://backend.example.test/base".to_owned(),
        },
        policies: Policies {
            oauth: Some(OauthPolicy {
                key_manager: KeyManagerId::new("sample"),
                audience: "https://api.example.test".to_owned(),
                scopes: Vec::new(),
                operations: [].into(),
                aws,
                ttl_seconds: 300,
            }),
            cors: None,
            validation: Some(ValidationPolicy {
                parameters: true,
                body: true,
            }),
        },
        key_manager: Some(KeyManagerSnapshot {
            issuer: "https://issuer.example.test".to_owned(),
            jwks_uri: "https://issuer.example.test/jwks".to_owned(),
            algorithms: vec!["RS256".to_owned()],
        }),
        document,
    }
}

/// The plan of a document, with an HTTP backend and no policy.
pub fn plan_of(document: &gw_openapi::Document) -> Plan {
    let revision = Revision {
        api: ApiId::new("api_1"),
        name: "pets".to_owned(),
        version: "1".to_owned(),
        base_path: "/".to_owned(),
        backend: Backend::Http {
            url: "https://backend.example.test".to_owned(),
        },
        policies: Policies::default(),
        key_manager: None,
        document: document.text().to_owned(),
    };
    gw_plan::compile_document(&revision, document).0
}
