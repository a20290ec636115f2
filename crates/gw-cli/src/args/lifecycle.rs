//! The words of agreeing, marking, taking away and forgetting.
//!
//! It refuses a word that agrees to everything.

use clap::{Args, Subcommand, ValueEnum};
use gw_app::deployments::consents;

use super::DeployArgs;

/// What a plan asks consent for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ConsentArg {
    /// No policy is attached, so operations are open to everyone
    OpenOperations,
    /// More callers get in than now
    LowersSecurity,
    /// Operations that callers may use are gone
    RemovesOperations,
    /// What is live is not what Gatewright left there
    ReplacesUnknown,
    /// The API is taken off the gateway
    Withdraw,
    /// What is not this gateway's goes with it
    RemovesOthers,
    /// Delete an API that Gatewright took over and did not make
    WithdrawAdopted,
    /// The account gets a role to write logs with
    AccountLogRole,
    /// Whether a custom domain leads to what is withdrawn could not be read
    DomainsUnread,
}

impl ConsentArg {
    /// As a plan calls it.
    pub const fn key(self) -> &'static str {
        match self {
            Self::OpenOperations => consents::OPEN_OPERATIONS,
            Self::LowersSecurity => consents::LOWERS_SECURITY,
            Self::RemovesOperations => consents::REMOVES_OPERATIONS,
            Self::ReplacesUnknown => consents::REPLACES_UNKNOWN,
            Self::Withdraw => consents::WITHDRAW,
            Self::RemovesOthers => consents::REMOVES_OTHERS,
            Self::WithdrawAdopted => consents::WITHDRAW_ADOPTED,
            Self::AccountLogRole => consents::ACCOUNT_LOG_ROLE,
            Self::DomainsUnread => consents::DOMAINS_UNREAD,
        }
    }
}

/// `gateway edit`
#[derive(Debug, Args)]
pub struct GatewayEdit {
    /// Its name
    pub name: String,
    /// Mark it as production, or take the mark away
    #[arg(long, value_name = "BOOL")]
    pub production: Option<bool>,
    /// Name for people
    #[arg(long)]
    pub display_name: Option<String>,
    /// Free text
    #[arg(long)]
    pub description: Option<String>,
}

/// `undeploy`
#[derive(Debug, Args)]
pub struct UndeployArgs {
    #[command(flatten)]
    pub run: DeployArgs,
    /// Call nothing now: carry it out when the gateways answer again
    #[arg(long)]
    pub later: bool,
}

/// `forget`
#[derive(Debug, Args)]
pub struct ForgetArgs {
    /// name or name@version
    pub api: String,
    /// Where
    #[arg(long, value_name = "NAME")]
    pub gateway: String,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

/// `deployments`
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct DeploymentsArgs {
    #[command(subcommand)]
    pub verb: Option<DeploymentsVerb>,
    /// Only of this API: name or name@version
    pub api: Option<String>,
    /// Only what waits to be undeployed
    #[arg(long)]
    pub pending: bool,
}

/// `deployments …`
#[derive(Debug, Subcommand)]
pub enum DeploymentsVerb {
    /// Try now what waits to be undeployed
    Resume {
        /// Only of this API: name or name@version
        api: Option<String>,
        /// Only on this gateway
        #[arg(long, value_name = "NAME")]
        gateway: Option<String>,
    },
    /// Let an API stay: take back that it is to be undeployed later
    Drop {
        /// name or name@version
        api: String,
        /// Where
        #[arg(long, value_name = "NAME")]
        gateway: String,
    },
}

/// `gateway remove` and `api remove`
#[derive(Debug, Args)]
pub struct RemoveArgs {
    /// Its name; of an API also name@version
    pub name: String,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
    /// Only say what would go with it
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
}
