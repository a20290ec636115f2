//! A revision to a plan.
//!
//! It refuses to guess: what cannot be compiled is told with its place, and what the document asks of security is never
//! taken for enforced.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use gw_model::{
    Backend, Diagnostic, HttpMethod, OauthPolicy, OperationKey, OperationSecurity, Place, Revision,
    Severity,
};
use gw_openapi::{Document, Operation, ParameterLocation as Declared, sample};
use indexmap::IndexSet;

use crate::bounds;
use crate::contract::Contracts;
use crate::integration;
use crate::own::OwnWords;
use crate::plan::{
    Contract, MockAnswer, Parameter, ParameterLocation, Plan, PlanCors, Route, RouteBackend,
    RouteSecurity, TokenCheck,
};

/// Compiles a revision. With a diagnostic of severity error the plan must not be deployed; it still shows what could be
/// read. Findings of reading the document are among the diagnostics, those of `lint` are not.
pub fn compile(revision: &Revision) -> (Plan, Vec<Diagnostic>) {
    let (document, mut diagnostics) = Document::parse(&revision.document);
    let (plan, found) = compile_document(revision, &document);
    diagnostics.extend(found);
    (plan, diagnostics)
}

/// Compiles a revision whose document is read already; `document` must be the revision's. Findings of reading it are not
/// among the diagnostics.
pub fn compile_document(revision: &Revision, document: &Document) -> (Plan, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let (operations, mut whole) = document.bounded_operations();
    let own = OwnWords::read(document);
    let compiler = Compiler {
        revision,
        document,
        own: &own,
    };
    let mut contracts = Contracts::new(document, revision.policies.validation, &own);
    let mut allowance = sample::Allowance::of_document();
    let mut routes = Vec::with_capacity(operations.len());
    let mut size = 0;
    for operation in operations {
        let contract = contracts.of(operation);
        let route = compiler.route(operation, contract, &mut allowance, &mut diagnostics);
        size += bounds::size(&route);
        if size > bounds::MAX_PLAN || contracts.is_spent() {
            whole = false;
            break;
        }
        routes.push(route);
    }
    let schemas = contracts.finish();
    if !whole || contracts.is_spent() {
        diagnostics.push(finding(
            "plan-too-large",
            Severity::Error,
            document.place("/paths").unwrap_or_default(),
            "The operations of this document stand for more than a gateway can be given".to_owned(),
            "Written out, with what its references repeat, it would fill the memory of every reader; the plan shows the \
             operations before that.",
            "Split the document into several APIs.",
        ));
    }
    if operations.is_empty() && document.is_sound() && document.version().is_some() {
        diagnostics.push(finding(
            "plan-no-operations",
            Severity::Error,
            document.place("/paths").unwrap_or_default(),
            "The document has no operations".to_owned(),
            "A gateway has nothing to serve, and AWS refuses to deploy it.",
            "Add an operation under 'paths'.",
        ));
    }
    compiler.check_backend(&mut diagnostics);
    compiler.check_policies(operations, &routes, &mut diagnostics);
    let plan = Plan {
        api: revision.api.clone(),
        revision: revision.id(),
        name: revision.name.clone(),
        version: revision.version.clone(),
        description: document.description().unwrap_or_default().to_owned(),
        base_path: revision.base_path.clone(),
        token_check: compiler.token_check(&routes, &mut diagnostics),
        cors: compiler.cors(&routes, &mut diagnostics),
        resources: count_resources(&routes),
        own: own.carried(&routes),
        routes,
        schemas,
    };
    (plan, diagnostics)
}

struct Compiler<'r> {
    revision: &'r Revision,
    document: &'r Document,
    own: &'r OwnWords<'r>,
}

