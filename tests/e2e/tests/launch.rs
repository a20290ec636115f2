//! The window opens, greets a newcomer with three doors, and keeps everything below its home.

use gatewright_e2e::{Fallible, Window};

#[tokio::test]
async fn launch_shows_a_newcomer_three_doors() -> Fallible {
    let window = Window::open().await?;
    assert!(window.client().title().await?.ends_with("Gatewright"));
    for door in ["Open the sample", "Choose a file", "Register a gateway"] {
        window.see(door).await?;
    }
    window.picture_for("launch").await?;
    let home = window.close().await?;
    assert!(
        home.path("catalog.db").is_file(),
        "the catalog is not in the home that was named"
    );
    Ok(())
}

#[tokio::test]
async fn launch_blocks_whatever_the_page_does_not_need() -> Fallible {
    let window = Window::open().await?;
    window.see("Open the sample").await?;
    // What a script that got into the page would try.
    let tries = "
        const [done] = [...arguments].slice(-1);
        const outcome = async (attempt) => { try { await attempt(); return 'done'; } catch { return 'blocked'; } };
        const invoke = (command, body) => window.__TAURI_INTERNALS__.invoke(command, body);
        const evaluate = () => new Promise((resolve, reject) => {
            const script = document.createElement('script');
            window.injected = reject;
            script.textContent = 'window.injected = undefined';
            document.body.append(script);
            window.injected === undefined ? resolve() : reject(new Error('blocked'));
        });
        (async () => done({
            rpc: await outcome(() => invoke('rpc', { name: 'app.status', request: {} })),
            title: await outcome(() => invoke('plugin:window|set_title', { label: 'main', value: 'x' })),
            emit: await outcome(() => invoke('plugin:event|emit', { event: 'gatewright', payload: {} })),
            shell: await outcome(() => invoke('plugin:opener|open_path', { path: '/etc/hostname' })),
            file: await outcome(() => invoke('open_url', { url: 'file:///etc/hostname' })),
            elsewhere: await outcome(() => fetch('http://127.0.0.1:9/')),
            inline: await outcome(evaluate),
        }))();";
    let outcome = window.client().execute_async(tries, vec![]).await?;
    assert_eq!(
        outcome["rpc"], "done",
        "the page must reach the core: {outcome}"
    );
    for forbidden in ["title", "emit", "shell", "file", "elsewhere", "inline"] {
        assert_eq!(outcome[forbidden], "blocked", "{forbidden}: {outcome}");
    }
    window.close().await?;
    Ok(())
}
