//! Secrets in the OS keychain, or in a passphrase file the user chose.
