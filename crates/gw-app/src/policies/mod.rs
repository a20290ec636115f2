//! Policies: attach, detach, and what they come to for every operation.
//!
//! It refuses policies that name operations or key managers that are not there.

pub mod wire;

use gw_model::{AwsAuthorizer, Code, CorsPolicy, Fault, OauthPolicy, OperationSecurity, Policies};

use crate::apis::Working;
use crate::app::{App, now};
use crate::names::invalid;
use crate::wire::{
    ApiRequest, CorsSet, OperationPolicy, PolicyAttach, PolicyDetach, PolicyView, ValidationSet,
};

/// An API's policies and what they come to.
pub async fn get(app: &App, request: ApiRequest) -> Result<PolicyView, Fault> {
    Ok(view(&Working::load(app, &request.api).await?))
}

/// Attaches an OAuth policy, or replaces it.
pub async fn attach(app: &App, request: PolicyAttach) -> Result<PolicyView, Fault> {
    let working = Working::load(app, &request.api).await?;
    let mut oauth = request.oauth;
    check(app, &working, &mut oauth).await?;
    let policies = Policies {
        oauth: Some(oauth),
        ..working.api.policies.clone()
    };
    save(app, working, request.edition, policies).await
}

/// Takes the OAuth policy away.
pub async fn detach(app: &App, request: PolicyDetach) -> Result<PolicyView, Fault> {
    let working = Working::load(app, &request.api).await?;
    let policies = Policies {
        oauth: None,
        ..working.api.policies.clone()
    };
    save(app, working, request.edition, policies).await
}

/// Sets cross-origin answers.
pub async fn set_cors(app: &App, request: CorsSet) -> Result<PolicyView, Fault> {
    if let Some(cors) = &request.cors {
        check_cors(cors)?;
    }
    let working = Working::load(app, &request.api).await?;
    let policies = Policies {
        cors: request.cors,
        ..working.api.policies.clone()
    };
    save(app, working, request.edition, policies).await
}

/// Sets what a gateway checks of requests.
pub async fn set_validation(app: &App, request: ValidationSet) -> Result<PolicyView, Fault> {
    let working = Working::load(app, &request.api).await?;
    let policies = Policies {
        validation: request
            .validation
            .filter(|checks| checks.parameters || checks.body),
        ..working.api.policies.clone()
    };
    save(app, working, request.edition, policies).await
}

async fn save(
    app: &App,
    working: Working,
    edition: u64,
    policies: Policies,
) -> Result<PolicyView, Fault> {
    let mut api = working.api;
    api.policies = policies;
    api.edition = edition;
    api.updated_at = now();
    let api = app
        .catalog(move |catalog| catalog.apis().update(&api, None))
        .await?;
    get(app, ApiRequest { api: api.id }).await
}

async fn check(app: &App, working: &Working, oauth: &mut OauthPolicy) -> Result<(), Fault> {
    let id = oauth.key_manager.clone();
    app.catalog(move |catalog| catalog.key_managers().get(&id))
        .await?;
    if oauth.audience.trim() != oauth.audience {
        oauth.audience = oauth.audience.trim().into();
    }
    if oauth.audience.is_empty() {
        return Err(invalid(
            "audience",
            "The policy has no audience",
            "Give the audience your key manager puts into tokens for this API: without one, tokens meant for another \
             API would be taken",
        ));
    }
    if oauth.ttl_seconds > 3600 {
        let advice = "Use 0 to 3600 seconds, which is what AWS takes";
        return Err(invalid(
            "ttl_seconds",
            format!("{} seconds is too long", oauth.ttl_seconds),
            advice,
        ));
    }
    check_scopes(&oauth.scopes)?;
    tidy(&mut oauth.scopes);
    for (operation, security) in &mut oauth.operations {
        if !working
            .plan
            .routes
            .iter()
            .any(|route| route.operation == *operation)
        {
            return Err(Fault::new(
                Code::PolicyInvalid,
                format!(
                    "{}@{} has no operation {operation}",
                    working.api.name, working.api.version
                ),
                "Check method and path; they must stand in the document as written",
            )
            .fact("operation", operation.to_string()));
        }
        if let OperationSecurity::Scopes { scopes } = security {
            check_scopes(scopes)?;
            tidy(scopes);
        }
    }
    if let AwsAuthorizer::Existing {
        lambda_arn,
        invoke_role_arn,
    } = &oauth.aws
    {
        check_arn(
            "lambda_arn",
            lambda_arn,
            ":lambda:",
            "arn:aws:lambda:eu-west-1:123456789012:function:authorizer",
        )?;
        if let Some(role) = invoke_role_arn {
            check_arn(
                "invoke_role_arn",
                role,
                ":iam:",
                "arn:aws:iam::123456789012:role/invoke-authorizer",
            )?;
        }
    }
    Ok(())
}

