//! The words of the command line.
//!
//! It refuses secrets as arguments: they come from a prompt, standard input or a named environment variable.

mod drift;
mod history;
mod lifecycle;
mod stage;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use drift::DriftArgs;
pub use history::{CanaryArgs, DiffArgs, HistoryArgs, PlanArgs, PublishArgs, RollbackArgs};
pub use lifecycle::{
    Allowed, AllowedParser, DeploymentsArgs, DeploymentsVerb, ForgetArgs, GatewayEdit, RemoveArgs,
    UndeployArgs,
};
pub use stage::{DomainsArgs, LogArg, MapArgs, StageSetArgs, StageVerb, SwitchArg};

/// Publish APIs to cloud gateways.
#[derive(Debug, Parser)]
#[command(
    name = "gatewright",
    version,
    about,
    disable_help_subcommand = true,
    arg_required_else_help = true
)]
pub struct Cli {
    /// Everything Gatewright writes goes below this folder
    #[arg(long, global = true, env = "GATEWRIGHT_HOME", value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// Print one JSON value on standard output; a failure as {"fault": …}
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do
    #[command(subcommand)]
    pub verb: Verb,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Show the whole journey on the embedded local gateway: publish the sample, get a token, call it
    Demo(DemoArgs),
    /// Places APIs run: AWS accounts and regions, or this machine
    #[command(subcommand)]
    Gateway(GatewayVerb),
    /// APIs and their OpenAPI documents
    #[command(subcommand)]
    Api(ApiVerb),
    /// OAuth 2.0 and OpenID Connect providers
    #[command(subcommand)]
    KeyManager(KeyManagerVerb),
    /// What protects an API
    #[command(subcommand)]
    Policy(PolicyVerb),
    /// What is set where callers reach an API: variables, throttles, logs, cache, tracing, tags
    #[command(subcommand)]
    Stage(StageVerb),
    /// Which custom domains lead to an API
    Domains(DomainsArgs),
    /// Let a base path of a custom domain lead to an API
    Map(MapArgs),
    /// Let a base path of a custom domain lead to the API no longer; the domain stays
    Unmap(MapArgs),
    /// Show what deploying would change, call by call; changes nothing
    Plan(PlanArgs),
    /// Deploy an API to one or many gateways
    Deploy(PublishArgs),
    /// Change which share of the requests meets a canary, make it live, or drop it; `deploy --canary` starts one
    Canary(CanaryArgs),
    /// Go back on a gateway to what was live before, or to a kept revision, in one call
    Rollback(RollbackArgs),
    /// An API's revisions, and what gateways keep of it to go back to
    History(HistoryArgs),
    /// How two states of an API differ: for callers, and in the document
    Diff(DiffArgs),
    /// Take an API off gateways
    Undeploy(UndeployArgs),
    /// Forget that an API is on a gateway that no longer exists; calls nothing
    Forget(ForgetArgs),
    /// What became of deployed APIs: changed or removed by hand; exit 3 when something did
    Drift(DriftArgs),
    /// What is where, with journal ids; what waits for its gateway
    Deployments(DeploymentsArgs),
    /// Clients registered with a key manager
    #[command(subcommand)]
    Application(ApplicationVerb),
    /// Get a token for an application and print it, or its claims
    Token(TokenArgs),
    /// Call an operation of a deployed API
    Call(CallArgs),
    /// Say what a message of AWS means, where it leads and what to do
    Explain {
        /// The message, or all of what AWS answered
        message: String,
        /// Look for the place in this API's document: name or name@version
        #[arg(long, value_name = "API")]
        api: Option<String>,
    },
    /// Where secrets are kept
    #[command(subcommand)]
    Vault(VaultVerb),
}

/// `demo`
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Keep serving until interrupted, so that you can call it yourself
    #[arg(long)]
    pub serve: bool,
}

/// `gateway …`
#[derive(Debug, Subcommand)]
pub enum GatewayVerb {
    /// Register a gateway
    Add(GatewayAdd),
    /// List gateways
    List,
    /// Show one gateway
    Show {
        /// Its name
        name: String,
    },
    /// Change how a gateway is called and marked; where it is and how to get in stay
    Edit(GatewayEdit),
    /// Test the connection: account, identity, round trip, missing permissions
    Test {
        /// Its name
        name: String,
    },
    /// List every API of the gateway's account and region, whoever made it
    Discover {
        /// The gateway
        name: String,
        /// Do not read the stages: one call for each API
        #[arg(long)]
        no_stages: bool,
    },
    /// Take an API that is there into the catalog, and manage it from then on
    Import(GatewayImport),
    /// Remove a gateway that has no deployments, and say what goes with it
    Remove(RemoveArgs),
    /// Host a local gateway until interrupted
    Serve {
        /// Its name
        name: String,
    },
}

