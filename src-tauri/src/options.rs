//! What was asked for on the command line. Refuses anything but a home: everything else is `gatewright`'s work.

use std::ffi::OsString;
use std::path::PathBuf;

pub const USAGE: &str = "\
Opens the Gatewright window.

Usage: gatewright-desktop [--home DIR]

  --home DIR   keep everything in DIR instead of the user's data folder (or set GATEWRIGHT_HOME)
  --version    print the version
  --help       print this

The same work from scripts and CI: gatewright --help
";

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Asked {
    Window(Options),
    Version,
    Help,
}

/// How to open the window.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The folder for everything that is written; `None` is the user's own.
    pub home: Option<PathBuf>,
}

impl Options {
    /// Reads the arguments after the program's name. An argument wins over the environment.
    pub fn read(
        arguments: impl IntoIterator<Item = OsString>,
        environment: Option<OsString>,
    ) -> Result<Asked, String> {
        let mut home = environment
            .filter(|value| !value.is_empty())
            .map(PathBuf::from);
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let text = argument.to_string_lossy();
            match text.as_ref() {
                "--home" => {
                    home = Some(PathBuf::from(
                        arguments.next().ok_or("--home needs a folder")?,
                    ));
                }
                "--version" | "-V" => return Ok(Asked::Version),
                "--help" | "-h" => return Ok(Asked::Help),
                other => match other.strip_prefix("--home=") {
                    Some(folder) => home = Some(PathBuf::from(folder)),
                    None => return Err(format!("unknown argument `{other}`")),
                },
            }
        }
        Ok(Asked::Window(Self { home }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str], environment: Option<&str>) -> Result<Asked, String> {
        Options::read(
            arguments.iter().map(OsString::from),
            environment.map(OsString::from),
        )
    }

    fn at(home: &str) -> Asked {
        Asked::Window(Options {
            home: Some(home.into()),
        })
    }

    #[test]
    fn a_home_comes_from_the_argument_then_the_environment() {
        assert_eq!(read(&[], None), Ok(Asked::Window(Options::default())));
        assert_eq!(read(&[], Some("")), Ok(Asked::Window(Options::default())));
        assert_eq!(read(&[], Some("/e")), Ok(at("/e")));
        assert_eq!(read(&["--home", "/a"], Some("/e")), Ok(at("/a")));
        assert_eq!(read(&["--home=/a"], None), Ok(at("/a")));
    }

    #[test]
    fn the_rest_is_refused() {
        assert!(read(&["--home"], None).is_err());
        assert!(read(&["deploy"], None).is_err());
        assert_eq!(read(&["--version"], None), Ok(Asked::Version));
    }
}
