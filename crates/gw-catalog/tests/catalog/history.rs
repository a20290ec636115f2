//! The console's history.

use gw_catalog::{
    BodyEncoding, Exchange, ExchangeOutcome, Header, History, KeptBody, Page, SentRequest, Timings,
};
use gw_model::{
    ApiId, ApplicationId, Code, Fault, GatewayId, HttpMethod, OperationKey, UnixMillis,
};

use crate::fixture::Sandbox;

fn exchange(api: &str, url: &str) -> Exchange {
    Exchange {
        at: UnixMillis(7),
        api: ApiId::new(api),
        gateway: GatewayId::new("gw"),
        application: Some(ApplicationId::new("shop")),
        operation: Some(OperationKey::new(HttpMethod::Post, "/pets")),
        request: SentRequest {
            method: HttpMethod::Post,
            url: url.to_owned(),
            headers: vec![Header {
                name: "Authorization".to_owned(),
                value: "Bearer ‹redacted›".to_owned(),
            }],
            body: KeptBody::keep(b"{\"name\":\"Rex\"}", 14),
        },
        outcome: ExchangeOutcome::Answered {
            status: 201,
            headers: Vec::new(),
            body: KeptBody::keep(&[0xff, 0x00, 0xfe], 3),
            timings: Timings {
                first_byte_ms: Some(12),
                total_ms: 15,
            },
        },
    }
}

#[test]
fn an_exchange_survives_a_restart() {
    let sandbox = Sandbox::new();
    let sent = exchange("api", "https://abc.example/pets?limit=1");
    let id = sandbox.catalog.history().add(&sent).unwrap();
    let sandbox = sandbox.reopen();
    let entry = sandbox.catalog.history().get(id).unwrap();
    assert_eq!(
        serde_json::to_value(&entry.exchange).unwrap(),
        serde_json::to_value(&sent).unwrap()
    );
    let ExchangeOutcome::Answered { body, .. } = entry.exchange.outcome else {
        panic!("no answer")
    };
    assert_eq!(
        (body.encoding, body.bytes().as_slice()),
        (BodyEncoding::Base64, &[0xff, 0x00, 0xfe][..])
    );
    let rows = sandbox
        .catalog
        .history()
        .list(None, Page::default())
        .unwrap()
        .items;
    assert_eq!(
        (rows[0].id, rows[0].status, rows[0].size, rows[0].total_ms),
        (id, Some(201), 3, 15)
    );
    assert_eq!(rows[0].url, "https://abc.example/pets?limit=1");
}

#[test]
fn a_call_without_an_answer_is_kept_too() {
    let sandbox = Sandbox::new();
    let mut sent = exchange("api", "https://nowhere.example/");
    sent.outcome = ExchangeOutcome::Failed {
        fault: Fault::new(Code::NetworkNameUnknown, "No such name", "Check it."),
        timings: Timings {
            first_byte_ms: None,
            total_ms: 3,
        },
    };
    sandbox.catalog.history().add(&sent).unwrap();
    let rows = sandbox
        .catalog
        .history()
        .list(None, Page::default())
        .unwrap()
        .items;
    assert_eq!(
        (rows[0].status, rows[0].failed),
        (None, Some(Code::NetworkNameUnknown))
    );
}

#[test]
fn the_history_is_listed_newest_first_and_by_api() {
    let sandbox = Sandbox::new();
    let history = sandbox.catalog.history();
    for number in 0..6 {
        history
            .add(&exchange(
                ["a", "b"][number % 2],
                &format!("https://x.example/{number}"),
            ))
            .unwrap();
    }
    let urls = |api: Option<&str>, offset, limit| {
        let api = api.map(ApiId::new);
        let page = history.list(api.as_ref(), Page { offset, limit }).unwrap();
        let last: String = page
            .items
            .iter()
            .filter_map(|row| row.url.chars().last())
            .collect();
        (last, page.total)
    };
    assert_eq!(urls(None, 0, 4), ("5432".to_owned(), 6));
    assert_eq!(urls(None, 4, 4), ("10".to_owned(), 6));
    assert_eq!(urls(Some("b"), 0, 9), ("531".to_owned(), 3));
}

#[test]
fn old_exchanges_make_room_and_ids_are_not_used_again() {
    let sandbox = Sandbox::new();
    let history = sandbox.catalog.history();
    let first = history
        .add(&exchange("api", "https://x.example/first"))
        .unwrap();
    for number in 1..History::KEPT {
        history
            .add(&exchange("api", &format!("https://x.example/{number}")))
            .unwrap();
    }
    assert_eq!(
        history.list(None, Page::first(1)).unwrap().total,
        u64::from(History::KEPT)
    );
    assert!(history.get(first).is_ok());
    let newest = history
        .add(&exchange("api", "https://x.example/newest"))
        .unwrap();
    assert_eq!(
        history.list(None, Page::first(1)).unwrap().total,
        u64::from(History::KEPT)
    );
    assert_eq!(history.get(first).unwrap_err().code, Code::CatalogNotFound);
    history.remove(newest).unwrap();
    history.remove(newest).unwrap();
    assert_eq!(history.clear().unwrap(), u64::from(History::KEPT) - 1);
    assert!(
        history
            .add(&exchange("api", "https://x.example/next"))
            .unwrap()
            > newest
    );
}

#[test]
fn a_cleared_history_is_gone_from_the_disk() {
    let sandbox = Sandbox::new();
    let on_disk = |words: &str| {
        std::fs::read_dir(sandbox.folder.path())
            .unwrap()
            .any(|entry| {
                String::from_utf8_lossy(&std::fs::read(entry.unwrap().path()).unwrap())
                    .contains(words)
            })
    };
    for number in 0..50 {
        let mut sent = exchange("api", "https://x.example/");
        let body = format!("private-{number} {}", "x".repeat(10_000));
        sent.request.body = KeptBody::keep(body.as_bytes(), body.len() as u64);
        sandbox.catalog.history().add(&sent).unwrap();
    }
    assert!(on_disk("private-7 "));
    assert_eq!(sandbox.catalog.history().clear().unwrap(), 50);
    assert!(!on_disk("private-"), "it can still be read from the files");
}
