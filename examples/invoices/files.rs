//! Reads the CSV files, and checks them whole: what comes out of here can be stored.

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use csv::{ReaderBuilder, StringRecord};

use crate::invoice::{Head, Invoice, InvoiceId, InvoiceLine, LineId};
use crate::money::Cents;

/// Every invoice of `invoices.csv` with its lines of `invoice_lines.csv`, in the files' order.
///
/// The error is one sentence that names the file and the line.
pub(crate) fn read(folder: &Path) -> Result<Vec<Invoice>, Box<dyn Error>> {
    let heads =
        File::open(folder, "invoices.csv", "id,customer_id,issued_on,billing_city,billing_country,total")?;
    let file = File::open(folder, "invoice_lines.csv", "id,invoice_id,track_id,unit_price,quantity")?;
    let mut lines = lines_by_invoice(&file)?;

    let mut invoices = Vec::new();
    let mut seen = HashSet::new();
    for row in &heads.rows {
        let id = InvoiceId(heads.value(row, 0)?);
        if !seen.insert(id) {
            return heads.refuse(row, "this `id` is there already");
        }
        let head = Head {
            customer_id: heads.value(row, 1)?,
            issued_on: heads.value(row, 2)?,
            billing_city: heads.value(row, 3)?,
            billing_country: heads.value(row, 4)?,
        };
        let total: Cents = heads.value(row, 5)?;
        let invoice = Invoice::new(id, head, lines.remove(&id).map(|(_, lines)| lines).unwrap_or_default());
        if invoice.total() != total {
            let sum = invoice.total();
            return heads.refuse(row, &format!("the `total` is {total}, but the sum of its lines is {sum}"));
        }
        invoices.push(invoice);
    }
    match lines.into_values().min_by_key(|(row, _)| line_number(row)) {
        Some((row, _)) => file.refuse(row, "there is no invoice with this `invoice_id`"),
        None => Ok(invoices),
    }
}

/// The lines of each invoice, with the row that names the invoice first.
type Lines<'a> = HashMap<InvoiceId, (&'a StringRecord, Vec<InvoiceLine>)>;

fn lines_by_invoice(file: &File) -> Result<Lines<'_>, Box<dyn Error>> {
    let mut lines = Lines::new();
    let mut seen = HashSet::new();
    for row in &file.rows {
        let id = LineId(file.value(row, 0)?);
        if !seen.insert(id) {
            return file.refuse(row, "this `id` is there already");
        }
        let invoice = InvoiceId(file.value(row, 1)?);
        let track_id = file.value(row, 2)?;
        let unit_price = file.value(row, 3)?;
        let quantity = file.value(row, 4)?;
        let line = InvoiceLine { id, track_id, unit_price, quantity };
        lines.entry(invoice).or_insert_with(|| (row, Vec::new())).1.push(line);
    }
    Ok(lines)
}

/// A CSV file in memory.
struct File {
    path: PathBuf,
    header: StringRecord,
    rows: Vec<StringRecord>,
}

impl File {
    fn open(folder: &Path, name: &str, header: &str) -> Result<Self, Box<dyn Error>> {
        let path = folder.join(name);
        let unreadable = |why: csv::Error| format!("cannot read {}: {why}", path.display());
        let mut reader = ReaderBuilder::new().flexible(true).from_path(&path).map_err(unreadable)?;
        let found = reader.headers().map_err(unreadable)?.clone();
        let rows = reader.records().collect::<Result<_, _>>().map_err(unreadable)?;
        let file = Self { path, header: found, rows };
        if file.header != header.split(',').collect::<Vec<_>>() {
            return Err(format!("{}, line 1: the header is not `{header}`", file.path.display()).into());
        }
        let (want, uneven) = (file.header.len(), |row: &&StringRecord| row.len() != file.header.len());
        match file.rows.iter().find(uneven) {
            Some(row) => file.refuse(row, &format!("there are {} fields, not {want}", row.len())),
            None => Ok(file),
        }
    }

    fn value<T: FromStr>(&self, row: &StringRecord, at: usize) -> Result<T, Box<dyn Error>> {
        match row[at].parse() {
            Ok(value) => Ok(value),
            Err(_) => self.refuse(row, &format!("`{}` cannot be `{}`", &self.header[at], &row[at])),
        }
    }

    fn refuse<T>(&self, row: &StringRecord, why: &str) -> Result<T, Box<dyn Error>> {
        Err(format!("{}, line {}: {why}", self.path.display(), line_number(row)).into())
    }
}

fn line_number(row: &StringRecord) -> u64 {
    row.position().map_or(0, csv::Position::line)
}
