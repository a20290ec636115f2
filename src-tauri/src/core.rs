//! The core behind the window: opened at the first question, asked by name, heard through one event.
//!
//! Refuses to keep a failure: each question tries again to open a core that could not be opened, so that a folder
//! that became writable is enough.

use std::path::PathBuf;

use gw_app::commands::Feature;
use gw_app::{App, AppEvent, AppOptions, Home, VaultUse};
use gw_model::Fault;
use serde_json::Value;
use tokio::sync::OnceCell;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

/// The core of one window.
pub struct Core {
    home: Option<PathBuf>,
    app: OnceCell<App>,
}

impl Core {
    /// One that keeps everything in `home`; nothing is opened yet.
    pub fn new(home: Option<PathBuf>) -> Self {
        Self {
            home,
            app: OnceCell::new(),
        }
    }

    /// Answers a command of the table. `hear` is called with every event from the moment the core opens.
    pub async fn ask(
        &self,
        name: &str,
        request: Value,
        hear: impl Fn(&AppEvent) + Send + 'static,
    ) -> Result<Value, Fault> {
        let app = self.app.get_or_try_init(|| self.open(hear)).await?;
        gw_app::dispatch(app, name, request).await
    }

    async fn open(&self, hear: impl Fn(&AppEvent) + Send + 'static) -> Result<App, Fault> {
        let home = Home::locate(self.home.as_deref())?;
        let app = App::open(AppOptions {
            home,
            vault: VaultUse::Chosen,
            passphrase: None,
        })
        .await?;
        tokio::spawn(forward(app.subscribe(), hear));
        gw_app::stay_open(&app);
        Ok(app)
    }
}

async fn forward(mut events: Receiver<AppEvent>, hear: impl Fn(&AppEvent)) {
    loop {
        match events.recv().await {
            Ok(event) => hear(&event),
            Err(RecvError::Lagged(_)) => hear(&everything_changed()),
            Err(RecvError::Closed) => return,
        }
    }
}

/// What to tell a page that missed events: read all of it again.
fn everything_changed() -> AppEvent {
    AppEvent::Changed {
        features: Feature::ALL.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gw_testkit::Sandbox;
    use serde_json::json;

    #[tokio::test]
    async fn an_unusable_home_is_a_fault_and_a_mended_one_is_enough() {
        let sandbox = Sandbox::new().unwrap();
        let home = sandbox.write("home", "a file in the way").unwrap();
        let core = Core::new(Some(home.clone()));
        let fault = core
            .ask("app.status", Value::Null, |_| ())
            .await
            .unwrap_err();
        assert_eq!(
            serde_json::to_value(&fault).unwrap()["code"],
            json!("app.home-unusable")
        );
        std::fs::remove_file(&home).unwrap();
        core.ask("app.status", Value::Null, |_| ()).await.unwrap();
    }

    #[test]
    fn missed_events_mean_reading_all_features() {
        let AppEvent::Changed { features } = everything_changed() else {
            panic!("not a change")
        };
        let read = gw_app::commands::TABLE
            .iter()
            .flat_map(|command| command.reads);
        for feature in read {
            assert!(features.contains(feature), "{feature:?} is left out");
        }
    }
}
