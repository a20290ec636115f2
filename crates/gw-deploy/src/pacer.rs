//! Pacing: everything the app calls in one account and region goes through the same token buckets, in turns.
//!
//! It refuses to call anything or to retry: it only makes callers wait, and says why.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use gw_connector::RemoteCall;

use crate::line::{Asked, Line};
use crate::quota::QuotaTable;
use crate::ticket::Ticket;

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

    fn asked(&self, service: &str, name: &str) -> Asked {
        Asked {
            service: service.to_owned(),
            name: name.to_owned(),
            total: self.quotas.total(service),
            own: self.quotas.own(service, name),
        }
    }
}

/// A wait that begins now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Why, in one sentence.
    pub reason: String,
    /// For how long, by what is known now.
    pub duration: Duration,
}

/// One token bucket per lane and service in total, and one per call that has a quota of its own.
///
/// Where a quota is short, the more urgent ticket goes first; of equally urgent ones, whoever was served longest ago. A
/// call takes its tokens at once when all of them are there, so a queue for one call holds up no other.
#[derive(Debug, Default)]
pub struct Pacer {
    /// By lane and service.
    lines: Mutex<HashMap<(String, String), Arc<Line>>>,
}

impl Pacer {
    /// With full buckets.
    pub fn new() -> Self {
        Self::default()
    }

    /// Waits until the call may be made, now. Every wait is told when it begins, and anew when its end moves. Dropping
    /// the future gives the place up and takes nothing.
    pub async fn acquire(
        &self,
        lane: &Lane,
        call: &RemoteCall,
        ticket: &Ticket,
        told: &(dyn Fn(Wait) + Send + Sync),
    ) {
        let asked = lane.asked(&call.service, &call.name);
        let line = self.line(lane, &call.service);
        line.take(&asked, ticket, told).await;
    }

    /// Takes the turns of calls that follow at once, and keeps them for whoever makes them: see [`Turns`]. Dropping the
    /// future gives back what was taken.
    pub(crate) async fn reserve(
        &self,
        lane: &Lane,
        calls: &[RemoteCall],
        ticket: &Ticket,
        told: &(dyn Fn(Wait) + Send + Sync),
    ) -> Reserved {
        let mut reserved = Reserved {
            kept: Vec::with_capacity(calls.len()),
            is_whole: false,
        };
        for call in calls {
            let asked = lane.asked(&call.service, &call.name);
            let line = self.line(lane, &call.service);
            let at = line.take(&asked, ticket, told).await;
            let place = line.reserve(&asked, ticket, at);
            reserved.kept.push((line, place));
        }
        reserved.is_whole = true;
        reserved
    }

    fn line(&self, lane: &Lane, service: &str) -> Arc<Line> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (lane.name.clone(), service.to_owned());
        Arc::clone(lines.entry(key).or_default())
    }
}

/// Turns that were taken for calls to come. What is not used when it is dropped counts as used.
#[derive(Debug)]
pub(crate) struct Reserved {
    kept: Vec<(Arc<Line>, u64)>,
    /// Whether all turns were had: before that, no call was made.
    is_whole: bool,
}

impl Drop for Reserved {
    fn drop(&mut self) {
        for (line, place) in self.kept.drain(..) {
            line.end_reservation(place, !self.is_whole);
        }
    }
}

/// How the calls of one run, or of one screen, take their turns. Handed to a connector, which makes every call through
/// it: then reads, pages and probes are paced under their true names, whoever asks for them.
///
/// A call whose turn the engine took already, because the change announced it, goes at once.
#[derive(Clone, Debug)]
pub struct Turns {
    pacer: Arc<Pacer>,
    lane: Lane,
    ticket: Ticket,
}

impl Turns {
    /// Turns in a lane.
    pub fn new(pacer: Arc<Pacer>, lane: Lane, ticket: Ticket) -> Self {
        Self {
            pacer,
            lane,
            ticket,
        }
    }

    /// Whose turns these are.
    pub fn ticket(&self) -> &Ticket {
        &self.ticket
    }

    /// Waits until the call may be made, now. Dropping the future takes nothing.
    pub async fn take(&self, service: &str, name: &str) {
        let line = self.pacer.line(&self.lane, service);
        if !line.claim(name, &self.ticket) {
            let asked = self.lane.asked(service, name);
            line.take(&asked, &self.ticket, &|_| {}).await;
        }
    }

    /// The remote side refused the call for its rate, and perhaps asked for a pause: everyone in the lane waits, and
    /// goes slower until some turns went well.
    pub fn refused(&self, service: &str, name: &str, pause: Option<Duration>) {
        let line = self.pacer.line(&self.lane, service);
        line.refused(&self.lane.asked(service, name), pause);
    }
}
