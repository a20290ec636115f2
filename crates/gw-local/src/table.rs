//! A plan made ready to serve: which route answers a request.
//!
//! It refuses a plan with a route nothing can reach, and never does any I/O. Matching goes as API Gateway's: a fixed
//! segment before a variable, a variable before a greedy one, a method before ANY.

use std::fmt::Write as _;

use gw_model::{ApiId, HttpMethod, OperationKey};
use gw_plan::{MockAnswer, Plan, PlanCors, Route, RouteBackend, RouteSecurity, TokenCheck};
use matchit::Router;

use crate::path::{self, Piece};

/// One API, ready to serve.
#[derive(Debug)]
pub struct Table {
    /// Which API.
    pub api: ApiId,
    /// Its name and version.
    pub title: String,
    /// Its base path; empty for `/`.
    pub base: String,
    /// How tokens are checked.
    pub check: Option<TokenCheck>,
    /// Cross-origin answers.
    pub cors: Option<PlanCors>,
    router: Router<usize>,
    /// Greedy paths beside a variable of the same place, which one router cannot hold.
    last_resort: Router<usize>,
    nodes: Vec<Node>,
}

/// One path.
#[derive(Debug)]
struct Node {
    pattern: String,
    template: String,
    routes: Vec<(HttpMethod, Served)>,
    preflight: Option<Vec<HttpMethod>>,
}

/// One route.
#[derive(Debug)]
pub struct Served {
    /// Method and path template.
    pub operation: OperationKey,
    /// Who may call.
    pub security: RouteSecurity,
    /// What happens.
    pub(crate) act: Act,
}

/// What happens to a request.
#[derive(Debug)]
pub(crate) enum Act {
    /// It is passed on.
    Pass(Template),
    /// It is answered.
    Mock(MockAnswer),
}

/// A backend URL with places for path parameters.
#[derive(Debug)]
pub(crate) struct Template {
    parts: Vec<Part>,
    has_query: bool,
}

#[derive(Debug)]
enum Part {
    Text(String),
    Parameter(usize),
}

/// What a request came to.
#[derive(Debug)]
pub enum Found<'t> {
    /// This route, with the values of its path parameters in order, encoded.
    Route(&'t Served, Vec<String>),
    /// A browser's question which methods it may use.
    Preflight(&'t [HttpMethod]),
    /// No such path or method.
    Nothing,
}

/// A route the local gateway cannot serve.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unservable {
    /// Only AWS can.
    #[error("only AWS can run its {0}")]
    OnlyAws(&'static str),
    /// Its path cannot be told from another.
    #[error("its path cannot be told from {0}")]
    Ambiguous(String),
    /// Its path is no path template.
    #[error("its path has more than one variable in a segment, or one that is greedy and not last")]
    BadPath,
    /// The API's base path is none.
    #[error("the base path {0:?} does not start with a slash, or has dot segments")]
    BadBasePath(String),
    /// Its backend URL has a variable the path does not have.
    #[error("its backend URL has the variable {{{0}}}, and its path has not")]
    NoSuchParameter(String),
    /// Its backend URL is none.
    #[error("its backend URL is no http or https URL")]
    BadUrl,
    /// It asks for a token, and nothing says how tokens are checked.
    #[error("it asks for a token, and the plan does not say how tokens are checked")]
    Unchecked,
    /// AWS checks its callers, as the document sets it up.
    #[error("only AWS can check its callers, by '{0}' of the document")]
    OwnSecurity(String),
}

impl Table {
    /// Makes a plan ready.
    ///
    /// # Errors
    /// Every route that cannot be served, and why.
    pub fn compile(plan: &Plan) -> Result<Self, Vec<(OperationKey, Unservable)>> {
        let Some(base) = path::normal(&plan.base_path).filter(|base| base.starts_with('/')) else {
            // A plan without operations has a base path all the same.
            let first = plan.routes.first().map(|route| route.operation.clone());
            let operation = first.unwrap_or_else(|| OperationKey::new(HttpMethod::Any, "/"));
            return Err(vec![(
                operation,
                Unservable::BadBasePath(plan.base_path.clone()),
            )]);
        };
        let mut table = Self {
            api: plan.api.clone(),
            title: format!("{} {}", plan.name, plan.version),
            base: base.trim_end_matches('/').to_owned(),
            check: plan.token_check.clone(),
            cors: plan.cors.clone(),
            router: Router::new(),
            last_resort: Router::new(),
            nodes: Vec::new(),
        };
        let mut refused = Vec::new();
        let (greedy, exact): (Vec<&Route>, Vec<&Route>) = plan
            .routes
            .iter()
            .partition(|route| route.operation.path.ends_with("+}"));
        for route in exact.into_iter().chain(greedy) {
            if let Err(why) = table.add(route) {
                refused.push((route.operation.clone(), why));
            }
        }
        if let Some(cors) = &plan.cors {
            for (path, methods) in &cors.methods {
                if let Ok(node) = table.node(path) {
                    table.nodes[node].preflight = Some(methods.clone());
                }
            }
        }
        if refused.is_empty() {
            Ok(table)
        } else {
            Err(refused)
        }
    }

    /// What answers a request. `path` is normal and lies below the base path.
    pub fn find(&self, method: &str, path: &str) -> Found<'_> {
        let matched = self.router.at(path).or_else(|_| self.last_resort.at(path));
        let Ok(matched) = matched else {
            return Found::Nothing;
        };
        let node = &self.nodes[*matched.value];
        let exact = node.routes.iter().find(|(own, _)| own.as_str() == method);
        if exact.is_none()
            && method == "OPTIONS"
            && let Some(methods) = &node.preflight
        {
            return Found::Preflight(methods);
        }
        match exact.or_else(|| node.routes.iter().find(|(own, _)| *own == HttpMethod::Any)) {
            Some((_, served)) => Found::Route(
                served,
                matched
                    .params
                    .iter()
                    .map(|(_, value)| value.to_owned())
                    .collect(),
            ),
            None => Found::Nothing,
        }
    }

    /// Every route.
    pub fn routes(&self) -> impl Iterator<Item = &Served> {
        self.nodes
            .iter()
            .flat_map(|node| node.routes.iter().map(|(_, served)| served))
    }

    fn add(&mut self, route: &Route) -> Result<(), Unservable> {
        if matches!(route.security, RouteSecurity::Token { .. }) && self.check.is_none() {
            return Err(Unservable::Unchecked);
        }
        if let RouteSecurity::Own { schemes } = &route.security {
            let names: Vec<&str> = schemes.iter().map(|one| one.name.as_str()).collect();
            return Err(Unservable::OwnSecurity(names.join(", ")));
        }
        let act = match &route.backend {
            RouteBackend::Http { url } => Act::Pass(Template::compile(url, &route.operation.path)?),
            RouteBackend::Mock { answer } => Act::Mock(answer.clone()),
            RouteBackend::Lambda { .. } => return Err(Unservable::OnlyAws("Lambda function")),
            RouteBackend::Verbatim { .. } => {
                return Err(Unservable::OnlyAws("own kind of integration"));
            }
        };
        let node = self.node(&route.operation.path)?;
        let node = &mut self.nodes[node];
        if node
            .routes
            .iter()
            .any(|(method, _)| *method == route.operation.method)
        {
            return Err(Unservable::Ambiguous(format!(
                "{} {}",
                route.operation.method, node.template
            )));
        }
        let served = Served {
            operation: route.operation.clone(),
            security: route.security.clone(),
            act,
        };
        node.routes.push((route.operation.method, served));
        Ok(())
    }

    /// The node of a path template, made when it is not there yet.
    fn node(&mut self, template: &str) -> Result<usize, Unservable> {
        let (pattern, greedy) = pattern(template)?;
        // Two templates that differ only in the names of their variables are one path.
        if let Some(index) = self.nodes.iter().position(|node| node.pattern == pattern) {
            return Ok(index);
        }
        let index = self.nodes.len();
        let mut inserted = self.router.insert(pattern.clone(), index);
        if inserted.is_err() && greedy {
            inserted = self.last_resort.insert(pattern.clone(), index);
        }
        inserted.map_err(|error| match error {
            matchit::InsertError::Conflict { with } => Unservable::Ambiguous(with),
            _ => Unservable::BadPath,
        })?;
        self.nodes.push(Node {
            pattern,
            template: template.to_owned(),
            routes: Vec::new(),
            preflight: None,
        });
        Ok(index)
    }
}

