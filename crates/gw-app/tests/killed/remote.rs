//! What callers get, by what there is in an account.

use gw_testkit::{Inventory, Localemu, Reply, request};

use crate::job::Aim;

/// Callers get what they got before.
pub fn serves_as_before(seen: &Inventory, aim: Aim, context: &str) {
    match aim {
        Aim::First => assert_eq!(api(seen), None, "{context}"),
        Aim::Return => serves(seen, "two", context),
        _ => serves(seen, "one", context),
    }
}

/// Callers get what was wanted.
pub fn serves_as_wanted(seen: &Inventory, aim: Aim, context: &str) {
    match aim {
        Aim::First | Aim::Return => serves(seen, "one", context),
        Aim::Second | Aim::Settings | Aim::Canary => serves(seen, "two", context),
        Aim::Withdrawal | Aim::Recovery => assert_eq!(api(seen), None, "{context}"),
    }
}

fn serves(seen: &Inventory, which: &str, context: &str) {
    let api = api(seen).unwrap();
    let open = call(api, "/which");
    assert_eq!(
        (open.status, open.text().as_str()),
        (200, which),
        "{context}"
    );
    let protected = call(api, "/notes");
    assert_eq!(protected.status, 401, "{context}: open to everyone");
}

/// The REST API, if there is one.
fn api(seen: &Inventory) -> Option<&str> {
    seen.all("api").first().copied()
}

/// What a caller gets.
fn call(api: &str, path: &str) -> Reply {
    let url = Localemu::shared().unwrap().invoke_url(api, "live");
    request("GET", &format!("{url}{path}"), &[], "").unwrap()
}
