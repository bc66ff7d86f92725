"""The converters turn the original formats into events that the models read. The inputs here are made up."""

# ruff: noqa: E501

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from audit.model.load import load
from tests.examples.reading import ROOT, facts_of

ASC = {
    "account": 'account_id;district_id;frequency;date\n1;18;"POPLATEK MESICNE";950324\n2;1;"POPLATEK TYDNE";930226\n',
    "client": 'client_id;birth_number;district_id\n7;"706213";18\n8;"450204";1\n9;"406009";1\n',
    "disp": 'disp_id;client_id;account_id;type\n1;7;1;"OWNER"\n2;8;2;"OWNER"\n3;9;2;"DISPONENT"\n',
    "order": 'order_id;account_id;bank_to;account_to;amount;k_symbol\n5;1;"YZ";"87144583";2452.00;"SIPO"\n',
    "loan": 'loan_id;account_id;date;amount;duration;payments;status\n11;2;960429;30276;12;2523.00;"B"\n',
    "trans": "trans_id;account_id;date;type;operation;amount;balance;k_symbol;bank;account\n"
    '21;1;950324;"PRIJEM";"VKLAD";1000.00;1000.00;"";"";\n'
    '22;1;950413;"PRIJEM";"PREVOD Z UCTU";3679.00;4679.00;"";"AB";41403269\n'
    '23;1;950430;"PRIJEM";"";19.20;4698.20;"UROK";"";\n'
    '24;1;950430;"VYDAJ";"VYBER";14.60;4683.60;"SLUZBY";"";\n'
    '25;1;950501;"VYDAJ";"PREVOD NA UCET";83.60;4600.00;"SIPO";"YZ";87144583\n'
    '26;1;950502;"VYDAJ";"VYBER KARTOU";100.00;4500.00;"";"";\n'
    '27;1;950503;"VYBER";"VYBER";100.00;4400.00;"";"";\n'
    '28;1;950504;"VYDAJ";"VYBER";1.00;4399.00;"SANKC. UROK";"";\n',
}

FINES = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xmlns="http://www.xes-standard.org/">
  <trace><string key="concept:name" value="B9"/>
    <event><float key="amount" value="35.0"/><string key="org:resource" value="561"/><string key="dismissal" value="NIL"/>
      <string key="concept:name" value="Create Fine"/><string key="vehicleClass" value="A"/>
      <float key="totalPaymentAmount" value="0.0"/><string key="lifecycle:transition" value="complete"/>
      <date key="time:timestamp" value="2006-07-24T00:00:00.000+02:00"/><int key="article" value="157"/><int key="points" value="0"/></event>
    <event><string key="concept:name" value="Send Fine"/><float key="expense" value="11.0"/>
      <date key="time:timestamp" value="2006-12-05T00:00:00.000+01:00"/></event>
  </trace>
  <trace><string key="concept:name" value="B8"/>
    <event><float key="amount" value="21.0"/><string key="concept:name" value="Create Fine"/><string key="article" value="7"/>
      <float key="totalPaymentAmount" value="0.0"/><date key="time:timestamp" value="2006-07-01T00:00:00.000+02:00"/></event>
    <event><string key="concept:name" value="Payment"/><float key="paymentAmount" value="21.0"/>
      <float key="totalPaymentAmount" value="21.0"/><date key="time:timestamp" value="2006-08-05T00:00:00.000+02:00"/></event>
  </trace>
</log>
"""

LOANS = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0">
  <trace><date key="REG_DATE" value="2011-10-01T00:38:44.546+02:00"/><string key="concept:name" value="500"/><string key="AMOUNT_REQ" value="20000"/>
    <event><string key="org:resource" value="112"/><string key="lifecycle:transition" value="COMPLETE"/>
      <string key="concept:name" value="A_SUBMITTED"/><date key="time:timestamp" value="2011-10-01T00:38:44.546+02:00"/></event>
    <event><string key="lifecycle:transition" value="SCHEDULE"/><string key="concept:name" value="W_Nabellen offertes"/>
      <date key="time:timestamp" value="2011-10-01T00:38:45.546+02:00"/></event>
    <event><string key="org:resource" value="112"/><string key="lifecycle:transition" value="COMPLETE"/>
      <string key="concept:name" value="O_SELECTED"/><date key="time:timestamp" value="2011-10-01T00:38:44.600+02:00"/></event>
  </trace>
</log>
"""


