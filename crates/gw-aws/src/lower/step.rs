//! What each change's payload holds, and the verbs that name them.
//!
//! It refuses to be needed after a crash: probing and undoing work from verb, mark and outputs alone.

use std::collections::BTreeMap;

use gw_model::Percent;
use gw_plan::{OwnKind, OwnScheme, Plan, RouteSecurity};
use serde::{Deserialize, Serialize};

use gw_aws_import::Compiled;

use super::settings::Patch;

/// Verbs, stable: journals hold them.
pub(crate) mod verb {
    pub(crate) const CREATE_ROLE: &str = "aws.create-role";
    pub(crate) const PUT_ROLE_POLICY: &str = "aws.put-role-policy";
    pub(crate) const CREATE_FUNCTION: &str = "aws.create-function";
    pub(crate) const UPDATE_FUNCTION: &str = "aws.update-function";
    pub(crate) const AWAIT_FUNCTION: &str = "aws.await-function";
    pub(crate) const PUBLISH_VERSION: &str = "aws.publish-version";
    pub(crate) const ALLOW_INVOKE: &str = "aws.allow-invoke";
    pub(crate) const CREATE_REST_API: &str = "aws.create-rest-api";
    pub(crate) const CLAIM_REST_API: &str = "aws.claim-rest-api";
    pub(crate) const PUT_REST_API: &str = "aws.put-rest-api";
    pub(crate) const READ_BACK: &str = "aws.read-back";
    pub(crate) const CREATE_DEPLOYMENT: &str = "aws.create-deployment";
    pub(crate) const CREATE_STAGE: &str = "aws.create-stage";
    pub(crate) const UPDATE_STAGE: &str = "aws.update-stage";
    pub(crate) const DELETE_DEPLOYMENT: &str = "aws.delete-deployment";
    pub(crate) const DELETE_VERSION: &str = "aws.delete-version";
    pub(crate) const NOTE_STAGE: &str = "aws.note-stage";
    pub(crate) const TAG_STAGE: &str = "aws.tag-stage";
    pub(crate) const SET_STAGE: &str = "aws.set-stage";
    pub(crate) const CREATE_LOG_ROLE: &str = "aws.create-log-role";
    pub(crate) const ATTACH_LOG_POLICY: &str = "aws.attach-log-policy";
    pub(crate) const SET_LOG_ROLE: &str = "aws.set-log-role";
    pub(crate) const MAP_DOMAIN: &str = "aws.map-domain";
    pub(crate) const UNMAP_DOMAIN: &str = "aws.unmap-domain";
    pub(crate) const DELETE_REST_API: &str = "aws.delete-rest-api";
    pub(crate) const DELETE_FUNCTION: &str = "aws.delete-function";
    pub(crate) const DELETE_ROLE_POLICY: &str = "aws.delete-role-policy";
    pub(crate) const DELETE_ROLE: &str = "aws.delete-role";
}

/// The payload of a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub(crate) enum Step {
    CreateRole {
        role: String,
        owner: Owner,
    },
    PutRolePolicy {
        role: String,
        policy: String,
    },
    CreateFunction {
        function: String,
        owner: Owner,
        zip: String,
        digest: String,
    },
    UpdateFunction {
        function: String,
        zip: String,
        digest: String,
    },
    AwaitFunction {
        function: String,
    },
    PublishVersion {
        function: String,
        digest: String,
    },
    AllowInvoke {
        function: String,
    },
    CreateRestApi {
        owner: Owner,
        version: String,
        endpoint_type: String,
    },
    ClaimRestApi {
        owner: Owner,
        rest_api: String,
    },
    PutRestApi {
        document: String,
    },
    ReadBack {
        expected: Vec<Expectation>,
        authorizer: Option<String>,
    },
    CreateDeployment {
        plan: String,
        build: String,
        /// Whether it asks the provisioned function.
        provisioned: bool,
    },
    CreateStage {
        owner: Owner,
        plan: String,
        build: String,
        stage: NewStage,
    },
    UpdateStage(StageMove),
    DeleteDeployment {
        rest_api: String,
        deployment: String,
    },
    DeleteVersion {
        function: String,
        version: String,
    },
    NoteStage {
        before: Before,
    },
    TagStage {
        tags: BTreeMap<String, String>,
    },
    CreateLogRole,
    AttachLogPolicy,
    SetLogRole,
    MapDomain,
    UnmapDomain,
    DeleteRestApi {
        rest_api: String,
    },
    DeleteFunction {
        function: String,
    },
    DeleteRolePolicy {
        role: String,
    },
    DeleteRole {
        role: String,
    },
}

