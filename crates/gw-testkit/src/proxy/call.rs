//! Which AWS call a request is: the service, and whether it changes anything. Pure.

use std::fmt;
use std::time::Duration;

use super::weather::Fate;

/// The AWS service a request goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Callee {
    /// The REST API Gateway's control plane.
    ApiGateway,
    /// Lambda.
    Lambda,
    /// IAM.
    Iam,
    /// STS.
    Sts,
    /// A call to a deployed API, not to AWS's control plane.
    DataPlane,
    /// Anything else.
    Other,
}

/// One request that went through the proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The service it was for.
    pub service: Callee,
    /// Whether it changes something at AWS. Never true for the data plane.
    pub mutating: bool,
    /// The method, in capitals.
    pub method: String,
    /// The path, percent-encoded as sent.
    pub path: String,
    /// The query without its question mark.
    pub query: String,
    /// The `Action` of a query-protocol call (IAM, STS).
    pub action: Option<String>,
    /// The status that was answered; `None` while under way and when the connection was closed instead.
    pub status: Option<u16>,
    /// Whether a rule interfered.
    pub broken: bool,
    /// What the weather did to it; `None` when that was fair.
    pub fate: Option<Fate>,
    /// Id of the access key that signed it, which is the account on localemu; empty when it was not signed.
    pub caller: String,
    /// The region it was signed for; empty when it was not signed.
    pub region: String,
    /// By how much it came too early for the quotas, which refused it then; `None` when they let it through.
    pub early: Option<Duration>,
}

impl Call {
    /// Reads a request's head and, for the query protocol, its form.
    pub(crate) fn read(
        method: &str,
        path: &str,
        query: &str,
        authorization: Option<&str>,
        body: &[u8],
    ) -> Self {
        let action = action_of(method, body);
        let service = service_of(path, authorization);
        Self {
            service,
            mutating: is_mutating(service, method, path, action.as_deref()),
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            action,
            status: None,
            broken: false,
            fate: None,
            caller: scope_part(authorization, 0).to_owned(),
            region: scope_part(authorization, 2).to_owned(),
            early: None,
        }
    }

    /// Whether this is a change at API Gateway's control plane.
    pub fn changes_api_gateway(&self) -> bool {
        self.service == Callee::ApiGateway && self.mutating
    }
}

/// One line, as in `PUT /restapis/abc?mode=overwrite -> 200` or `CreateRole -> 409`.
impl fmt::Display for Call {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.action {
            Some(action) => formatter.write_str(action)?,
            None => write!(formatter, "{} {}", self.method, self.path)?,
        }
        if !self.query.is_empty() {
            write!(formatter, "?{}", self.query)?;
        }
        match self.status {
            Some(status) => write!(formatter, " -> {status}"),
            None => formatter.write_str(" -> no answer"),
        }
    }
}

fn action_of(method: &str, body: &[u8]) -> Option<String> {
    if method != "POST" || body.len() > 1024 * 1024 {
        return None;
    }
    let text = std::str::from_utf8(body).ok()?;
    if !text.contains("Action=") {
        return None;
    }
    url::form_urlencoded::parse(text.as_bytes())
        .find(|(name, _)| name == "Action")
        .map(|(_, value)| value.into_owned())
}

fn service_of(path: &str, authorization: Option<&str>) -> Callee {
    if path.starts_with("/_aws/execute-api/") || path.contains("/_user_request_/") {
        return Callee::DataPlane;
    }
    match scope_part(authorization, 3) {
        "apigateway" => Callee::ApiGateway,
        "lambda" => Callee::Lambda,
        "iam" => Callee::Iam,
        "sts" => Callee::Sts,
        "" if path.starts_with("/restapis") || path.starts_with("/account") => Callee::ApiGateway,
        "" if path.contains("/functions") => Callee::Lambda,
        _ => Callee::Other,
    }
}

/// Part of the credential scope, counted from 0: `KEY/DATE/REGION/SERVICE/aws4_request`. Empty when it is not signed.
fn scope_part(authorization: Option<&str>, index: usize) -> &str {
    authorization
        .and_then(|value| value.split("Credential=").nth(1))
        .and_then(|scope| scope.split('/').nth(index))
        .unwrap_or_default()
}

fn is_mutating(service: Callee, method: &str, path: &str, action: Option<&str>) -> bool {
    const READING: [&str; 6] = [
        "Get",
        "List",
        "Describe",
        "Simulate",
        "AssumeRole",
        "Generate",
    ];
    match service {
        Callee::DataPlane => false,
        Callee::Lambda => method != "GET" && !path.ends_with("/invocations"),
        Callee::Iam | Callee::Sts | Callee::Other => match action {
            Some(action) => !READING.iter().any(|prefix| action.starts_with(prefix)),
            None => method != "GET",
        },
        Callee::ApiGateway => method != "GET",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(service: &str) -> String {
        format!(
            "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host"
        )
    }

    #[test]
    fn tells_services_and_changes_apart() {
        let rows = [
            (
                "PUT",
                "/restapis/a",
                Some("apigateway"),
                "{}",
                Callee::ApiGateway,
                true,
            ),
            (
                "GET",
                "/restapis/a/resources",
                Some("apigateway"),
                "",
                Callee::ApiGateway,
                false,
            ),
            ("PUT", "/restapis/a", None, "{}", Callee::ApiGateway, true),
            (
                "POST",
                "/2015-03-31/functions",
                Some("lambda"),
                "{}",
                Callee::Lambda,
                true,
            ),
            (
                "POST",
                "/2015-03-31/functions/f/invocations",
                Some("lambda"),
                "{}",
                Callee::Lambda,
                false,
            ),
            (
                "POST",
                "/",
                Some("iam"),
                "Action=CreateRole&Version=2010-05-08",
                Callee::Iam,
                true,
            ),
            (
                "POST",
                "/",
                Some("iam"),
                "Action=GetRole&RoleName=r",
                Callee::Iam,
                false,
            ),
            (
                "POST",
                "/",
                Some("sts"),
                "Action=GetCallerIdentity",
                Callee::Sts,
                false,
            ),
            (
                "POST",
                "/_aws/execute-api/abc/v1/pets",
                None,
                "{}",
                Callee::DataPlane,
                false,
            ),
        ];
        for (method, path, service, body, wanted, mutating) in rows {
            let authorization = service.map(scope);
            let call = Call::read(method, path, "", authorization.as_deref(), body.as_bytes());
            assert_eq!(
                (call.service, call.mutating),
                (wanted, mutating),
                "{method} {path} {body}"
            );
            let signed = if service.is_some() {
                ("AKID", "us-east-1")
            } else {
                ("", "")
            };
            assert_eq!((call.caller.as_str(), call.region.as_str()), signed);
        }
    }

    #[test]
    fn reads_well_in_a_failed_assertion() {
        let mut call = Call::read("PUT", "/restapis/a", "mode=overwrite", None, b"");
        assert_eq!(
            call.to_string(),
            "PUT /restapis/a?mode=overwrite -> no answer"
        );
        call.status = Some(200);
        assert_eq!(call.to_string(), "PUT /restapis/a?mode=overwrite -> 200");
    }
}
