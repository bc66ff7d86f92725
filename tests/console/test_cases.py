"""Cases: only ever added to, each addition in the log, and nothing of a customer without that customer's door."""

from __future__ import annotations

import json
import re
import zipfile
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from markupsafe import escape

from audit.access import approvals, people
from audit.cases import adding, reading
from audit.cases.entries import STATUSES, VERDICTS
from audit.errors import Refused, UnknownSubject
from audit.models import Approval, AuditRecord, CaseEntry, Export, KeptText
from audit.models import Case as CaseRow
from audit.prepared import Prepared
from audit.tasks import make_export
from audit.trails.make import make
from tests.console.conftest import Bank, browser_of, shut_doors, with_reason
from tests.console.investigating import QUESTION, actor_of, documents, investigated, opened, page
from tests.console.test_restricted import pair as pair  # fixtures
from tests.console.test_restricted import restricted as restricted
from tests.console.test_rights import names as names


@pytest.fixture(autouse=True)
def no_open_doors(bank: Bank) -> None:
    shut_doors()


def test_an_answer_is_kept_as_it_was_and_bound_to_the_log(bank: Bank, names: dict[str, object]) -> None:
    browser, case, _, transfer = investigated(bank, names)
    entries = list(CaseEntry.objects.filter(case=case).order_by("id"))
    assert [entry.kind for entry in entries] == ["question", "answer", "answer"]
    (_, where, _), sealed = documents(case), entries[1].text
    assert sealed is not None and sealed.ciphertext is not None and b"places" not in bytes(sealed.ciphertext)
    assert where is not None and where["at"]["now"] and where["model"] and where["conserved"] in (True, False)
    records = AuditRecord.objects.filter(kind="case").order_by("-id")[:3]
    assert [record.details["digest"] for record in reversed(records)] == [entry.digest for entry in entries]
    about = {"subject": entries[1].subject, "customers": entries[1].customers, "reference": "where", "position": None}
    whole = {"kind": "answer", **about, "value": "", "text": bytes(sealed.commitment).hex()}
    canonical = msgspec.json.encode(whole, order="deterministic")
    assert sha256(canonical).hexdigest() == entries[1].digest
    shown = page(browser, case)
    assert "Where the money was" in shown and "What had happened" in shown and "Mette Holm" in shown


def test_a_pinned_answer_says_what_the_page_says(bank: Bank, names: dict[str, object]) -> None:
    """If 1,000 were taken for 500: not the bank's own "is completed", but what is true, with warnings, both books."""
    found = bank.rows(
        "select distinct s.id from finding f join trace.subject s on s.id = f.subject_id"
        " where s.kind = 'transfer' and f.rule = 'residue_at_end' and f.state = 'open' order by 1"
    )
    warned, books = 0, set()
    for (id,) in found:
        browser = with_reason(browser_of("investigator"), "transfer", id)
        answer = browser.post(f"/of/transfer/{id}/case", {"case": "new", "question": QUESTION, "answer": "where"})
        case = int(answer.headers["Location"].rsplit("/", 1)[1])
        flow = browser.get(f"/of/transfer/{id}").content.decode()
        said = re.search(r'id="tells"[^>]*>([^<]*)<', flow)
        shown = page(browser, case)
        assert said and said[1].strip() in shown and "completed and booked" not in shown
        document = documents(case)[-1]
        assert document is not None and document["warnings"]
        warned += all(escape(one)[1:] in flow and escape(one)[1:] in shown for one in document["warnings"])
        books |= {line["book"] for name in ("ledger", "places") for line in document[name]}
        places = [line["place"] for name in ("ledger", "places", "on_its_way") for line in document[name]]
        assert places and not [one for one in places if f">{one}<" in shown]
    assert warned == len(found) >= 3 and len(books) == 2


def test_an_answer_of_the_past_is_kept_as_of_then(bank: Bank, names: dict[str, object]) -> None:
    browser, case, _, transfer = investigated(bank, names)
    browser.post(f"/of/transfer/{transfer}/case?at=2026-11-22T12:00:00Z", {"case": str(case), "answer": "where"})
    document = documents(case)[-1]
    assert document is not None
    assert (document["at"]["time"], document["at"]["now"]) == ("2026-11-22T12:00:00.000000Z", False)
    assert "As of " in page(browser, case)


def test_events_and_findings_are_pinned(bank: Bank, names: dict[str, object]) -> None:
    browser, case, customer, transfer = investigated(bank, names)
    position = bank.rows("select min(position) from timeline where subject_id = %s", transfer)[0][0]
    assert browser.get(f"/of/transfer/{transfer}/case?event={position}").status_code == 200
    pinned = browser.post(f"/of/transfer/{transfer}/case?event={position}", {"case": str(case)})
    assert pinned.status_code == 302
    own = "select position from timeline where subject_id = %s"
    others = f"select max(position) from timeline where position not in ({own})"
    stranger = bank.rows(others, transfer)[0][0]
    foreign = browser.post(f"/of/transfer/{transfer}/case?event={stranger}", {"case": str(case)})
    assert foreign.status_code == 400
    assert browser.post(f"/finding/{names['finding']}/case", {"case": str(case)}).status_code == 302
    kinds = [entry.kind for entry in CaseEntry.objects.filter(case=case).order_by("id")]
    assert kinds[-2:] == ["event", "finding"]
    found = reading.case(actor_of("investigator"), case)
    assert found.positions == (position,) and found.subjects
    assert f'href="/finding/{names["finding"]}"' in page(browser, case)


