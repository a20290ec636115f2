//! The real window, driven as a person drives it: by what is written on it.
//!
//! Needs a display, a session bus and a keychain of its own: run by `.ci/window-test`. Refuses to look inside the
//! program: a test sees what is on the page, in the keychain, on the network and on the disk.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fantoccini::elements::{Element, ElementRef};
use fantoccini::key::Key;
use fantoccini::{Client, ClientBuilder, Locator};
use gw_testkit::{Daemon, DaemonCommand, Sandbox, free_port, request};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

/// How a test ends early.
pub type Fallible<T = ()> = Result<T, Box<dyn Error>>;

/// The longest that one thing on the page may take, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(50);
const PRESSABLE: &str = "button, a, summary, [role=button], [role=tab], [role=menuitem], [role=option], [role=radio], [role=switch], [role=checkbox]";
const FILLABLE: &str = "input, textarea, select, [contenteditable=true]";

/// The accessible name as far as our page makes one: `aria-label`, a label, the text, the placeholder.
const FIND_BY_NAME: &str = r"
const [css, wanted] = arguments;
const clean = (text) => (text ?? '').replace(/\s+/g, ' ').trim();
const byIds = (ids) => (ids ?? '').split(' ').map((id) => document.getElementById(id)?.innerText ?? '').join(' ');
const named = (element) =>
  [
    element.getAttribute('aria-label'),
    byIds(element.getAttribute('aria-labelledby')),
    ...[...(element.labels ?? [])].map((label) => label.innerText),
    element.innerText,
    element.getAttribute('placeholder'),
  ].map(clean).filter(Boolean);
const usable = (element) => {
  const box = element.getBoundingClientRect();
  return box.width > 0 && box.height > 0 && !element.disabled && element.getAttribute('aria-disabled') !== 'true';
};
const all = [...document.querySelectorAll(css)].filter(usable);
return all.find((element) => named(element).includes(wanted)) ?? all.find((element) => named(element).some((name) => name.startsWith(wanted))) ?? null;
";

/// An open window with a home of its own. Window, driver and home end with it.
#[derive(Debug)]
pub struct Window {
    client: Client,
    // Kept for their drops, in this order: the driver ends the app, then the folder may go.
    _driver: Daemon,
    home: Sandbox,
}

impl Window {
    /// Opens one on an empty home.
    pub async fn open() -> Fallible<Self> {
        Self::open_at(Sandbox::new()?).await
    }

