//! Answers are recorded as they came.

use gw_console::{AnswerBody, Answered, SHOWN_BYTES, build, pretty, send};
use gw_http::{CancellationToken, Client};
use gw_model::{Code, HttpMethod};

use crate::build::draft;
use crate::server::Server;

async fn answered(head: &str, body: &[u8]) -> Answered {
    let mut answer = format!("HTTP/1.1 {head}\r\nConnection: close\r\n\r\n").into_bytes();
    answer.extend_from_slice(body);
    let server = Server::answering(answer).await;
    let request = build(&server.url, &draft(HttpMethod::Get, "/"), None).unwrap();
    send(&Client::new().unwrap(), request, &CancellationToken::new())
        .await
        .unwrap()
}

fn text(answered: &Answered) -> (&str, Option<&str>, &str, bool) {
    match &answered.body {
        AnswerBody::Text {
            raw,
            pretty,
            language,
            truncated,
        } => (raw, pretty.as_deref(), language, *truncated),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn json_is_shown_raw_and_indented_without_losing_a_digit() {
    let raw = r#"{"b":1.00,"a":12345678901234567890123,"a":[],"t":"x: {\"y\"} ,","e":{},"n":[1,[true,null]]}"#;
    let answer = answered(
        "200 OK\r\nContent-Type: application/problem+json\r\nX-One: 1",
        raw.as_bytes(),
    )
    .await;
    assert_eq!(
        (answer.status, answer.reason.as_str(), answer.size),
        (200, "OK", raw.len() as u64)
    );
    assert_eq!(answer.header("X-ONE"), Some("1"));
    assert!(answer.total_ms >= answer.first_byte_ms && answer.first_byte_ms > 0.0);
    let (shown, pretty, language, truncated) = text(&answer);
    assert_eq!((shown, language, truncated), (raw, "json", false));
    let expected = "{\n  \"b\": 1.00,\n  \"a\": 12345678901234567890123,\n  \"a\": [],\n  \"t\": \"x: {\\\"y\\\"} ,\",\n  \"e\": {},\n  \"n\": [\n    1,\n    [\n      true,\n      null\n    ]\n  ]\n}";
    assert_eq!(pretty, Some(expected));
}

#[tokio::test]
async fn broken_json_and_other_texts_stay_raw() {
    for (media_type, body, language) in [
        ("application/json", "{\"a\":", "json"),
        ("text/html; charset=utf-8", "<p>é", "html"),
        ("text/plain", "plain", "text"),
        ("application/xml", "<a><b></a>", "xml"),
    ] {
        let answer = answered(
            &format!("200 OK\r\nContent-Type: {media_type}"),
            body.as_bytes(),
        )
        .await;
        assert_eq!(text(&answer), (body, None, language, false));
    }
    let untyped = answered("200 OK", b"[1]").await;
    assert_eq!(text(&untyped), ("[1]", Some("[\n  1\n]"), "json", false));
}

#[test]
fn xml_is_indented_where_no_text_is_touched() {
    let cases = [
        (
            "<a><b>x</b><c/><d></d></a>",
            "<a>\n  <b>x</b>\n  <c/>\n  <d></d>\n</a>",
        ),
        (
            "<?xml version='1.0'?><a> <b/> </a>",
            "<?xml version='1.0'?>\n<a>\n  <b/>\n</a>",
        ),
        ("<p>one <b>two</b> three</p>", "<p>one <b>two</b> three</p>"),
        (
            "<a><!-- > --><b x='>'><c><![CDATA[<x>]]></c></b></a>",
            "<a>\n  <!-- > -->\n  <b x='>'>\n    <c><![CDATA[<x>]]></c>\n  </b>\n</a>",
        ),
        (
            "<a><p>x<i/>y</p><q/></a>",
            "<a>\n  <p>x<i/>y</p>\n  <q/>\n</a>",
        ),
    ];
    for (raw, indented) in cases {
        assert_eq!(pretty::xml(raw).as_deref(), Some(indented));
        assert_eq!(
            pretty::xml(indented).as_deref(),
            Some(indented),
            "indenting twice"
        );
    }
    for broken in ["<a>", "</a>", "<a><b></a></b>", "text", "<a", "<a>x"] {
        assert_eq!(pretty::xml(broken), None, "{broken}");
    }
}

#[tokio::test]
async fn binary_is_told_apart() {
    let png = answered(
        "200 OK\r\nContent-Type: image/png",
        b"\x89PNG\r\n\x1a\n\0\0",
    )
    .await;
    assert_eq!(
        png.body,
        AnswerBody::Binary {
            content_type: "image/png".to_owned()
        }
    );
    let zeros = answered("200 OK", b"a\0b").await;
    assert_eq!(
        zeros.body,
        AnswerBody::Binary {
            content_type: "application/octet-stream".to_owned()
        }
    );
    let packed = answered(
        "200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: gzip",
        b"packed",
    )
    .await;
    assert_eq!(
        packed.body,
        AnswerBody::Binary {
            content_type: "text/plain".to_owned()
        }
    );
    let latin = answered(
        "200 OK\r\nContent-Type: text/plain; charset=ISO-8859-1",
        b"caf\xe9",
    )
    .await;
    assert_eq!(text(&latin).0, "café");
    let empty = answered("204 No Content", b"").await;
    assert_eq!((empty.body, empty.size), (AnswerBody::Empty, 0));
}

#[tokio::test]
async fn a_long_body_is_cut_at_a_character_and_its_size_told() {
    let long = "é".repeat(SHOWN_BYTES);
    // An odd byte first, so that the cut goes through a character.
    let body = format!("x{long}");
    let answer = answered(
        &format!("200 OK\r\nContent-Length: {}", body.len()),
        body.as_bytes(),
    )
    .await;
    let (shown, pretty, _, truncated) = text(&answer);
    assert!(truncated && pretty.is_none());
    assert_eq!(shown.len(), SHOWN_BYTES - 1);
    assert_eq!((answer.size, answer.size_exact), (body.len() as u64, true));
    let unsized_answer = answered("200 OK", body.as_bytes()).await;
    assert_eq!(
        (unsized_answer.size, unsized_answer.size_exact),
        (body.len() as u64, true)
    );
}

#[tokio::test]
async fn sending_can_be_cancelled() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let request = build(&base, &draft(HttpMethod::Get, "/"), None).unwrap();
    let cancel = CancellationToken::new();
    let client = Client::new().unwrap();
    let sending = send(&client, request, &cancel);
    let arrived = async {
        // Accepted and never answered.
        let stream = listener.accept().await.unwrap();
        cancel.cancel();
        std::future::pending::<()>().await;
        drop(stream);
    };
    let end = tokio::select! {
        end = sending => end,
        () = arrived => unreachable!("it waits for ever"),
    };
    assert_eq!(end.unwrap_err().code, Code::RequestCancelled);
}
