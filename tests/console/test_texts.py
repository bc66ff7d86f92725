"""Every text of a page is in every language: none is missing, none half filled, none compiled of something older."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from babel.messages.pofile import read_po
from django.test import Client
from django.utils import translation

from script import texts
from tests.console.conftest import Bank, browser_of

FILLED = re.compile(r"%\((\w+)\)s|%%")


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_catalogue_has_every_text_and_no_other(language: str) -> None:
    with texts.catalogue(language).open("rb") as opened:
        known = read_po(opened)
    wanted = {found.one: found.several for found in texts.texts()}
    assert {str(m.id[0] if isinstance(m.id, tuple) else m.id) for m in known if m.id} == set(wanted), (
        "run `python -m script.texts`, and translate what it names"
    )
    for one, several in wanted.items():
        message = known.get(one)
        assert message is not None and not message.fuzzy, one
        told = message.string if isinstance(message.string, tuple | list) else (message.string,)
        assert len(told) == (2 if several else 1) and all(told), one
        for text in told:
            allowed = set(FILLED.findall(one)) | set(FILLED.findall(several))
            assert set(FILLED.findall(str(text))) <= allowed, text
        assert set(FILLED.findall(several or one)) == set(FILLED.findall(str(told[-1]))), one


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_what_is_read_is_what_is_written(language: str) -> None:
    file = texts.catalogue(language)
    assert file.with_suffix(".mo").read_bytes() == texts.compiled(file), "run `python -m script.texts`"


@pytest.fixture
def spoken() -> Iterator[None]:
    """A test's requests leave their language behind, which a server's do not."""
    with translation.override("en"):
        yield


def test_pages_and_refusals_are_in_the_readers_language(bank: Bank, spoken: None) -> None:
    danish = {"Accept-Language": "da-DK,da;q=0.9,en;q=0.8"}
    page = browser_of("support").get("/overview", headers=danish).content.decode()
    assert '<html lang="da">' in page and "Hvor bankens penge er" in page and "Where the bank" not in page
    refused = browser_of("administrator").get("/break-glass", headers=danish)
    assert refused.status_code == 403 and "ette er for rollerne" in refused.content.decode()
    wrong = browser_of("support").get("/who/transfer?that=amount+%3E+0&who=x", headers=danish)
    assert wrong.status_code == 400 and "denne del af listen findes ikke" in wrong.content.decode()
    stranger = Client(HTTP_HOST="localhost").get("/sign-in", headers=danish).content.decode()
    assert "Log ind" in stranger and '<html lang="da">' in stranger
