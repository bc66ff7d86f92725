"""`model infer`: what it proposes is a good model, and is what a person who knows the bank would have written."""

from __future__ import annotations

import gzip
import io
import itertools
import json
from pathlib import Path

import pytest
from django.core.management import call_command

from audit.errors import UnknownSubject
from audit.model.inferring.guesses import guess
from audit.model.inferring.observed import Sample, observe
from audit.model.inferring.prefixes import prefix_of
from audit.model.inferring.proposal import proposal
from audit.model.load import examine, load
from audit.model.meaning import Model
from demobank.export import lines
from demobank.history import simulation

ROOT = Path(__file__).parents[2]
EVENTS = 4_000


def infer(*arguments: str) -> str:
    out = io.StringIO()
    call_command("model", "infer", *arguments, stdout=out)
    return out.getvalue()


def good(text: str) -> Model:
    examined = examine(text, "proposed.toml")
    assert examined.model is not None, [str(error) for error in examined.errors]
    return examined.model


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("infer") / "bank.ndjson"
    run = simulation("infer", EVENTS, 1_795_000_000_000_000)
    path.write_bytes(b"".join(line.rstrip(b"\n") + b"\n" for line in lines(run.run())))
    return path


def test_the_demo_bank_is_found_again(bank: Path) -> None:
    proposed, written = good(infer(str(bank))), load(ROOT / "demobank" / "model.toml")
    assert set(proposed.lanes) <= set(written.lanes)
    assert {"account", "customer", "bank_transfer", "adapter_transfer"} <= set(proposed.lanes)
    for name, lane in proposed.lanes.items():
        for type_, event in lane.events.items():
            known = written.lanes[name].events.get(type_)
            if known is not None:
                missed = set(known.personal) - set(event.personal)
                assert not missed, f"{name}.{type_}: {missed} would stand in the clear"
    assert 'state = { from = ["none"], to = "initiated" }' in infer(str(bank))


@pytest.mark.parametrize("name", ["czech-bank", "traffic-fines", "loan-applications"])
def test_public_sets_are_found_again(name: str, public_data: Path, tmp_path: Path) -> None:
    part = tmp_path / f"{name}.ndjson"
    with gzip.open(public_data / f"{name}.cloudevents.ndjson.gz") as file:
        part.write_bytes(b"".join(itertools.islice(file, 20_000)))
    proposed, written = good(infer(str(part))), load(ROOT / "examples" / name / "model.toml")
    types = {type_ for lane in proposed.lanes.values() for type_ in lane.events}
    assert types <= {type_ for lane in written.lanes.values() for type_ in lane.events}
    for stream in ("account-1", "fine-A1", "application-1"):
        if (found := written.lane_of(stream)) is not None and found[0].name in proposed.lanes:
            again = proposed.lane_of(stream)
            assert again is not None and again[1] == found[1]


HOSTILE = ['"', "a\nb", "{x}", "x{", "[lane.z]", "\x7f\x00", "é ø", "# no", "a" * 300, "1", "A", "a", "$id", "none"]


def test_whatever_names_there_are_the_proposal_can_be_read() -> None:
    samples = [
        Sample(f"{stream}-{number}", 1, type_, None, {path: value, "n": {path: "Anna Berg"}})
        for number in range(3)
        for stream in ("order", "x_y", "x-y", *HOSTILE)
        for type_, path in zip(HOSTILE, reversed(HOSTILE), strict=True)
        for value in ("Anna Berg",)
    ]
    observed = observe(samples)
    text = proposal(guess(observed), 'a "bank"\n', observed)
    errors = [str(error) for error in examine(text, "proposed.toml").errors]
    assert not [error for error in errors if "TOML" in error], errors


