//! What the proxy does to a call instead of passing it on. Pure, but for counting.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::call::{Call, Callee};
use super::weather::{Fate, Weather};
use crate::wire::{Body, HangUp, full};
use hyper::Response;
use serde_json::Value;

/// Breaks the calls it matches. Rules are asked in the order they were injected; the first that strikes decides.
#[derive(Clone)]
pub struct Rule {
    matches: Arc<dyn Fn(&Call) -> bool + Send + Sync>,
    pub(super) effect: Effect,
    pub(super) act: Option<Act>,
    weather: Option<Weather>,
    /// What the weather had for the call that was struck last.
    pub(super) fate: Option<Fate>,
    skip: u64,
    times: Option<u64>,
    one_in: u64,
    seen: u64,
    struck: u64,
}

/// Something done besides.
pub(super) type Act = Arc<dyn Fn() + Send + Sync>;

#[derive(Debug, Clone)]
pub(super) enum Effect {
    /// Answer this instead of forwarding.
    Refuse {
        status: u16,
        code: String,
        message: String,
        retry_after: Option<u64>,
    },
    /// Answer this text as JSON instead of forwarding.
    Answer(String),
    /// Close the connection without forwarding: it did not happen.
    Cut,
    /// Forward, then close the connection: it happened, and nobody was told.
    DropAnswer,
    /// Neither forward nor answer: it did not happen, and the caller waits until it gives up.
    Swallow,
    /// Forward, and do not answer: it happened, and the caller waits until it gives up.
    SwallowAnswer,
    /// Forward after a wait.
    Delay(Duration),
    /// Close the connection, and forward after a wait: it happens when nobody waits for it any more.
    Late(Duration),
    /// Forward, and put a member into the JSON object that is answered.
    Add { member: String, value: Value },
}

impl Rule {
    /// A rule for the calls that `matches` holds for. It does nothing until one of the effects below is chosen.
    pub fn on(matches: impl Fn(&Call) -> bool + Send + Sync + 'static) -> Self {
        Self {
            matches: Arc::new(matches),
            effect: Effect::Delay(Duration::ZERO),
            act: None,
            weather: None,
            fate: None,
            skip: 0,
            times: None,
            one_in: 1,
            seen: 0,
            struck: 0,
        }
    }

    /// A rule for every call to AWS's control plane.
    pub fn any() -> Self {
        Self::on(|call| call.service != Callee::DataPlane)
    }

    /// A rule for every change at AWS.
    pub fn changes() -> Self {
        Self::on(|call| call.mutating)
    }

    /// Breaks so many of a hundred calls to AWS's control plane, each by one [`Fate`]; the seed decides the dice.
    pub fn weather(percent: u64, seed: u64) -> Self {
        Self {
            weather: Some(Weather::new(percent, seed)),
            ..Self::any()
        }
    }

    /// Answers an AWS error in the protocol of the called service. The call does not happen.
    #[must_use]
    pub fn fail(mut self, status: u16, code: &str, message: &str) -> Self {
        self.effect = Effect::Refuse {
            status,
            code: code.to_owned(),
            message: message.to_owned(),
            retry_after: None,
        };
        self
    }

    /// Answers `429 TooManyRequestsException`, as API Gateway does when it is called too often.
    #[must_use]
    pub fn throttle(self) -> Self {
        self.fail(429, "TooManyRequestsException", "Too Many Requests")
    }

