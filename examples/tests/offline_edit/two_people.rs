//! Two people at two browsers edit one invoice: edit, conflict, redo.

use std::net::Ipv4Addr;
use std::path::Path;
use std::time::Duration;

use thirtyfour::prelude::*;
use tokio::net::TcpListener;

use crate::browsers::Browsers;
use crate::desk::{ADDRESS, Desk};
use crate::invoice::Invoice;

/// What is kept for the documentation when `BLESS=1` is set.
const PICTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/images/offline-edit.png");

/// One of the two, at a browser of their own.
struct Person {
    browser: WebDriver,
    /// How many saves the page has said were stored.
    saves: i64,
}

impl Person {
    /// Opens the invoice and waits for the form.
    async fn sit_down(browsers: &Browsers, name: &str, url: &str) -> Self {
        let browser = browsers.open(name).await;
        browser.goto(url).await.expect("the page loads");
        let person = Self { browser, saves: 0 };
        person.see("#form").await;
        person
    }

    /// The element, once it is there and shown.
    async fn see(&self, css: &str) -> WebElement {
        let shown = self
            .browser
            .query(By::Css(css))
            .and_displayed()
            .wait(Duration::from_secs(20), Duration::from_millis(50));
        shown.first().await.unwrap_or_else(|error| panic!("`{css}` is not shown: {error}"))
    }

    async fn write(&self, css: &str, text: &str) {
        let input = self.see(css).await;
        input.clear().await.expect("it is an input");
        input.send_keys(text).await.expect("it is an input");
    }

    async fn click(&self, css: &str) {
        self.see(css)
            .await
            .click()
            .await
            .unwrap_or_else(|error| panic!("`{css}` cannot be clicked: {error}"));
    }

    async fn read(&self, css: &str) -> String {
        self.see(css).await.text().await.expect("it has a text")
    }

    /// The texts of all elements, of hidden ones too.
    async fn texts(&self, css: &str) -> Vec<String> {
        let mut texts = Vec::new();
        for element in self.browser.find_all(By::Css(css)).await.expect("a selector") {
            texts.push(element.text().await.expect("it has a text"));
        }
        texts
    }

    /// Saves, by this button, what will be this version.
    async fn saves_as(&mut self, button: &str, version: i64) {
        self.click(button).await;
        let said = format!("Saved as version {version}.");
        let status = self.browser.query(By::Id("status")).with_text(said.clone());
        let waiting = status.wait(Duration::from_secs(20), Duration::from_millis(50));
        if let Err(error) = waiting.first().await {
            panic!("`{said}` is not said, but `{:?}`: {error}", self.texts("#status").await);
        }
        assert_eq!(self.read("#version").await, format!("version {version}"));
        self.saves += 1;
    }
}

