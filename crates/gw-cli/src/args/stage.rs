//! The words of `gatewright stage`, `domains`, `map` and `unmap`.
//!
//! It refuses secrets in stage variables: everyone who may read the stage reads them.

use clap::{Args, Subcommand, ValueEnum};

/// `stage …`
#[derive(Debug, Subcommand)]
#[expect(clippy::large_enum_variant, reason = "one is made in a run")]
pub enum StageVerb {
    /// Show what is wanted of a stage, what it has, and what deploying would change
    Show {
        /// name or name@version
        api: String,
        /// Where
        #[arg(long, value_name = "NAME")]
        gateway: String,
    },
    /// Say what is wanted of a stage; the next deployment carries it out. What is not named stays as it is
    Set(StageSetArgs),
}

/// `stage set`
#[derive(Debug, Args)]
pub struct StageSetArgs {
    /// name or name@version
    pub api: String,
    /// Where
    #[arg(long, value_name = "NAME")]
    pub gateway: String,
    /// A stage variable; repeatable. No secrets: everyone who may read the stage reads them
    #[arg(long = "variable", value_name = "NAME=VALUE")]
    pub variables: Vec<String>,
    /// A stage variable that is not to be there; repeatable
    #[arg(long = "no-variable", value_name = "NAME")]
    pub no_variables: Vec<String>,
    /// Requests per second and at once, as 100/200, or none for no limit of the stage's own
    #[arg(long, value_name = "RATE/BURST")]
    pub throttle: Option<String>,
    /// 'GET /orders=10/20' or 'GET /orders=none' for one operation; repeatable
    #[arg(long = "throttle-operation", value_name = "OPERATION=RATE/BURST")]
    pub throttle_operations: Vec<String>,
    /// 'GET /orders=on' or 'GET /orders=off': keep answers of one operation in the cache; repeatable
    #[arg(long = "cache-operation", value_name = "OPERATION=on|off")]
    pub cache_operations: Vec<String>,
    /// What the gateway writes into its own log
    #[arg(long, value_enum)]
    pub log: Option<LogArg>,
    /// Whole requests and answers in that log, with all they carry
    #[arg(long, value_enum)]
    pub full_requests: Option<SwitchArg>,
    /// Numbers for each operation
    #[arg(long, value_enum)]
    pub metrics: Option<SwitchArg>,
    /// Where one line for each request goes: ARN of a log group or delivery stream, or off
    #[arg(long, value_name = "ARN")]
    pub access_log: Option<String>,
    /// How such a line is made: clf, json, xml, csv, or a format of your own
    #[arg(long, value_name = "FORMAT")]
    pub access_log_format: Option<String>,
    /// Gigabytes of cache: 0.5, 1.6, 6.1, 13.5, 28.4, 58.2, 118, 237, or off
    #[arg(long, value_name = "GB")]
    pub cache: Option<String>,
    /// Seconds an answer is kept, 0 to 3600
    #[arg(long, value_name = "SECONDS")]
    pub cache_ttl: Option<u32>,
    /// Encrypt what is kept
    #[arg(long, value_enum)]
    pub cache_encrypted: Option<SwitchArg>,
    /// Trace requests with X-Ray
    #[arg(long, value_enum)]
    pub tracing: Option<SwitchArg>,
    /// A tag of the stage; repeatable
    #[arg(long = "tag", value_name = "NAME=VALUE")]
    pub tags: Vec<String>,
    /// Leave this as found from now on: variables, variables/NAME, throttle, operations, 'operations/GET /a', logging,
    /// full-requests, metrics, access-log, cache, tracing, tags, tags/NAME, or all; repeatable
    #[arg(long = "as-found", value_name = "SETTING")]
    pub as_found: Vec<String>,
}

/// What the gateway writes into its own log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogArg {
    /// Nothing
    Off,
    /// Requests that failed
    Error,
    /// Every request
    Info,
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SwitchArg {
    /// On
    On,
    /// Off
    Off,
}

impl SwitchArg {
    /// Whether it is on.
    pub fn is_on(self) -> bool {
        self == Self::On
    }
}

/// `domains`
#[derive(Debug, Args)]
pub struct DomainsArgs {
    /// name or name@version
    pub api: String,
    /// Where
    #[arg(long, value_name = "NAME")]
    pub gateway: String,
}

/// `map` and `unmap`
#[derive(Debug, Args)]
pub struct MapArgs {
    /// name or name@version
    pub api: String,
    /// Where
    #[arg(long, value_name = "NAME")]
    pub gateway: String,
    /// The custom domain, which is there already, as api.example.com
    #[arg(long, value_name = "DOMAIN")]
    pub domain: String,
    /// First part of the path, as orders; all paths when not given
    #[arg(long, value_name = "PATH")]
    pub base_path: Option<String>,
}
