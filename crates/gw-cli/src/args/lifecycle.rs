//! The words of agreeing, marking, taking away and forgetting.
//!
//! It refuses a word that agrees to everything.

use std::ffi::OsStr;

use clap::builder::{EnumValueParser, PossibleValue, TypedValueParser};
use clap::{Arg, Args, Command, Subcommand, ValueEnum};
use gw_app::deployments::consents;

use super::DeployArgs;

/// A consent, as a plan calls it. A domain is agreed to by its name, so not all of them can be listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed(String);

impl Allowed {
    /// As a plan calls it.
    pub fn key(&self) -> &str {
        &self.0
    }
}

/// Reads an [`Allowed`].
#[derive(Clone, Copy, Debug)]
pub struct AllowedParser;

impl TypedValueParser for AllowedParser {
    type Value = Allowed;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Allowed, clap::Error> {
        let domain = value.to_str().filter(|it| it.starts_with("domain:"));
        if let Some(domain) = domain {
            return Ok(Allowed(domain.to_owned()));
        }
        let known = EnumValueParser::<ConsentArg>::new().parse_ref(command, argument, value)?;
        Ok(Allowed(known.key().to_owned()))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let known = ConsentArg::value_variants().iter();
        let domain = PossibleValue::new("domain:NAME/PATH")
            .help("What leads here from this path of a custom domain leads nowhere");
        let all = known.filter_map(ValueEnum::to_possible_value);
        Some(Box::new(all.chain([domain])))
    }
}

/// What a plan asks consent for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ConsentArg {
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
    const fn key(self) -> &'static str {
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