def test_it_is_closed_after_a_verdict_and_then_takes_nothing(bank: Bank) -> None:
    lead = browser_of("team_lead")
    case = opened(lead, bank)
    add = f"/case/{case}/add"
    assert lead.post(add, {"what": "status", "status": "closed"}).status_code == 400
    assert lead.post(add, {"what": "verdict", "verdict": VERDICTS[1], "text": ""}).status_code == 400
    assert lead.post(add, {"what": "verdict", "verdict": VERDICTS[1], "text": "Sent twice"}).status_code == 302
    assert browser_of("support").post(add, {"what": "status", "status": "closed"}).status_code == 403
    assert lead.post(add, {"what": "status", "status": "closed"}).status_code == 302
    assert lead.post(add, {"what": "note", "text": "too late"}).status_code == 400
    assert browser_of("support").post(add, {"what": "status", "status": "open"}).status_code == 403
    assert lead.post(add, {"what": "status", "status": "open"}).status_code == 302
    assert lead.post(add, {"what": "status", "status": "closed"}).status_code == 400  # the verdict was taken back
    assert reading.case(actor_of("auditor"), case).status == STATUSES[0]


def test_the_database_refuses_what_the_console_would(bank: Bank) -> None:
    case = opened(browser_of("team_lead"), bank)
    entry = CaseEntry.objects.filter(case=case).get()
    row = {"case_id": case, "added_by": "x", "digest": "x"}
    for change in (
        lambda: CaseEntry.objects.filter(pk=entry.pk).update(reference="other"),
        lambda: CaseEntry.objects.filter(pk=entry.pk).delete(),
        lambda: CaseRow.objects.filter(pk=case).update(is_secret=True),
        lambda: CaseEntry.objects.create(kind="status", value="closed", **row),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    with bank.database.connect("owner", autocommit=True) as owner:
        for table in ("case_entry", "investigation"):
            with pytest.raises(Exception, match="append-only"):
                owner.execute(f"delete from public.{table}".encode())
    connection.close()


def test_cases_are_linked(bank: Bank) -> None:
    browser = browser_of("investigator")
    one, other = opened(browser, bank), opened(browser, bank)
    assert browser.post(f"/case/{one}/add", {"what": "link", "other": f"case:{other}"}).status_code == 302
    assert f'href="/case/{other}"' in page(browser, one)
    for wrong in (str(one), "999999999", "x", ""):
        assert browser.post(f"/case/{one}/add", {"what": "link", "other": wrong}).status_code in (400, 404)


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "'\"><img src=x onerror=alert(1)>", "{{ 7*7 }}", "=1+1"])
def test_what_somebody_wrote_is_only_ever_text(text: str, bank: Bank, names: dict[str, object]) -> None:
    browser, _, customer, _ = investigated(bank, names)
    case = opened(browser, bank, customer)
    browser.post(f"/case/{case}/add", {"what": "note", "text": text})
    shown = page(browser, case)
    assert "<script>alert" not in shown and "<img src=x" not in shown and str(escape(text)) in shown


def test_no_record_no_entry(bank: Bank) -> None:
    browser = browser_of("investigator")
    case = opened(browser, bank)
    before = CaseEntry.objects.count()
    with bank.database.connect("owner", autocommit=True) as owner:
        owner.execute("revoke insert on public.audit_record from whereabouts_web")
        try:
            assert browser.post(f"/case/{case}/add", {"what": "note", "text": "unseen"}).status_code == 503
        finally:
            owner.execute("grant insert on public.audit_record to whereabouts_web")
    assert CaseEntry.objects.count() == before


