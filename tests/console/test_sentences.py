"""What pages say in sentences: true where the bank's own words are not, and never calm of what is not in order."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from html import unescape

import pytest

from audit.access.mask import hidden
from audit.answers.claims.cohort import OF_PAYMENTS
from audit.answers.inquiry import inquire
from audit.answers.pages.findings import findings_of
from audit.answers.pages.transfer import transfer
from audit.answers.where import where
from audit.answers.words import WORDS
from audit.database import reading
from audit.findings.catalogue import NAMED, RULES
from audit.findings.danish import SENTENCES
from audit.findings.danish_meanings import MEANINGS
from audit.values import Clock, Moment, Subject
from tests.console.conftest import Bank, browser_of, told_key, with_reason
from tests.console.reading import Reading, text_of


def test_the_sentence_to_say_is_true_where_the_banks_own_words_are_not(bank: Bank) -> None:
    """A transfer that ended with money left behind, or booked twice, is not said to be completed."""
    found = bank.rows(
        "select distinct s.id, s.key from finding f join trace.subject s on s.id = f.subject_id"
        " where s.kind = 'transfer' and f.rule = 'residue_at_end' and f.state = 'open' order by 1"
    )
    said = {}
    for id, key in found:
        text = text_of(with_reason(browser_of("support"), "transfer", id), f"/of/transfer/{id}")
        said[key] = re.search(r'id="tells"[^>]*>([^<]*)<', text).group(1)  # type: ignore[union-attr]
        assert "which does not hold as long as this is open" in text
    assert len(said) >= 3
    for sentence in said.values():
        assert "Something is not right" in sentence and "We cannot say yet" in sentence
        assert "completed" not in sentence and "could not be carried out" not in sentence
    booked_twice = "1,000.00\u00a0DKK was taken from the account instead of 500.00\u00a0DKK"
    assert any(booked_twice in one for one in said.values())
    gone = "the 500.00\u00a0DKK left the account and has not arrived; it has stood between two accounts in the bank"
    assert any(gone in one for one in said.values())
    together = "that is 1,000.00\u00a0DKK together, while 500.00\u00a0DKK was taken from the account."
    assert any(together in one for one in said.values())
    by_books = "by our books 1,000.00\u00a0DKK is in the other bank instead of 500.00\u00a0DKK; 500.00\u00a0DKK was"
    assert any(by_books in one for one in said.values())


def test_what_ended_and_left_money_behind_is_past_its_time(bank: Bank) -> None:
    """A place between two accounts holds only what never arrived: all of it is late, though no state waits any more."""
    text = Reading(text_of(browser_of("support"), "/overview")).text.replace(" why?", "")
    row = re.search(r"Between two of the bank's accounts [\d,.]+\sDKK (\d+) \d+ \w+ 20\d\d, [\d:]+ CES?T (\d+)", text)
    assert row and row[1] == row[2] != "0"


def test_money_that_is_not_as_it_should_be_is_never_called_calm(bank: Bank) -> None:
    """Whosever finding it is: an event of the payment in its evidence is enough. Nobody looks into what nobody took."""
    found = bank.rows(
        "select distinct s.id, f.rule from finding f join timeline t on t.position = any(f.evidence)"
        " join trace.subject s on s.id = t.subject_id where f.state = 'open' and f.rule in"
        " ('duplicate_effect', 'unbalanced_event', 'amount_drift', 'forbidden_state')"
        " and s.kind in ('transfer', 'exchange', 'card_payment') order by 1"
    )
    assert len({rule for _, rule in found}) == 4
    said: dict[str, str] = {}
    for id, rule in found:
        kind = bank.rows("select kind from trace.subject where id = %s", id)[0][0]
        page = text_of(with_reason(browser_of("support"), kind, id), f"/of/{kind}/{id}")
        sentence = re.search(r'id="tells"[^>]*>([^<]*)<', page).group(1)  # type: ignore[union-attr]
        assert "Something is not right" in sentence and "We will look into it." in sentence, (rule, sentence)
        assert "Nothing is lost" not in page and 'class="card answer bad"' in page, rule
        assert "an account or a cause" not in page, rule  # only steps in common are looked for
        if rule == "amount_drift":
            assert re.search("(DKK|nothing that has arrived) was booked for it", page), sentence
            assert "booked as arrived" not in page
        said[rule] = said.get(rule, "") + sentence
    twin = "the same order was paid twice, 500.00\u00a0DKK each time"
    assert said["duplicate_effect"].count(twin) >= 2  # the two that are each other's
    assert "is not accounted for" in said["unbalanced_event"]
    assert "475.00\u00a0DKK was taken from the account instead of 500.00\u00a0DKK" in said["amount_drift"]
    captured = "650.00\u00a0DKK is paid to the shop instead of 500.00\u00a0DKK"
    assert f"{captured}; 500.00\u00a0DKK was taken from the account." in said["forbidden_state"]
    seen = " ".join(said.values()).split("This is what we see:")
    # the ledger's view of what custody has on its way: one amount
    assert not [one for one in seen if "between two accounts" in one and "between two steps" in one]


def test_the_door_says_which_customer_the_money_left(bank: Bank) -> None:
    found = bank.rows(
        "select l.subject_id from link l join trace.subject s on s.id = l.subject_id join finding f"
        " on f.subject_id = s.id and f.rule = 'residue_at_end' where s.kind = 'transfer' and l.other_kind = 'customer'"
        " group by 1 having count(distinct l.other_id) = 2 order by 1"
    )
    page = unescape(text_of(browser_of("support"), f"/of/transfer/{found[0][0]}/reason"))
    assert len(re.findall(r"<span>Customer C-\d+, whom the money left</span>", page)) == 1
    assert len(re.findall(r'name="customer"', page)) == 2 and "DKK" not in page


def test_what_has_ended_is_not_called_on_its_way(bank: Bank) -> None:
    found = bank.rows(
        "select distinct l.other_id, f.rule from finding f join trace.subject s on s.id = f.subject_id"
        " join link l on l.subject_id = s.id and l.other_kind = 'account' where f.state = 'open'"
        " and f.rule in ('half_compensation', 'residue_at_end') and s.kind = 'transfer' order by 1"
    )
    headed = {"half_compensation": "Not given back yet", "residue_at_end": "Has not arrived"}
    said: set[str] = set()
    for account, rule in found:
        page = text_of(with_reason(browser_of("support"), "account", account), f"/of/account/{account}")
        assert ">On its way</h2>" not in page, account
        said |= {rule} if f">{headed[rule]}</h2>" in page else set()
    assert said == set(headed)


def test_fields_and_their_codes_bear_the_models_words(bank: Bank) -> None:
    browser = browser_of("support")
    account = bank.ids("account")[0]
    path = f"/of/account/{account}"
    with_reason(browser, "account", account)
    danish = browser.get(path, headers={"Accept-Language": "da"}).content.decode()
    facts = dict(re.findall(r"<dt>([^<]*)</dt>\s*<dd>([^<]*)", danish))
    assert "Indehaver" in facts and facts["Slags"] in ("lønkonto", "opsparing", "budgetkonto", "valutakonto")
    assert "(savings)" not in danish and "Holder" not in facts


def test_whether_it_comes_back_is_the_first_word(bank: Bank) -> None:
    """Yes only where nothing of it is anywhere else than it came from; unknown while it is held up, and of what is
    open about its money however it ended; else not asked."""
    left = (
        "select count(*) from (select e.place_id from timeline t join entry e on e.position = t.position"
        " join trace.place p on p.id = e.place_id where t.subject_id = f.subject_id"
        " and p.kind not in ('customer', 'returned', 'available') group by 1 having sum(e.amount) <> 0) n"
    )
    found = bank.rows(
        f"select s.id, f.is_final, f.is_failure, ({left}) = 0,"
        " exists (select from finding o where o.subject_id = s.id and o.state = 'open'),"
        " exists (select from timeline t join trace.log l on l.position = t.position join trace.event_type y"
        " on y.id = l.type_id where t.subject_id = s.id and y.name in ('FundsReserved', 'TransactionCreated')) from ("
        "select w.*, row_number() over (partition by is_final, is_failure, is_open order by subject_id) as nth"
        " from flow w join trace.subject k on k.id = w.subject_id and k.kind = 'transfer') f"
        " join trace.subject s on s.id = f.subject_id where f.nth <= 8 order by 1"
    )
    said: dict[str, int] = {}
    ended_well: list[str] = []
    for id, is_final, is_failure, is_back, is_doubted, was_taken in found:
        page = text_of(with_reason(browser_of("support"), "transfer", id), f"/of/transfer/{id}")
        answer = re.search(r'id="back"><strong>Is it coming back\? ([^<.:]*)', page)
        word = answer.group(1) if answer else ""
        said[word] = said.get(word, 0) + 1
        if is_final and not is_failure:
            assert is_doubted or not word, id
            ended_well += [word] if is_doubted else []
        elif is_final and was_taken and not is_doubted:
            assert word == ("Yes" if is_back else word) and word, id
        elif word:
            known = ("It is back already, but it went out as well", "It is still on the account")
            assert word == "Not known yet" or word in known or (is_failure and not is_doubted), id
    assert said.get("Yes", 0) >= 3 and said.get("Not known yet", 0) >= 3, said
    assert "" in ended_well and len(set(ended_well)) >= 3, ended_well


NOT_ASKED = ("", "")
COMES_BACK = {
    "booked_less": NOT_ASKED,  # what was asked for has arrived, and no more than that was taken
    "captured_too_much": NOT_ASKED,
    "sent_twice": NOT_ASKED,
    "settled_twice": NOT_ASKED,
    "told_twice": NOT_ASKED,
    "left_not_arrived": ("Not known yet.", "Det vides endnu ikke."),
    "handled_twice": ("500.00 DKK was taken too much and must be put back.", "Der er trukket 500,00 DKK for meget"),
    "paid_twice": ("The same order was paid twice: one of the two must be", "Den samme ordre er betalt to gange: den"),
    "succeeded_still_reserved": (
        "The payment was carried out; the 500.00 DKK that is still held must be released.",
        "Betalingen er gennemført; de 500,00 DKK, der stadig er reserveret, skal frigives.",
    ),
    "reversed_still_held": ("It is still on the account: the 500.00 DKK", "De er stadig på kontoen: de 500,00 DKK"),
}
SEEN = {
    "succeeded_still_reserved": (
        "500.00 DKK was taken from the account, and another 500.00 DKK is still reserved on your account, so that",
        "der er trukket 500,00 DKK på kontoen, og yderligere 500,00 DKK er stadig reserveret på din konto, så",
    ),
    "left_not_arrived": ("left the account and has not arrived", "har forladt kontoen og er ikke nået frem"),
    "sent_twice": (
        "500.00 DKK is in the other bank; by our books, besides, 500.00 DKK is in the payment system",
        "500,00 DKK er i den anden bank; efter vores bøger gælder desuden, at 500,00 DKK er i betalingssystemet",
    ),
}


def test_of_each_fault_it_is_said_what_comes_back_and_what_was_taken(bank: Bank) -> None:
    """Nothing, where nothing was taken too much; what the books alone have twice is no second payment."""
    with reading() as connection:
        for number, language in enumerate(("en", "da")):
            inquiry = inquire(connection, hidden, language=language)
            pages = {
                fault: transfer(inquiry, Subject(*told_key()[fault]["subject"].split(":", 1)))
                for fault in {*COMES_BACK, *SEEN}
            }
            for fault, answers in COMES_BACK.items():
                said = pages[fault].coming_back.partition("? ")[2].replace("\u00a0", " ")
                assert said.startswith(answers[number]) and bool(said) == bool(answers[number]), (fault, said)
            taken = ("while 500.00 DKK was taken from the account. ", "mens der er trukket 500,00 DKK på kontoen. ")
            assert taken[number] in pages["sent_twice"].tells.replace("\u00a0", " ")
            for fault, clauses in SEEN.items():
                assert clauses[number] in pages[fault].tells.replace("\u00a0", " "), (fault, pages[fault].tells)
            booked = [one.says for one in pages["left_not_arrived"].findings.rows if one.rule == "amount_drift"]
            assert booked and ("nothing that has arrived", "intet, der er nået frem")[number] in booked[0], booked
            entry = told_key()["sent_twice"]
            between = Moment(datetime.fromisoformat(entry["moments"][1]["at"]), Clock.RECORDED)
            then = inquire(connection, hidden, at=between, language=language)
            said = transfer(then, Subject(*entry["subject"].split(":", 1))).tells.replace("\u00a0", " ")
            assert ("see: by our books 1", "se: efter vores bøger gælder, at 1")[number] in said, said
            assert ("; 500.00 DKK was asked for", "; der var bestilt 500,00 DKK")[number] in said, said


def test_what_is_explained_by_now_is_not_headed_as_unexplained(bank: Bank) -> None:
    found = bank.rows(
        "select s.id, l.other_id from finding f join trace.subject s on s.id = f.subject_id"
        " join link l on l.subject_id = s.id and l.other_kind = 'customer' where s.kind = 'transfer' and not exists ("
        "select from link o join finding g on g.subject_id in (o.other_id, o.subject_id)"
        " where o.subject_id = l.other_id and g.state = 'open') group by 1, 2"
        " having bool_and(f.state = 'resolved') order by 1 limit 1"
    )
    ((id, owner),) = found
    for kind, of in (("transfer", id), ("customer", owner)):
        page = text_of(with_reason(browser_of("support"), kind, of), f"/of/{kind}/{of}")
        head = re.search(r'<h2 id="findings-title">([^<]*)<', page).group(1)  # type: ignore[union-attr]
        assert head == "Explained since" and "nothing of this is open any more" in page, kind
        assert ">not explained</a>" not in page and "What would put it right" not in page, kind
        assert ">explained since</a>" in page or kind == "customer"
        assert "It was resolved on" in page, kind
    ((opened,),) = bank.rows(
        "select min(opened_at) + interval '5 seconds' from finding where subject_id = %s", id
    )
    path = f"/of/transfer/{id}?at={opened:%Y-%m-%dT%H:%M:%SZ}"
    then = text_of(with_reason(browser_of("support"), "transfer", id), path)
    assert ">not explained</a>" in then and ">explained since</a>" not in then
    assert "Nothing is open; everything is explained." in page


def test_every_rule_has_its_words_in_both_languages() -> None:
    """Those that a customer's sentence may have to say; of staff and of the log itself none."""
    apart = {"access_anomaly", "trail_integrity", "trail_incomplete"}
    sorts = {f"{name}.{sort}" for name in OF_PAYMENTS for sort in RULES[name].sorts}
    for words in WORDS.values():
        assert {name.removeprefix("rule_") for name in words if name.startswith("rule_")} == NAMED - apart
        denied = [said for name, said in words.items() if name.startswith("not_") and name[4:] in NAMED]
        assert sorts <= {name[4:] for name in words if name.startswith("not_")}, "whose sorts who else may deny"
        told = [words[f"rule_{name}"] for name in NAMED - apart if "." in name]
        assert len(told) == len(set(told)), "two situations in the same words"
        no = "no |nothing |der er ikke |der kom ingen |intet "  # never that something is as it should be
        assert denied and all(re.match(no, said) for said in denied), denied