/// `gateway add`
#[derive(Debug, Args)]
pub struct GatewayAdd {
    /// A short unique name: lower-case letters, digits, hyphens
    pub name: String,
    /// What kind of gateway
    #[arg(long, value_enum)]
    pub kind: KindArg,
    /// AWS region, for example eu-west-1
    #[arg(long, required_if_eq("kind", "aws"))]
    pub region: Option<String>,
    /// Stage name
    #[arg(long, required_if_eq("kind", "aws"))]
    pub stage: Option<String>,
    /// Endpoint type
    #[arg(long, value_enum, default_value_t = EndpointArg::Regional)]
    pub endpoint_type: EndpointArg,
    /// Replaces every AWS service address: emulators, private endpoints
    #[arg(long, value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// Profile of the shared AWS config files
    #[arg(long, conflicts_with = "access_key_id")]
    pub profile: Option<String>,
    /// Access key id; the secret comes from a prompt, --secret-stdin or --secret-env
    #[arg(long, value_name = "ID")]
    pub access_key_id: Option<String>,
    /// Environment variable that holds the session token
    #[arg(long, value_name = "VAR", requires = "access_key_id")]
    pub session_token_env: Option<String>,
    #[command(flatten)]
    pub secret: SecretArgs,
    /// Loopback port of a local gateway
    #[arg(long)]
    pub port: Option<u16>,
    /// Name for people
    #[arg(long, default_value = "")]
    pub display_name: String,
    /// Free text
    #[arg(long, default_value = "")]
    pub description: String,
    /// Mark it as production: what a plan asks consent for there needs its name typed too
    #[arg(long)]
    pub production: bool,
}

/// `gateway import`
#[derive(Debug, Args)]
pub struct GatewayImport {
    /// The gateway
    pub gateway: String,
    /// The API's id there, and perhaps a stage
    #[arg(value_name = "ID[/STAGE]")]
    pub id: String,
    /// Name in the catalog; the one it has there when left out
    #[arg(long)]
    pub name: Option<String>,
    /// Version in the catalog; the one it has there when left out
    #[arg(long)]
    pub version: Option<String>,
    /// Take its document only and manage nothing
    #[arg(long)]
    pub document_only: bool,
}

/// Where a secret comes from.
#[derive(Debug, Args)]
pub struct SecretArgs {
    /// Read the secret from the first line of standard input
    #[arg(long, conflicts_with = "secret_env")]
    pub secret_stdin: bool,
    /// Environment variable that holds the secret
    #[arg(long, value_name = "VAR")]
    pub secret_env: Option<String>,
}

/// Kinds of gateways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum KindArg {
    /// AWS API Gateway
    Aws,
    /// The embedded local gateway
    Local,
}

/// Endpoint types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EndpointArg {
    /// In the region
    Regional,
    /// Through CloudFront
    Edge,
    /// Only through a VPC endpoint
    Private,
}

/// `api …`
#[derive(Debug, Subcommand)]
pub enum ApiVerb {
    /// Make an API from scratch
    Create {
        /// Its name
        name: String,
        /// Its version, for example 1.0.0
        #[arg(long)]
        version: String,
        /// Prefix on local gateways: / or /orders/v1
        #[arg(long)]
        base_path: String,
        /// Where operations go: a URL, or `mock` to answer from examples
        #[arg(long, value_name = "URL")]
        backend: String,
    },
    /// Import an OpenAPI document from a file, a folder or a URL
    Import {
        /// File, folder or http(s) URL
        source: String,
        /// Replaces the document's title
        #[arg(long)]
        name: Option<String>,
        /// Replaces the document's version
        #[arg(long)]
        version: Option<String>,
        /// Replaces the document's server: a URL, or `mock` to answer from examples
        #[arg(long, value_name = "URL")]
        backend: Option<String>,
        /// Prefix on local gateways
        #[arg(long)]
        base_path: Option<String>,
        /// Fetch also from loopback, private and link-local addresses
        #[arg(long)]
        allow_private: bool,
        /// Follow references to other addresses too
        #[arg(long)]
        remote_refs: bool,
    },
    /// List APIs
    List,
    /// Show one API with its operations
    Show {
        /// name or name@version
        api: String,
    },
    /// Write the document to standard output
    Export {
        /// name or name@version
        api: String,
        /// The document itself, or what AWS would be sent
        #[arg(long, value_enum, default_value_t = FormatArg::Openapi)]
        format: FormatArg,
    },
    /// Find problems in an API or a file
    Lint {
        /// name, name@version, a file, or a path to a folder
        subject: String,
        /// Also what this kind of gateway refuses or loses
        #[arg(long = "for", value_enum, value_name = "KIND")]
        target: Option<KindArg>,
        /// A file that says which rules are on and how much their findings matter
        #[arg(long, value_name = "FILE", conflicts_with = "fix")]
        ruleset: Option<String>,
        #[command(flatten)]
        fix: FixArgs,
    },
    /// Take the last change of an API's document back
    Undo {
        /// name or name@version
        api: String,
    },
    /// Remove an API that is deployed nowhere, and say what goes with it
    Remove(RemoveArgs),
}