def test_what_is_too_much_is_refused(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = browser_of("investigator")
    case = opened(browser, bank)
    monkeypatch.setattr(adding, "ENTRIES_MAX", 2)
    assert browser.post(f"/case/{case}/add", {"what": "note", "text": "one"}).status_code == 302
    assert browser.post(f"/case/{case}/add", {"what": "note", "text": "two"}).status_code == 400
    lead = browser_of("team_lead")
    ended = lead.post(f"/case/{case}/add", {"what": "verdict", "verdict": VERDICTS[0], "text": "no more to say"})
    assert ended.status_code == 302, "a full case can still be ended"
    long = {"question": "x" * 2001, "about": bank.key_of(bank.ids("customer")[0])}
    assert browser.post("/cases/open", long).status_code == 400


def test_an_open_case_can_be_added_to_however_many_closed_ones_came_after_it(bank: Bank) -> None:
    lead = browser_of("team_lead")
    first = opened(lead, bank)
    actor = people.actor_named("team_lead")
    for case in [opened(lead, bank) for _ in range(2)]:
        adding.give_verdict(actor, case, VERDICTS[0], "done")
        adding.set_status(actor, case, "closed")
    assert first in [line.id for line in reading.open_cases(actor, shown=1)]


def test_a_case_is_exported_as_a_trail(
    bank: Bank, names: dict[str, object], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told: list[int] = []
    monkeypatch.setattr(make_export, "delay", told.append)
    browser, case, customer, transfer = investigated(bank, names)
    subject = bank.key_of(transfer)
    asked = browser.post(f"/case/{case}/export")
    assert (asked.status_code, asked.headers["Location"]) == (302, f"/export/{told[0]}")
    make(told[0])
    assert f'href="/case/{case}"' in browser.get(f"/export/{told[0]}").content.decode()
    trail = tmp_path / "case.zip"
    trail.write_bytes(b"".join(browser.get(f"/export/{told[0]}/file")))
    manifest = json.loads(zipfile.ZipFile(trail).read("manifest.json"))
    assert manifest["scope"]["subjects"] == [f"transfer:{subject}"]
    assert "Mette" not in json.dumps(manifest)
    shut_doors()
    assert "/reason?next=" in browser.get(f"/export/{told[0]}/file").headers["Location"]
    shut = browser.post(f"/case/{case}/export")
    assert shut.headers["Location"] == f"/of/customer/{customer}/reason?next=%2Fcase%2F{case}"


def test_the_trail_of_several_customers_needs_a_second_person(bank: Bank, names: dict[str, object]) -> None:
    browser, case, customer, _ = investigated(bank, names)
    other = next(id for id in bank.ids("customer") if id != customer)
    with_reason(browser, "customer", other)
    browser.post(f"/of/customer/{other}/case", {"case": str(case), "answer": "where"})
    answer = browser.post(f"/case/{case}/export")
    assert answer.status_code == 403 and "/approvals/ask" in answer.content.decode()
    approvals.ask(actor_of("investigator"), "list_export", f"the trail of case:{case}", "for the court")
    approvals.approve(actor_of("team_lead"), Approval.objects.latest("id").pk)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(make_export, "delay", lambda number: None)
        assert browser.post(f"/case/{case}/export").status_code == 302
    assert Export.objects.latest("id").approval == Approval.objects.latest("id").pk
    assert browser.post(f"/case/{case}/export").status_code == 403  # it was used up


def test_a_case_is_exported_by_a_command_as_well(bank: Bank, names: dict[str, object], tmp_path: Path) -> None:
    _, case, customer, _ = investigated(bank, names)
    file = tmp_path / "case.zip"
    known = {"user": "investigator", "reason": "investigation", "output": file}
    call_command("export", f"case:{case}", **known, stdout=StringIO())
    scope = json.loads(zipfile.ZipFile(file).read("manifest.json"))["scope"]
    assert len(scope["subjects"]) == 1
    record = AuditRecord.objects.filter(kind="export").latest("id")
    assert f"customer:{bank.key_of(customer)}" in record.subjects
    with pytest.raises(UnknownSubject):
        call_command("export", "case:999999999", **known, stdout=StringIO())
    with pytest.raises(Refused):
        call_command("export", f"case:{case}", **{**known, "user": "administrator"}, stdout=StringIO())


def test_a_pin_that_is_refused_opens_no_case(bank: Bank, names: dict[str, object]) -> None:
    browser, customer, transfer = browser_of("investigator"), int(str(names["customer"])), int(str(names["transfer"]))
    with_reason(browser, "customer", customer)
    before = CaseRow.objects.count(), CaseEntry.objects.count(), KeptText.objects.count()
    for more in ({"answer": ["where", "who"]}, {"event": "999999999"}):
        asked = {"case": "new", "question": QUESTION, **more}
        address = f"/of/transfer/{transfer}/case" + (f"?event={more['event']}" if "event" in more else "")
        assert browser.post(address, asked).status_code in (400, 404)
    assert (CaseRow.objects.count(), CaseEntry.objects.count(), KeptText.objects.count()) == before


def test_a_case_and_the_list_take_a_fixed_number_of_queries(
    bank: Bank, names: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, case, _, transfer = investigated(bank, names)
    counts: dict[str, list[int]] = {f"/case/{case}": [], "/cases": []}
    run, rows = psycopg.Cursor.execute, Prepared.rows
    ran: list[object] = []

    def counted(self: Any, *given: Any, **named: Any) -> Any:
        ran.append(given)
        return (rows if isinstance(self, Prepared) else run)(self, *given, **named)

    monkeypatch.setattr(psycopg.Cursor, "execute", counted)
    monkeypatch.setattr(Prepared, "rows", counted)
    events = [row[0] for row in bank.rows("select position from timeline where subject_id = %s", transfer)]
    for event in (events[0], *events[1:4]):
        assert browser.post(f"/of/transfer/{transfer}/case?event={event}", {"case": str(case)}).status_code == 302
        for address, counts_of in counts.items():
            ran.clear()
            assert browser.get(address).status_code == 200
            counts_of.append(len(ran))
    assert all(len(set(one)) == 1 for one in counts.values()), counts
