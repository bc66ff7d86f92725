"""Pages of money that is on its way in: what is late of it is marked, and an older event is shown in both its forms."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from audit.sources.files import sources_of
from tests.answers.conftest import take_in
from tests.answers.oracle import START
from tests.answers.oracle import Bank as SmallBank
from tests.conftest import MakeDatabase, using
from tests.console.conftest import Bank, browser_of, make_user, with_reason

NAME, NEWER_NAME = "Agnete Vestergaard", "Bodil Krogh"


@pytest.fixture(scope="module")
def bank(
    make_database: MakeDatabase, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bank]:
    """Two payments to one account: one was begun three hours ago, and one, told in the newer form, just now."""
    made, small, end = make_database(), SmallBank(), START + timedelta(hours=3)
    small.add("core", "customer-C1", "Registered", START, {"name": "Mette Hansen"})
    small.add("core", "account-A1", "Opened", START, {"customer": "C1", "iban": "DK5000440440116243"})
    for transfer, at, form in (("T1", START, {"sender": NAME}), ("T2", end, {"from": {"name": NEWER_NAME}})):
        money: dict[str, object] = {"amount": f"{transfer[1]}1.00", "currency": "DKK", "transfer": transfer}
        asked = small.add("core", "account-A1", "Awaited", at, {**money, "bank": "spar", **form}, transfer=transfer)
        small.add("core", f"order-{transfer}", "Begun", at, money, cause=asked, transfer=transfer)
    small.add("dk", "sending-T9", "TimedOut", end, {"amount": "1.00", "currency": "DKK", "transfer": "T9"})
    with using(made, django_db_blocker):
        take_in(sources_of(small.write(tmp_path_factory.mktemp("small"))))
        make_user("support")
        yield Bank(made)


@pytest.fixture
def browser(bank: Bank) -> Client:
    return with_reason(browser_of("support"), "customer", bank.id_of("customer", "C1"))


@pytest.mark.parametrize(("language", "delayed"), [("en", "delayed"), ("da", "forsinket")])
def test_what_is_late_of_what_comes_in_is_marked(bank: Bank, browser: Client, language: str, delayed: str) -> None:
    address = f"/of/account/{bank.id_of('account', 'A1')}/incoming"
    page = unescape(browser.get(address, headers={"Accept-Language": language}).content.decode())
    lines = re.findall(r"<li>(.*?)</li>", page[page.index('id="way-title"') :], re.S)
    assert {"T1" in line: re.search(rf">{delayed}<", line) is not None for line in lines} == {True: True, False: False}
    assert len(lines) == 2 and 'id="stuck"' not in page


def test_an_older_event_is_shown_as_it_came_and_as_it_is_read(bank: Bank, browser: Client) -> None:
    """The name is a secret in both; an event that came in the newer form has no second one."""
    forms = {}
    for transfer in ("T1", "T2"):
        page = unescape(browser.get(f"/of/transfer/{bank.id_of('transfer', transfer)}?step=1").content.decode())
        forms[transfer] = [json.loads(one) for one in re.findall(r"<pre[^>]*>(.*?)</pre>", page, re.S)]
        assert ("Read in the model's newer shape:" in page) == (transfer == "T1")
        assert NAME not in page and NEWER_NAME not in page
    came, read = forms["T1"]
    assert came.pop("sender") == read.pop("from")["name"] != ""
    assert came == read and "from" not in came and came["amount"] == "11.00"
    (newer,) = forms["T2"]
    assert newer["from"].keys() == {"name"} and "sender" not in newer
