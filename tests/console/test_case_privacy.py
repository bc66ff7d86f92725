"""Nothing of a customer stands in a case without that customer's door, and nothing of a secret case for others."""

from __future__ import annotations

import json
import re

import pytest

from audit.access import approvals, texts
from audit.access.reasons import SECRET
from audit.cases import reading
from audit.database import sql
from audit.erasing.destroying import erase_texts
from audit.errors import UnknownSubject
from audit.models import Approval, AuditRecord, CaseEntry, KeptText
from audit.values import Subject
from tests.console.conftest import Bank, browser_of, shut_doors, with_reason
from tests.console.investigating import QUESTION, actor_of, documents, investigated, opened, page
from tests.console.test_restricted import Pair
from tests.console.test_restricted import pair as pair  # fixtures
from tests.console.test_restricted import restricted as restricted
from tests.console.test_rights import names as names


@pytest.fixture(autouse=True)
def no_open_doors(bank: Bank) -> None:
    shut_doors()


def test_what_is_pinned_holds_nothing_personal(bank: Bank, names: dict[str, object]) -> None:
    browser, case, customer, _ = investigated(bank, names)
    name = re.search(r"(\w{3,}) \w•+", browser.get(f"/of/customer/{customer}").content.decode())
    assert name
    browser.post(f"/of/customer/{customer}/unmask", {"path": "name"})
    browser.post(f"/of/customer/{customer}/case", {"case": str(case), "answer": ["where", "what"]})
    kept = json.dumps(documents(case), ensure_ascii=False)
    assert name[1] not in kept
    assert "Holm" not in json.dumps(list(AuditRecord.objects.filter(kind="case").values_list("details", flat=True)))


def test_without_a_door_nothing_of_the_customer_is_told(bank: Bank, names: dict[str, object]) -> None:
    browser, case, customer, _ = investigated(bank, names)
    browser.post(f"/case/{case}/add", {"what": "note", "text": "Called Mette, 20 12 34 56"})
    other = browser_of("team_lead")
    shut = page(other, case)
    for told in ("Mette", "20 12 34 56", "Where the money is now"):
        assert told not in shut
    assert f"/of/customer/{customer}/reason?next=%2Fcase%2F{case}" in shut
    looked = AuditRecord.objects.filter(kind="look", page="case", actor="team_lead").latest("id")
    assert looked.subjects == []
    told = page(with_reason(other, "customer", customer), case)
    assert "20 12 34 56" in told and QUESTION.replace("'", "&#39;") in told
    looked = AuditRecord.objects.filter(kind="look", page="case", actor="team_lead").latest("id")
    assert looked.reason_code == "call" and any(one.startswith("customer:") for one in looked.subjects)


def test_without_the_door_nothing_is_pinned(bank: Bank, names: dict[str, object]) -> None:
    browser = browser_of("investigator")
    answer = browser.post(f"/of/transfer/{names['transfer']}/case", {"case": "new", "question": "x", "answer": "where"})
    assert "/reason?next=" in answer.headers["Location"]


def test_a_secret_case_is_not_there_for_others(bank: Bank) -> None:
    investigator, support = browser_of("investigator"), browser_of("support")
    case = opened(investigator, bank, is_secret="1")
    absent = support.get("/case/999999999")
    assert (support.get(f"/case/{case}").status_code, absent.status_code) == (404, 404)
    assert f'"/case/{case}"' not in support.get("/cases").content.decode()
    assert f'"/case/{case}"' in browser_of("auditor").get("/cases").content.decode()
    assert support.post(f"/case/{case}/add", {"what": "note", "text": "x"}).status_code == 404
    other = opened(support, bank)
    assert support.post(f"/case/{other}/add", {"what": "link", "other": str(case)}).status_code == 404
    asked = {"question": "x", "about": bank.key_of(bank.ids("customer")[0]), "is_secret": "1"}
    assert support.post("/cases/open", asked).status_code == 403