def test_what_is_wrong_stands_on_the_first_screen_in_plain_words(bank: Bank) -> None:
    """On the account's as on the payment's: what it is, what would put it right; also what is lesser, and what a lane
    has that is tied to its payment alone. No name of an event type."""
    found = bank.rows(
        "select distinct s.id, s.kind, f.rule from finding f join trace.subject s on s.id = f.subject_id"
        " where f.state = 'open' and f.rule in ('unreasoned_correction', 'double_effect', 'half_compensation',"
        " 'clock_anomaly', 'orphan_cause') and s.kind in ('account', 'transfer') order by 1"
    )
    assert {rule for *_, rule in found} >= {"unreasoned_correction", "double_effect", "clock_anomaly", "orphan_cause"}
    said = {}
    for id, kind, rule in found:
        text = Reading(text_of(with_reason(browser_of("support"), kind, id), f"/of/{kind}/{id}")).text
        said[rule] = text.split("Statement" if kind == "account" else "Where the")[0]
        assert not re.search(r"FundsReserved|TransactionCreated|ReservationReleased|in stream", said[rule]), said[rule]
    assert "“Correction by hand” of account A-" in said["unreasoned_correction"]
    assert "was carried out for the transfer a second time" in said["double_effect"]
    assert "What would put it right: An event that undoes “" in said["double_effect"]
    assert "One of these, in the same transfer: “Reservation released”." in said["half_compensation"]
    assert "Also open:" in said["clock_anomaly"] and "names a cause that is in no source" in said["orphan_cause"]
    early = bank.rows(
        "select t.other_id, c.other_id from finding f join link t on t.subject_id = f.subject_id"
        " and t.other_kind = 'transfer' join link c on c.subject_id = t.other_id and c.other_kind = 'customer'"
        " where f.rule = 'effect_before_cause' and f.state = 'open' and not exists (select from link o"
        " where o.subject_id = f.subject_id and o.other_kind = 'customer')"
    )
    ((id, owner),) = early
    text = Reading(text_of(with_reason(browser_of("support"), "transfer", id), f"/of/transfer/{id}")).text
    assert "Also open: “Received” of DK clearing" in text.split("Where the")[0]
    page = text_of(with_reason(browser_of("support"), "customer", owner), f"/of/customer/{owner}")
    assert "a record is dated before what caused it" in page and "verything is explained" not in page


