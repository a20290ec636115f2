//! Names of remote objects, tags and outputs.
//!
//! It refuses names that could change with an API's name or version: they come from ids, so a renamed API keeps its
//! objects.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

pub use gw_aws_import::names::*;
use gw_connector::{Mark, Outputs};
use gw_model::ApiId;

/// Tag: which API of the catalog an object belongs to.
pub const TAG_API: &str = "gatewright:api";
/// Tag: the mark of the run that made it.
pub const TAG_MARK: &str = "gatewright:mark";
/// Tag: the API's name, for people.
pub const TAG_NAME: &str = "gatewright:name";

/// Tag: the mark of the run by which an API that others made became Gatewright's to manage.
pub const TAG_ADOPTED: &str = "gatewright:adopted";

/// Output: that API carries Gatewright's tags; the mark they name.
pub const CLAIMED: &str = "claimed";
/// Output: the REST API's id.
pub const REST_API_ID: &str = "rest-api-id";
/// Output: the deployment this run made.
pub const DEPLOYMENT_ID: &str = "deployment-id";
/// Output: the deployment the stage was at when it was observed.
pub const STAGE_DEPLOYMENT_ID: &str = "stage-deployment-id";
/// Output: the stage's description when it was observed.
pub const STAGE_DESCRIPTION: &str = "stage-description";
/// Output: the stage's name.
pub const STAGE: &str = "stage";
/// Output: name of the provisioned function and, equal to it, of its role.
pub const FUNCTION_NAME: &str = "function-name";
/// Output: ARN of the provisioned function, without a version.
pub const FUNCTION_ARN: &str = "function-arn";
/// Output: ARN of the published version of the provisioned function that the API asks.
pub const FUNCTION_VERSION_ARN: &str = "function-version-arn";
/// Output of a kept deployment: the number of the function's version it asks, or [`NO_FUNCTION`]; empty when not known.
pub const FUNCTION_VERSION: &str = "function-version";
/// Stands for the version of a deployment that asks no provisioned function.
pub const NO_FUNCTION: &str = "none";
/// Output: SHA-256 of that version's package, base64, as Lambda tells it.
pub const FUNCTION_DIGEST: &str = "function-digest";
/// Output: ARN of the provisioned function's role.
pub const ROLE_ARN: &str = "role-arn";
/// Output: statement of the function's policy that lets this API ask it.
pub const PERMISSION_ID: &str = "permission-id";
/// Output: digest of what the live stage was made from: plan, connector and function.
pub const BUILD: &str = "build";

/// Output: the canary Gatewright had set on the stage when it was observed, as JSON.
pub const STAGE_CANARY: &str = "stage-canary";
/// Output: the canary a run left on the stage, as drift compares it; empty for none.
pub const CANARY: &str = "canary";
/// Output: what leads a stage back to its former settings: patch operations and tags, as JSON.
pub const STAGE_BEFORE: &str = "stage-before";
/// Output: ARN of the role API Gateway writes logs with in the account and region, or [`NO_LOG_ROLE`]; read only when
/// logs are wanted.
pub const ACCOUNT_LOG_ROLE: &str = "account-log-role";
/// The account and region have no role for logs.
pub const NO_LOG_ROLE: &str = "none";

/// Output: the custom domain whose base path is mapped or unmapped.
pub const MAPPING_DOMAIN: &str = "mapping-domain";
/// Output: that base path, `(none)` for all paths, as AWS writes it.
pub const MAPPING_BASE_PATH: &str = "mapping-base-path";
/// AWS's word for no base path.
pub const NO_BASE_PATH: &str = "(none)";

/// The role Gatewright makes for an account's API Gateway logs: one for all its APIs and regions.
pub const LOG_ROLE: &str = "gatewright-api-gateway-logs";

/// The one inline policy of a provisioned function's role.
pub const ROLE_POLICY: &str = "write-its-own-log";

/// Name of the authorizer function and its role for one API on one stage; at most 64 characters.
///
/// Invariant: two APIs, or one API on two stages, never share a function.
pub fn function_name(api: &ApiId, stage: &str) -> String {
    format!(
        "gatewright-authorizer-{}",
        short_digest(&format!("{}\n{stage}", api.as_str()))
    )
}

/// The remote objects among outputs, each with what it is.
pub fn things(outputs: &Outputs) -> Vec<(String, String)> {
    let kinds = [
        (REST_API_ID, "REST API"),
        (FUNCTION_ARN, "Lambda function"),
        (ROLE_ARN, "IAM role"),
    ];
    let thing = |(name, kind): (&str, &str)| {
        let id = output(outputs, name)?;
        Some((kind.to_owned(), id.to_owned()))
    };
    kinds.into_iter().filter_map(thing).collect()
}

/// The statement id of the permission a run gives: its mark, cut to the 100 characters Lambda takes.
pub(crate) fn permission_id(mark: &Mark) -> String {
    mark.as_str().chars().take(100).collect()
}

/// Where callers reach a stage. Emulators serve every stage below one path of their endpoint; AWS has a host per API.
pub fn invoke_url(
    region: &str,
    endpoint_url: Option<&str>,
    rest_api_id: &str,
    stage: &str,
) -> String {
    if let Some(endpoint) = endpoint_url {
        let endpoint = endpoint.trim_end_matches('/');
        return format!("{endpoint}/_aws/execute-api/{rest_api_id}/{stage}");
    }
    let suffix = if partition(region) == "aws-cn" {
        ".cn"
    } else {
        ""
    };
    format!("https://{rest_api_id}.execute-api.{region}.amazonaws.com{suffix}/{stage}")
}