/// What a stage is made with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NewStage {
    pub variables: BTreeMap<String, String>,
    pub cache: Option<String>,
    pub tracing: bool,
    pub tags: BTreeMap<String, String>,
    /// Whether more is set before it counts as live.
    pub opening: bool,
}

/// What one `UpdateStage` makes of a stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StageMove {
    /// What it serves; `None` for the run's own deployment, or where it is when the run made none.
    pub deployment: Option<String>,
    /// The plan and build of that, for its label.
    pub plan: String,
    pub build: String,
    pub patches: Vec<Patch>,
    /// What runs beside it; `None` leaves what others set, and the patches end Gatewright's.
    pub canary: Option<NewCanary>,
}

/// A canary as a run sets it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NewCanary {
    /// `None` for the run's own deployment.
    pub deployment: Option<String>,
    pub plan: String,
    pub build: String,
    pub percent: Percent,
}

/// What leads a stage back to its former settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Before {
    pub patches: Vec<Patch>,
    /// `None` for a tag that was not there.
    pub tags: BTreeMap<String, Option<String>>,
}

/// Whose objects a run makes; they carry it as tags.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Owner {
    pub api: String,
    pub name: String,
}

/// What reading back must find of one operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Expectation {
    pub method: String,
    pub path: String,
    pub protected: bool,
    /// What the document itself has AWS check; `protected` is false then, because it is not ours.
    #[serde(default)]
    pub own: Option<OwnCheck>,
}

/// What AWS must check of a caller because the document says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OwnCheck {
    /// `CUSTOM`, `COGNITO_USER_POOLS`, `AWS_IAM`, or `NONE` for an API key alone.
    pub authorization: String,
    /// Name of the authorizer; `None` when none is asked.
    pub authorizer: Option<String>,
    /// Whether an API key is asked for.
    pub key: bool,
    /// Scopes that must be asked for; sorted.
    pub scopes: Vec<String>,
}

impl OwnCheck {
    fn of(schemes: &[OwnScheme]) -> Self {
        let asked = schemes.iter().find(|scheme| scheme.kind != OwnKind::ApiKey);
        let authorization = match asked.map(|scheme| scheme.kind) {
            Some(OwnKind::Authorizer) => "CUSTOM",
            Some(OwnKind::UserPools) => "COGNITO_USER_POOLS",
            Some(OwnKind::Iam) => "AWS_IAM",
            Some(OwnKind::ApiKey) | None => "NONE",
        };
        Self {
            authorization: authorization.to_owned(),
            authorizer: asked
                .filter(|scheme| scheme.kind != OwnKind::Iam)
                .map(|scheme| scheme.name.clone()),
            key: schemes.iter().any(|scheme| scheme.kind == OwnKind::ApiKey),
            scopes: asked
                .filter(|scheme| scheme.kind == OwnKind::UserPools)
                .map(|scheme| scheme.scopes.clone())
                .unwrap_or_default(),
        }
    }
}

impl Expectation {
    /// One per operation that is served, and one per preflight answer.
    pub(super) fn of(plan: &Plan, compiled: &Compiled) -> Vec<Self> {
        let operations = compiled
            .served
            .iter()
            .filter(|served| served.primary == served.route)
            .filter_map(|served| {
                let route = plan.routes.get(served.route)?;
                Some(Self {
                    method: served.method.as_str().to_owned(),
                    path: served.path.clone(),
                    protected: matches!(route.security, RouteSecurity::Token { .. }),
                    own: match &route.security {
                        RouteSecurity::Own { schemes } => Some(OwnCheck::of(schemes)),
                        _ => None,
                    },
                })
            });
        let preflights = compiled.preflights.iter().map(|path| Self {
            method: "OPTIONS".to_owned(),
            path: path.clone(),
            protected: false,
            own: None,
        });
        operations.chain(preflights).collect()
    }

    /// Whether an authorizer of the document's must be there for it.
    pub(crate) fn asks_own_authorizer(&self) -> bool {
        self.own
            .as_ref()
            .is_some_and(|own| own.authorizer.is_some())
    }
}