    /// Adds `Retry-After` to the error.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        if let Effect::Refuse { retry_after, .. } = &mut self.effect {
            *retry_after = Some(seconds);
        }
        self
    }

    /// Answers 200 and this, as AWS does where no emulator answers. The call does not happen.
    #[must_use]
    pub fn answer(mut self, body: &Value) -> Self {
        self.effect = Effect::Answer(body.to_string());
        self
    }

    /// Closes the connection before the call happens.
    #[must_use]
    pub fn cut(mut self) -> Self {
        self.effect = Effect::Cut;
        self
    }

    /// Lets the call happen and closes the connection instead of passing on the answer.
    #[must_use]
    pub fn drop_answer(mut self) -> Self {
        self.effect = Effect::DropAnswer;
        self
    }

    /// Never answers, and the call does not happen.
    #[must_use]
    pub fn swallow(mut self) -> Self {
        self.effect = Effect::Swallow;
        self
    }

    /// Lets the call happen and never answers.
    #[must_use]
    pub fn swallow_answer(mut self) -> Self {
        self.effect = Effect::SwallowAnswer;
        self
    }

    /// Lets the call happen later.
    #[must_use]
    pub fn delay(mut self, wait: Duration) -> Self {
        self.effect = Effect::Delay(wait);
        self
    }

    /// Closes the connection at once and lets the call happen later, whatever becomes of the caller.
    #[must_use]
    pub fn late(mut self, wait: Duration) -> Self {
        self.effect = Effect::Late(wait);
        self
    }

    /// Also does this whenever it strikes: when the endpoint has answered and the caller has not heard of it yet; at once
    /// when the call is not forwarded, or late. The proxy stands still meanwhile.
    #[must_use]
    pub fn and_do(mut self, act: impl Fn() + Send + Sync + 'static) -> Self {
        self.act = Some(Arc::new(act));
        self
    }

    /// Lets the call happen and puts a member into the JSON object that is answered: what the endpoint never says.
    #[must_use]
    pub fn add(mut self, member: &str, value: Value) -> Self {
        self.effect = Effect::Add {
            member: member.to_owned(),
            value,
        };
        self
    }

    /// Lets the first `count` matching calls through.
    #[must_use]
    pub fn after(mut self, count: u64) -> Self {
        self.skip = count;
        self
    }

    /// Strikes at most so often.
    #[must_use]
    pub fn times(mut self, count: u64) -> Self {
        self.times = Some(count);
        self
    }

    /// Strikes every `count`th matching call only.
    #[must_use]
    pub fn one_in(mut self, count: u64) -> Self {
        self.one_in = count.max(1);
        self
    }

    /// Counts the call, and says whether the rule strikes.
    pub(super) fn strikes(&mut self, call: &Call) -> bool {
        if !(self.matches)(call) {
            return false;
        }
        self.seen += 1;
        let beyond = self.seen.saturating_sub(self.skip);
        if beyond == 0
            || !beyond.is_multiple_of(self.one_in)
            || self.times.is_some_and(|limit| self.struck >= limit)
        {
            return false;
        }
        if let Some(weather) = &mut self.weather {
            let Some(fate) = weather.next() else {
                return false;
            };
            (self.effect, self.fate) = (fate.effect(call), Some(fate));
        }
        self.struck += 1;
        true
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Rule")
            .field("effect", &self.effect)
            .field("seen", &self.seen)
            .field("struck", &self.struck)
            .finish_non_exhaustive()
    }
}

/// An AWS error in the shape of the service's protocol: REST-JSON, or XML for the query protocol.
pub(super) fn refusal(
    call: &Call,
    status: u16,
    code: &str,
    message: &str,
    retry_after: Option<u64>,
) -> Result<Response<Body>, HangUp> {
    let mut builder = Response::builder()
        .status(status)
        .header("x-amzn-requestid", "injected-by-the-test-proxy");
    if let Some(seconds) = retry_after {
        builder = builder.header("retry-after", seconds.to_string());
    }
    let body = if call.action.is_some() {
        builder = builder.header("content-type", "text/xml");
        format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
             <RequestId>injected-by-the-test-proxy</RequestId></ErrorResponse>"
        )
    } else {
        builder = builder
            .header("content-type", "application/json")
            .header("x-amzn-errortype", code);
        serde_json::json!({ "message": message }).to_string()
    };
    builder.body(full(body)).map_err(|_| HangUp)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strikes(mut rule: Rule, calls: usize) -> Vec<bool> {
        let call = Call::read("PUT", "/restapis/a", "", None, b"");
        (0..calls).map(|_| rule.strikes(&call)).collect()
    }

    #[test]
    fn counts() {
        assert_eq!(
            strikes(Rule::any().cut().after(1).times(1), 4),
            [false, true, false, false]
        );
        assert_eq!(
            strikes(Rule::any().cut().one_in(2), 4),
            [false, true, false, true]
        );
        assert_eq!(strikes(Rule::on(|_| false).cut(), 2), [false, false]);
    }
}
