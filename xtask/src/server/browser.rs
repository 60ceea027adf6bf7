//! Chromium, which a test starts itself: here it is only found, or installed.

use std::path::PathBuf;
use std::process::Command;

use super::binaries::{self, Wanted};
use crate::failure::Failure;

/// The variable that tells the tests where the program is that drives it.
const VARIABLE: &str = "AGGREGATE_TEST_CHROMEDRIVER";

/// A browser that can be started.
#[derive(Debug)]
pub(crate) struct Browser {
    driver: PathBuf,
}

impl Browser {
    /// What it is called, in the reason of the tests that are ignored for want of it too.
    pub(crate) const NAME: &str = "Chromium";

    /// The cargo feature that lets its tests run.
    pub(crate) const FEATURE: &str = "browser";

    /// Finds it; installs it if that is possible here.
    pub(crate) fn find_or_install() -> Result<Self, Failure> {
        let wanted = Wanted {
            name: Self::NAME,
            // It needs the browser of its own version, and brings it.
            package: "chromium-driver",
            programs: ["chromium", "chromedriver"],
            places: || vec![PathBuf::from("/usr/bin")],
        };
        Ok(Self { driver: binaries::find_or_install(&wanted)?.join("chromedriver") })
    }

    /// Tells a command where it is, or that there is none.
    pub(crate) fn tell(browser: Option<&Self>, command: &mut Command) {
        match browser {
            Some(browser) => command.env(VARIABLE, &browser.driver),
            None => command.env_remove(VARIABLE),
        };
    }
}
