//! Those who wait to call one service in one lane, and its buckets.
//!
//! It refuses promises: nobody holds a token before its turn has come, so whoever stops waiting leaves nothing behind.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::bucket::Bucket;
use crate::pacer::Wait;
use crate::quota::Rate;
use crate::ticket::Ticket;

/// How much a service whose calls were refused is slowed when it has no quota in the table.
const UNLISTED: Rate = Rate {
    every: Duration::from_millis(200),
    burst: 5,
};
/// How long at least, and at most unless asked, nothing is called after a refusal.
const PAUSES: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(5));
/// The longest that a refusal may keep everyone waiting, whatever it asks.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// A wait is told anew when its end moves by this much.
const TOLD_ANEW: Duration = Duration::from_millis(500);
/// How many runs are remembered as served.
const REMEMBERED: usize = 1_024;

/// What a call needs: a token of the total, and one of its own quota.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) service: String,
    pub(crate) name: String,
    pub(crate) total: Option<Rate>,
    pub(crate) own: Option<Rate>,
}

/// Name and quota of a call: those of one lane may differ, as AWS's do for edge-optimized APIs. Nothing for the total.
type BucketKey = Option<(String, Duration)>;

#[derive(Debug, Default)]
pub(crate) struct Line {
    state: Mutex<State>,
    /// Someone came or went, or a bucket was closed.
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    buckets: HashMap<BucketKey, Bucket<Instant>>,
    waiting: Vec<Waiting>,
    /// When each run had its last turn, counted in turns.
    served: HashMap<Arc<str>, u64>,
    turns: u64,
    places: u64,
    reserved: Vec<Reservation>,
}

#[derive(Debug)]
struct Waiting {
    place: u64,
    ticket: Ticket,
    asked: Asked,
}

/// A turn that was taken for a call that is still to be made.
#[derive(Debug)]
struct Reservation {
    place: u64,
    run: Arc<str>,
    asked: Asked,
    at: Instant,
}

/// What someone in the line sees.
enum Look {
    /// It is their turn, and the tokens are taken.
    Turn(Instant),
    /// Not yet: when to look again, when it will be by what is known now, and why.
    Later {
        again: Instant,
        wait: (Instant, String),
    },
}