@pytest.mark.parametrize("language", ["en", "da"])
def test_at_every_moment_of_the_answer_key_the_money_and_the_words_are_the_banks(bank: Bank, language: str) -> None:
    """Before, between and after each kind of fault, by what the bank knows of what it did."""
    key = told_key()
    assert len(key) > 25
    with reading() as connection:
        for fault, entry in key.items():
            kind, _, of = entry["subject"].partition(":")
            for moment in entry["moments"]:
                at = Moment(datetime.fromisoformat(moment["at"]), Clock.RECORDED)
                answer = where(inquire(connection, hidden, at=at, language=language), Subject(kind, of))
                assert answer.tells == moment["tells"][language], (fault, moment["moment"])
                held = {(f"{one.place}", one.place.book, str(one.money)) for one in answer.places if one.money.units}
                told = {(one["place"], one["book"], f"{one['amount']} {one['currency']}") for one in moment["where"]
                        if Decimal(one["amount"])}
                assert held == told, (fault, moment["moment"])


def test_what_was_found_is_told_in_danish_where_danish_is_read(bank: Bank) -> None:
    """Every rule's sentence, with nothing that the English one does not know, and no English word among them."""
    own = {f"{name}.{sort}" for name, rule in RULES.items() for sort in rule.sentences}
    assert set(SENTENCES) == set(RULES) - {"trail_integrity", "trail_incomplete"} | own and set(MEANINGS) == set(RULES)
    assert all(MEANINGS[name].split(":")[0] == RULES[name].meaning.split(":")[0] for name in RULES if ":" in
               RULES[name].meaning[:20])  # fmt: skip
    for name, texts in SENTENCES.items():
        rule, _, sort = name.partition(".")
        english = RULES[rule].sentences.get(sort, (RULES[rule].sentence, RULES[rule].mend))
        known = set(re.findall(r"{(\w+)}", " ".join(english)))
        assert set(re.findall(r"{(\w+)}", " ".join(texts))) <= known, name
    with reading() as connection:
        inquiry = inquire(connection, hidden, language="da")
        subjects = [id for (id,) in bank.rows("select distinct subject_id from finding")]
        found = findings_of(inquiry, subjects, limit=500)
        said = [text for one in found.rows for text in (one.says, one.would_resolve)]
    assert len(said) > 100 and any("500,00 DKK" in one for one in said)
    words = re.compile(r"\b(the|and|or|was|is|not|after|before|seconds|minutes)\b|\d\.\d\d (DKK|SEK)")
    assert not [one for one in said if words.search(one)]