/// What `api lint` mends.
#[derive(Debug, Args)]
pub struct FixArgs {
    /// Mend what can be mended, in the file or as a new edition of the API
    #[arg(long)]
    pub fix: bool,
    /// Mend findings of this rule only; repeatable
    #[arg(long = "rule", value_name = "ID", requires = "fix")]
    pub rules: Vec<String>,
    /// Print what would change as a unified diff, and change nothing
    #[arg(long, requires = "fix")]
    pub dry_run: bool,
    /// Keep the file as it was beside it, as FILE.orig
    #[arg(long, requires = "fix", conflicts_with = "dry_run")]
    pub backup: bool,
}

/// Forms of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    /// The document, byte for byte
    Openapi,
    /// The document AWS would be sent
    Aws,
}

/// `key-manager …`
#[derive(Debug, Subcommand)]
pub enum KeyManagerVerb {
    /// Register a key manager from its issuer or discovery URL, checked live
    Add {
        /// A short unique name
        name: String,
        /// Issuer URL
        #[arg(
            long,
            value_name = "URL",
            required_unless_present = "discovery_url",
            conflicts_with = "discovery_url"
        )]
        issuer: Option<String>,
        /// URL of the discovery document
        #[arg(long, value_name = "URL")]
        discovery_url: Option<String>,
    },
    /// List key managers
    List,
    /// Show one key manager and check it live
    Show {
        /// Its name
        name: String,
    },
    /// Forget a key manager that nothing uses
    Remove {
        /// Its name
        name: String,
    },
}

/// `policy …`
#[derive(Debug, Subcommand)]
pub enum PolicyVerb {
    /// Attach a policy, or replace it
    Attach(PolicyAttachArgs),
    /// Show what every operation asks for
    Show {
        /// name or name@version
        api: String,
    },
    /// Take a policy away
    Detach {
        /// name or name@version
        api: String,
        /// Which policy
        #[arg(value_enum)]
        policy: PolicyArg,
    },
}

/// Kinds of policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PolicyArg {
    /// OAuth 2.0 tokens
    Oauth,
    /// Request validation: what AWS checks before it passes a request on
    Validation,
}

/// `policy attach`
#[derive(Debug, Args)]
pub struct PolicyAttachArgs {
    /// name or name@version
    pub api: String,
    /// Which policy
    #[arg(value_enum)]
    pub policy: PolicyArg,
    /// Whose tokens count
    #[arg(long, required_if_eq("policy", "oauth"))]
    pub key_manager: Option<String>,
    /// The audience a token must have
    #[arg(long, required_if_eq("policy", "oauth"))]
    pub audience: Option<String>,
    /// 'GET /pets=pets:read' for one operation (several scopes with spaces), or 'pets:read' for all others; repeatable
    #[arg(long = "scope", value_name = "OPERATION=SCOPE")]
    pub scopes: Vec<String>,
    /// 'GET /health': leave this operation open; repeatable
    #[arg(long = "public", value_name = "OPERATION")]
    pub public: Vec<String>,
    /// Use this Lambda authorizer on AWS
    #[arg(long, value_name = "ARN", conflicts_with = "provision")]
    pub lambda_arn: Option<String>,
    /// The role API Gateway assumes to invoke it
    #[arg(long, value_name = "ARN", requires = "lambda_arn")]
    pub invoke_role_arn: Option<String>,
    /// Let Gatewright make and keep the Lambda authorizer (the default)
    #[arg(long)]
    pub provision: bool,
    /// Seconds AWS may reuse an authorizer's answer, 0 to 3600
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub ttl: u32,
    /// validation: refuse requests without their required query parameters and headers
    #[arg(long, conflicts_with_all = ["key_manager", "audience"])]
    pub parameters: bool,
    /// validation: refuse JSON bodies that are not as their schema says
    #[arg(long, conflicts_with_all = ["key_manager", "audience"])]
    pub body: bool,
}

