//! AWS's control-plane quotas as AWS enforces them: token buckets per account, region and call. Pure, but for counting.
//!
//! The table is written down here a second time, from AWS's documentation and not from Gatewright's own, so that a wrong
//! number on either side shows. Refuses to queue: what comes too early is refused, as AWS does.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::call::{Call, Callee};

/// What an account may call in a region. Give it to [`super::CountingProxy::enforce`].
#[derive(Debug, Clone)]
pub struct Quotas {
    faster: u32,
    retry_after: Option<u64>,
    buckets: HashMap<Key, Tokens>,
}

/// Caller, region, and call or nothing for the total.
type Key = (String, String, Option<&'static str>);

impl Quotas {
    /// AWS's table in real time, every bucket full.
    pub fn aws() -> Self {
        Self {
            faster: 1,
            retry_after: None,
            buckets: HashMap::new(),
        }
    }

    /// Every time divided by this, so that a test does not take minutes.
    #[must_use]
    pub fn faster(mut self, times: u32) -> Self {
        self.faster = times.max(1);
        self
    }

    /// Adds `Retry-After` to every refusal. AWS seldom does.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    pub(super) fn wait_asked(&self) -> Option<u64> {
        self.retry_after
    }

    /// Takes the call's tokens, both or none; otherwise by how much it came too early.
    pub(super) fn admit(&mut self, call: &Call, body: &[u8], now: Instant) -> Result<(), Duration> {
        if call.service != Callee::ApiGateway {
            return Ok(());
        }
        let own = own_quota(call, body).map(|(name, every, burst)| (Some(name), every, burst));
        let asked: Vec<_> = [Some((None, TOTAL_EVERY, TOTAL_BURST)), own]
            .into_iter()
            .flatten()
            .map(|(name, every, burst)| {
                let key = (call.caller.clone(), call.region.clone(), name);
                (key, every / self.faster, burst)
            })
            .collect();
        let mut early = Duration::ZERO;
        for (key, every, burst) in &asked {
            let tokens = self
                .buckets
                .entry(key.clone())
                .or_insert_with(|| Tokens::full(*every, *burst, now));
            tokens.refill(now);
            early = early.max(tokens.missing());
        }
        if !early.is_zero() {
            return Err(early);
        }
        for (key, ..) in &asked {
            if let Some(tokens) = self.buckets.get_mut(key) {
                tokens.left -= 1.0;
            }
        }
        Ok(())
    }
}

const TOTAL_EVERY: Duration = Duration::from_millis(100);
const TOTAL_BURST: u32 = 40;

/// The call's own quota: its name, the time in which one token comes back, and how many are kept.
fn own_quota(call: &Call, body: &[u8]) -> Option<(&'static str, Duration, u32)> {
    let path = call.path.trim_matches('/');
    let parts: Vec<&str> = path.split('/').collect();
    let one_per = |name, seconds| Some((name, Duration::from_secs(seconds), 1));
    let five_per_second = |name| Some((name, Duration::from_millis(200), 5));
    let is_import = call.query.split('&').any(|pair| pair == "mode=import");
    match (call.method.as_str(), parts.as_slice()) {
        ("POST", ["restapis"]) => {
            let name = if is_import {
                "ImportRestApi"
            } else {
                "CreateRestApi"
            };
            one_per(name, if is_edge(call, body) { 30 } else { 3 })
        }
        ("PUT", ["restapis", _]) => one_per("PutRestApi", 1),
        ("DELETE", ["restapis", _]) => one_per("DeleteRestApi", 30),
        ("POST", ["restapis", _, "deployments"]) => one_per("CreateDeployment", 5),
        ("GET", ["restapis", _, "resources"]) => {
            Some(("GetResources", Duration::from_millis(400), 5))
        }
        ("POST", ["restapis", _, "resources", _]) => five_per_second("CreateResource"),
        ("DELETE", ["restapis", _, "resources", _]) => five_per_second("DeleteResource"),
        ("POST", ["apikeys"]) => five_per_second("CreateApiKey"),
        ("DELETE", ["apikeys", _]) => five_per_second("DeleteApiKey"),
        ("POST", ["domainnames"]) => one_per("CreateDomainName", 30),
        ("PATCH", ["domainnames", _]) => one_per("UpdateDomainName", 30),
        ("DELETE", ["domainnames", _]) => one_per("DeleteDomainName", 30),
        ("PUT", ["restapis", _, "documentation", "parts"]) => {
            one_per("ImportDocumentationParts", 30)
        }
        ("POST", ["restapis", _, "documentation", "versions"]) => {
            one_per("CreateDocumentationVersion", 20)
        }
        ("PATCH", ["usageplans", _]) => one_per("UpdateUsagePlan", 20),
        ("PATCH", ["account"]) => one_per("UpdateAccount", 20),
        ("POST", ["v2", "vpclinks"]) => one_per("CreateVpcLink", 15),
        ("DELETE", ["v2", "vpclinks", _]) => one_per("DeleteVpcLink", 30),
        _ => None,
    }
}