/// The input of the line with this place in the sample.
fn input(sample: &Invoice, line: usize, name: &str) -> String {
    format!("tr[data-id=\"{}\"] input[name={name}]", sample.lines[line].id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[cfg_attr(not(feature = "browser"), ignore = "needs Chromium: run `cargo xtask test`")]
async fn two_people_edit_conflict_and_redo() {
    let desk = Desk::open().await;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let url = format!("http://{}{ADDRESS}", listener.local_addr().expect("it is bound"));
    tokio::spawn(axum::serve(listener, desk.service.clone()).into_future());
    let sample = desk.stored().await;
    let browsers = Browsers::start();

    // Both load version 0.
    let mut ann = Person::sit_down(&browsers, "ann", &url).await;
    let mut ben = Person::sit_down(&browsers, "ben", &url).await;
    assert_eq!(ann.read("#title").await, "Invoice 7 of acme");
    assert_eq!(ben.read("#version").await, "version 0");

    ann.write(&input(&sample, 0, "quantity"), "3").await;
    ann.write("input[name=note]", "Payable within 14 days").await;
    assert_eq!(ann.read("#total").await, "627.00");
    ann.saves_as("#save", 1).await;

    // Ben changes the same quantity, and more; what Ann saved is not overwritten, and nothing of his is lost.
    ben.write(&input(&sample, 0, "quantity"), "5").await;
    ben.write(&input(&sample, 1, "unit_price"), "45.50").await;
    ben.click("#add").await;
    ben.write("#lines tr:last-child input[name=product]", "Lamp").await;
    ben.write("#lines tr:last-child input[name=unit_price]", "399").await;
    ben.click("#save").await;
    sees_both_sides(&ben).await;
    assert_eq!(desk.stored().await.version.get(), 1);
    keep_picture(&ben.browser).await;

    // Nothing can be sent before he has chosen; then both changes are in.
    assert!(!ben.see("#again").await.is_enabled().await.expect("a button"));
    ben.click(".keep").await;
    ben.saves_as("#again", 2).await;
    let stored = desk.stored().await;
    assert_eq!((stored.note.as_str(), stored.lines[0].quantity), ("Payable within 14 days", 5));
    assert_eq!((stored.lines[1].unit_price, stored.lines.len()), (4_550, 4));
    assert_eq!((stored.lines[3].product.as_str(), stored.lines[3].unit_price), ("Lamp", 39_900));

    // Now Ann is late, and takes what is stored where both changed it.
    ann.write(&input(&sample, 0, "quantity"), "4").await;
    ann.click(&format!("tr[data-id=\"{}\"] button", sample.lines[2].id)).await;
    ann.click("#save").await;
    ann.see("#conflict").await;
    assert_eq!(ann.texts(".both").await, ["4", "5"]);
    ann.click(".take").await;
    ann.saves_as("#again", 3).await;
    let stored = desk.stored().await;
    let products: Vec<_> = stored.lines.iter().map(|line| line.product.as_str()).collect();
    assert_eq!(
        (stored.lines[0].quantity, products),
        (5, vec!["Replace the lamp", "Paint the railing", "Lamp"])
    );

    assert_eq!(stored.version.get(), ann.saves + ben.saves, "as many versions as saves that succeeded");
    ann.browser.quit().await.expect("it ends");
    ben.browser.quit().await.expect("it ends");
}

/// The table of what was loaded, Ben's and what is stored, with the cells marked.
async fn sees_both_sides(ben: &Person) {
    ben.see("#conflict").await;
    assert_eq!(ben.texts("#conflict thead th").await, ["What you loaded", "Yours", "Stored now"]);
    assert_eq!(
        ben.texts("#rows tr.row span:first-child").await,
        ["The invoice", "Replace the lamp", "Paint the railing", "Lamp"]
    );
    assert_eq!(
        ben.texts("#rows tr.field th").await,
        ["Note", "Quantity", "Unit price", "Product", "Quantity", "Unit price"]
    );
    let cells = ben.texts("#rows tr.field td").await;
    let rows: Vec<Vec<&str>> = cells.chunks(3).map(|row| row.iter().map(String::as_str).collect()).collect();
    let (before, after) = ("Payable within 30 days", "Payable within 14 days");
    assert_eq!(
        rows,
        [
            [before, before, after],
            ["2", "5", "3"],
            ["42.00", "45.50", "42.00"],
            ["not there", "Lamp", "not there"],
            ["not there", "1", "not there"],
            ["not there", "399.00", "not there"],
        ]
    );
    assert_eq!(ben.texts("#totals td").await, ["542.00", "1217.00", "627.00"]);
    assert_eq!(
        ben.texts("#rows small").await,
        ["they changed it: kept", "you changed it: kept", "you added it: kept"]
    );
    assert_eq!(ben.texts(".both").await, ["5", "3"]);
    assert_eq!(ben.texts(".theirs").await, [after]);
    assert_eq!(ben.texts(".mine").await, ["45.50", "Lamp", "1", "399.00"]);
    assert_eq!(ben.read("#version").await, "version 1 is stored, yours began at version 0");
}

/// Takes the screenshot, which is one of sensible size; into the documentation only if asked to.
async fn keep_picture(browser: &WebDriver) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("offline-edit.png");
    browser.screenshot(&file).await.expect("it can be taken");
    let picture = std::fs::read(&file).expect("it was written");
    assert!(picture.starts_with(b"\x89PNG\r\n\x1a\n") && picture.len() > 10_000, "{} bytes", picture.len());
    // The header chunk comes first: its length, its name, then width and height.
    let number = |at: usize| picture[at..at + 4].iter().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte));
    assert!(
        (800..2_000).contains(&number(16)) && (500..2_000).contains(&number(20)),
        "{}x{}",
        number(16),
        number(20)
    );
    if std::env::var_os("BLESS").is_some_and(|asked| asked == "1") {
        std::fs::create_dir_all(Path::new(PICTURE).parent().expect("a folder")).expect("it can be made");
        std::fs::write(PICTURE, picture).expect("it can be written");
    }
}
