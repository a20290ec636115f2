//! The console: build a request, send it, show its answer, write it as curl, keep it without secrets, and say why it was
//! refused.
//!
//! It refuses to get tokens and to store anything: it is given the one and hands out what may be stored.

pub mod answer;
pub mod build;
pub mod claims;
pub mod curl;
pub mod draft;
pub mod judge;
pub mod prefill;
pub mod pretty;
pub mod redact;
pub mod send;

mod gateway_words;

pub use answer::{AnswerBody, Answered, SHOWN_BYTES};
pub use build::build;
pub use claims::{Disagreement, disagreements};
pub use curl::{TOKEN_PLACEHOLDER, curl};
pub use draft::{Draft, Pair};
pub use judge::{Case, Note, SentToken, judge};
pub use prefill::{Form, FormParameter, prefill};
pub use redact::{REDACTED, redact, redact_text, redact_url};
pub use send::send;