impl Compiler<'_> {
    fn route(
        &self,
        operation: &Operation,
        contract: Contract,
        allowance: &mut sample::Allowance,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Route {
        Route {
            contract,
            operation: operation.key.clone(),
            operation_id: operation.operation_id.clone().unwrap_or_default(),
            summary: operation.summary.clone().unwrap_or_default(),
            backend: self.backend(operation, allowance, diagnostics),
            security: self.security(operation, diagnostics),
            parameters: parameters(operation),
        }
    }

    fn backend(
        &self,
        operation: &Operation,
        allowance: &mut sample::Allowance,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> RouteBackend {
        let own = operation
            .extensions
            .iter()
            .find(|(key, _)| key == integration::KEY);
        if let Some(node) = own.map(|(_, id)| self.document.node(*id)) {
            match integration::read(&self.document.to_value(node), operation.key.method) {
                Some(backend) => return backend,
                None => diagnostics.push(finding(
                    "integration-unreadable",
                    Severity::Error,
                    node.key_place(),
                    format!(
                        "The integration of {} is no mapping with a 'type'",
                        operation.key
                    ),
                    "It says where requests go; AWS refuses one it cannot read.",
                    "Give it a 'type', or remove it to use the API's backend.",
                )),
            }
        }
        match &self.revision.backend {
            Backend::Http { url } => {
                let path = operation.key.path.replace("+}", "}");
                RouteBackend::Http {
                    url: format!("{}{path}", url.trim_end_matches('/')),
                }
            }
            Backend::Mock => {
                let sample = sample::answer_within(self.document, operation, allowance);
                RouteBackend::Mock {
                    answer: MockAnswer {
                        status: sample.status,
                        content_type: sample.content_type,
                        headers: sample.headers.into_iter().collect(),
                        body: sample.body,
                    },
                }
            }
        }
    }

    fn security(&self, operation: &Operation, diagnostics: &mut Vec<Diagnostic>) -> RouteSecurity {
        let Some(policy) = &self.revision.policies.oauth else {
            return self.own.security(operation, diagnostics);
        };
        let scopes = match policy.operations.get(&operation.key) {
            Some(OperationSecurity::Public) => return RouteSecurity::Open { declared: true },
            Some(OperationSecurity::Scopes { scopes }) => scopes,
            None => &policy.scopes,
        };
        let scopes: BTreeSet<&String> = scopes.iter().collect();
        RouteSecurity::Token {
            scopes: scopes.into_iter().cloned().collect(),
        }
    }

    fn token_check(
        &self,
        routes: &[Route],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<TokenCheck> {
        let policy = self.revision.policies.oauth.as_ref()?;
        if !routes
            .iter()
            .any(|route| matches!(route.security, RouteSecurity::Token { .. }))
        {
            return None;
        }
        let Some(key_manager) = &self.revision.key_manager else {
            diagnostics.push(finding(
                "policy-no-key-manager",
                Severity::Error,
                Place::default(),
                "The OAuth policy names a key manager that is not known".to_owned(),
                "Without it a gateway cannot tell whose tokens count.",
                "Register the key manager again, or attach the policy with another one.",
            ));
            return None;
        };
        Some(TokenCheck {
            issuer: key_manager.issuer.clone(),
            jwks_uri: key_manager.jwks_uri.clone(),
            audience: policy.audience.clone(),
            algorithms: key_manager.algorithms.clone(),
            aws: policy.aws.clone(),
            ttl_seconds: policy.ttl_seconds,
        })
    }

    fn cors(&self, routes: &[Route], diagnostics: &mut Vec<Diagnostic>) -> Option<PlanCors> {
        let policy = self.revision.policies.cors.clone()?;
        if policy.allow_credentials && policy.allow_origins.iter().any(|origin| origin == "*") {
            diagnostics.push(finding(
                "cors-credentials-any-origin",
                Severity::Error,
                Place::default(),
                "The CORS policy allows credentials from every origin".to_owned(),
                "Browsers refuse such answers, so no page could call the API.",
                "List the origins, or do not allow credentials.",
            ));
        }
        let mut methods: BTreeMap<String, BTreeSet<HttpMethod>> = BTreeMap::new();
        for route in routes {
            methods
                .entry(route.operation.path.clone())
                .or_default()
                .insert(route.operation.method);
        }
        methods.retain(|_, methods| !methods.contains(&HttpMethod::Options));
        let methods = methods
            .into_iter()
            .map(|(path, methods)| (path, methods.into_iter().collect()))
            .collect();
        Some(PlanCors { policy, methods })
    }

    fn check_backend(&self, diagnostics: &mut Vec<Diagnostic>) {
        if let Backend::Http { url } = &self.revision.backend {
            let host = url
                .strip_prefix("http://")
                .or_else(|| url.strip_prefix("https://"));
            if host.is_none_or(|host| host.is_empty() || host.starts_with('/'))
                || url.contains(['?', '#', ' '])
            {
                diagnostics.push(finding(
                    "backend-url",
                    Severity::Error,
                    Place::default(),
                    format!("The backend '{url}' is no base URL"),
                    "The path of each operation is appended to it.",
                    "Write http:// or https://, a host and perhaps a path, without query or fragment.",
                ));
            }
        }
    }

    fn check_policies(
        &self,
        operations: &[Operation],
        routes: &[Route],
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        if let Some(policy) = &self.revision.policies.oauth {
            check_overrides(policy, operations, diagnostics);
            check_tokens(policy, diagnostics);
        }
        for (operation, route) in operations.iter().zip(routes) {
            match &route.security {
                RouteSecurity::Open { declared } if operation.demands_security() => {
                    diagnostics.push(not_enforced(operation, *declared));
                }
                RouteSecurity::Token { .. }
                    if operation.key.method == HttpMethod::Options
                        && self.revision.policies.cors.is_some() =>
                {
                    diagnostics.push(finding(
                        "cors-options-protected",
                        Severity::Warning,
                        operation.place.clone(),
                        format!("{} asks for a token, which browsers do not send in a preflight", operation.key),
                        "The document has an OPTIONS operation of its own here, so the CORS policy does not answer for it.",
                        "Make the operation public, or remove it so that the CORS policy answers.",
                    ));
                }
                _ => {}
            }
        }
    }
}

fn check_overrides(
    policy: &OauthPolicy,
    operations: &[Operation],
    diagnostics: &mut Vec<Diagnostic>,
) {
    let known: BTreeSet<&OperationKey> =
        operations.iter().map(|operation| &operation.key).collect();
    for key in policy.operations.keys().filter(|key| !known.contains(key)) {
        diagnostics.push(finding(
            "policy-unknown-operation",
            Severity::Error,
            Place::default(),
            format!("The OAuth policy says something of {key}, which the document does not have"),
            "Perhaps the operation was renamed; whatever replaced it would get the policy's default.",
            "Mend the override, or remove it from the policy.",
        ));
    }
}

/// What no token can ever meet.
fn check_tokens(policy: &OauthPolicy, diagnostics: &mut Vec<Diagnostic>) {
    if policy.audience.trim().is_empty() {
        diagnostics.push(finding(
            "policy-no-audience",
            Severity::Error,
            Place::default(),
            "The OAuth policy names no audience".to_owned(),
            "Without it, tokens meant for any other API of the same key manager would open this one.",
            "Name the audience the key manager puts into tokens for this API.",
        ));
    }
    let overridden = policy
        .operations
        .values()
        .flat_map(|security| match security {
            OperationSecurity::Scopes { scopes } => scopes.as_slice(),
            OperationSecurity::Public => &[],
        });
    // RFC 6749 §3.3: printable ASCII without space, quote and backslash.
    let is_scope = |scope: &str| {
        let fits = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
        !scope.is_empty() && scope.bytes().all(fits)
    };
    let wrong: BTreeSet<&String> = policy
        .scopes
        .iter()
        .chain(overridden)
        .filter(|scope| !is_scope(scope))
        .collect();
    for scope in wrong {
        diagnostics.push(finding(
            "policy-scope",
            Severity::Error,
            Place::default(),
            format!("'{scope}' is no scope"),
            "Tokens list scopes separated by spaces, so none could ever hold it and every call would be refused.",
            "Write one word a scope, like pets:read.",
        ));
    }
}

fn not_enforced(operation: &Operation, declared: bool) -> Diagnostic {
    let (severity, message, fix) = if declared {
        let message = format!(
            "The document asks for credentials on {}, and the OAuth policy makes it public",
            operation.key
        );
        (
            Severity::Info,
            message,
            "Remove the override if the operation should be protected.",
        )
    } else {
        let message = format!(
            "The document asks for credentials on {}, but no policy is attached to check them",
            operation.key
        );
        (Severity::Warning, message, "Attach an OAuth policy.")
    };
    let why = "What a document says of security is a description: a gateway checks only what a policy tells it to.";
    finding(
        "security-not-enforced",
        severity,
        operation.place.clone(),
        message,
        why,
        fix,
    )
}

/// Parameters of the document, path variables as the path has them: those it lacks are added, those it does not use are
/// left out.
fn parameters(operation: &Operation) -> Vec<Parameter> {
    let variables: IndexSet<&str> = path_variables(&operation.key.path).collect();
    let mut parameters: Vec<Parameter> = operation
        .parameters
        .iter()
        .filter(|declared| {
            declared.location != Declared::Path || variables.contains(declared.name.as_str())
        })
        .map(|declared| Parameter {
            name: declared.name.clone(),
            location: match declared.location {
                Declared::Path => ParameterLocation::Path,
                Declared::Query => ParameterLocation::Query,
                Declared::Header => ParameterLocation::Header,
                Declared::Cookie => ParameterLocation::Cookie,
            },
            required: declared.required,
        })
        .collect();
    let known: HashSet<&str> = operation
        .parameters
        .iter()
        .filter(|declared| declared.location == Declared::Path)
        .map(|declared| declared.name.as_str())
        .collect();
    for variable in variables {
        if !known.contains(variable) {
            parameters.push(Parameter {
                name: variable.to_owned(),
                location: ParameterLocation::Path,
                required: true,
            });
        }
    }
    parameters
}

/// Names in braces, without the `+` of greedy ones.
fn path_variables(path: &str) -> impl Iterator<Item = &str> {
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name.trim_end_matches('+'))
}

fn count_resources(routes: &[Route]) -> u32 {
    // Each node is known by the number of the one above and its own segment: whole paths would take the square of their
    // length.
    let mut nodes: HashMap<(usize, &str), usize> = HashMap::new();
    for route in routes {
        let segments = route.operation.path.split('/');
        segments
            .filter(|segment| !segment.is_empty())
            .fold(0, |above, segment| {
                let next = nodes.len() + 1;
                *nodes.entry((above, segment)).or_insert(next)
            });
    }
    u32::try_from(nodes.len()).unwrap_or(u32::MAX)
}

pub(crate) fn finding(
    rule: &str,
    severity: Severity,
    place: Place,
    message: String,
    why: &str,
    fix: &str,
) -> Diagnostic {
    Diagnostic {
        rule: rule.to_owned(),
        severity,
        place,
        message,
        why: why.to_owned(),
        fix: fix.to_owned(),
        fixable: false,
    }
}