def test_what_names_a_person_is_personal_in_any_language_and_as_a_number() -> None:
    paid = {"cpr": 1203851234, "phoneNumber": 4522334455, "kundenavn": "anna", "Vorname": "anna", "efternamn": "x",
            "kontakt": {"telefon": 22334455, "adresse": "x"}, "personnummer": 198503121234, "person_count": 2,
            "produktnavn": "loan", "cardFee": 2}  # fmt: skip
    observed = observe([Sample("loan-9001", 1, "PaidOut", None, paid)])
    event = good(proposal(guess(observed), "loans", observed)).lanes["loan"].events["PaidOut"]
    personal = {".".join(path) for path in event.personal}
    assert personal == {"cpr", "phoneNumber", "kundenavn", "Vorname", "efternamn", "kontakt.telefon", "kontakt.adresse",
                        "personnummer"}  # fmt: skip


def test_keys_that_are_values_and_names_that_cannot_be_written_stay_out() -> None:
    names = ["".join(pair) for pair in itertools.product(("Ann", "Bent", "Carl", "Dorte"), ("a", "e", "i", "o"))]
    samples = [
        Sample(f"loan-{n}", 1, "Shared", None, {
            "parts": {name: {"share": 5}}, "by": {"main": 1, f"12038512{n:02}": 2}, 'a"b': 1, "c[0]\n": 1,
            "fees": {"DKK": 1, "EUR": 2}, "1203851234": True, "kind": "x", "ref[0]": "x", "n[iban]": "x",
        })
        for n, name in enumerate(names)
    ]  # fmt: skip
    observed = observe(samples)
    text = proposal(guess(observed), "loans", observed)
    event = good(text).lanes["loan"].events["Shared"]
    assert {".".join(path) for path in event.personal} == {"parts", "by"}
    assert not [value for value in (*names, "12038512", 'a"b', 'a\\"b', "c[0]") if value in text]
    assert "left out: 3 fields" in text
    assert '"fees.DKK"' in text and '"kind"' in text


@pytest.mark.parametrize(
    ("stream", "prefix"),
    [
        ("account-576", "account-"),
        ("account-A-17", "account-"),
        ("bank-transfer-3f2a9c10-0000-4000-8000-00000000beef", "bank-transfer-"),
        ("deadbeef-0000-4000-8000-00000000beef", ""),
        ("standing_order-9", "standing_order-"),
        ("order:17", "order:"),
        ("fine-A1234", "fine-"),
        ("A17", "A"),
        ("17", ""),
        ("everything", "everything"),
    ],
)
def test_where_a_streams_name_ends(stream: str, prefix: str) -> None:
    assert prefix_of(stream) == prefix


def test_ties_need_more_than_chance() -> None:
    """A field that is always 1 is no account, and a field that often is none of the accounts' is none either."""
    samples = [Sample(f"account-{n}", 1, "Opened", None, {"kind": 1}) for n in range(100)]
    samples += [Sample(f"card-c{n}", 1, "Issued", None, {"kind": 1, "of": n, "at": n * 7}) for n in range(100)]
    card = next(lane for lane in guess(observe(samples)) if lane.name == "card")
    assert card.types["Issued"].ties == {"account": "of"}


def test_what_it_cannot_know_is_said() -> None:
    paid = {"amountMinor": 2_500_000, "fee": 2, "currency": "DKK", "owner": "C7", "holderName": "Anna Berg", "limit": 1}
    observed = observe([Sample("loan-9001", 1, "PaidOut", None, paid), None])
    text = proposal(guess(observed), "loans", observed)
    assert good(text) and "[currency.DKK]" in text
    assert "Could not be read: 1 event;" in text and "# ---- 1 stream, 1 event\n" in text
    assert "# TODO: owner may be a customer's number" in text and "holderName may be" not in text
    assert text.count("minor units") == 1, "of the amount, not of the fee"


def test_an_unknown_source_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnknownSubject, match="neither an event file nor a configured source"):
        infer("nowhere")


def test_as_json(bank: Path) -> None:
    found = json.loads(infer(str(bank), "--json", "--events", "500"))
    assert found["events"] <= 500 and good(found["model"]).lanes
