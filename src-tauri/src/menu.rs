//! The application menu. Refuses to exist where windows have none by custom: only macOS sends the standard edit keys
//! through a menu, elsewhere the web view knows them by itself.

use tauri::{Builder, Runtime};

/// Adds the menu of the platform.
#[cfg(not(target_os = "macos"))]
pub fn add<R: Runtime>(builder: Builder<R>) -> Builder<R> {
    builder
}

/// Adds the menu of the platform.
#[cfg(target_os = "macos")]
pub fn add<R: Runtime>(builder: Builder<R>) -> Builder<R> {
    use tauri::menu::{Menu, SubmenuBuilder};
    builder.menu(|app| {
        let own = SubmenuBuilder::new(app, "Gatewright")
            .about(None)
            .separator()
            .hide()
            .hide_others()
            .show_all()
            .separator()
            .quit()
            .build()?;
        let edit = SubmenuBuilder::new(app, "Edit")
            .undo()
            .redo()
            .separator()
            .cut()
            .copy()
            .paste()
            .select_all()
            .build()?;
        let window = SubmenuBuilder::new(app, "Window")
            .minimize()
            .maximize()
            .separator()
            .close_window()
            .build()?;
        Menu::with_items(app, &[&own, &edit, &window])
    })
}
