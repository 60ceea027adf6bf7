//! Real browsers, each with a profile of its own, driven by `ChromeDriver`; none outlives its test.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use thirtyfour::prelude::*;

/// `ChromeDriver` and the browsers that it started; all of them end when this is dropped, after a panic too.
pub(crate) struct Browsers {
    driver: Child,
    /// What it prints: closed, it would be stopped by its own words.
    _output: BufReader<ChildStdout>,
    port: u16,
    profiles: TempDir,
}

impl Browsers {
    /// Starts `ChromeDriver` on a free port, on loopback only: both are its own way.
    pub(crate) fn start() -> Self {
        let profiles = tempfile::tempdir().expect("a temporary folder");
        let program =
            std::env::var_os("AGGREGATE_TEST_CHROMEDRIVER").unwrap_or_else(|| "chromedriver".into());
        let mut command = Command::new(program);
        command
            .arg("--port=0")
            .env("TMPDIR", profiles.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        // No group of its own: who ends this test from outside, by its group, ends the browsers with it.
        let mut driver =
            command.spawn().expect("`chromedriver` is in PATH, of Debian's package `chromium-driver`");
        let mut output = BufReader::new(driver.stdout.take().expect("it is piped"));
        let port = port(&mut output);
        Self { driver, _output: output, port, profiles }
    }

    /// Opens a browser in which nobody has been before.
    pub(crate) async fn open(&self, name: &str) -> WebDriver {
        let mut chrome = DesiredCapabilities::chrome();
        let profile = format!("--user-data-dir={}", self.profiles.path().join(name).display());
        for argument in [
            "--headless",
            // Chromium refuses to be root's otherwise, and root is who runs the tests in a container.
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            // Containers have little of the memory that it would use.
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--window-size=1040,1000",
            &profile,
        ] {
            chrome.add_arg(argument).expect("it is a text");
        }
        let server = format!("http://127.0.0.1:{}", self.port);
        WebDriver::new(server, chrome).await.expect("Chromium starts")
    }

    /// Processes that name a folder of the profiles.
    fn left(&self) -> Vec<Pid> {
        let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let names_it = |path: &Path| {
            let arguments = std::fs::read(path.join("cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&arguments).contains(&*self.profiles.path().to_string_lossy())
        };
        entries
            .filter(|entry| names_it(&entry.path()))
            .filter_map(|entry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?))
            .collect()
    }
}

/// Reads the port from `ChromeDriver was started successfully on port 36521.`
fn port(output: &mut impl BufRead) -> u16 {
    let mut printed = String::new();
    while output.read_line(&mut printed).is_ok_and(|read| read > 0) {
        let port = printed.rsplit_once("started successfully on port ");
        if let Some(port) = port.and_then(|(_, port)| port.trim_end_matches(['.', '\n']).parse().ok()) {
            return port;
        }
    }
    panic!("ChromeDriver did not start:\n{printed}");
}

impl Drop for Browsers {
    fn drop(&mut self) {
        // Asked in this way it ends its browsers too. A killed one leaves them.
        let _ = shut_down(self.port);
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(10) && matches!(self.driver.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
        for process in self.left() {
            let _ = kill_process(process, Signal::KILL);
        }
    }
}

fn shut_down(port: u16) -> std::io::Result<()> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(stream, "GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n")?;
    stream.read_to_end(&mut Vec::new()).map(drop)
}
