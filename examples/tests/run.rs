//! Runs the examples as a reader would and checks what they print, and how they refuse.

#[path = "run/observed.rs"]
mod observed;

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// The built example: `cargo test` puts it beside the folder of this test.
fn example(name: &str) -> Command {
    let test = std::env::current_exe().expect("this test is a file");
    let target = test.ancestors().nth(2).expect("it stands in `deps`");
    let path = target.join("examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(path.exists(), "build the examples first: cargo test -p aggregate-examples");
    let mut command = Command::new(path);
    command.env_remove("DATABASE_URL");
    command
}

/// `invoices`, run in a folder of its own.
fn invoices(folder: &Path) -> Command {
    let mut command = example("invoices");
    command.current_dir(folder);
    command
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn stdout(mut command: Command) -> String {
    let Output { status, stdout, stderr } = command.output().expect("it starts");
    let (stdout, stderr) = (text(&stdout), text(&stderr));
    assert!(status.success() && stderr.is_empty(), "{status}\n{stdout}\n{stderr}");
    stdout
}

/// Asserts exit code 1 and one line on stderr; returns that line.
fn refusal(mut command: Command) -> String {
    let Output { status, stderr, .. } = command.output().expect("it starts");
    let stderr = text(&stderr);
    assert_eq!((status.code(), stderr.lines().count()), (Some(1), 1), "{stderr}");
    stderr
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the examples print UTF-8")
}

#[track_caller]
fn assert_says(output: &str, sentence: &str) {
    assert!(output.contains(sentence), "`{sentence}` is not in:\n{output}");
}

/// The shipped CSV files, to be broken.
fn copy_of_data(folder: &Path) -> PathBuf {
    let data = folder.join("data");
    fs::create_dir(&data).expect("a new folder");
    for file in ["invoices.csv", "invoice_lines.csv"] {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(file);
        fs::copy(from, data.join(file)).expect("the file is there");
    }
    data
}

fn edit(file: PathBuf, from: &str, to: &str) {
    let before = fs::read_to_string(&file).expect("the file is there");
    assert!(before.contains(from));
    fs::write(file, before.replacen(from, to, 1)).expect("it can be written");
}

#[test]
fn quickstart_saves_loads_and_changes() {
    let output = stdout(example("quickstart"));
    assert_says(&output, "saved version 0: 3 rows\n");
    assert_says(&output, "saved version 1: 1 updated, 1 inserted\n");
    assert_says(&output, "nothing changed: 0 statements\n");
    assert_says(&output, "Bread at version 1:\n  1. knead, 10 min\n  2. wait, 90 min\n  3. bake, 45 min\n");
}

#[test]
fn conflict_refuses_the_second_writer_and_redoes_its_change() {
    let output = stdout(example("conflict"));
    assert_says(&output, "first writer: version 1\n");
    assert_says(&output, "second writer: conflict: `concerts` 7 is at version 1, not 0");
    assert_says(&output, "second writer: loaded again, saved at try 1\n");
    assert_says(&output, "third writer: refused, there are not that many seats");
    assert_says(&output, "two tasks: 50 seats booked, 43 saves since the first");
}

#[test]
fn unversioned_lets_readers_and_authors_pass() {
    let output = stdout(example("unversioned"));
    assert_says(&output, "reader: version 0, 2 rows written\nauthor: version 1\nreader: version 0\n");
    assert_says(&output, "reader: conflict: `articles` 7 is at version 1, not 0");
    assert_says(&output, "Bread at version 1: Knead the dough for ten minutes.\n1 view, 2 comments\n");
}

#[test]
fn invoices_imports_real_data_and_closes_the_trap() {
    let folder = folder();
    let output = stdout(invoices(folder.path()));
    assert_says(&output, "checked 412 invoices with 2,240 lines");
    assert_says(&output, "imported 412 invoices, 2,652 rows (statements: 1,648)\n");
    assert_says(&output, "read back 412 invoices, 2,240 lines, 2,328.60 in all (statements: 4)\n");
    assert_the_trap_is_shown(&output);
    assert!(folder.path().join("invoices.db").exists());
}

fn assert_the_trap_is_shown(output: &str) {
    assert_says(output, "clerk 2: conflict: `invoices` InvoiceId(1) is at version ");
    assert_says(output, "it was saved by someone else");
    assert_says(output, "stored: total 4.95 = sum of the lines 4.95\n");
    assert_says(output, "stored: total 3.96, but the sum of the lines is 4.95: 0.99 are lost\n");
}

#[test]
fn invoices_says_at_the_second_run_what_is_there() {
    let folder = folder();
    stdout(invoices(folder.path()));
    let output = stdout(invoices(folder.path()));
    assert_says(&output, "already there: 412 invoices, left as they are\n");
    assert!(!output.contains("imported"), "{output}");
    assert_says(&output, "read back 412 invoices, 2,240 lines, 2,328.60 in all (statements: 4)\n");
    assert_the_trap_is_shown(&output);
}

#[test]
fn invoices_keeps_its_database_where_the_url_says() {
    let folder = folder();
    let mut command = invoices(folder.path());
    command.env("DATABASE_URL", "sqlite:elsewhere.db");
    stdout(command);
    assert!(folder.path().join("elsewhere.db").exists() && !folder.path().join("invoices.db").exists());
}

#[test]
fn invoices_refuses_a_bad_url() {
    let folder = folder();
    for (url, why) in [
        ("invoices.db", "DATABASE_URL begins with none of `sqlite:`, `postgres:` and `mysql:`"),
        ("oracle://secret@host/db", "DATABASE_URL begins with none of `sqlite:`, `postgres:` and `mysql:`"),
        ("sqlite:invoices.db?mode=wrong", "DATABASE_URL is wrong: "),
        ("sqlite:no/such/folder/invoices.db", "cannot open sqlite:no/such/folder/invoices.db: "),
    ] {
        let mut command = invoices(folder.path());
        command.env("DATABASE_URL", url);
        let error = refusal(command);
        assert_says(&error, why);
        assert!(!error.contains("secret"));
    }
}

#[cfg(feature = "postgres")]
#[tokio::test]
async fn invoices_runs_on_postgres() {
    use sqlx::postgres::PgConnectOptions;
    use sqlx::{AssertSqlSafe, ConnectOptions};

    let url = std::env::var("AGGREGATE_TEST_POSTGRES").expect("AGGREGATE_TEST_POSTGRES is a server's URL");
    let server: PgConnectOptions = url.parse().expect("AGGREGATE_TEST_POSTGRES is a URL");
    let mut connection = server.connect().await.expect("the server answers");
    let name = format!("examples_{}", std::process::id());
    let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::raw_sql(create).execute(&mut connection).await.expect("databases may be created");

    let folder = folder();
    for sentence in ["imported 412 invoices, 2,652 rows (statements: 412)\n", "already there: 412 invoices"] {
        let mut command = invoices(folder.path());
        command.env("DATABASE_URL", server.clone().database(&name).to_url_lossy().as_str());
        let output = stdout(command);
        assert_says(&output, sentence);
        assert_says(&output, "read back 412 invoices, 2,240 lines, 2,328.60 in all (statements: 1)\n");
        assert_the_trap_is_shown(&output);
    }
    let mut command = invoices(folder.path());
    command.env("DATABASE_URL", "postgres://user:secret@127.0.0.1:1/nobody-listens");
    let error = refusal(command);
    assert_says(&error, "cannot connect to DATABASE_URL: ");
    assert!(!error.contains("secret"));

    let drop = AssertSqlSafe(format!("DROP DATABASE {name}"));
    sqlx::raw_sql(drop).execute(&mut connection).await.expect("nobody uses it");
}

#[cfg(not(feature = "postgres"))]
#[test]
#[ignore = "needs PostgreSQL: run `cargo xtask test`"]
fn invoices_runs_on_postgres() {}

#[cfg(not(feature = "postgres"))]
#[test]
fn invoices_says_how_to_build_for_postgres() {
    let folder = folder();
    let mut command = invoices(folder.path());
    command.env("DATABASE_URL", "postgres://localhost/invoices");
    assert_says(&refusal(command), "add `--features postgres`");
}

#[cfg(feature = "mysql")]
#[tokio::test]
async fn invoices_runs_on_mariadb() {
    use sqlx::mysql::MySqlConnectOptions;
    use sqlx::{AssertSqlSafe, ConnectOptions};

    let url = std::env::var("AGGREGATE_TEST_MARIADB").expect("AGGREGATE_TEST_MARIADB is a server's URL");
    let server: MySqlConnectOptions = url.parse().expect("AGGREGATE_TEST_MARIADB is a URL");
    let mut connection = server.connect().await.expect("the server answers");
    let name = format!("examples_{}", std::process::id());
    let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::raw_sql(create).execute(&mut connection).await.expect("databases may be created");

    let folder = folder();
    for sentence in ["imported 412 invoices, 2,652 rows (statements: 1,648)\n", "already there: 412 invoices"]
    {
        let mut command = invoices(folder.path());
        command.env("DATABASE_URL", server.clone().database(&name).to_url_lossy().as_str());
        let output = stdout(command);
        assert_says(&output, sentence);
        assert_says(&output, "read back 412 invoices, 2,240 lines, 2,328.60 in all (statements: 1)\n");
        assert_the_trap_is_shown(&output);
    }
    let mut command = invoices(folder.path());
    command.env("DATABASE_URL", "mysql://user:secret@127.0.0.1:1/nobody-listens");
    let error = refusal(command);
    assert_says(&error, "cannot connect to DATABASE_URL: ");
    assert!(!error.contains("secret"));

    let drop = AssertSqlSafe(format!("DROP DATABASE {name}"));
    sqlx::raw_sql(drop).execute(&mut connection).await.expect("nobody uses it");
}

#[cfg(not(feature = "mysql"))]
#[test]
#[ignore = "needs MariaDB: run `cargo xtask test`"]
fn invoices_runs_on_mariadb() {}

#[cfg(not(feature = "mysql"))]
#[test]
fn invoices_says_how_to_build_for_mariadb() {
    let folder = folder();
    let mut command = invoices(folder.path());
    command.env("DATABASE_URL", "mysql://localhost/invoices");
    assert_says(&refusal(command), "add `--features mysql`");
}

#[test]
fn invoices_refuses_a_missing_file() {
    let folder = folder();
    let mut command = invoices(folder.path());
    command.args(["--data", "nowhere"]);
    assert_says(&refusal(command), "cannot read nowhere/invoices.csv: No such file");

    let mut command = invoices(folder.path());
    command.arg("--dta");
    assert_says(&refusal(command), "the only argument is `--data FOLDER`");
}

#[test]
fn invoices_checks_every_line_before_the_first_write() {
    for (file, from, to, why) in [
        ("invoices.csv", ",billing_city,", ",city,", "line 1: the header is not `id,customer_id,"),
        (
            "invoices.csv",
            ",1.98\n",
            ",1.97\n",
            "line 2: the `total` is 1.97, but the sum of its lines is 1.98",
        ),
        ("invoices.csv", ",2007-01-02,", ",2007-13-02,", "line 3: `issued_on` cannot be `2007-13-02`"),
        ("invoice_lines.csv", "\n9,", "\n8,", "line 10: this `id` is there already"),
        ("invoice_lines.csv", "\n9,", "\nnine,9,", "line 10: there are 6 fields, not 5"),
        ("invoice_lines.csv", ",0.99,1\n2240,", ",one,1\n2240,", "line 2240: `unit_price` cannot be `one`"),
        (
            "invoice_lines.csv",
            "\n2240,",
            "\n0,999,1,0.99,1\n2240,",
            "line 2241: there is no invoice with this",
        ),
    ] {
        let folder = folder();
        edit(copy_of_data(folder.path()).join(file), from, to);
        let mut command = invoices(folder.path());
        command.args(["--data", "data"]);
        assert_says(&refusal(command), &format!("error: data/{file}, {why}"));
        assert!(
            !folder.path().join("invoices.db").exists(),
            "nothing is written before the files are checked"
        );
    }
}

#[test]
fn unnamed_statements_are_measured() {
    let output = stdout(example("unnamed_statements"));
    assert_says(&output, "an order with 20 lines, medians of 20 rounds of 2:\n");
    for work in ["load", "save", "unit of work"] {
        assert_says(&output, &format!("\n  {work:<12} named "));
    }
    assert_eq!(output.matches(" times as long\n").count(), 3, "{output}");
}

#[test]
fn unit_of_work_moves_money_and_keeps_its_sum() {
    let output = stdout(example("unit_of_work"));
    assert_says(&output, "8 tasks made 80 transfers in ");
    assert_says(&output, "sum of the balances: 4000, as before\n");
    assert_says(&output, "the versions advanced by 160, two for each transfer\n");
    assert_says(&output, "a transfer of more than there is: the balance does not cover it\n");
    assert_says(&output, "under a limit of before: conflict: `bank_limits` 1 is at version 1, not 0");
    assert_says(&output, "under the limit of now: it is over the limit\n");
}

#[test]
fn offline_edit_walks_through_a_conflict() {
    let output = stdout(example("offline_edit"));
    assert_says(&output, "Ann: PUT             200  ETag \"1\"\n");
    assert_says(&output, "Ben: PUT             412  ETag \"1\"\n");
    assert_says(&output, "1: both changed `quantity`\n");
    assert_says(&output, "2: you changed `unit_price`\n");
    assert_says(&output, "Ben: PUT             200  ETag \"2\"\n");
    assert_says(&output, "no If-Match          428  the header `If-Match` is missing");
    assert_says(&output, "If-Match: 2          400  malformed entity tag: \"2\"");
    assert_says(&output, "stored: \"2\", what was saved last; what was refused left nothing\n");
    let mut command = example("offline_edit");
    command.arg("walk");
    assert_says(&refusal(command), "the only argument is `serve`");
}

#[test]
fn offline_edit_serves_until_it_is_ended() {
    let mut command = example("offline_edit");
    let mut service = command.arg("serve").stdout(Stdio::piped()).spawn().expect("it starts");
    let mut url = String::new();
    let mut output = BufReader::new(service.stdout.take().expect("it is piped"));
    let answer = output.read_line(&mut url).and_then(|_| get(&url));
    service.kill().and_then(|()| service.wait()).expect("it ran until now");
    let answer = answer.unwrap_or_else(|error| panic!("{url}: {error}"));
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("\r\netag: \"0\"\r\n"), "{answer}");
}

/// What is served at `http://host:port/path`.
fn get(url: &str) -> io::Result<String> {
    let (host, path) = url.trim().trim_start_matches("http://").split_once('/').unwrap_or_default();
    let mut stream = TcpStream::connect(host)?;
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
    io::read_to_string(stream)
}

#[test]
fn in_doubt_books_each_payment_once() {
    let output = stdout(example("in_doubt"));
    let line = output.lines().next().unwrap_or_default();
    let cut = line.split(": ").nth(1).and_then(|rest| rest.split(' ').next()?.parse::<u32>().ok());
    assert!(line.starts_with("100 payments took ") && cut.is_some_and(|cut| cut > 0), "{output}");
    assert_says(&output, "100 are booked, in 100 versions\nthe balance is 5050\n");
}

#[test]
fn allocation_never_oversells_and_shows_the_hole() {
    let output = stdout(example("allocation"));
    assert_says(&output, "order-2: 8 of `lamps-at-sea`\n");
    assert_says(&output, "order-4: `RED-LAMP` is out of stock\n");
    assert_says(&output, "a blue lamp: there is a batch `lamps-at-sea` already\n");
    assert_says(&output, "5 in stock, not 10: order-1 moves to `lamps-at-sea`\n");
    assert_says(&output, "9 at sea, not 20: order-2 is allocated nowhere\n");
    assert_says(&output, "version 6: one for each call that changed something\n");

    assert_says(&output, "race for the last 20 clocks:\n  20 allocated, 20 out of stock, 0 changes");
    assert_says(&output, "  20 lines stored, 0 pieces left, nothing oversold\n");
    assert_says(&output, " out of stock, 8 changes of quantity\n");
    assert_says(&output, "batches that are oversold, by plain SQL: 0\n");

    assert_says(&output, "two allocations: the second is refused, 10 of 10 promised\n");
    for race in ["cut, then allocation", "allocation, then cut"] {
        assert_says(&output, &format!("    {race}: both are stored, 10 of 5 promised: OVERSOLD\n"));
        let conflict = "conflict: `stock_products` \"SMALL-TABLE\" is at version 1, not 0";
        assert_says(&output, &format!("\n  {race}: {conflict}"));
    }
}
