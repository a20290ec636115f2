//! Pacing: everything the app calls in one account and region goes through the same token buckets.
//!
//! It refuses to call anything or to retry: it only makes callers wait, and says why.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gw_connector::RemoteCall;
use tokio::time::{Instant, sleep_until};

use crate::bucket::Bucket;
use crate::quota::QuotaTable;

/// How much a service whose calls were throttled is slowed when it has no quota in the table.
const THROTTLED_WITHOUT_QUOTA: Duration = Duration::from_millis(500);

/// Where quotas are shared: an account and region, or one machine; with its table.
#[derive(Clone, Debug)]
pub struct Lane {
    /// Equal names share their buckets: `123456789012/eu-west-1`.
    pub name: String,
    /// Its quotas. Tables of one lane may differ in the quotas of single calls (AWS counts edge-optimized APIs apart);
    /// calls share a bucket when service, name and quota are equal.
    pub quotas: Arc<QuotaTable>,
}

impl Lane {
    /// A lane without limits.
    pub fn unlimited(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            quotas: Arc::new(QuotaTable::unlimited()),
        }
    }
}

/// A wait that begins now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Why, in one sentence.
    pub reason: String,
    /// For how long.
    pub duration: Duration,
}

/// One token bucket per lane and service in total, and one per call that has a quota of its own.
#[derive(Debug, Default)]
pub struct Pacer {
    buckets: Mutex<HashMap<Key, Bucket<Instant>>>,
}

/// Lane, service, call with its quota; no call for the service's total.
type Key = (String, String, Option<(String, Duration)>);

impl Pacer {
    /// With full buckets.
    pub fn new() -> Self {
        Self::default()
    }

    /// Waits until the call may be made. Every wait is told when it begins. Dropping the future takes nothing when no
    /// later call was promised its turn meanwhile.
    pub async fn acquire(
        &self,
        lane: &Lane,
        call: &RemoteCall,
        told: &(dyn Fn(Wait) + Send + Sync),
    ) {
        // Own quota first: a call that waits for it must not hold a place in the total meanwhile.
        if lane.quotas.own(&call.service, &call.name).is_some() {
            self.take(lane, &call.service, Some(&call.name), told).await;
        }
        self.acquire_any(lane, &call.service, told).await;
    }

    /// Waits for the service's total only: for calls whose names are not known beforehand.
    pub async fn acquire_any(
        &self,
        lane: &Lane,
        service: &str,
        told: &(dyn Fn(Wait) + Send + Sync),
    ) {
        if lane.quotas.total(service).is_some()
            || self.locked().contains_key(&key(lane, service, None))
        {
            self.take(lane, service, None, told).await;
        }
    }

    /// The remote side refused one of these calls for its rate: all who share the bucket wait `pause`, and go slower.
    pub fn throttled(&self, lane: &Lane, calls: &[RemoteCall], pause: Duration) {
        let until = Instant::now() + pause;
        for call in calls {
            let own = lane
                .quotas
                .own(&call.service, &call.name)
                .map(|_| call.name.as_str());
            self.with(lane, &call.service, own, |bucket| bucket.slow_down(until));
        }
    }

    /// These calls went through: those who share the buckets may go a little faster again.
    pub fn went_through(&self, lane: &Lane, calls: &[RemoteCall]) {
        let mut buckets = self.locked();
        for call in calls {
            for name in [Some(call.name.as_str()), None] {
                if let Some(bucket) = buckets.get_mut(&key(lane, &call.service, name)) {
                    bucket.speed_up();
                }
            }
        }
    }

    async fn take(
        &self,
        lane: &Lane,
        service: &str,
        name: Option<&str>,
        told: &(dyn Fn(Wait) + Send + Sync),
    ) {
        let now = Instant::now();
        let (at, every) = self.with(lane, service, name, |bucket| {
            (bucket.take(now), bucket.every())
        });
        let mut turn = Turn {
            pacer: self,
            key: key(lane, service, name),
            at,
            kept: false,
        };
        let mut until = at;
        let mut reason = quota_reason(service, name, every);
        loop {
            let now = Instant::now();
            if until > now {
                told(Wait {
                    reason,
                    duration: until - now,
                });
                sleep_until(until).await;
            }
            // The bucket may have been closed since the turn was promised.
            until = self.with(lane, service, name, |bucket| bucket.opens_at());
            if until <= Instant::now() {
                break;
            }
            reason = format!(
                "{service} asked everyone to call {} later",
                name.unwrap_or("it")
            );
        }
        turn.kept = true;
    }

    fn with<R>(
        &self,
        lane: &Lane,
        service: &str,
        name: Option<&str>,
        act: impl FnOnce(&mut Bucket<Instant>) -> R,
    ) -> R {
        let mut buckets = self.locked();
        let bucket = buckets.entry(key(lane, service, name)).or_insert_with(|| {
            let quota = match name {
                Some(name) => lane.quotas.own(service, name),
                None => lane.quotas.total(service),
            };
            let rate = quota.unwrap_or(crate::quota::Rate::one_per(THROTTLED_WITHOUT_QUOTA));
            Bucket::new(rate, Instant::now())
        });
        act(bucket)
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<Key, Bucket<Instant>>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A promised turn; given back when its owner stops waiting.
struct Turn<'a> {
    pacer: &'a Pacer,
    key: Key,
    at: Instant,
    kept: bool,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if !self.kept
            && let Some(bucket) = self.pacer.locked().get_mut(&self.key)
        {
            bucket.give_back(self.at);
        }
    }
}

fn key(lane: &Lane, service: &str, name: Option<&str>) -> Key {
    let own = name.map(|name| {
        let rate = lane.quotas.own(service, name);
        (
            name.to_owned(),
            rate.map_or(Duration::ZERO, |rate| rate.every),
        )
    });
    (lane.name.clone(), service.to_owned(), own)
}

fn quota_reason(service: &str, name: Option<&str>, every: Duration) -> String {
    let seconds = every.as_secs_f64();
    match name {
        Some(name) => format!("{service} takes one {name} every {seconds:.1} s here"),
        None => format!("{service} takes one call every {seconds:.1} s here"),
    }
}
