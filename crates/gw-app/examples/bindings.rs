//! Prints the page's TypeScript; `cargo xtask codegen` writes it where the page finds it.

use std::io::Write;

fn main() -> std::io::Result<()> {
    std::io::stdout().write_all(gw_app::bindings().as_bytes())
}
