//! Servers: their addresses and the variables in them.
//!
//! It refuses to ask whether anybody answers there.

use super::rules::Id;
use super::words::Word;
use super::{At, Lint, Said};
use crate::document::SpecVersion;
use crate::finding::shorten;
use crate::read::strings;
use crate::tree::{Kind, Node};

/// Words that say what a server is for.
const PURPOSES: [&str; 10] = [
    "local", "sandbox", "alpha", "beta", "test", "stag", "prod", "next", "dev", "demo",
];

impl<'d> Lint<'d> {
    /// The servers of the whole document; in 2.0 its schemes.
    pub(super) fn servers(&mut self, root: Node<'d>) {
        if self.version == SpecVersion::V2 {
            let schemes = self.get(root, Word::Schemes);
            for scheme in schemes.into_iter().flat_map(Node::items) {
                if let Some("http" | "ws") = scheme.as_str() {
                    self.report(Id::ServerHttp, At::Node(scheme), || {
                        "The API is offered over plain HTTP".to_owned()
                    });
                }
            }
            return;
        }
        let Some(servers) = self.get(root, Word::Servers) else {
            self.report(Id::ServerMissing, At::Start, || {
                "The document names no server".to_owned()
            });
            return;
        };
        if servers.kind() == Kind::Sequence && servers.is_empty() {
            self.report(Id::ServerMissing, At::Key(servers), || {
                "The list of servers is empty".to_owned()
            });
        }
        self.inventory(servers);
    }

    pub(super) fn server(&mut self, server: Node<'d>) {
        let Some(url) = self.get(server, Word::Url) else {
            return;
        };
        let Some(text) = url.as_str() else {
            return;
        };
        if text.len() > 1 && text.ends_with('/') {
            self.report(Id::ServerTrailingSlash, At::Key(url), || {
                format!("The server '{}' ends in a slash", shorten(text))
            });
        }
        if is_example(text) {
            self.report(Id::ServerExample, At::Key(url), || {
                format!("The server '{}' is one callers cannot reach", shorten(text))
            });
        }
        let lower = text.get(..7).unwrap_or(text).to_ascii_lowercase();
        if lower.starts_with("http://") && !is_example(text) {
            self.report(Id::ServerHttp, At::Key(url), || {
                format!("The server '{}' is reached by plain HTTP", shorten(text))
            });
        }
        self.variables(server, url, text);
    }

    fn variables(&mut self, server: Node<'d>, url: Node<'d>, text: &'d str) {
        let declared = self.get(server, Word::Variables);
        let mut used = Vec::new();
        for (_, rest) in text.match_indices('{').map(|(at, _)| text.split_at(at + 1)) {
            let Some((name, _)) = rest.split_once('}') else {
                break;
            };
            used.push(name);
            if declared.and_then(|declared| declared.get(name)).is_none() {
                self.report(Id::ServerVariableUndefined, At::Key(url), || {
                    Said::from(format!("The variable '{}' is not declared", shorten(name))).fix(
                        format!(
                            "Declare '{}' under 'variables', with a 'default'.",
                            shorten(name)
                        ),
                    )
                });
            }
        }
        for (name, variable) in declared.into_iter().flat_map(Node::entries) {
            if !used.contains(&name.text) {
                self.report(Id::ServerVariableUndefined, At::Key(variable), || {
                    Said::from(format!("The URL has no variable '{}'", shorten(name.text)))
                        .fix("Remove it, or use it in the 'url'.")
                });
            }
            let Some(values) = self.get(variable, Word::Enum) else {
                continue;
            };
            let default = self
                .get(variable, Word::Default)
                .and_then(Node::scalar_text);
            if values.kind() == Kind::Sequence && values.is_empty() {
                self.report(Id::ServerVariableEnum, At::Key(values), || {
                    format!(
                        "The variable '{}' may have no value at all",
                        shorten(name.text)
                    )
                });
            } else if let Some(default) = default
                && !strings(Some(values)).any(|value| value == default)
            {
                self.report(Id::ServerVariableEnum, At::Key(variable), || {
                    format!(
                        "The default '{}' of '{}' is not among its values",
                        shorten(default),
                        shorten(name.text)
                    )
                });
            }
        }
    }

    fn inventory(&mut self, servers: Node<'d>) {
        if !self.is_on(Id::InventoryAudience) && !self.is_on(Id::InventoryEnvironment) {
            return;
        }
        for server in servers.items() {
            if server.is_mapping() && server.get("x-internal").is_none() {
                self.report(Id::InventoryAudience, At::Node(server), || {
                    "This server does not say whom it is for".to_owned()
                });
            }
            let description = self
                .text(server, Word::Description)
                .unwrap_or_default()
                .to_lowercase();
            if !PURPOSES.iter().any(|word| description.contains(word)) {
                self.report(Id::InventoryEnvironment, At::Node(server), || {
                    "This server does not say what it is for".to_owned()
                });
            }
        }
    }
}

/// Whether a URL is at example.com or at the caller's own machine.
fn is_example(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest
        .split(['/', '?', '#', ':'])
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    ["example.com", "localhost"].into_iter().any(|known| {
        host.strip_suffix(known)
            .is_some_and(|before| before.is_empty() || before.ends_with('.'))
    })
}