def test_all_that_is_recorded_of_a_secret_case_is_under_secrecy(bank: Bank, names: dict[str, object]) -> None:
    """Else colleagues see it among the looks and the approvals, and the customer in the report of who looked."""
    browser, before = browser_of("investigator"), AuditRecord.objects.latest("id").pk
    pinned = browser.post(f"/finding/{names['finding']}/case", {"case": "new", "question": QUESTION, "is_secret": "1"})
    place = pinned.headers["Location"]
    case = int(place.rsplit("/", 1)[1])
    customers = bank.ids("customer")[-2:]
    for id in customers:
        with_reason(browser, "customer", id, "investigation")
        assert browser.post(f"/of/customer/{id}/case", {"case": str(case), "answer": "where"}).status_code == 302
    for entry in CaseEntry.objects.filter(case=case, kind="finding"):
        for one in map(Subject.parse, entry.customers):
            with_reason(browser, "customer", bank.id_of("customer", one.key), "investigation")
    page(browser, case)
    page(browser, case)
    refused = browser.post(f"{place}/export")
    token = re.search(rb'name="asked" value="([^"]+)"', refused.content)
    assert token, refused.content
    assert browser.post("/approvals/ask", {"asked": token[1].decode(), "why": "for the court"}).status_code == 302
    what = f"the trail of case:{case}"
    assert what in browser.get("/approvals").content.decode()
    asked = Approval.objects.latest("id")
    for role in ("team_lead", "data_protection"):
        assert what not in browser_of(role).get("/approvals").content.decode()
        assert browser_of(role).post(f"/approvals/{asked.pk}/approve").status_code == 404
        with pytest.raises(UnknownSubject):
            approvals.approve(actor_of(role), asked.pk)
    page(browser, case)
    assert place in browser.get("/cases").content.decode()
    told = AuditRecord.objects.filter(id__gt=before, actor="investigator").exclude(reason_code__in=SECRET)
    assert {row.kind for row in told.exclude(subjects=[]).exclude(page="cases")} == {"reason"}
    assert f"{case}" not in {str(row.details.get("case")) for row in told}
    about = str(Subject("customer", bank.key_of(customers[0])))
    secret = AuditRecord.objects.filter(id__gt=before, subjects__contains=[about], reason_code__in=SECRET)
    assert {row.kind for row in secret} == {"look", "case", "refusal", "approval_request"}
    assert {row.page for row in secret} == {"case", "cases", "export", "approvals"}
    plain = opened(browser, bank)
    assert browser.post(f"/case/{plain}/add", {"what": "link", "other": str(case)}).status_code == 400


def test_a_customers_erasure_takes_all_that_was_written(bank: Bank, names: dict[str, object]) -> None:
    """Also what was written before anything of the customer was pinned."""
    browser, _, customer, transfer = investigated(bank, names)
    case = opened(browser, bank, customer)
    browser.post(f"/case/{case}/add", {"what": "note", "text": "to be forgotten"})
    assert all(KeptText.objects.filter(caseentry__case=case).values_list("subjects", flat=True)), (
        "erased by whom it names"
    )
    assert browser.post("/cases/open", {"question": "Where is Mette's money?"}).status_code == 400
    assert browser.post("/cases/open", {"question": "Where?", "about": "nobody-7"}).status_code == 400
    browser.post(f"/of/transfer/{transfer}/case", {"case": str(case), "answer": "where"})
    assert "to be forgotten" in page(browser, case)
    key = bank.key_of(customer)
    assert f"case:{case}" in reading.titles_about([Subject("customer", key)])
    until = AuditRecord.objects.latest("id").recorded_at
    receipt = {"name": "x", "kind": "customer", "key": key, "at": until,
               "receipt": json.dumps({"owners": [f"customer:{key}"]})}  # fmt: skip
    with bank.database.connect("owner") as owner:
        owner.execute(sql("erasure_add"), receipt)
    with bank.database.connect("erasure", autocommit=True) as erasure:
        assert erase_texts(erasure, [Subject("customer", key)], until) >= 2
    shown = page(browser, case)
    assert "to be forgotten" not in shown and QUESTION[:10] not in shown and "The question was erased" in shown
    numbers = [entry.text_id for entry in CaseEntry.objects.filter(case=case) if entry.text_id]
    assert set(texts.texts(numbers).values()) == {texts.ERASED}
    assert "Where the money was" in shown and "completed" not in shown
    assert documents(case) == [None] * len(documents(case)), "what was pinned is erased with what was written"


def test_a_restricted_customer_is_withheld_with_all_that_was_written(bank: Bank, restricted: Pair) -> None:
    """The lead may know of the customer, the investigator may not; both may work on the case."""
    lead, investigator = browser_of("team_lead"), browser_of("investigator")
    with_reason(lead, "customer", restricted.gone)
    given = {"case": "new", "question": "What did our colleague do?", "answer": ["where"]}
    case = int(lead.post(f"/of/customer/{restricted.gone}/case", given).headers["Location"].rsplit("/", 1)[1])
    assert "our colleague" in page(lead, case)
    shown = page(investigator, case)
    assert restricted.gone_key not in shown and "our colleague" not in shown
    assert "2 of them are withheld" in shown
    assert restricted.gone_key not in investigator.get("/cases").content.decode()
    assert restricted.gone_key in lead.get("/cases").content.decode()
    note = {"what": "note", "text": "is it them?", "subject": f"customer:{restricted.gone_key}"}
    answers = [browser.post(f"/case/{case}/add", note).status_code for browser in (investigator, lead)]
    assert answers == [400, 302], "whom one may not know of is not confirmed by a guess"