def test_what_does_not_add_up_names_only_places_that_hold_something(bank: Bank) -> None:
    """What was taken once too often out of a place is not there; and the amounts are those of its first moment."""
    found = bank.rows("select subject_id, numbers from finding where rule = 'transfer_not_conserved'")
    assert len(found) >= 3 and not [one for _, one in found if "transit" in one["places"]], found
    with reading() as connection:
        said = findings_of(inquire(connection, hidden), [id for id, _ in found], limit=500).rows
    both = [one.says for one in said if one.rule == "transfer_not_conserved" and "another bank" in one.says]
    assert both and all("when this was first seen 1,000.00 DKK of it was there" in one for one in both), both


def test_of_what_is_not_accounted_for_alone_it_is_asked_whether_it_comes_back(bank: Bank) -> None:
    """Of an exchange whose parts do not make its total the rest is where it should be."""
    found = bank.rows(
        "select distinct s.key from finding f join timeline t on t.position = f.opened_by"
        " join trace.subject s on s.id = t.subject_id and s.kind = 'exchange' where f.rule = 'unbalanced_event'"
    )
    assert found
    with reading() as connection:
        inquiry = inquire(connection, hidden)
        for (key,) in found:
            page = transfer(inquiry, Subject("exchange", key))
            part = re.fullmatch(r"Is it coming back\? ([\d.]+) DKK is not accounted for; .*", page.coming_back)
            assert part and page.money and 0 < float(part[1]) < page.money.amount, page.coming_back
