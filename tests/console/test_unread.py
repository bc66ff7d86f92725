"""Subjects that never held money, and subjects whose events the model does not understand, as pages show them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from audit import instance
from audit.answers.inquiry import inquire
from audit.answers.where import where
from audit.database import connect, reading
from audit.management.telling import tell_where
from audit.pipeline import run
from audit.sources.files import sources_of
from audit.values import Subject
from tests.conftest import MakeDatabase, using
from tests.console.conftest import Bank, browser_of, make_user

MODEL = Path(__file__).parents[2] / "examples" / "traffic-fines" / "model.toml"


def fine(key: str, version: int, type: str, **data: object) -> str:
    time = f"2012-03-{version:02d}T00:00:00Z"
    line = {
        "specversion": "1.0", "id": f"{key}-{version}", "source": "police", "type": type, "subject": f"fine-{key}",
        "time": time, "recordedtime": time, "sequence": str(version), "data": data,
    }  # fmt: skip
    return json.dumps(line)


@pytest.fixture(scope="module")
def fines(
    make_database: MakeDatabase, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bank]:
    made = make_database()
    with using(made, django_db_blocker):
        file = tmp_path_factory.mktemp("fines") / "fines.ndjson"
        written = fine("A1", 1, "FineCreated", amount="35.00", expense="0.00", article="157", due="35.00")
        sent = [fine("A1", number, "Renumbered") for number in range(2, 15)]
        file.write_text("\n".join([written, *sent, fine("B2", 1, "Teleported"), fine("B2", 2, "Teleported")]) + "\n")
        with connect("follower", autocommit=True) as connection:
            began = instance.begin(connection, instance.load_model(MODEL))
        assert not run(began, sources_of([str(file)]), once=True, stop=threading.Event()).troubles
        make_user("support")
        yield Bank(made)


@pytest.fixture
def support(fines: Bank) -> Client:
    return browser_of("support")


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    if answer.status_code == 302:
        client.post(answer.headers["Location"].partition("?")[0], {"code": "written", "ticket": "1", "next": url})
        answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_fine_without_money_leads_with_its_state_and_its_story(fines: Bank, support: Client) -> None:
    url = f"/of/fine/{fines.id_of('fine', 'A1')}"
    page = text(support, url)
    assert "What happened" in page and "10 of 14 events" in page and f"{url}?view=story" in page
    for words in ("Available =", "No money was ever", "Nothing is held", "Nothing was booked", "Statement"):
        assert words not in page
    story = text(support, f"{url}?view=story")
    assert story.count('class="event"') == 14 and "14 events" in story
    assert "A fine of" in story and "A fine of" not in page, "the oldest of fourteen is only in the whole story"
    assert len(support.get(f"{url}/steps.csv").content.decode().splitlines()) == 15


def test_what_is_not_understood_is_no_fact(fines: Bank, support: Client) -> None:
    page = text(support, f"/of/fine/{fines.id_of('fine', 'B2')}")
    assert "2 events are here that the model does not understand" in page
    assert "We cannot say yet; we will look into it." in page
    assert "Nothing had happened" not in page and "Nothing was ever booked" not in page
    said: list[str] = []
    with reading() as connection:
        answer = where(inquire(connection, lambda owner, path, value: value), Subject("fine", "B2"))
    tell_where(said.append, answer, "Europe/Rome")
    assert not answer.complete and answer.tells == "We cannot say yet; we will look into it."
    assert "2 events are here" in said[1] and "no money anywhere" not in "".join(said)
