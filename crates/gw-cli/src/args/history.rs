//! The words of `plan`, `deploy`, `canary`, `rollback`, `history` and `diff`.
//!
//! It refuses a second way to say which state of an API is meant.

use clap::Args;

use gw_model::Percent;

use super::{Allowed, AllowedParser, DeployArgs};

/// `plan`
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// name or name@version
    pub api: String,
    /// Where; repeatable
    #[arg(long = "gateway", required = true, value_name = "NAME")]
    pub gateways: Vec<String>,
    /// As a canary beside what is live, for this share of the requests: 0 to 100
    #[arg(long, value_name = "PERCENT")]
    pub canary: Option<Percent>,
}

/// `deploy`
#[derive(Debug, Args)]
pub struct PublishArgs {
    /// Where and whether at once
    #[command(flatten)]
    pub run: DeployArgs,
    /// A revision that was deployed before, instead of the working one
    #[arg(long, value_name = "REVISION")]
    pub revision: Option<String>,
    /// As a canary beside what is live, for this share of the requests: 0 to 100
    #[arg(long, value_name = "PERCENT")]
    pub canary: Option<Percent>,
}

/// A run on one gateway, and the yeses it needs.
#[derive(Debug, Args)]
pub struct PlaceArgs {
    /// name or name@version
    pub api: String,
    /// Where
    #[arg(long, value_name = "NAME")]
    pub gateway: String,
    /// Say yes to the plan as a whole
    #[arg(long)]
    pub yes: bool,
    /// Say yes to this too; repeatable
    #[arg(long = "allow", value_parser = AllowedParser, value_name = "CONSENT")]
    pub allow: Vec<Allowed>,
    /// Type the name of a gateway marked as production, or of the API as name@version; repeatable
    #[arg(long = "confirm", value_name = "NAME")]
    pub confirm: Vec<String>,
}

impl PlaceArgs {
    /// As the run of `deploy` that has the same yeses.
    pub fn run(&self) -> DeployArgs {
        DeployArgs {
            api: self.api.clone(),
            gateways: vec![self.gateway.clone()],
            all: false,
            failed: false,
            yes: self.yes,
            allow: self.allow.clone(),
            confirm: self.confirm.clone(),
            again: false,
        }
    }
}

/// `canary`
#[derive(Debug, Args)]
pub struct CanaryArgs {
    /// Where and whether at once
    #[command(flatten)]
    pub place: PlaceArgs,
    #[command(flatten)]
    pub wanted: CanaryWanted,
}

/// What becomes of a canary.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct CanaryWanted {
    /// Another share of the requests meets it: 0 to 100
    #[arg(long, value_name = "PERCENT")]
    pub percent: Option<Percent>,
    /// It is what is live, for all requests
    #[arg(long)]
    pub promote: bool,
    /// Nobody meets it any more
    #[arg(long)]
    pub drop: bool,
}

/// `rollback`
#[derive(Debug, Args)]
pub struct RollbackArgs {
    /// Where and whether at once
    #[command(flatten)]
    pub place: PlaceArgs,
    /// A revision, or the gateway's id of a kept deployment [default: what was live before]
    #[arg(long, value_name = "REVISION")]
    pub to: Option<String>,
}

/// `history`
#[derive(Debug, Args)]
pub struct HistoryArgs {
    /// name or name@version
    pub api: String,
    /// Only on this gateway
    #[arg(long, value_name = "NAME")]
    pub gateway: Option<String>,
    /// From now on keep this many deployments on each gateway, 1 to 100
    #[arg(long, value_name = "NUMBER")]
    pub keep: Option<u32>,
}

/// `diff`
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// name or name@version
    pub api: String,
    /// Before: `live`, `working`, or a revision
    #[arg(long, default_value = "live", value_name = "STATE")]
    pub from: String,
    /// After: `live`, `working`, or a revision
    #[arg(long, default_value = "working", value_name = "STATE")]
    pub to: String,
    /// Whose `live` is meant
    #[arg(long, value_name = "NAME")]
    pub gateway: Option<String>,
}
