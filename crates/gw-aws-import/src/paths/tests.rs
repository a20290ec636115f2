//! Paths of real documents, and what becomes of them.

use gw_model::HttpMethod;
use gw_plan::{Plan, RouteSecurity};

use super::{Placed, place};
use crate::note::Fidelity;
use crate::samples::{pets, route};

fn plan(operations: &[(HttpMethod, &str)]) -> Plan {
    let mut plan = pets();
    plan.routes = operations
        .iter()
        .map(|(method, path)| route(*method, path, RouteSecurity::Open { declared: true }))
        .collect();
    plan
}

fn gets(paths: &[&str]) -> Placed {
    let operations: Vec<(HttpMethod, &str)> =
        paths.iter().map(|path| (HttpMethod::Get, *path)).collect();
    place(&plan(&operations))
}

fn paths(placed: &Placed) -> Vec<&str> {
    placed
        .served
        .iter()
        .map(|served| served.path.as_str())
        .collect()
}

fn urls(placed: &Placed) -> Vec<&str> {
    placed
        .served
        .iter()
        .map(|served| served.url.as_deref().unwrap_or_default())
        .collect()
}

fn told(placed: &Placed) -> Vec<(&str, Fidelity)> {
    placed
        .notes
        .iter()
        .map(|note| (note.rule, note.fidelity))
        .collect()
}

#[test]
fn paths_aws_takes_stay_as_they_are() {
    let placed = gets(&["/", "/a_b-c.d,e:f/{id}", "/files/{proxy+}"]);
    assert_eq!(
        paths(&placed),
        ["/", "/a_b-c.d,e:f/{id}", "/files/{proxy+}"]
    );
    assert_eq!(told(&placed), []);
    assert_eq!(placed.resources, 4);
}