/// The ARN a stage's tags are set by.
pub fn stage_arn(region: &str, rest_api_id: &str, stage: &str) -> String {
    format!(
        "arn:{}:apigateway:{region}::/restapis/{rest_api_id}/stages/{stage}",
        partition(region)
    )
}

/// What a deployment's or stage's description says: which plan it serves, from which build, under which mark.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Label {
    pub plan: String,
    pub build: String,
    pub mark: String,
    /// Of a deployment: the function's version it asks, or [`NO_FUNCTION`]; empty when it does not say.
    pub function: String,
    pub deployment: String,
    /// Of a stage: the deployment that is its canary, with its plan and build; empty for none that Gatewright set.
    pub canary: String,
    pub canary_plan: String,
    pub canary_build: String,
}

impl Label {
    /// As written to AWS.
    pub(crate) fn text(&self) -> String {
        let mut text = format!(
            "gatewright plan={} build={} mark={}",
            self.plan, self.build, self.mark
        );
        for (word, value) in [
            (" function=", &self.function),
            (" deployment=", &self.deployment),
            (" canary=", &self.canary),
            (" canary-plan=", &self.canary_plan),
            (" canary-build=", &self.canary_build),
        ] {
            if !value.is_empty() {
                text.push_str(word);
                text.push_str(value);
            }
        }
        text
    }

    /// Reads a description; `None` when it is not one of ours.
    pub(crate) fn read(description: &str) -> Option<Self> {
        let mut words = description.split(' ');
        if words.next() != Some("gatewright") {
            return None;
        }
        let mut label = Self::default();
        for word in words {
            match word.split_once('=')? {
                ("plan", value) => value.clone_into(&mut label.plan),
                ("build", value) => value.clone_into(&mut label.build),
                ("mark", value) => value.clone_into(&mut label.mark),
                ("function", value) => value.clone_into(&mut label.function),
                ("deployment", value) => value.clone_into(&mut label.deployment),
                ("canary", value) => value.clone_into(&mut label.canary),
                ("canary-plan", value) => value.clone_into(&mut label.canary_plan),
                ("canary-build", value) => value.clone_into(&mut label.canary_build),
                _ => {}
            }
        }
        Some(label)
    }

    /// Whether a description says it was made under a mark.
    pub(crate) fn is_marked(description: Option<&str>, mark: &Mark) -> bool {
        description
            .and_then(Self::read)
            .is_some_and(|label| label.mark == mark.as_str())
    }
}

/// The number at the end of a version's ARN.
pub(crate) fn version_number(arn: &str) -> Option<&str> {
    let (_, number) = arn.rsplit_once(':')?;
    number.parse::<u64>().is_ok().then_some(number)
}

/// The first 16 hex digits of a text's SHA-256.
pub(crate) fn short_digest(text: &str) -> String {
    Sha256::digest(text.as_bytes())
        .iter()
        .take(8)
        .fold(String::new(), |mut hex, byte| {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

/// An output's value, unless it is missing or empty.
pub(crate) fn output<'a>(outputs: &'a Outputs, name: &str) -> Option<&'a str> {
    outputs
        .get(name)
        .map(String::as_str)
        .filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_reads_back_and_foreign_descriptions_do_not() {
        let label = Label {
            plan: "sha256:ab".into(),
            build: "12".into(),
            mark: "gw-dep_1".into(),
            function: "3".into(),
            deployment: "d1".into(),
            canary: "d2".into(),
            canary_plan: "sha256:cd".into(),
            canary_build: "34".into(),
        };
        assert_eq!(Label::read(&label.text()), Some(label.clone()));
        assert!(Label::is_marked(
            Some(&label.text()),
            &Mark::new("gw-dep_1")
        ));
        assert!(!Label::is_marked(
            Some(&label.text()),
            &Mark::new("gw-dep_2")
        ));
        for foreign in ["", "my deployment", "Gatewright plan=x"] {
            assert_eq!(Label::read(foreign), None);
        }
    }

    #[test]
    fn names_differ_by_api_and_stage_and_fit_iam() {
        let names = [
            function_name(&ApiId::new("a"), "b"),
            function_name(&ApiId::new("a"), "c"),
            function_name(&ApiId::new("ab"), ""),
            function_name(&ApiId::new("x".repeat(80)), &"y".repeat(128)),
        ];
        assert!(names.iter().all(|name| name.len() <= 64));
        assert_eq!(
            names
                .iter()
                .collect::<std::collections::BTreeSet<_>>()
                .len(),
            4
        );
    }

    #[test]
    fn addresses_follow_the_partition_and_the_endpoint() {
        assert_eq!(
            invoke_url("eu-west-1", None, "abc", "live"),
            "https://abc.execute-api.eu-west-1.amazonaws.com/live"
        );
        assert_eq!(
            invoke_url("cn-north-1", None, "abc", "live"),
            "https://abc.execute-api.cn-north-1.amazonaws.com.cn/live"
        );
        assert_eq!(
            invoke_url("eu-west-1", Some("http://127.0.0.1:4566/"), "abc", "live"),
            "http://127.0.0.1:4566/_aws/execute-api/abc/live"
        );
        assert!(
            invocation_uri("us-gov-west-1", "arn:x")
                .starts_with("arn:aws-us-gov:apigateway:us-gov-west-1:lambda")
        );
    }
}