impl Template {
    fn compile(url: &str, path: &str) -> Result<Self, Unservable> {
        let known: Vec<String> = variables(path).collect();
        let mut parts = Vec::new();
        for piece in path::pieces(url) {
            parts.push(match piece {
                Piece::Text(text) => Part::Text(text),
                Piece::Variable { name, .. } => {
                    let index = known.iter().position(|own| *own == name);
                    Part::Parameter(index.ok_or(Unservable::NoSuchParameter(name))?)
                }
            });
        }
        let template = Self {
            parts,
            has_query: url.contains('?'),
        };
        let sample = template.fill(
            &known.iter().map(|_| "x".to_owned()).collect::<Vec<_>>(),
            None,
        );
        let sample: http::Uri = sample.parse().map_err(|_| Unservable::BadUrl)?;
        if matches!(sample.scheme_str(), Some("http" | "https"))
            && sample.host().is_some_and(|host| !host.is_empty())
        {
            Ok(template)
        } else {
            Err(Unservable::BadUrl)
        }
    }

    /// The URL for a request. `values` are encoded already.
    pub(crate) fn fill(&self, values: &[String], query: Option<&str>) -> String {
        let mut url = String::with_capacity(128);
        for part in &self.parts {
            match part {
                Part::Text(text) => url.push_str(text),
                Part::Parameter(index) => {
                    url.push_str(values.get(*index).map_or("", String::as_str));
                }
            }
        }
        if let Some(query) = query {
            url.push(if self.has_query { '&' } else { '?' });
            url.push_str(query);
        }
        url
    }
}

fn variables(template: &str) -> impl Iterator<Item = String> {
    path::pieces(template)
        .into_iter()
        .filter_map(|piece| match piece {
            Piece::Variable { name, .. } => Some(name),
            Piece::Text(_) => None,
        })
}

/// The router's spelling of a path template, and whether it ends in a greedy variable.
fn pattern(template: &str) -> Result<(String, bool), Unservable> {
    let mut pattern = String::new();
    let mut ends_greedy = false;
    for (index, piece) in path::pieces(template).into_iter().enumerate() {
        if ends_greedy {
            return Err(Unservable::BadPath);
        }
        match piece {
            Piece::Text(text) => {
                let normal = path::normal(&format!("{text}/"))
                    .ok_or(Unservable::BadPath)?
                    .into_owned();
                // `normal` drops a slash at the end; the one in front of a variable stays.
                pattern.push_str(&normal.replace('{', "{{").replace('}', "}}"));
            }
            Piece::Variable { greedy, .. } => {
                let star = if greedy { "*" } else { "" };
                // Writing to a string cannot fail.
                let _ = write!(pattern, "{{{star}v{index}}}");
                ends_greedy = greedy;
            }
        }
    }
    if pattern.len() > 1 && pattern.ends_with('/') {
        pattern.pop();
    }
    if pattern.starts_with('/') {
        Ok((pattern, ends_greedy))
    } else {
        Err(Unservable::BadPath)
    }
}
