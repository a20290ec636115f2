//! The command table: every command of every host, once.
//!
//! Hosts call [`dispatch`]; the page's types are generated from [`each_command!`]. It refuses commands that are not in
//! the table, and requests that do not fit their type.

use gw_model::{Code, Fault};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::App;
use crate::wire::*;

/// What a command reads or changes; the page reads a feature again when it changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// Vault and counts.
    Status,
    /// Gateways.
    Gateways,
    /// APIs, their documents and operations.
    Apis,
    /// Key managers.
    KeyManagers,
    /// Applications and their tokens.
    Applications,
    /// Policies.
    Policies,
    /// Runs and placements.
    Deployments,
    /// Exchanges.
    Console,
}

impl Feature {
    /// Every feature: what to read again when anything may have changed.
    pub const ALL: [Self; 8] = [
        Self::Status,
        Self::Gateways,
        Self::Apis,
        Self::KeyManagers,
        Self::Applications,
        Self::Policies,
        Self::Deployments,
        Self::Console,
    ];
}

/// A command as the table lists it.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    /// `feature.verb`.
    pub name: &'static str,
    /// What it reads.
    pub reads: &'static [Feature],
    /// What it changes.
    pub changes: &'static [Feature],
}

/// Calls `$with!` with the whole table: name, function, request and response type, what it reads, what it changes.
#[macro_export]
macro_rules! each_command {
    ($with:ident) => {
        $with! {
            "app.status" => status::status(Empty) -> AppStatus, reads [Status, Gateways, Apis, KeyManagers, Applications, Deployments], changes [];
            "vault.create_file" => vault::create_file(Passphrase) -> VaultStatus, reads [], changes [Status, KeyManagers];
            "vault.unlock" => vault::unlock(Passphrase) -> VaultStatus, reads [], changes [Status, KeyManagers];
            "vault.use_keychain" => vault::use_keychain(Empty) -> VaultStatus, reads [], changes [Status];
            "samples.install" => samples::install(Empty) -> SampleInstalled, reads [], changes [Gateways, Apis, Policies, Applications, KeyManagers];

            "gateways.list" => gateways::list(Empty) -> Vec<GatewayRow>, reads [Gateways, Deployments], changes [];
            "gateways.get" => gateways::get(GatewayRequest) -> GatewayRow, reads [Gateways, Deployments], changes [];
            "gateways.create" => gateways::create(GatewayCreate) -> Gateway, reads [], changes [Gateways];
            "gateways.update" => gateways::update(GatewayUpdate) -> Gateway, reads [], changes [Gateways];
            "gateways.remove" => gateways::remove(GatewayRequest) -> Done, reads [], changes [Gateways];
            "gateways.removal" => gateways::removal(GatewayRequest) -> Removal, reads [Gateways, Deployments], changes [];
            "gateways.test" => gateways::test(GatewayRequest) -> ConnectionTest, reads [Gateways], changes [];
            "gateways.test_target" => gateways::test_target(TargetTest) -> ConnectionTest, reads [], changes [];
            "gateways.regions" => gateways::regions(Empty) -> Vec<RegionRow>, reads [], changes [];
            "gateways.profiles" => gateways::profiles(Empty) -> Vec<ProfileRow>, reads [], changes [];
            "gateways.start" => gateways::start(GatewayRequest) -> Serving, reads [], changes [Gateways];
            "gateways.stop" => gateways::stop(GatewayRequest) -> Serving, reads [], changes [Gateways];

            "discovery.list" => discovery::list(DiscoveryList) -> DiscoveryFound, reads [Gateways, Deployments], changes [];
            "discovery.stages" => discovery::stages(DiscoveryStages) -> Vec<FoundStages>, reads [Gateways], changes [];
            "discovery.import" => discovery::import(DiscoveryImport) -> DiscoveryImported, reads [], changes [Apis, Deployments];

            "apis.list" => apis::list(ApiSearch) -> ApiPage, reads [Apis, Deployments], changes [];
            "apis.get" => apis::get(ApiRequest) -> ApiDetail, reads [Apis, Policies, Deployments], changes [];
            "apis.create" => apis::create(ApiCreate) -> Api, reads [], changes [Apis];
            "apis.import" => apis::import(ApiImport) -> ApiImported, reads [], changes [Apis];
            "apis.update" => apis::update(ApiUpdate) -> Api, reads [], changes [Apis];
            "apis.remove" => apis::remove(ApiRequest) -> Done, reads [], changes [Apis];
            "apis.removal" => apis::removal(ApiRequest) -> Removal, reads [Apis, Deployments], changes [];
            "apis.export" => apis::export(ApiExport) -> ApiExported, reads [Apis], changes [];
            "apis.lint" => apis::lint(ApiLint) -> LintReport, reads [Apis], changes [];
            "apis.lint_draft" => apis::lint_draft(DraftLint) -> DraftReport, reads [], changes [];
            "apis.close_draft" => apis::close_draft(DraftClose) -> Done, reads [], changes [];
            "apis.fix" => apis::fix(ApiFix) -> ApiFixed, reads [], changes [];
            "apis.undo" => apis::undo(ApiUndo) -> DocumentView, reads [], changes [Apis];
            "apis.explain" => apis::explain(ApiExplain) -> Explained, reads [Apis], changes [];
            "apis.document" => apis::document(ApiRequest) -> DocumentView, reads [Apis], changes [];
            "apis.save_document" => apis::save_document(DocumentSave) -> DocumentView, reads [], changes [Apis];
            "operations.get" => operations::get(OperationRequest) -> OperationForm, reads [Apis], changes [];
            "operations.put" => operations::put(OperationPut) -> Api, reads [], changes [Apis];
            "operations.remove" => operations::remove(OperationRemove) -> Api, reads [], changes [Apis];

            "key_managers.list" => key_managers::list(Empty) -> Vec<KeyManagerRow>, reads [KeyManagers, Applications, Policies], changes [];
            "key_managers.get" => key_managers::get(KeyManagerRequest) -> KeyManagerRow, reads [KeyManagers, Applications, Policies], changes [];
            "key_managers.discover" => key_managers::discover(DiscoverRequest) -> Discovered, reads [], changes [];
            "key_managers.presets" => key_managers::presets(Empty) -> Vec<PresetRow>, reads [], changes [];
            "key_managers.create" => key_managers::create(KeyManagerInput) -> KeyManager, reads [], changes [KeyManagers];
            "key_managers.update" => key_managers::update(KeyManagerUpdate) -> KeyManager, reads [], changes [KeyManagers];
            "key_managers.remove" => key_managers::remove(KeyManagerRequest) -> Done, reads [], changes [KeyManagers];
            "key_managers.check" => key_managers::check_live(KeyManagerRequest) -> Discovered, reads [KeyManagers], changes [];

            "applications.list" => applications::list(Empty) -> Vec<ApplicationRow>, reads [Applications, KeyManagers], changes [];
            "applications.create" => applications::create(ApplicationInput) -> Application, reads [], changes [Applications];
            "applications.update" => applications::update(ApplicationUpdate) -> Application, reads [], changes [Applications];
            "applications.remove" => applications::remove(ApplicationRequest) -> Done, reads [], changes [Applications];
            "applications.token" => applications::token(TokenRequest) -> TokenState, reads [], changes [Applications];
            "applications.reveal_token" => applications::reveal_token(ApplicationRequest) -> RevealedToken, reads [], changes [];
            "applications.forget_token" => applications::forget_token(ApplicationRequest) -> Done, reads [], changes [Applications];
            "applications.sign_in" => applications::sign_in(SignInRequest) -> SignIn, reads [], changes [];
            "applications.end_sign_in" => applications::end_sign_in(SignInEnd) -> Done, reads [], changes [Applications];

            "policies.get" => policies::get(ApiRequest) -> PolicyView, reads [Policies, Apis], changes [];
            "policies.attach" => policies::attach(PolicyAttach) -> PolicyView, reads [], changes [Policies, Apis];
            "policies.detach" => policies::detach(PolicyDetach) -> PolicyView, reads [], changes [Policies, Apis];
            "policies.set_cors" => policies::set_cors(CorsSet) -> PolicyView, reads [], changes [Policies, Apis];
            "policies.set_validation" => policies::set_validation(ValidationSet) -> PolicyView, reads [], changes [Policies, Apis];

            "deployments.plan" => deployments::plan(PlanRequest) -> PlanView, reads [Apis, Gateways, Policies, Deployments], changes [];
            "deployments.start" => deployments::start(StartRequest) -> Started, reads [], changes [Deployments];
            "deployments.cancel" => deployments::cancel(DeploymentRequest) -> Done, reads [], changes [Deployments];
            "deployments.recover" => deployments::recover(DeploymentRequest) -> DeploymentRow, reads [], changes [Deployments];
            "deployments.list" => deployments::list(DeploymentSearch) -> DeploymentPage, reads [Deployments], changes [];
            "deployments.get" => deployments::get(DeploymentRequest) -> DeploymentDetail, reads [Deployments, Apis], changes [];
            "deployments.placements" => deployments::placements(PlacementSearch) -> Vec<PlacementRow>, reads [Deployments, Apis, Policies], changes [];
            "deployments.later" => deployments::later(LaterRequest) -> Vec<PendingRow>, reads [], changes [Deployments];
            "deployments.pending" => deployments::pending(PlacementSearch) -> Vec<PendingRow>, reads [Deployments, Gateways, Apis], changes [];
            "deployments.drop_pending" => deployments::drop_pending(PlaceRequest) -> Done, reads [], changes [Deployments];
            "deployments.resume" => deployments::resume(ResumeRequest) -> Vec<Resumed>, reads [], changes [Deployments];
            "deployments.traces" => deployments::traces(PlaceRequest) -> Traces, reads [Deployments, Gateways], changes [];
            "deployments.forget" => deployments::forget(PlaceRequest) -> Forgotten, reads [], changes [Deployments, Apis, Gateways];
            "deployments.kept" => deployments::kept(KeptRequest) -> KeptList, reads [Deployments, Gateways], changes [];
            "deployments.revisions" => deployments::revisions(RevisionSearch) -> RevisionList, reads [Deployments, Apis, Policies], changes [];
            "deployments.diff" => deployments::diff(DiffRequest) -> DiffView, reads [Deployments, Apis, Policies], changes [];
            "deployments.set_keep" => deployments::set_keep(KeepSet) -> Done, reads [], changes [Deployments];

            "drift.list" => drift::list(DriftSearch) -> DriftReport, reads [Deployments, Apis, Policies, Gateways], changes [];
            "drift.check" => drift::check(DriftSearch) -> DriftReport, reads [], changes [Deployments];
            "drift.adopt" => drift::adopt(DriftAdopt) -> Api, reads [], changes [Apis, Policies];
            "drift.ignore" => drift::ignore(DriftIgnore) -> Done, reads [], changes [Deployments];

            "stages.get" => stages::get(StageRequest) -> StageView, reads [Apis, Gateways, Policies, Deployments], changes [];
            "stages.set" => stages::set(StageSet) -> StageSettings, reads [], changes [Deployments];
            "domains.list" => domains::list(DomainSearch) -> DomainList, reads [Gateways, Deployments], changes [];
            "domains.map" => domains::map(DomainRequest) -> StartedRun, reads [], changes [Deployments];
            "domains.unmap" => domains::unmap(DomainRequest) -> StartedRun, reads [], changes [Deployments];

            "console.prepare" => console::prepare(PrepareRequest) -> ConsoleForm, reads [Apis, Policies, Deployments, Applications], changes [];
            "console.send" => console::send(SendRequest) -> ConsoleAnswer, reads [], changes [Console, Applications];
            "console.cancel" => console::cancel(CancelRequest) -> Done, reads [], changes [];
            "console.curl" => console::curl(ConsoleRequest) -> CurlText, reads [], changes [];
            "console.history" => console::history(HistorySearch) -> HistoryPage, reads [Console], changes [];
            "console.history_entry" => console::history_entry(HistoryRequest) -> HistoryDetail, reads [Console], changes [];
            "console.clear_history" => console::clear_history(Empty) -> Done, reads [], changes [Console];
        }
    };
}