fn tidy(scopes: &mut Vec<String>) {
    scopes.sort();
    scopes.dedup();
}

/// RFC 6749 §3.3: printable ASCII without space, quote and backslash.
fn check_scopes(scopes: &[String]) -> Result<(), Fault> {
    let fits = |scope: &String| {
        !scope.is_empty()
            && scope
                .chars()
                .all(|c| c.is_ascii_graphic() && c != '"' && c != '\\')
    };
    match scopes.iter().find(|scope| !fits(scope)) {
        None => Ok(()),
        Some(scope) => Err(invalid(
            "scopes",
            format!("'{scope}' is not a scope"),
            "Scopes are printable ASCII without spaces, quotes and backslashes",
        )),
    }
}

fn check_arn(field: &str, arn: &str, service: &str, example: &str) -> Result<(), Fault> {
    let parts = arn.split(':').count();
    if arn.starts_with("arn:aws")
        && arn.contains(service)
        && parts >= 6
        && !arn.contains(char::is_whitespace)
    {
        return Ok(());
    }
    Err(invalid(
        field,
        format!("'{arn}' is not the ARN it should be"),
        format!("Write it like {example}"),
    ))
}

fn check_cors(cors: &CorsPolicy) -> Result<(), Fault> {
    if cors.allow_origins.is_empty() {
        let advice = "Name at least one origin, or *, or switch cross-origin answers off";
        return Err(invalid("allow_origins", "No origin is allowed", advice));
    }
    let any = cors.allow_origins.iter().any(|origin| origin == "*");
    if any && (cors.allow_origins.len() > 1 || cors.allow_credentials) {
        return Err(invalid(
            "allow_origins",
            "Every origin is allowed together with credentials or single origins",
            "Name the origins that may send credentials; browsers refuse * with credentials",
        ));
    }
    for origin in cors.allow_origins.iter().filter(|origin| *origin != "*") {
        let parsed = url::Url::parse(origin)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"));
        if parsed.is_none_or(|url| url.origin().ascii_serialization() != *origin) {
            let advice = "Write scheme, host and port only, such as https://app.example.com";
            return Err(invalid(
                "allow_origins",
                format!("'{origin}' is not an origin"),
                advice,
            ));
        }
    }
    let is_token = |text: &String| {
        !text.is_empty()
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c))
    };
    if let Some(header) = cors
        .allow_headers
        .iter()
        .chain(&cors.expose_headers)
        .find(|header| !is_token(header))
    {
        return Err(invalid(
            "allow_headers",
            format!("'{header}' is not a header name"),
            "Write names only",
        ));
    }
    Ok(())
}

fn view(working: &Working) -> PolicyView {
    let oauth = working.api.policies.oauth.as_ref();
    let document_operations = working.document.operations();
    let operations = working
        .plan
        .routes
        .iter()
        .map(|route| {
            let mut document_scopes: Vec<String> = document_operations
                .iter()
                .find(|operation| operation.key == route.operation)
                .and_then(|operation| operation.security.as_ref())
                .into_iter()
                .flatten()
                .flat_map(|requirement| {
                    requirement
                        .schemes
                        .iter()
                        .flat_map(|(_, scopes)| scopes.iter().cloned())
                })
                .collect();
            tidy(&mut document_scopes);
            OperationPolicy {
                operation: route.operation.clone(),
                security: route.security.clone(),
                overridden: oauth
                    .is_some_and(|oauth| oauth.operations.contains_key(&route.operation)),
                document_scopes,
            }
        })
        .collect();
    PolicyView {
        policies: working.api.policies.clone(),
        operations,
        edition: working.api.edition,
    }
}
