//! What the page can ask of the window: the core, two file dialogs, the browser. The names are those of `ui/src/ipc`.
//!
//! Refuses to read or write a file for the page, and to open anything but web addresses.

use std::path::PathBuf;

use gw_app::AppEvent;
use gw_model::{Code, Fault};
use serde_json::Value;
use tauri::{AppHandle, Builder, Emitter, Manager, Runtime, State, WebviewWindow};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder};
use tauri_plugin_opener::OpenerExt;
use tokio::sync::oneshot;

use crate::core::Core;

/// The one event of the core.
const EVENT: &str = "gatewright";

/// Adds the core, the commands and the plugins they need.
pub fn extend<R: Runtime>(builder: Builder<R>, core: Core) -> Builder<R> {
    builder
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init())
        .manage(core)
        .invoke_handler(tauri::generate_handler![
            rpc, pick_file, pick_save, open_url
        ])
}

/// Brings the window before the user.
pub fn show<R: Runtime>(app: &AppHandle<R>) {
    if let Some(window) = app.get_webview_window("main") {
        // A window manager may refuse; then the window stays where it is.
        let _raised = window
            .unminimize()
            .and_then(|()| window.show())
            .and_then(|()| window.set_focus());
    }
}

/// Forwards a command of the core's table.
#[tauri::command]
async fn rpc<R: Runtime>(
    app: AppHandle<R>,
    core: State<'_, Core>,
    name: String,
    request: Option<Value>,
) -> Result<Value, Fault> {
    let hear = move |event: &AppEvent| {
        // It fails when the window is gone, and then nobody wants to hear.
        let _heard = app.emit(EVENT, event);
    };
    core.ask(&name, request.unwrap_or_default(), hear).await
}

/// A file to open, or none.
#[tauri::command]
async fn pick_file<R: Runtime>(
    window: WebviewWindow<R>,
    title: String,
    extensions: Vec<String>,
) -> Result<Option<PathBuf>, Fault> {
    let kinds: Vec<&str> = extensions.iter().map(String::as_str).collect();
    let dialog = dialog(&window, title);
    let dialog = if kinds.is_empty() {
        dialog
    } else {
        dialog.add_filter(kinds.join(", "), &kinds)
    };
    chosen(|tell| dialog.pick_file(tell)).await
}

/// A file to save to, or none. The dialog asks before an existing one is taken.
#[tauri::command]
async fn pick_save<R: Runtime>(
    window: WebviewWindow<R>,
    title: String,
    file_name: String,
) -> Result<Option<PathBuf>, Fault> {
    let dialog = dialog(&window, title).set_file_name(file_name);
    chosen(|tell| dialog.save_file(tell)).await
}

/// Opens a web address in the user's browser.
#[tauri::command]
async fn open_url<R: Runtime>(app: AppHandle<R>, url: String) -> Result<(), Fault> {
    let refused = |reason: &str| {
        let advice = "Copy the address and open it in a browser yourself";
        Fault::new(
            Code::AppDefect,
            format!("The address {url} was not opened: {reason}"),
            advice,
        )
    };
    if !is_web_address(&url) {
        return Err(refused("it is not a web address"));
    }
    app.opener()
        .open_url(&url, None::<&str>)
        .map_err(|error| refused(&error.to_string()))
}

fn dialog<R: Runtime>(window: &WebviewWindow<R>, title: String) -> FileDialogBuilder<R> {
    window.dialog().file().set_parent(window).set_title(title)
}

async fn chosen(
    ask: impl FnOnce(Box<dyn FnOnce(Option<tauri_plugin_dialog::FilePath>) + Send>),
) -> Result<Option<PathBuf>, Fault> {
    let (tell, told) = oneshot::channel();
    ask(Box::new(move |path| {
        // The command may have been given up.
        let _told = tell.send(path);
    }));
    // A dialog that goes away without an answer chose nothing.
    let Some(path) = told.await.ok().flatten() else {
        return Ok(None);
    };
    path.into_path().map(Some).map_err(|error| {
        let advice = "Choose a file on this computer";
        Fault::new(Code::AppDefect, "The chosen file has no path", advice)
            .fact("reason", error.to_string())
    })
}

fn is_web_address(url: &str) -> bool {
    tauri::Url::parse(url)
        .is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host())
}

#[cfg(test)]
mod tests {
    use super::*;
    use gw_testkit::Sandbox;
    use serde_json::json;
    use tauri::ipc::{CallbackFn, InvokeBody};
    use tauri::test::{INVOKE_KEY, get_ipc_response, mock_builder, mock_context, noop_assets};
    use tauri::webview::InvokeRequest;

    #[test]
    fn only_web_addresses_are_opened() {
        for url in [
            "https://auth.example.test/authorize?x=1",
            "http://127.0.0.1:8080/",
        ] {
            assert!(is_web_address(url), "{url}");
        }
        for url in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "/etc/passwd",
            "gatewright://x",
            "mailto:a@b.c",
            "",
        ] {
            assert!(!is_web_address(url), "{url}");
        }
    }

    #[test]
    fn the_page_reaches_the_core_by_name() {
        let sandbox = Sandbox::new().unwrap();
        let core = Core::new(Some(sandbox.path("home")));
        let app = extend(mock_builder(), core)
            .build(mock_context(noop_assets()))
            .unwrap();
        let window = tauri::WebviewWindowBuilder::new(&app, "main", tauri::WebviewUrl::default())
            .build()
            .unwrap();
        let ask = |name: &str| {
            let request = InvokeRequest {
                cmd: "rpc".to_owned(),
                callback: CallbackFn(0),
                error: CallbackFn(1),
                url: "tauri://localhost".parse().unwrap(),
                body: InvokeBody::Json(json!({ "name": name, "request": {} })),
                headers: tauri::http::HeaderMap::new(),
                invoke_key: INVOKE_KEY.to_owned(),
            };
            get_ipc_response(&window, request)
        };
        let regions = ask("gateways.regions")
            .unwrap()
            .deserialize::<Value>()
            .unwrap();
        assert!(
            regions
                .as_array()
                .unwrap()
                .iter()
                .any(|row| row.to_string().contains("eu-central-1")),
            "{regions}"
        );
        let fault = ask("no.such_command").unwrap_err();
        assert_eq!(fault["code"], "request.unknown-command", "{fault}");
    }
}
