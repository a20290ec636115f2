//! The words every crate shares: ids, gateways, APIs, policies, key managers, secrets, faults, diagnostics.
//!
//! It refuses to do I/O, to know a clock, to make random numbers, or to know a vendor's wire format.

pub mod api;
pub mod application;
pub mod code;
pub mod diagnostic;
pub mod fault;
pub mod gateway;
pub mod id;
pub mod key_manager;
pub mod operation;
pub mod percent;
pub mod policy;
pub mod revision;
pub mod secret;
pub mod stage;
pub mod time;
pub mod words;

pub use api::{Api, Backend};
pub use application::{Application, ClientAuthentication};
pub use code::{Code, ExitClass};
pub use diagnostic::{Diagnostic, Place, Severity};
pub use fault::{Effect, Fault, Retry};
pub use gateway::{
    AwsCredentials, AwsTarget, EndpointType, Gateway, GatewayKind, GatewayTarget, LocalTarget,
};
pub use id::{ApiId, ApplicationId, DeploymentId, GatewayId, KeyManagerId, RevisionId};
pub use key_manager::{KeyManager, KeyManagerKind};
pub use operation::{HttpMethod, OperationKey};
pub use percent::Percent;
pub use policy::{
    AwsAuthorizer, CorsPolicy, OauthPolicy, OperationSecurity, Policies, ValidationPolicy,
};
pub use revision::{KeyManagerSnapshot, Revision};
pub use secret::{Secret, SecretRef};
pub use stage::{AccessLog, CacheSettings, LogLevel, OperationSettings, StageSettings, Throttle};
pub use time::UnixMillis;
pub use words::counted;