/// `deploy`, and most of `undeploy`
#[derive(Debug, Args)]
pub struct DeployArgs {
    /// name or name@version
    pub api: String,
    /// Where; repeatable
    #[arg(long = "gateway", required_unless_present_any = ["all", "failed"], value_name = "NAME")]
    pub gateways: Vec<String>,
    /// On every gateway
    #[arg(long, conflicts_with = "gateways")]
    pub all: bool,
    /// Only where its last run failed
    #[arg(long)]
    pub failed: bool,
    /// Say yes to the plan as a whole: to operations that are open because no policy is attached, and to undeploying
    #[arg(long)]
    pub yes: bool,
    /// Say yes to this too; repeatable
    #[arg(long = "allow", value_parser = AllowedParser, value_name = "CONSENT")]
    pub allow: Vec<Allowed>,
    /// Type the name of a gateway marked as production, or of the API as name@version; repeatable
    #[arg(long = "confirm", value_name = "NAME")]
    pub confirm: Vec<String>,
    /// Do everything again although nothing of the API changed: puts back what was changed by hand
    #[arg(long)]
    pub again: bool,
}

/// `application …`
#[derive(Debug, Subcommand)]
pub enum ApplicationVerb {
    /// Register a client; its secret goes to the vault
    Add {
        /// A short unique name
        name: String,
        /// Where it is registered
        #[arg(long)]
        key_manager: String,
        /// Its client id
        #[arg(long, value_name = "ID")]
        client_id: String,
        #[command(flatten)]
        secret: SecretArgs,
        /// It has no secret: authorization code with PKCE only
        #[arg(long, conflicts_with_all = ["secret_stdin", "secret_env"])]
        public: bool,
        /// How the secret is sent
        #[arg(long, value_enum, default_value_t = AuthenticationArg::Basic)]
        authentication: AuthenticationArg,
        /// Scopes asked for by default; repeatable
        #[arg(long = "scope", value_name = "SCOPE")]
        scopes: Vec<String>,
        /// Audience or resource asked for by default
        #[arg(long)]
        audience: Option<String>,
    },
    /// List applications
    List,
    /// Forget an application and its secret
    Remove {
        /// Its name
        name: String,
    },
}

/// How a client sends its secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AuthenticationArg {
    /// HTTP Basic
    Basic,
    /// In the form body
    Post,
}

/// `token`
#[derive(Debug, Args)]
pub struct TokenArgs {
    /// Whose
    pub application: String,
    /// Scope to ask for; repeatable
    #[arg(long = "scope", value_name = "SCOPE")]
    pub scopes: Vec<String>,
    /// Audience or resource to ask for
    #[arg(long)]
    pub audience: Option<String>,
    /// Print the claims instead of the token
    #[arg(long)]
    pub claims: bool,
    /// Sign in with the system browser: authorization code with PKCE
    #[arg(long)]
    pub sign_in: bool,
}

/// `call`
#[derive(Debug, Args)]
pub struct CallArgs {
    /// name or name@version
    pub api: String,
    /// Where
    #[arg(long)]
    pub gateway: String,
    /// Method
    pub method: String,
    /// Path below the API's base URL, for example /pets/7
    pub path: String,
    /// 'Name: value'; repeatable
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    pub headers: Vec<String>,
    /// 'name=value'; repeatable
    #[arg(short = 'q', long = "query", value_name = "NAME=VALUE")]
    pub query: Vec<String>,
    /// Body, or @FILE
    #[arg(long, value_name = "BODY")]
    pub data: Option<String>,
    /// Whose token to attach
    #[arg(long, value_name = "NAME")]
    pub application: Option<String>,
    /// Print status and headers too
    #[arg(long)]
    pub include: bool,
}

/// `vault …`
#[derive(Debug, Subcommand)]
pub enum VaultVerb {
    /// Show where secrets are kept
    Status,
    /// Keep secrets in a file encrypted with a passphrase, where no keychain answers
    CreateFile {
        #[command(flatten)]
        secret: SecretArgs,
    },
    /// Keep secrets in the OS keychain
    UseKeychain,
}