def converted(example: str, source: Path, *more: str) -> list[dict[str, Any]]:
    """What the converter writes, run as a stranger would run it."""
    script = ROOT / "examples" / example / f"convert_{example.replace('-', '_')}.py"
    output = source.parent / "events.ndjson.gz"
    subprocess.run([sys.executable, "-I", script, source, "-o", output, *more], check=True)
    with gzip.open(output, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def read_all(example: str, events: list[dict[str, Any]]) -> None:
    model = load(ROOT / "examples" / example / "model.toml")
    for event in events:
        meant = model.meaning(event["subject"], event["type"])
        assert meant is not None and meant[2] is not None, event
        assert meant[2].read(facts_of(event), event["data"], {}).problem is None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "asc"
    place.mkdir()
    for name, text in ASC.items():
        (place / f"{name}.asc").write_text(text, encoding="latin-1")
    return place


def test_the_czech_files_become_events(folder: Path) -> None:
    events = converted("czech-bank", folder)
    read_all("czech-bank", events)
    assert [event["type"] for event in events if event["subject"] == "account-1"] == [
        "AccountOpened",
        "HolderAdded",
        "CashDeposited",
        "RemittanceReceived",
        "InterestCredited",
        "StatementFeeCharged",
        "RemittanceSent",
        "CardWithdrawn",
        "CashWithdrawn",
        "PenaltyInterestCharged",
    ]
    assert [event["time"] for event in events] == sorted(event["time"] for event in events)
    assert events[0] == {
        "specversion": "1.0",
        "id": "client-8:1",
        "source": "urn:czech-bank",
        "type": "ClientRegistered",
        "subject": "client-8",
        "sequence": "1",
        "time": "1993-02-26T00:00:00Z",
        "datacontenttype": "application/json",
        "data": {"client_id": "8", "birth_number": "450204", "district_id": "1"},
    }
    assert len({event["id"] for event in events}) == len(events)


def test_the_czech_files_may_be_cut_at_a_day(folder: Path) -> None:
    assert {event["subject"] for event in converted("czech-bank", folder, "--until", "1993-12-31")} == {
        "client-8",
        "client-9",
        "account-2",
    }


def test_the_fines_log_becomes_events(tmp_path: Path) -> None:
    source = tmp_path / "fines.xes"
    source.write_text(FINES, encoding="utf-8")
    events = converted("traffic-fines", source)
    read_all("traffic-fines", events)
    assert [event["id"] for event in events] == ["fine-B8:1", "fine-B9:1", "fine-B8:2", "fine-B9:2"]
    assert events[2]["data"] == {"fine_id": "B8", "paymentAmount": "21.0", "totalPaymentAmount": "21.0"}
    assert events[1]["time"] == "2006-07-24T00:00:00+02:00" and "org:resource" not in events[1]["data"]


def test_the_loans_log_becomes_events(tmp_path: Path) -> None:
    source = tmp_path / "loans.xes.gz"
    source.write_bytes(gzip.compress(LOANS.encode()))
    events = converted("loan-applications", source)
    read_all("loan-applications", events)
    assert [(event["id"], event["type"]) for event in events] == [
        ("application-500:1", "A_SUBMITTED"),
        ("offer-500:1", "O_SELECTED"),
        ("work-500:1", "W_Nabellen offertes_SCHEDULE"),
    ]
    assert events[2]["data"] == {
        "application_id": "500",
        "amount_requested": "20000",
        "resource": None,
        "transition": "SCHEDULE",
    }