macro_rules! table {
    ($($name:literal => $module:ident :: $function:ident ($request:ty) -> $response:ty, reads [$($reads:ident),*], changes [$($changes:ident),*];)+) => {
        /// Every command, in the order of the table.
        pub const TABLE: &[Command] = &[$(Command {
            name: $name,
            reads: &[$(Feature::$reads),*],
            changes: &[$(Feature::$changes),*],
        }),+];

        /// Runs one command by name. What it changed is told as an event, also when it failed: half of it may have
        /// happened.
        pub async fn dispatch(app: &App, name: &str, request: Value) -> Result<Value, Fault> {
            match name {
                $($name => {
                    let request: $request = read(name, request)?;
                    let outcome = Box::pin(crate::$module::$function(app, request)).await;
                    app.changed(&[$(Feature::$changes),*]);
                    write(name, outcome?)
                })+
                _ => {
                    let advice = "The page and the core are of different versions: restart Gatewright";
                    Err(Fault::new(Code::RequestUnknownCommand, format!("There is no command '{name}'"), advice))
                }
            }
        }
    };
}

each_command!(table);

/// Reads a request. The words of the parser are kept only as far as they quote nothing: a request may hold secrets.
fn read<T: DeserializeOwned>(name: &str, request: Value) -> Result<T, Fault> {
    let request = if request.is_null() {
        Value::Object(serde_json::Map::new())
    } else {
        request
    };
    serde_json::from_value(request).map_err(|error| {
        let words = error.to_string();
        let quotes_input = words.contains("invalid type") || words.contains("invalid value");
        let reason = if quotes_input {
            "a field has a value of the wrong type".to_owned()
        } else {
            words
        };
        Fault::new(
            Code::RequestInvalid,
            format!("The request of {name} is not understood: {reason}"),
            "Compare it with the command table",
        )
    })
}

fn write(name: &str, response: impl Serialize) -> Result<Value, Fault> {
    serde_json::to_value(response).map_err(|error| {
        let advice = "This is a defect: report it with what you did";
        Fault::new(
            Code::AppDefect,
            format!("The answer of {name} could not be written"),
            advice,
        )
        .because(error)
    })
}
