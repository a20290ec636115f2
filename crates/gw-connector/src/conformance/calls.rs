//! What callers of the deployed API must see.
//!
//! It refuses to judge a single early answer: gateways take time until callers notice, so calls are repeated a while.

use std::collections::BTreeSet;

use super::plans::{SCOPE, open_body};
use super::steps::ensure;
use super::{Answer, Call, Harness, Report};

/// How often a call is repeated before its answer counts.
const TRIES: u32 = 40;

/// `GET /open` answers as this edition does.
pub(super) async fn serves_edition(
    harness: &dyn Harness,
    base: &str,
    edition: u32,
) -> Result<(), String> {
    let body = open_body(edition);
    let answer = expect(harness, get(base, "/open"), |answer| {
        answer.status == 200 && answer.body.trim() == body
    })
    .await?;
    let json =
        header(&answer, "content-type").is_some_and(|value| value.starts_with("application/json"));
    ensure(
        json,
        &format!(
            "the mock answer's content type is lost: {:?}",
            answer.headers
        ),
    )
}

/// How often an answer by chance is asked for: one with half of the requests stays away once in 2⁵⁰ times.
const DRAWS: usize = 50;

/// `GET /open` answers as each of these editions does, now one and now the other.
pub(super) async fn serves_both(
    harness: &dyn Harness,
    base: &str,
    editions: [u32; 2],
) -> Result<(), String> {
    let bodies = editions.map(open_body);
    for edition in editions {
        serves_edition(harness, base, edition).await?;
    }
    let found = draw(harness, base).await?;
    ensure(
        bodies.iter().all(|body| found.contains(body))
            && found.iter().all(|it| bodies.contains(it)),
        &format!("{found:?} answered, not both of {bodies:?}"),
    )
}

/// `GET /open` answers as this edition does, every time.
pub(super) async fn serves_only(
    harness: &dyn Harness,
    base: &str,
    edition: u32,
) -> Result<(), String> {
    serves_edition(harness, base, edition).await?;
    // The answer may be one by chance, while callers do not all notice yet.
    let mut found = draw(harness, base).await?;
    for _ in 0..TRIES {
        if found.len() == 1 {
            break;
        }
        harness.pause().await;
        found = draw(harness, base).await?;
    }
    ensure(
        found.iter().eq([&open_body(edition)]),
        &format!("{found:?} answered, not edition {edition} alone"),
    )
}

async fn draw(harness: &dyn Harness, base: &str) -> Result<BTreeSet<String>, String> {
    let mut found = BTreeSet::new();
    for _ in 0..DRAWS {
        let answer = harness.call(get(base, "/open")).await?;
        found.insert(answer.body.trim().to_owned());
    }
    Ok(found)
}

/// `GET /open` is not served any more.
pub(super) async fn is_gone(harness: &dyn Harness, base: &str) -> Result<(), String> {
    for _ in 0..TRIES {
        match harness.call(get(base, "/open")).await {
            Ok(answer) if answer.status < 400 => harness.pause().await,
            _ => return Ok(()),
        }
    }
    Err(format!(
        "{base}/open is still served after it was withdrawn"
    ))
}

pub(super) async fn routes(harness: &dyn Harness, base: &str, report: &mut Report) {
    let unknown = expect(harness, get(base, "/no-such-route"), |answer| {
        answer.status == 403
    })
    .await;
    let unknown = unknown.and_then(|answer| {
        let said = answer.body.contains("Missing Authentication Token");
        ensure(
            said,
            &format!("the body of an unknown route is not AWS's: {}", answer.body),
        )
    });
    report.note("an unknown route is answered as AWS does", unknown);

    if harness.backend().is_some() {
        let wanted = |answer: &Answer| {
            let from_backend = header(answer, "x-conformance") == Some("backend");
            answer.status == 299 && from_backend && answer.body.trim().ends_with("/things/a%20b")
        };
        let passed = expect(harness, get(base, "/items/a%20b"), wanted).await;
        report.note(
            "a route passes status, headers and body of its backend",
            passed.map(|_| ()),
        );
    } else {
        report.skip(
            "a route passes status, headers and body of its backend",
            "the harness has no backend",
        );
    }
    protected(harness, base, report).await;
}

async fn protected(harness: &dyn Harness, base: &str, report: &mut Report) {
    if harness.token_check().is_none() {
        report.skip("a protected route", "the harness checks no tokens");
        return;
    }
    let refused = |answer: &Answer| matches!(answer.status, 401 | 403);
    let none = expect(harness, get(base, "/private"), refused).await;
    report.note(
        "a protected route without a token is refused",
        none.map(|_| ()),
    );
    let junk = with_token(base, "not-a-token");
    report.note(
        "a protected route with junk for a token is refused",
        expect(harness, junk, refused).await.map(|_| ()),
    );
    match harness.token(&[SCOPE]).await {
        Some(token) => {
            let let_in = expect(harness, with_token(base, &token), |answer| {
                answer.status == 200
            })
            .await;
            report.note(
                "a protected route with a good token is served",
                let_in.map(|_| ()),
            );
        }
        None => report.skip(
            "a protected route with a good token is served",
            "the harness has no tokens",
        ),
    }
    match harness.token(&["conformance:other"]).await {
        Some(token) => {
            let kept_out = expect(harness, with_token(base, &token), |answer| {
                answer.status == 403
            })
            .await;
            report.note(
                "a protected route with a token without its scope is refused",
                kept_out.map(|_| ()),
            );
        }
        None => report.skip(
            "a protected route with a token without its scope is refused",
            "the harness has no tokens",
        ),
    }
}

/// Repeats a call until its answer is as wanted.
async fn expect(
    harness: &dyn Harness,
    call: Call,
    wanted: impl Fn(&Answer) -> bool,
) -> Result<Answer, String> {
    let mut last = Err("it was never called".to_owned());
    for _ in 0..TRIES {
        last = harness.call(call.clone()).await;
        match last {
            Ok(answer) if wanted(&answer) => return Ok(answer),
            _ => harness.pause().await,
        }
    }
    Err(format!(
        "{} {} was answered {last:?}",
        call.method, call.url
    ))
}

fn get(base: &str, path: &str) -> Call {
    Call {
        method: "GET".to_owned(),
        url: format!("{}{path}", base.trim_end_matches('/')),
        headers: Vec::new(),
    }
}

fn with_token(base: &str, token: &str) -> Call {
    let mut call = get(base, "/private");
    call.headers
        .push(("Authorization".to_owned(), format!("Bearer {token}")));
    call
}

fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    answer
        .headers
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}
