"""Turns the PKDD'99 financial data set (the Czech bank's .asc files) into CloudEvents 1.0 JSON lines, oldest first."""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

SOURCE = "urn:czech-bank"
BY_SYMBOL = {"UROK": "InterestCredited", "SLUZBY": "StatementFeeCharged", "SANKC. UROK": "PenaltyInterestCharged"}
BY_OPERATION = {
    "VKLAD": "CashDeposited",
    "VYBER": "CashWithdrawn",
    "VYBER KARTOU": "CardWithdrawn",
    "PREVOD Z UCTU": "RemittanceReceived",
    "PREVOD NA UCET": "RemittanceSent",
}

Row = dict[str, str]
Dated = tuple[str, str, str, str, Row]  # day, stream, event type, identifier ("" for the stream's next), payload


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where account.asc, client.asc, disp.asc, ... lie")
    parser.add_argument(
        "-o", "--output", type=Path, help="the file to write, .gz is compressed; default: standard output"
    )
    parser.add_argument("--until", default="9999-12-31", metavar="DAY", help="leave out what is later than this day")
    options = parser.parse_args()
    with opened(options.output) as output:
        for event in events(options.folder, options.until):
            output.write(json.dumps(event, ensure_ascii=False) + "\n")


def events(folder: Path, until: str = "9999-12-31") -> Iterator[dict[str, Any]]:
    """CloudEvents in the order of days; within a day as the files have them."""
    sequences: Counter[str] = Counter()
    for day, stream, type_, identifier, data in sorted(_dated(folder), key=lambda one: one[0]):
        if day > until:
            return
        sequences[stream] += 1
        yield {
            "specversion": "1.0",
            "id": identifier or f"{stream}:{sequences[stream]}",
            "source": SOURCE,
            "type": type_,
            "subject": stream,
            "sequence": str(sequences[stream]),
            "time": f"{day}T00:00:00Z",
            "datacontenttype": "application/json",
            "data": data,
        }


def _dated(folder: Path) -> Iterator[Dated]:
    """Customers and standing orders have no date of their own: they are known from the day their account was opened."""
    accounts = {row["account_id"]: row for row in rows(folder, "account")}
    opened_on = {account: day(row["date"]) for account, row in accounts.items()}
    clients = {row["client_id"]: row for row in rows(folder, "client")}
    holders: dict[str, list[Row]] = {}
    for row in rows(folder, "disp"):
        holders.setdefault(row["account_id"], []).append(row)
        yield (
            opened_on[row["account_id"]],
            f"client-{row['client_id']}",
            "ClientRegistered",
            "",
            clients[row["client_id"]],
        )
    for account, row in accounts.items():
        data = {"account_id": account, "district_id": row["district_id"], "statement_frequency": row["frequency"]}
        yield opened_on[account], f"account-{account}", "AccountOpened", "", data
        for holder in holders.get(account, []):
            data = {"account_id": account, "client_id": holder["client_id"], "role": holder["type"]}
            yield opened_on[account], f"account-{account}", "HolderAdded", "", data
    for row in rows(folder, "order"):
        yield opened_on[row["account_id"]], f"order-{row['order_id']}", "StandingOrderPlaced", "", row
    for row in rows(folder, "loan"):
        data = {name: row[name] for name in ("loan_id", "account_id", "amount", "duration", "payments", "status")}
        yield day(row["date"]), f"loan-{row['loan_id']}", "LoanGranted", "", data
    yield from (_transaction(row) for row in rows(folder, "trans"))


def _transaction(row: Row) -> Dated:
    type_ = BY_SYMBOL.get(row["k_symbol"]) or BY_OPERATION.get(row["operation"])
    if type_ is None:  # cash over the counter has no operation in a few rows
        type_ = "CashDeposited" if row["type"] == "PRIJEM" else "CashWithdrawn"
    data = {
        "transaction_id": row["trans_id"],
        "account_id": row["account_id"],
        "amount": row["amount"],
        "balance": row["balance"],
        "k_symbol": row["k_symbol"],
        "partner_bank": row["bank"],
        "partner_account": row["account"],
    }
    return day(row["date"]), f"account-{row['account_id']}", type_, f"trans-{row['trans_id']}", data


def rows(folder: Path, name: str) -> Iterator[Row]:
    """The rows of one .asc file: semicolons between, quotes around texts, names in the first line."""
    with open(folder / f"{name}.asc", encoding="latin-1", newline="") as file:
        yield from csv.DictReader(file, delimiter=";")


def day(date: str) -> str:
    """930101 or "930101 00:00:00" as 1993-01-01."""
    return f"19{date[:2]}-{date[2:4]}-{date[4:6]}"


def opened(path: Path | None) -> TextIO:
    if path is None:
        return sys.stdout
    return gzip.open(path, "wt", encoding="utf-8") if path.suffix == ".gz" else open(path, "w", encoding="utf-8")


if __name__ == "__main__":
    main()