impl Line {
    /// Waits for a turn; gives the moment it came.
    pub(crate) async fn take(
        &self,
        asked: &Asked,
        ticket: &Ticket,
        told: &(dyn Fn(Wait) + Send + Sync),
    ) -> Instant {
        let mut place = self.stand(asked, ticket);
        let mut told_until: Option<Instant> = None;
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            let now = Instant::now();
            let (again, (until, reason)) = match self.locked().look(place.number, now) {
                Look::Turn(at) => {
                    place.has_left = true;
                    self.changed.notify_waiters();
                    return at;
                }
                Look::Later { again, wait } => (again, wait),
            };
            let moved = |told: Instant| {
                until
                    .saturating_duration_since(told)
                    .max(told.saturating_duration_since(until))
                    >= TOLD_ANEW
            };
            if until > now && told_until.is_none_or(moved) {
                told_until = Some(until);
                let duration = until - now;
                told(Wait { reason, duration });
            }
            tokio::select! {
                () = changed => {}
                () = sleep_until(again) => {}
            }
        }
    }

    /// Keeps a turn that was taken for the call that follows; gives the reservation's number.
    pub(crate) fn reserve(&self, asked: &Asked, ticket: &Ticket, at: Instant) -> u64 {
        let mut state = self.locked();
        state.places += 1;
        let place = state.places;
        state.reserved.push(Reservation {
            place,
            run: Arc::clone(&ticket.run),
            asked: asked.clone(),
            at,
        });
        place
    }

    /// Uses a reserved turn for this call of the run, if there is one.
    pub(crate) fn claim(&self, name: &str, ticket: &Ticket) -> bool {
        let mut state = self.locked();
        let is_it = |it: &Reservation| it.run == ticket.run && it.asked.name == name;
        let Some(index) = state.reserved.iter().position(is_it) else {
            return false;
        };
        let reservation = state.reserved.swap_remove(index);
        let now = Instant::now();
        for key in keys(&reservation.asked) {
            if let Some(bucket) = state.buckets.get_mut(&key) {
                bucket.made(reservation.at, now);
            }
        }
        true
    }

    /// Ends a reservation; its tokens are given back when the call was certainly not made.
    pub(crate) fn end_reservation(&self, place: u64, unused: bool) {
        let mut state = self.locked();
        let Some(index) = state.reserved.iter().position(|it| it.place == place) else {
            return;
        };
        let reservation = state.reserved.swap_remove(index);
        if unused {
            for key in keys(&reservation.asked) {
                if let Some(bucket) = state.buckets.get_mut(&key) {
                    bucket.give_back(reservation.at);
                }
            }
            drop(state);
            self.changed.notify_waiters();
        }
    }

    /// The remote side refused the call for its rate, and asked for this pause: everyone waits, and goes slower.
    pub(crate) fn refused(&self, asked: &Asked, pause: Option<Duration>) {
        let now = Instant::now();
        let key = asked.own.map(|rate| (asked.name.clone(), rate.every));
        let rate = asked.own.or(asked.total).unwrap_or(UNLISTED);
        let mut state = self.locked();
        let bucket = state
            .buckets
            .entry(key)
            .or_insert_with(|| Bucket::new(rate, now));
        let pause = pause
            .unwrap_or_else(|| bucket.every().clamp(PAUSES.0, PAUSES.1))
            .min(LONGEST_PAUSE);
        bucket.slow_down(now, now + pause);
        drop(state);
        self.changed.notify_waiters();
    }

    fn stand(&self, asked: &Asked, ticket: &Ticket) -> Place<'_> {
        let mut state = self.locked();
        let now = Instant::now();
        if let Some(rate) = asked.total {
            state
                .buckets
                .entry(None)
                .or_insert_with(|| Bucket::new(rate, now));
        }
        if let Some(rate) = asked.own {
            state
                .buckets
                .entry(Some((asked.name.clone(), rate.every)))
                .or_insert_with(|| Bucket::new(rate, now));
        }
        state.places += 1;
        let number = state.places;
        let passes = |it: &Waiting| ticket.priority < it.ticket.priority;
        let passes_someone = state.waiting.iter().any(passes);
        state.waiting.push(Waiting {
            place: number,
            ticket: ticket.clone(),
            asked: asked.clone(),
        });
        drop(state);
        if passes_someone {
            self.changed.notify_waiters();
        }
        Place {
            line: self,
            number,
            has_left: false,
        }
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whoever is first among those whose tokens are there has the turn.
    fn look(&mut self, place: u64, now: Instant) -> Look {
        let ready = self
            .waiting
            .iter()
            .filter(|it| self.opens(&it.asked, now) <= now);
        let first = ready.min_by_key(|it| self.order(it)).map(|it| it.place);
        let Some(index) = self.waiting.iter().position(|it| it.place == place) else {
            return Look::Turn(now);
        };
        if first == Some(place) {
            let mine = self.waiting.swap_remove(index);
            self.serve(&mine, now);
            return Look::Turn(now);
        }
        let mine = &self.waiting[index];
        let opens = self.opens(&mine.asked, now);
        // Who is first takes the turn and tells; the second is only for the case that it cannot.
        let again = if opens > now {
            opens
        } else {
            now + Duration::from_secs(1)
        };
        Look::Later {
            again,
            wait: self.outlook(mine, now),
        }
    }

    /// By urgency, then whoever was served longest ago, then whoever came first.
    fn order(&self, waiting: &Waiting) -> (crate::Priority, u64, u64) {
        let Ticket { run, priority } = &waiting.ticket;
        let served = self.served.get(run).copied().unwrap_or_default();
        (*priority, served, waiting.place)
    }

    /// When all tokens of a call are there.
    fn opens(&self, asked: &Asked, now: Instant) -> Instant {
        keys(asked)
            .filter_map(|key| self.buckets.get(&key))
            .map(|bucket| bucket.opens(now))
            .fold(now, Instant::max)
    }

    fn serve(&mut self, waiting: &Waiting, now: Instant) {
        for key in keys(&waiting.asked) {
            if let Some(bucket) = self.buckets.get_mut(&key) {
                bucket.take(now);
            }
        }
        self.turns += 1;
        self.served
            .insert(Arc::clone(&waiting.ticket.run), self.turns);
        if self.served.len() > REMEMBERED {
            let recent = self.turns.saturating_sub(REMEMBERED as u64 / 2);
            self.served.retain(|_, turn| *turn > recent);
        }
    }

    /// When a turn comes if nobody else comes, and what it waits for.
    fn outlook(&self, mine: &Waiting, now: Instant) -> (Instant, String) {
        let order = self.order(mine);
        let mut outlook = (now, String::new());
        for key in keys(&mine.asked) {
            let Some(bucket) = self.buckets.get(&key) else {
                continue;
            };
            // Those with a quota of their own seldom wait for the total.
            let ahead = self.waiting.iter().filter(|it| {
                self.order(it) < order
                    && match &key {
                        Some(_) => keys(&it.asked).any(|other| other == key),
                        None => it.asked.own.is_none(),
                    }
            });
            let mut ours = *bucket;
            for _ in ahead {
                ours.take(now);
            }
            let at = ours.opens(now);
            if at > outlook.0 || outlook.1.is_empty() {
                let rate = if key.is_some() {
                    mine.asked.own
                } else {
                    mine.asked.total
                };
                outlook = (at, reason(&mine.asked, &key, rate, bucket.is_closed(now)));
            }
        }
        outlook
    }
}

/// A place in the line; left when its owner stops waiting.
struct Place<'a> {
    line: &'a Line,
    number: u64,
    has_left: bool,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if !self.has_left {
            self.line
                .locked()
                .waiting
                .retain(|it| it.place != self.number);
            self.line.changed.notify_waiters();
        }
    }
}

/// The call's own bucket, if it has one, and the total's.
fn keys(asked: &Asked) -> impl Iterator<Item = BucketKey> {
    let own = asked.own.map(|rate| Some((asked.name.clone(), rate.every)));
    own.into_iter().chain([None])
}

fn reason(asked: &Asked, key: &BucketKey, rate: Option<Rate>, is_closed: bool) -> String {
    let service = &asked.service;
    let name = key.as_ref().map(|(name, _)| name.as_str());
    if is_closed {
        let what = name.unwrap_or("it");
        return format!("{service} asked everyone to call {what} later");
    }
    let every = rate.unwrap_or(UNLISTED).every.as_secs_f64();
    match name {
        Some(name) => format!("{service} takes one {name} every {every:.1} s here"),
        None => format!("{service} takes one call every {every:.1} s here"),
    }
}