/// Whether the API that is made is edge-optimized, which it is unless it says otherwise.
fn is_edge(call: &Call, body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    let says = |word: &str| call.query.contains(word) || text.contains(&format!("\"{word}\""));
    !says("REGIONAL") && !says("PRIVATE")
}

/// A plain token bucket that counts fractions.
#[derive(Debug, Clone)]
struct Tokens {
    every: Duration,
    burst: u32,
    left: f64,
    at: Instant,
}

impl Tokens {
    fn full(every: Duration, burst: u32, now: Instant) -> Self {
        Self {
            every,
            burst,
            left: f64::from(burst),
            at: now,
        }
    }

    fn refill(&mut self, now: Instant) {
        let back = now.saturating_duration_since(self.at).as_secs_f64() / self.every.as_secs_f64();
        self.left = (self.left + back).min(f64::from(self.burst));
        self.at = self.at.max(now);
    }

    /// How long until one whole token is there. A thousandth of a token is forgiven: fractions do not add up.
    fn missing(&self) -> Duration {
        if self.left >= 0.999 {
            return Duration::ZERO;
        }
        self.every.mul_f64(1.0 - self.left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(method: &str, target: &str, caller: &str) -> Call {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let scope = format!(
            "AWS4-HMAC-SHA256 Credential={caller}/20260101/eu-west-1/apigateway/aws4_request"
        );
        Call::read(method, path, query, Some(&scope), b"")
    }

    const REGIONAL: &[u8] = br#"{"endpointConfiguration":{"types":["REGIONAL"]}}"#;

    /// How many of the calls, `apart` from each other, are let through.
    fn admitted(quotas: &mut Quotas, call: &Call, body: &[u8], count: u32, apart: Duration) -> u32 {
        let began = Instant::now();
        let let_through = (0..count)
            .filter(|turn| quotas.admit(call, body, began + apart * *turn).is_ok())
            .count();
        u32::try_from(let_through).unwrap()
    }

    #[test]
    fn a_call_with_its_own_quota_is_refused_when_it_comes_too_early() {
        let rows = [
            ("POST", "/restapis/a/deployments", 5_000),
            ("POST", "/restapis", 3_000),
            ("PUT", "/restapis/a?mode=overwrite", 1_000),
            ("DELETE", "/restapis/a", 30_000),
            ("PATCH", "/account", 20_000),
            ("DELETE", "/domainnames/a.example.test", 30_000),
        ];
        for (method, target, every) in rows {
            let one = call(method, target, "1");
            let every = Duration::from_millis(every);
            let mut quotas = Quotas::aws();
            assert_eq!(
                admitted(&mut quotas, &one, REGIONAL, 4, every),
                4,
                "{target}"
            );
            let mut quotas = Quotas::aws();
            assert_eq!(
                admitted(&mut quotas, &one, REGIONAL, 4, every / 2),
                2,
                "{target}"
            );
            let mut quotas = Quotas::aws().faster(10);
            assert_eq!(
                admitted(&mut quotas, &one, REGIONAL, 4, every / 10),
                4,
                "{target}"
            );
        }
    }

    #[test]
    fn an_edge_optimized_api_takes_ten_times_as_long() {
        let one = call("POST", "/restapis", "1");
        let apart = Duration::from_secs(3);
        assert_eq!(admitted(&mut Quotas::aws(), &one, b"{}", 10, apart), 1);
        assert_eq!(admitted(&mut Quotas::aws(), &one, REGIONAL, 10, apart), 10);
    }

    #[test]
    fn all_calls_share_the_total_of_their_account_and_region() {
        let mut quotas = Quotas::aws();
        let now = Instant::now();
        let read = call("GET", "/restapis/a/stages/live", "1");
        let through = (0..60)
            .filter(|_| quotas.admit(&read, b"", now).is_ok())
            .count();
        assert_eq!(through, 40);
        let early = quotas.admit(&read, b"", now).unwrap_err();
        assert_eq!(early.as_millis(), 100);
        assert!(
            quotas
                .admit(&call("GET", "/restapis", "2"), b"", now)
                .is_ok()
        );
        // What the total refuses costs no token of the call's own.
        let create = call("POST", "/restapis", "1");
        assert!(quotas.admit(&create, REGIONAL, now).is_err());
        let later = now + Duration::from_millis(100);
        assert!(quotas.admit(&create, REGIONAL, later).is_ok());
    }

    #[test]
    fn other_services_have_no_quota_here() {
        let scope = "AWS4-HMAC-SHA256 Credential=1/20260101/eu-west-1/lambda/aws4_request";
        let one = Call::read("POST", "/2015-03-31/functions", "", Some(scope), b"");
        let mut quotas = Quotas::aws();
        assert_eq!(admitted(&mut quotas, &one, b"", 100, Duration::ZERO), 100);
    }
}
