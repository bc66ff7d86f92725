"""What is unusual in the looks of staff is for team leads and data protection, and for nobody else by any way."""

from __future__ import annotations

import pytest

from tests.console.conftest import Bank, browser_of

SEEING = {"team_lead", "data_protection"}
ID = "anomaly-0001"


@pytest.fixture(scope="module")
def anomaly(bank: Bank) -> int:
    """A finding about somebody of the staff; our number of them."""
    with bank.database.connect("follower") as connection:
        generation = connection.execute("select number from trace.generation where state = 'current'").fetchone()
        subject = connection.execute(
            "insert into trace.subject (kind, key) values ('staff', 'bojesen') returning id"
        ).fetchone()
        assert generation and subject
        connection.execute(
            f"insert into read_{generation[0]}.finding select %s, 'access_anomaly', 'high', %s, 'open', recorded_at,"
            " position, null, null, null, array[position],"
            ' \'{"who": "bojesen", "role": "support", "day": "2026-11-22", "what": "20 addresses that name nobody"}\','
            " '[]' from trace.log order by recorded_at desc limit 1".encode(),
            [ID, subject[0]],
        )
    return int(subject[0])


@pytest.mark.parametrize("role", ["support", "investigator", "auditor", "authority_desk", *sorted(SEEING)])
def test_only_few_see_them(role: str, bank: Bank, anomaly: int) -> None:
    browser = browser_of(role)
    lists = [
        "/findings",
        "/findings.json?rule=access_anomaly",
        "/findings.csv?rule=access_anomaly",
        "/findings?rule=access_anomaly",
    ]
    for url in lists:
        assert ("bojesen" in browser.get(url).content.decode()) == (role in SEEING), url
    assert browser.get(f"/finding/{ID}").status_code == (200 if role in SEEING else 404)
    assert ("Unusual looks" in browser.get("/overview").content.decode()) == (role in SEEING)
    if role in {"support", "investigator"}:
        assert browser.post(f"/finding/{ID}/acknowledge", {"why": "explained"}).status_code == 404
    assert browser.get(f"/of/staff/{anomaly}").status_code == 404
    assert "bojesen" not in browser.post("/search", {"text": "bojesen"}, follow=True).content.decode().split("<main")[1]
