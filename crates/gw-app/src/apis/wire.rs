//! What `apis.*` takes and gives.

pub use gw_aws_import::{Fidelity, FidelityNote, FidelityReport};
use gw_model::{Api, ApiId, Backend, Diagnostic, GatewayId, Place};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::deployments::wire::PlacementRow;
use crate::operations::wire::OperationRow;

/// One API by id.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct ApiRequest {
    /// Which.
    pub api: ApiId,
}

/// Part of the list.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(default)]
pub struct ApiSearch {
    /// Words that must stand in name, version or base path; empty for all.
    pub search: String,
    /// How many to skip.
    pub offset: u32,
    /// How many to give; 0 for 100.
    pub limit: u32,
}

/// Part of the list.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ApiPage {
    /// The rows.
    pub rows: Vec<ApiRow>,
    /// How many there are in all.
    pub total: u32,
}

/// An API as the list shows it.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ApiRow {
    /// The API.
    pub api: Api,
    /// How many operations its document has.
    pub operations: u32,
    /// Where it is.
    pub placements: Vec<PlacementRow>,
}

/// Everything about an API but its document.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ApiDetail {
    /// The API.
    pub api: Api,
    /// Its operations, in document order.
    pub operations: Vec<OperationRow>,
    /// What is wrong with the document.
    pub diagnostics: Vec<Diagnostic>,
    /// Where it is.
    pub placements: Vec<PlacementRow>,
}

/// An API to make from scratch.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct ApiCreate {
    /// Unique together with the version.
    pub name: String,
    /// For example `1.0.0`.
    pub version: String,
    /// `/` or `/orders/v1`.
    pub base_path: String,
    /// Where operations go.
    pub backend: Backend,
}

/// A document to import.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct ApiImport {
    /// From where.
    pub source: ImportSource,
    /// Replaces the document's title.
    pub name: Option<String>,
    /// Replaces the document's version.
    pub version: Option<String>,
    /// Replaces the document's server; `None` takes its first absolute server URL, or mock answers when it has none.
    pub backend: Option<Backend>,
    /// Base path on local gateways; `None` takes the server URL's path, or one made of the name.
    pub base_path: Option<String>,
    /// Whether references to other addresses are followed; files below the document's folder are always read.
    #[serde(default)]
    pub remote_refs: bool,
    /// Whether they may lead to loopback, private and link-local addresses too; a URL's own `allow_private` says so as
    /// well.
    #[serde(default)]
    pub private_refs: bool,
}

/// Where a document comes from.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(tag = "from", rename_all = "kebab-case")]
pub enum ImportSource {
    /// A file on this machine, or a folder with one OpenAPI document.
    File {
        /// Its path.
        path: String,
    },
    /// A URL; fetched with bounds on time and size.
    Url {
        /// The URL.
        url: String,
        /// Also loopback, private and link-local addresses.
        allow_private: bool,
    },
    /// Text that was dropped or pasted.
    Text {
        /// The text.
        text: String,
        /// The dropped file's name, for messages.
        file_name: Option<String>,
    },
}

/// What an import made.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ApiImported {
    /// The API.
    pub api: Api,
    /// How many operations it has.
    pub operations: u32,
    /// What was noticed.
    pub diagnostics: Vec<Diagnostic>,
    /// What was taken in from other documents; the first 10,000.
    pub pieces: Vec<ImportedPiece>,
}

/// A part of an imported document that came from another.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ImportedPiece {
    /// Its JSON pointer in the document.
    pub at: String,
    /// The file, as seen from the document's folder, or the address.
    pub source: String,
    /// Its JSON pointer there.
    pub pointer: String,
}

/// An API's new settings.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct ApiUpdate {
    /// Which.
    pub api: ApiId,
    /// The edition that was read; a newer one refuses the update.
    #[ts(type = "number")]
    pub edition: u64,
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
    /// Base path.
    pub base_path: String,
    /// Backend.
    pub backend: Backend,
}

/// An export to make.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct ApiExport {
    /// Which.
    pub api: ApiId,
    /// In which form.
    pub format: ExportFormat,
    /// For which gateway, for the AWS form; `None` leaves account and region as variables.
    pub gateway: Option<GatewayId>,
    /// File to write it to; `None` gives the text only.
    pub path: Option<String>,
}

/// Forms of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum ExportFormat {
    /// The document, byte for byte.
    Openapi,
    /// The document AWS would be sent.
    Aws,
}

/// An export.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ApiExported {
    /// A good name for the file.
    pub file_name: String,
    /// The text.
    pub text: String,
}

/// What to lint, and for whom.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct ApiLint {
    /// What.
    pub subject: LintSubject,
    /// For which kind of gateway too.
    pub target: Option<LintTarget>,
    /// A ruleset file, in place of the recommended rules and severities.
    #[serde(default)]
    #[ts(optional)]
    pub ruleset: Option<String>,
}

/// What to lint.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(tag = "from", rename_all = "kebab-case")]
pub enum LintSubject {
    /// An API of the catalog.
    Api {
        /// Which.
        api: ApiId,
    },
    /// An API of the catalog with this text in place of its document: what the editor holds.
    Draft {
        /// Which.
        api: ApiId,
        /// The text.
        text: String,
    },
    /// A file that is not in the catalog, with the files it refers to; or a folder with one document.
    File {
        /// Its path.
        path: String,
    },
}

/// For which kind of gateway to lint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum LintTarget {
    /// AWS REST APIs.
    Aws,
    /// The local gateway.
    Local,
}

