//! What a vendor lets one account and region call per second, as data; and how long a run takes by it.
//!
//! It refuses to hold a vendor's numbers: the vendor's connector knows them and the caller passes them in.

use std::collections::BTreeMap;
use std::time::Duration;

use gw_connector::Change;

use crate::bucket::Bucket;

/// A token bucket's size: one token every `every`, at most `burst` kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Time in which one token comes back.
    pub every: Duration,
    /// Tokens that may be kept, at least 1.
    pub burst: u32,
}

impl Rate {
    /// One call every `every`, none kept.
    pub const fn one_per(every: Duration) -> Self {
        Self { every, burst: 1 }
    }
}

/// What is known of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallQuota {
    /// Its own quota beside the service's total; `None` when it has none.
    pub rate: Option<Rate>,
    /// How long it usually takes, waits for its effect to be usable included. Only for estimates.
    pub takes: Duration,
}

/// What is known of one service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceQuota {
    /// All calls together; `None` for no limit.
    pub total: Option<Rate>,
    /// Calls with something to say of them, by the vendor's name.
    pub calls: BTreeMap<String, CallQuota>,
}

/// What is known of a kind of gateway, service by service. Services that are not listed have no limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QuotaTable {
    /// By the name [`gw_connector::RemoteCall::service`] gives.
    pub services: BTreeMap<String, ServiceQuota>,
    /// How long a call takes that the table does not list. Only for estimates.
    pub usual: Duration,
}

impl QuotaTable {
    /// No limits at all, for gateways on this machine.
    pub fn unlimited() -> Self {
        Self::default()
    }

    /// The total of a service.
    pub fn total(&self, service: &str) -> Option<Rate> {
        self.services.get(service)?.total
    }

    /// A call's own quota.
    pub fn own(&self, service: &str, name: &str) -> Option<Rate> {
        self.services.get(service)?.calls.get(name)?.rate
    }

    fn takes(&self, service: &str, name: &str) -> Duration {
        let listed = self
            .services
            .get(service)
            .and_then(|quota| quota.calls.get(name));
        listed.map_or(self.usual, |call| call.takes)
    }
}

/// How long these changes take one after the other, by the quotas and the usual times alone.
pub fn eta(changes: &[Change], table: &QuotaTable) -> Duration {
    eta_together(&[changes], table)
}

/// How long several runs in one account and region take side by side: they share its buckets.
pub fn eta_together(runs: &[&[Change]], table: &QuotaTable) -> Duration {
    let mut buckets: BTreeMap<(&str, &str), Bucket<Duration>> = BTreeMap::new();
    let mut runs: Vec<_> = runs
        .iter()
        .map(|changes| (Duration::ZERO, stops(changes, table).into_iter()))
        .collect();
    let mut end = Duration::ZERO;
    // Whoever is free first goes on first, one bucket at a time, as in the pacer.
    while let Some(index) = (0..runs.len()).min_by_key(|index| runs[*index].0) {
        let (at, stops) = &mut runs[index];
        match stops.next() {
            Some(Stop::Turn(key, rate)) => {
                let bucket = buckets
                    .entry(key)
                    .or_insert_with(|| Bucket::new(rate, Duration::ZERO));
                *at = bucket.take(*at);
            }
            Some(Stop::Call(takes)) => *at += takes,
            None => {
                end = end.max(*at);
                runs.swap_remove(index);
            }
        }
    }
    end
}

/// Where a run spends time.
enum Stop<'a> {
    /// Waiting for a bucket: service, and call or nothing for the total.
    Turn((&'a str, &'a str), Rate),
    /// Waiting for the answer.
    Call(Duration),
}

fn stops<'a>(changes: &'a [Change], table: &QuotaTable) -> Vec<Stop<'a>> {
    let mut stops = Vec::new();
    for call in changes.iter().flat_map(|change| &change.calls) {
        let (service, name) = (call.service.as_str(), call.name.as_str());
        let own = table.own(service, name).map(|rate| ((service, name), rate));
        let total = table.total(service).map(|rate| ((service, ""), rate));
        stops.extend(
            own.into_iter()
                .chain(total)
                .map(|(key, rate)| Stop::Turn(key, rate)),
        );
        stops.push(Stop::Call(table.takes(service, name)));
    }
    stops
}