#[test]
fn variables_at_one_place_get_the_first_name_and_the_backend_the_same_request() {
    let placed = gets(&["/u/{id}", "/u/{name}/x", "/u/{name}/x/{id}"]);
    assert_eq!(paths(&placed), ["/u/{id}", "/u/{id}/x", "/u/{id}/x/{id2}"]);
    assert_eq!(
        urls(&placed),
        [
            "https://backend.example.test/u/{id}",
            "https://backend.example.test/u/{id}/x",
            "https://backend.example.test/u/{id}/x/{id2}"
        ]
    );
    assert_eq!(
        told(&placed),
        [
            ("GW012", Fidelity::Changed),
            ("GW012", Fidelity::Changed),
            ("GW012", Fidelity::Changed)
        ]
    );
    let renamed = &placed.served[2].renamed;
    let expected = [("name", "id"), ("id", "id2")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(*renamed, expected);
}

#[test]
fn a_segment_that_varies_in_part_becomes_a_variable() {
    let placed = gets(&["/a.{ext}", "/x{id}/y", "/r/{a}.{b}", "/v1/{name}:cancel"]);
    assert_eq!(
        paths(&placed),
        ["/{ext}", "/{ext}/y", "/r/{a_b}", "/v1/{name}"]
    );
    assert_eq!(urls(&placed)[2], "https://backend.example.test/r/{a_b}");
    assert!(
        told(&placed)
            .iter()
            .all(|note| *note == ("GW011", Fidelity::Changed))
    );
}

#[test]
fn characters_aws_does_not_take_become_variables_and_meet_their_siblings() {
    let placed = gets(&[
        "/users/{userId}",
        "/users/@me",
        "/users/@me/guilds",
        "/a b",
        "/é",
    ]);
    assert_eq!(
        paths(&placed),
        [
            "/users/{userId}",
            "/users/{userId}",
            "/users/{userId}/guilds",
            "/{a_b}",
            "/{a_b}"
        ]
    );
    // GET /users/@me is served by GET /users/{userId}: their backends and callers are the same.
    assert_eq!(placed.served[1].primary, 0);
    assert_eq!(placed.served[4].primary, 3);
    assert!(
        told(&placed)
            .iter()
            .all(|(rule, fidelity)| *rule == "GW010" && *fidelity == Fidelity::Changed)
    );
}

#[test]
fn a_query_or_fragment_is_no_part_of_a_path() {
    let placed = gets(&["/?Action=A", "/?Action=B", "/x#y"]);
    assert_eq!(paths(&placed), ["/", "/", "/x"]);
    assert_eq!(
        urls(&placed),
        [
            "https://backend.example.test/",
            "https://backend.example.test/",
            "https://backend.example.test/x"
        ]
    );
}

#[test]
fn operations_that_differ_in_who_may_call_are_never_merged() {
    let mut plan = plan(&[
        (HttpMethod::Get, "/users/{id}"),
        (HttpMethod::Get, "/users/@me"),
    ]);
    plan.routes[1].security = RouteSecurity::Token {
        scopes: vec!["me".to_owned()],
    };
    let placed = place(&plan);
    assert_eq!(paths(&placed), ["/users/{id}"]);
    assert_eq!(
        placed.notes.last().map(|note| (note.rule, note.fidelity)),
        Some(("GW010", Fidelity::Refused))
    );
}

#[test]
fn operations_with_backends_of_their_own_are_never_merged() {
    let mut plan = plan(&[(HttpMethod::Get, "/a"), (HttpMethod::Get, "/a/")]);
    plan.routes[1].backend = gw_plan::RouteBackend::Http {
        url: "https://other.example.test/a/".to_owned(),
    };
    let placed = place(&plan);
    assert_eq!(told(&placed), [("GW017", Fidelity::Refused)]);
}

#[test]
fn a_url_of_an_integration_keeps_its_own_shape() {
    let mut plan = plan(&[
        (HttpMethod::Get, "/a/{x}"),
        (HttpMethod::Get, "/a/{y}/b"),
        (HttpMethod::Get, "/z/@me"),
    ]);
    let to = |url: &str| gw_plan::RouteBackend::Http {
        url: url.to_owned(),
    };
    plan.routes[1].backend = to("https://other.example.test/{y}?of={y}");
    plan.routes[2].backend = to("https://other.example.test/somewhere");
    let placed = place(&plan);
    assert_eq!(urls(&placed)[1], "https://other.example.test/{x}?of={x}");
    assert_eq!(
        placed.served.len(),
        2,
        "a segment without a place in the URL is refused"
    );
    assert!(told(&placed).contains(&("GW011", Fidelity::Refused)));
}

#[test]
fn what_no_rewriting_helps_is_refused() {
    for (paths, rule) in [
        (["/a/{id}", "/a/{proxy+}"], "GW012"),
        (["/a/{proxy+}", "/a/{proxy+}/b"], "GW013"),
    ] {
        assert!(
            told(&gets(&paths)).contains(&(rule, Fidelity::Refused)),
            "{paths:?}"
        );
    }
    let trace = place(&plan(&[(HttpMethod::Trace, "/a"), (HttpMethod::Get, "/a")]));
    assert_eq!(told(&trace), [("GW021", Fidelity::Lost)]);
    assert_eq!(trace.served.len(), 1);
}

#[test]
fn three_hundred_resources_fit_and_one_more_does_not() {
    let many = |count: usize| {
        let paths: Vec<String> = (0..count - 1).map(|i| format!("/admin/p{i}")).collect();
        gets(&paths.iter().map(String::as_str).collect::<Vec<_>>())
    };
    assert_eq!(told(&many(300)), []);
    let over = many(301);
    assert_eq!(told(&over), [("GW015", Fidelity::Refused)]);
    assert!(
        over.notes[0].message.contains("/admin, has 301"),
        "{}",
        over.notes[0].message
    );
}

#[test]
fn equal_paths_are_placed_alike_whatever_comes_after() {
    let paths_of = |count: usize| {
        let all = ["/a/{x}", "/a/{y}/b", "/{c}/d", "/c.{e}"];
        let placed = gets(&all[..count]);
        paths(&placed)
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    for count in 1..4 {
        assert_eq!(paths_of(count), paths_of(4)[..count]);
    }
}