    /// Opens one on a home that may hold something already.
    pub async fn open_at(home: Sandbox) -> Fallible<Self> {
        if std::env::var_os("DISPLAY").is_none() {
            return Err(
                "there is no display: run the tests of the window with .ci/window-test".into(),
            );
        }
        let port = free_port()?;
        let mut driver = DaemonCommand::new("WebKitWebDriver", "WebKitWebDriver")
            .arg("--host=127.0.0.1")
            .arg(format!("--port={port}"))
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("GATEWRIGHT_HOME", home.home().to_string_lossy())
            .start()?;
        let url = format!("http://127.0.0.1:{port}");
        driver.wait_until(PATIENCE, |_| {
            request("GET", &format!("{url}/status"), &[], "").ok()
        })?;

        let capabilities = json!({
            "browserName": "wry",
            "webkitgtk:browserOptions": { "binary": binary("gatewright-desktop", "GATEWRIGHT_E2E_BINARY")?, "args": [] },
        });
        let Value::Object(capabilities) = capabilities else {
            return Err("capabilities are an object".into());
        };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&url)
            .await?;
        Ok(Self {
            client,
            _driver: driver,
            home,
        })
    }

    /// The home folder of this window.
    pub fn home(&self) -> &Sandbox {
        &self.home
    }

    /// The WebDriver session, for what the words below do not say.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// All text on the page, as it is shown.
    pub async fn text(&self) -> Fallible<String> {
        let value = self
            .client
            .execute("return document.body.innerText", vec![])
            .await?;
        Ok(value.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until the page shows this text.
    pub async fn see(&self, wanted: &str) -> Fallible {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let text = self.text().await?;
            if text.contains(wanted) {
                return Ok(());
            }
            if tokio::time::Instant::now() > deadline {
                return Err(format!("the page never showed {wanted:?}; it shows:\n{text}").into());
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Waits for an element and gives it.
    pub async fn find(&self, css: &str) -> Fallible<Element> {
        Ok(self
            .client
            .wait()
            .at_most(PATIENCE)
            .every(POLL)
            .for_element(Locator::Css(css))
            .await?)
    }

    /// Presses the button, link, tab or menu entry with this accessible name, once it is there and enabled.
    pub async fn press(&self, name: &str) -> Fallible {
        self.retry(&format!("pressing {name:?}"), async || {
            self.by_name(PRESSABLE, name).await?.click().await?;
            Ok(())
        })
        .await
    }

    /// Types into the field with this label, instead of what it holds.
    pub async fn fill(&self, label: &str, text: &str) -> Fallible {
        self.retry(&format!("filling {label:?}"), async || {
            let field = self.by_name(FILLABLE, label).await?;
            field.click().await?;
            let select_all = format!("{}a{}", char::from(Key::Control), char::from(Key::Control));
            field.send_keys(&select_all).await?;
            field.send_keys(text).await?;
            Ok(())
        })
        .await
    }

    /// The value of the field with this label.
    pub async fn value(&self, label: &str) -> Fallible<String> {
        let field = self.by_name(FILLABLE, label).await?;
        Ok(field.prop("value").await?.unwrap_or_default())
    }

    /// Goes to a page of the window by its route, as a link would.
    pub async fn go(&self, route: &str) -> Fallible {
        self.client
            .execute(
                "location.hash = arguments[0]",
                vec![json!(format!("#{route}"))],
            )
            .await?;
        Ok(())
    }

    /// The route the window shows, as `/apis/…`.
    pub async fn route(&self) -> Fallible<String> {
        let hash = self.client.execute("return location.hash", vec![]).await?;
        Ok(hash
            .as_str()
            .unwrap_or_default()
            .trim_start_matches('#')
            .to_owned())
    }

    /// Types into the combobox with this label and takes the choice that starts with the same text.
    pub async fn choose(&self, label: &str, choice: &str) -> Fallible {
        self.fill(label, choice).await?;
        self.press(choice).await
    }

    /// Marks every consent that the page asks for.
    pub async fn agree_to_all(&self) -> Fallible {
        for consent in self
            .client
            .find_all(Locator::Css("fieldset [role=checkbox]"))
            .await?
        {
            consent.click().await?;
        }
        Ok(())
    }

    /// A picture of the page in `GATEWRIGHT_E2E_PICTURES`, when that names a folder.
    pub async fn picture_for(&self, name: &str) -> Fallible {
        match std::env::var_os("GATEWRIGHT_E2E_PICTURES") {
            Some(folder) => {
                self.picture(&Path::new(&folder).join(format!("{name}.png")))
                    .await
            }
            None => Ok(()),
        }
    }

    /// A picture of the page.
    pub async fn picture(&self, path: &Path) -> Fallible {
        std::fs::write(path, self.client.screenshot().await?)?;
        Ok(())
    }

    /// Closes the window and gives back its home.
    pub async fn close(self) -> Fallible<Sandbox> {
        self.client.close().await?;
        Ok(self.home)
    }

    /// The first element of the selector with this accessible name that is shown and enabled.
    async fn by_name(&self, css: &str, name: &str) -> Fallible<Element> {
        let found = self
            .client
            .execute(FIND_BY_NAME, vec![json!(css), json!(name)])
            .await?;
        let id = found
            .as_object()
            .and_then(|reference| reference.values().next())
            .and_then(Value::as_str);
        let id = id.ok_or_else(|| format!("nothing usable is named {name:?}"))?;
        Ok(Element::from_element_id(
            self.client.clone(),
            ElementRef::from(id.to_owned()),
        ))
    }

    /// Tries until it works or patience ends: a page that is being drawn is no failure.
    async fn retry(&self, what: &str, attempt: impl AsyncFn() -> Fallible) -> Fallible {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            match attempt().await {
                Ok(()) => return Ok(()),
                Err(error) if tokio::time::Instant::now() > deadline => {
                    return Err(format!(
                        "{what}: {error}; the page shows:\n{}",
                        self.text().await?
                    )
                    .into());
                }
                Err(_) => tokio::time::sleep(POLL).await,
            }
        }
    }
}

/// Where a program of the build is; `variable` names another one.
pub fn binary(name: &str, variable: &str) -> Fallible<PathBuf> {
    let path = match std::env::var_os(variable) {
        Some(path) => PathBuf::from(path),
        None => PathBuf::from(
            std::env::var_os("GATEWRIGHT_BIN_DIR").ok_or("GATEWRIGHT_BIN_DIR is not set")?,
        )
        .join(name),
    };
    if path.is_file() {
        Ok(path)
    } else {
        Err(format!("{} is not built", path.display()).into())
    }
}
