//! The list of fault codes. A code is a promise: scripts and the page match on it.
//!
//! It refuses a catch-all: a new kind of failure gets a new row here and in the page's table.

use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which exit status the command line ends with for a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitClass {
    /// The request itself is wrong: exit 2.
    Usage,
    /// Lint, plan, policy or local state refuse: exit 3.
    Refused,
    /// Something outside failed: a remote, the network, the keychain: exit 4.
    Remote,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $wire:literal, $class:ident;)+) => {
        /// A wire-stable fault code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
        #[ts(rename = "FaultCode")]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $wire)] $name,)+
        }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Code] = &[$(Code::$name),+];

            /// As written on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$name => $wire),+ }
            }

            /// Which exit status it leads to.
            pub const fn exit_class(self) -> ExitClass {
                match self { $(Code::$name => ExitClass::$class),+ }
            }
        }
    };
}

codes! {
    /// The request has a field that is missing or wrong.
    RequestInvalid = "request.invalid", Usage;
    /// No such command.
    RequestUnknownCommand = "request.unknown-command", Usage;
    /// The run was cancelled by the user.
    RequestCancelled = "request.cancelled", Refused;

    /// The catalog cannot be opened or read.
    CatalogUnavailable = "catalog.unavailable", Refused;
    /// The catalog was written by a newer version.
    CatalogNewer = "catalog.newer-version", Refused;
    /// The catalog is damaged.
    CatalogDamaged = "catalog.damaged", Refused;
    /// Another process holds the catalog's write lock for too long.
    CatalogBusy = "catalog.busy", Refused;
    /// No space is left on the disk.
    CatalogDiskFull = "catalog.disk-full", Refused;
    /// Something of that name exists already.
    CatalogDuplicateName = "catalog.duplicate-name", Refused;
    /// Nothing of that name or id exists.
    CatalogNotFound = "catalog.not-found", Refused;
    /// A name matches more than one object.
    CatalogAmbiguous = "catalog.ambiguous-name", Usage;
    /// It is still used by something else.
    CatalogInUse = "catalog.in-use", Refused;
    /// The object changed since it was read.
    CatalogChanged = "catalog.changed-meanwhile", Refused;

    /// No keychain answers and no vault file was chosen.
    VaultUnavailable = "vault.unavailable", Refused;
    /// The keychain or vault file is locked.
    VaultLocked = "vault.locked", Refused;
    /// The passphrase is wrong.
    VaultWrongPassphrase = "vault.wrong-passphrase", Refused;
    /// The secret is no longer in the vault.
    VaultMissing = "vault.missing-secret", Refused;
    /// The vault file is damaged or cannot be written.
    VaultDamaged = "vault.damaged", Refused;

    /// The file cannot be read.
    FileUnreadable = "file.unreadable", Usage;
    /// The file cannot be written.
    FileUnwritable = "file.unwritable", Refused;
    /// The document is empty.
    DocumentEmpty = "document.empty", Refused;
    /// The document is larger than Gatewright reads.
    DocumentTooLarge = "document.too-large", Refused;
    /// The document is not YAML or JSON.
    DocumentMalformed = "document.malformed", Refused;
    /// The document expands without bounds.
    DocumentHostile = "document.hostile", Refused;
    /// The document is not an OpenAPI description Gatewright reads.
    DocumentUnsupported = "document.unsupported", Refused;
    /// No such operation in the document.
    OperationUnknown = "document.unknown-operation", Usage;
    /// The operation exists already.
    OperationDuplicate = "document.duplicate-operation", Refused;

    /// The plan has errors the gateway will not take.
    PlanRefused = "plan.refused", Refused;
    /// An operation would end up open without the user having said so.
    PlanUnprotected = "plan.unprotected-operation", Refused;
    /// The API has more resources than the gateway takes.
    PlanTooManyResources = "plan.too-many-resources", Refused;
    /// The policy names something the gateway or key manager does not have.
    PolicyInvalid = "policy.invalid", Refused;
    /// The change needs an explicit consent.
    ConsentNeeded = "deploy.consent-needed", Refused;
    /// Another run for the same API and gateway is under way.
    DeployBusy = "deploy.busy", Refused;
    /// An undo failed; remote objects are left behind.
    DeployStuck = "deploy.stuck", Remote;
    /// A run was interrupted; its journal says how far it came.
    DeployInterrupted = "deploy.interrupted", Remote;
    /// The API is not deployed there.
    DeployNotDeployed = "deploy.not-deployed", Refused;
    /// The gateway keeps no deployment of that kind to go back to.
    DeployNotKept = "deploy.not-kept", Refused;
    /// No canary of Gatewright's runs there, or another one does.
    DeployNoCanary = "deploy.no-canary", Refused;

    /// The network did not let the call through.
    NetworkUnreachable = "network.unreachable", Remote;
    /// The name could not be resolved.
    NetworkNameUnknown = "network.name-unknown", Remote;
    /// The call took too long.
    NetworkTimeout = "network.timeout", Remote;
    /// The TLS handshake failed.
    NetworkTls = "network.tls", Remote;
    /// The answer was larger than allowed.
    NetworkTooLarge = "network.answer-too-large", Remote;
    /// The address is not allowed here.
    NetworkRefusedAddress = "network.refused-address", Refused;
    /// The answer was not what the protocol says.
    NetworkBadAnswer = "network.bad-answer", Remote;

    /// The access key, secret or token is wrong.
    AwsCredentials = "aws.wrong-credentials", Remote;
    /// The session token has expired.
    AwsExpired = "aws.expired-credentials", Remote;
    /// The named profile does not exist or has no credentials.
    AwsProfile = "aws.profile-unusable", Remote;
    /// The identity may not do this.
    AwsDenied = "aws.permission-denied", Remote;
    /// This machine's clock is off.
    AwsClockSkew = "aws.clock-skew", Remote;
    /// AWS limits the rate of calls.
    AwsThrottled = "aws.throttled", Remote;
    /// AWS refused the document or parameters.
    AwsRefused = "aws.refused", Remote;
    /// Something else changes the same API now.
    AwsConflict = "aws.conflict", Remote;
    /// A quota of the account is reached.
    AwsQuota = "aws.quota-reached", Remote;
    /// AWS answered with an internal error.
    AwsUnavailable = "aws.unavailable", Remote;
    /// The remote object is gone.
    AwsGone = "aws.gone", Remote;
    /// AWS needs some seconds until something that was just made can be used.
    AwsNotReady = "aws.not-ready", Remote;
    /// The region is not an AWS region.
    AwsRegionUnknown = "aws.unknown-region", Usage;
    /// The live API does not match what was imported.
    AwsReadBack = "aws.read-back-mismatch", Remote;

    /// The port is used by another program.
    LocalPortInUse = "local.port-in-use", Refused;
    /// The local gateway is not being served.
    LocalNotServing = "local.not-serving", Refused;
    /// Another API on this local gateway has that base path.
    LocalBasePathTaken = "local.base-path-taken", Refused;
    /// The local gateway's state cannot be read or written.
    LocalState = "local.state-unusable", Refused;

    /// The issuer's discovery document is missing or wrong.
    IdentityDiscovery = "identity.discovery-failed", Remote;
    /// The key manager refused the client.
    IdentityClientRefused = "identity.client-refused", Remote;
    /// The key manager refused the scope or audience.
    IdentityScopeRefused = "identity.scope-refused", Remote;
    /// The grant was refused or has expired.
    IdentityGrantRefused = "identity.grant-refused", Remote;
    /// Nobody signed in, in the time given.
    IdentitySignInTimeout = "identity.sign-in-timeout", Remote;
    /// The key manager cannot do this flow.
    IdentityUnsupported = "identity.unsupported", Refused;
    /// The token is not a JWT and has no readable claims.
    IdentityOpaqueToken = "identity.opaque-token", Refused;

    /// The home folder cannot be used.
    AppHomeUnusable = "app.home-unusable", Refused;
    /// A defect in Gatewright itself.
    AppDefect = "app.defect", Remote;
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