/// What linting found, worst first.
#[derive(Clone, Debug, Serialize, TS)]
pub struct LintReport {
    /// The findings.
    pub diagnostics: Vec<Diagnostic>,
    /// How many are errors.
    pub errors: u32,
    /// How many are warnings.
    pub warnings: u32,
    /// How true AWS would be to the document; when linted for AWS.
    pub fidelity: Option<FidelityReport>,
}

/// A text being typed, to be linted as it stands: whole at first, then only what changed.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct DraftLint {
    /// Which draft: a name the page makes up for as long as it edits.
    pub draft: String,
    /// One more than the last one sent; `text` begins anew at any.
    #[ts(type = "number")]
    pub version: u64,
    /// Whose document.
    pub api: ApiId,
    /// The whole text; `None` when only changes are sent.
    pub text: Option<String>,
    /// What changed since the last version, in order; all of them count in the text before.
    pub changes: Vec<TextChange>,
    /// For which kind of gateway too.
    pub target: Option<LintTarget>,
    /// How far to look: the nearer, the sooner.
    #[serde(default)]
    pub depth: DraftDepth,
}

/// How far a draft is looked at. What a shallower look leaves out is told as it was found last.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS,
)]
#[serde(rename_all = "kebab-case")]
pub enum DraftDepth {
    /// The part that was edited; the whole text when that cannot be told by itself.
    Near,
    /// The whole text by the general rules.
    Text,
    /// What the policies and the kind of gateway make of it, too.
    #[default]
    Whole,
}

/// A piece of text that is replaced.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct TextChange {
    /// From here, in UTF-16 units.
    pub from: u32,
    /// To here.
    pub to: u32,
    /// By this.
    pub insert: String,
}

/// What linting a draft found.
#[derive(Clone, Debug, Serialize, TS)]
pub struct DraftReport {
    /// Of which version.
    #[ts(type = "number")]
    pub version: u64,
    /// Whether the findings are those of that version.
    pub state: DraftState,
    /// How far was looked: further than asked where no nearer look was possible.
    pub depth: DraftDepth,
    /// The worst of them, worst first.
    pub diagnostics: Vec<Diagnostic>,
    /// How many there are.
    pub total: u32,
    /// How many are errors.
    pub errors: u32,
}

/// What came of linting a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum DraftState {
    /// It was linted.
    Linted,
    /// A newer version came meanwhile.
    Stale,
    /// The version before is not known here: send the whole text.
    Unknown,
}

/// A draft that is edited no more.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct DraftClose {
    /// Which.
    pub draft: String,
}

/// What AWS said, to be explained.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct ApiExplain {
    /// AWS's message, or all of what it answered.
    pub message: String,
    /// Whose document to look for the place in; `None` explains only.
    pub api: Option<ApiId>,
}

/// What AWS meant.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Explained {
    /// One for each message there was.
    pub messages: Vec<ExplainedMessage>,
    /// How many of them are known.
    pub known: u32,
}

/// What one message means.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ExplainedMessage {
    /// As AWS wrote it.
    pub message: String,
    /// In one sentence; `None` when the message is not known.
    pub meaning: Option<String>,
    /// The rules it is about, the likeliest first.
    pub rules: Vec<RuleName>,
    /// What to do; empty when that is not known.
    pub advice: String,
    /// Where in the document; `None` when no API was named or the message does not lead there.
    pub place: Option<Place>,
}

/// A rule with its title.
#[derive(Clone, Debug, Serialize, TS)]
pub struct RuleName {
    /// As `GW012`.
    pub id: String,
    /// What it is about, in a few words.
    pub title: String,
}

/// An API's document.
#[derive(Clone, Debug, Serialize, TS)]
pub struct DocumentView {
    /// The text, byte for byte.
    pub text: String,
    /// Its syntax.
    pub syntax: Syntax,
    /// The edition it belongs to.
    #[ts(type = "number")]
    pub edition: u64,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
}

/// Syntax of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Syntax {
    /// JSON.
    Json,
    /// YAML.
    Yaml,
}

/// A document to save.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct DocumentSave {
    /// Which.
    pub api: ApiId,
    /// The edition that was read.
    #[ts(type = "number")]
    pub edition: u64,
    /// The text.
    pub text: String,
}

/// Findings to fix.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct ApiFix {
    /// In what.
    pub subject: LintSubject,
    /// What a kind of gateway minds too.
    pub target: Option<LintTarget>,
    /// Which findings.
    pub what: FixWhat,
}

/// Which findings to fix.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(tag = "fix", rename_all = "kebab-case")]
pub enum FixWhat {
    /// One.
    One {
        /// Its rule.
        rule: String,
        /// Its place's pointer.
        pointer: String,
    },
    /// All of some rules.
    Kind {
        /// The rules.
        rules: Vec<String>,
    },
    /// Every error and warning that can be fixed.
    All,
}

/// A document with fixes; nothing is saved.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ApiFixed {
    /// The new text.
    pub text: String,
    /// What differs, as a unified diff; empty when nothing does.
    pub diff: String,
    /// How many findings were fixed.
    pub fixed: u32,
    /// Those that were to be fixed and are still there.
    pub left: Vec<FixLeft>,
    /// What is found in the new text.
    pub report: LintReport,
}

/// A finding that was not fixed.
#[derive(Clone, Debug, Serialize, TS)]
pub struct FixLeft {
    /// Which, as it is in the new text.
    pub finding: Diagnostic,
    /// Why not.
    pub reason: String,
}

/// A change of a document to take back.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct ApiUndo {
    /// Whose.
    pub api: ApiId,
    /// The edition that was read.
    #[ts(type = "number")]
    pub edition: u64,
}
