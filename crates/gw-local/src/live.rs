//! What is served now: the state directory's live plans, made ready, and renewed when the directory changes.
//!
//! It refuses to serve less because of a damaged file: what was ready stays, and the health answer says what is wrong.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use gw_http::Client;
use gw_identity::KeySet;
use gw_model::{Code, Fault, Percent};

use crate::guard::Guard;
use crate::state::{LiveApi, Stamp, StateDir};
use crate::table::Table;

/// One API being served.
pub(crate) struct Served {
    pub(crate) entry: LiveApi,
    pub(crate) table: Table,
    pub(crate) guard: Option<Arc<Guard>>,
    /// What a share of the requests meets instead.
    pub(crate) canary: Option<(Percent, Arc<Served>)>,
}

impl Served {
    /// What this request meets: chance decides, as at API Gateway.
    pub(crate) fn met(self: &Arc<Self>) -> Arc<Self> {
        match &self.canary {
            Some((percent, canary))
                if percent.takes(RandomState::new().build_hasher().finish()) =>
            {
                Arc::clone(canary)
            }
            _ => Arc::clone(self),
        }
    }
}

/// Everything being served, longest base path first.
#[derive(Default)]
pub(crate) struct Ready {
    pub(crate) apis: Vec<Arc<Served>>,
    pub(crate) version: u64,
    pub(crate) trouble: Vec<Fault>,
    stamp: Option<Stamp>,
}

impl Ready {
    /// The API whose base path a path lies under, and the rest of the path.
    pub(crate) fn route<'r, 'p>(&'r self, path: &'p str) -> Option<(&'r Arc<Served>, &'p str)> {
        self.apis.iter().find_map(|served| {
            let rest = path.strip_prefix(served.table.base.as_str())?;
            match rest {
                "" => Some((served, "/")),
                _ if rest.starts_with('/') => Some((served, rest)),
                _ => None,
            }
        })
    }
}

/// Renews [`Ready`] when the directory changes.
pub(crate) struct Watch {
    state: StateDir,
    http: Client,
    ready: RwLock<Arc<Ready>>,
    renewing: Mutex<()>,
}

impl Watch {
    pub(crate) fn new(state: StateDir, http: Client) -> Self {
        Self {
            state,
            http,
            ready: RwLock::default(),
            renewing: Mutex::new(()),
        }
    }

    /// What is live at this moment: one file status when nothing changed.
    pub(crate) fn ready(&self) -> Arc<Ready> {
        let stamp = self.state.stamp();
        let ready = self.held();
        if ready.stamp == stamp {
            return ready;
        }
        let _turn = self.renewing.lock().unwrap_or_else(PoisonError::into_inner);
        let ready = self.held();
        let stamp = self.state.stamp();
        if ready.stamp == stamp {
            return ready;
        }
        let renewed = Arc::new(self.load(&ready, stamp));
        *self.ready.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&renewed);
        renewed
    }

    fn held(&self) -> Arc<Ready> {
        Arc::clone(&self.ready.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn load(&self, old: &Ready, stamp: Option<Stamp>) -> Ready {
        let live = match self.state.live() {
            Ok(live) => live,
            Err(fault) => {
                let (apis, version) = (old.apis.clone(), old.version);
                return Ready {
                    apis,
                    version,
                    trouble: vec![fault],
                    stamp,
                };
            }
        };
        let mut key_sets: HashMap<String, Arc<KeySet>> = HashMap::new();
        for guard in old.apis.iter().filter_map(|served| served.guard.as_ref()) {
            key_sets.insert(guard.keys().uri().to_owned(), Arc::clone(guard.keys()));
        }
        let mut renewed = Ready {
            version: live.version,
            stamp,
            ..Ready::default()
        };
        for entry in live.apis {
            let before = old.apis.iter().find(|served| served.entry.api == entry.api);
            if let Some(same) = before.filter(|served| served.entry == entry) {
                renewed.apis.push(Arc::clone(same));
                continue;
            }
            match self.make(&entry, before.map(|served| &**served), &mut key_sets) {
                Ok(served) => renewed.apis.push(Arc::new(served)),
                Err(fault) => {
                    renewed.trouble.push(fault);
                    renewed.apis.extend(before.cloned());
                }
            }
        }
        renewed
            .apis
            .sort_by_key(|served| std::cmp::Reverse(served.table.base.len()));
        renewed
    }

    fn make(
        &self,
        entry: &LiveApi,
        before: Option<&Served>,
        key_sets: &mut HashMap<String, Arc<KeySet>>,
    ) -> Result<Served, Fault> {
        let canary = match &entry.canary {
            None => None,
            Some(canary) => {
                let beside = LiveApi {
                    digest: canary.digest.clone(),
                    canary: None,
                    ..entry.clone()
                };
                let running = before.and_then(|served| served.canary.as_ref());
                let running = running.map(|(_, canary)| &**canary);
                Some((
                    canary.percent,
                    Arc::new(self.make(&beside, running, key_sets)?),
                ))
            }
        };
        let plan = self.state.plan(&entry.digest)?.ok_or_else(|| gone(entry))?;
        let table = Table::compile(&plan).map_err(|refused| unservable(&refused))?;
        let guard = table.check.as_ref().map(|check| {
            // Remembered tokens stay good when the next plan checks in the same way.
            let kept = before
                .and_then(|served| served.guard.as_ref())
                .filter(|guard| guard.is_for(check));
            kept.map_or_else(
                || {
                    let uri = &check.jwks_uri;
                    let keys = key_sets
                        .entry(uri.clone())
                        .or_insert_with(|| Arc::new(KeySet::new(self.http.clone(), uri.clone())));
                    Arc::new(Guard::new(check, Arc::clone(keys)))
                },
                Arc::clone,
            )
        });
        Ok(Served {
            entry: entry.clone(),
            table,
            guard,
            canary,
        })
    }
}

pub(crate) fn unservable(refused: &[(gw_model::OperationKey, crate::table::Unservable)]) -> Fault {
    let (operation, why) = &refused[0];
    let more = if refused.len() > 1 {
        format!(" (and {} more)", refused.len() - 1)
    } else {
        String::new()
    };
    Fault::new(
        Code::PlanRefused,
        format!("The local gateway cannot serve {operation}{more}: {why}."),
        "Lint the API for this gateway, mend what it names, and deploy again.",
    )
    .fact("operation", operation.to_string())
}

fn gone(entry: &LiveApi) -> Fault {
    Fault::new(
        Code::LocalState,
        format!(
            "The plan of {} is not in the local gateway's directory.",
            entry.name
        ),
        "Deploy the API again.",
    )
    .fact("digest", &entry.digest)
}
