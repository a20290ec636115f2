//! The words of `gatewright drift`.
//!
//! It refuses two acts at once.

use clap::Args;

use super::{Allowed, AllowedParser};

/// `drift`
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("act").multiple(false))]
pub struct DriftArgs {
    /// Only this API: name or name@version
    pub api: Option<String>,
    /// Only on this gateway
    #[arg(long, value_name = "NAME")]
    pub gateway: Option<String>,
    /// Show what was found last, and call nothing
    #[arg(long, group = "act")]
    pub last: bool,
    /// Bring this difference into the document: its name as shown, as 'GET /pets: authorization'; repeatable
    #[arg(long, value_name = "DIFFERENCE", group = "act", requires_all = ["api", "gateway"])]
    pub adopt: Vec<String>,
    /// Let this difference be for as long as it is as it is now; repeatable
    #[arg(long, value_name = "DIFFERENCE", group = "act", requires_all = ["api", "gateway"])]
    pub ignore: Vec<String>,
    /// Tell this difference again; repeatable
    #[arg(long, value_name = "DIFFERENCE", group = "act", requires_all = ["api", "gateway"])]
    pub mind: Vec<String>,
    /// Deploy again, over what was changed by hand or is gone
    #[arg(long, group = "act", requires_all = ["api", "gateway"])]
    pub overwrite: bool,
    /// Forget that the API is there, and call nothing
    #[arg(long, group = "act", requires_all = ["api", "gateway"])]
    pub forget: bool,
    /// Say yes to the plan of --overwrite as a whole
    #[arg(long, requires = "overwrite")]
    pub yes: bool,
    /// Say yes to this too; repeatable
    #[arg(
        long = "allow",
        value_parser = AllowedParser,
        value_name = "CONSENT",
        requires = "overwrite"
    )]
    pub allow: Vec<Allowed>,
    /// Type the name of a gateway marked as production, or of the API as name@version; repeatable
    #[arg(long = "confirm", value_name = "NAME", requires = "overwrite")]
    pub confirm: Vec<String>,
}
