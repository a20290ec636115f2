//! Sandboxes, emulators and proxies for tests.
