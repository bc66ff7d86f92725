"""The console in a real browser: both widths and palettes, by keyboard alone, and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from audit.access import looks
from audit.access.looks import Look
from audit.access.people import Actor
from audit.cases.adding import open_case
from audit.values import Subject
from tests.console.conftest import PASSWORD, Bank, browser_of, with_reason

pytestmark = pytest.mark.browser
Open = Callable[..., Any]
SUPPORT = Actor("support", "support", frozenset({"work_cases"}))


@pytest.fixture
def opened(browser: Any, site: str, bank: Bank) -> Iterator[Open]:
    """Opens a window signed in as support, with the door of the first transfer's customer open unless told otherwise.

    An error in the page or a breach of the policy fails the test.
    """
    contexts, errors = [], []

    def make(
        width: int = 1440, scheme: str = "light", *, door: bool = True, scripts: bool = True, policy: bool = True
    ) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=scripts, base_url=site,
            locale="en-GB", bypass_csp=not policy, reduced_motion="reduce",
        )  # fmt: skip
        contexts.append(context)
        client = browser_of("support")
        if door:
            with_reason(client, "transfer", bank.with_finding("transfer", "adapter_transfer"))
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.goto("/desk")
        return page

    yield make
    for context in contexts:
        context.close()
    assert not errors


@pytest.fixture(scope="module")
def urls(bank: Bank) -> list[str]:
    transfer = bank.with_finding("transfer", "adapter_transfer")
    customer = bank.customer_of("transfer", transfer)
    account = bank.rows("select other_id from link where subject_id = %s and other_kind = 'account'", customer)[0][0]
    lane = bank.rows("select other_id from link where subject_id = %s and other_kind = 'adapter_transfer'", transfer)[
        0
    ][0]
    clearing = bank.rows("select id from trace.place where kind = 'clearing' order by id limit 1")[0][0]
    finding = bank.rows("select id from finding order by id limit 1")[0][0]
    case = open_case(SUPPORT, "Where is it?", Subject("transfer", bank.key_of(transfer)))
    return [
        f"/of/customer/{customer}", f"/of/account/{account}", f"/of/transfer/{transfer}",
        f"/of/transfer/{transfer}?step=3", f"/of/adapter_transfer/{lane}", f"/place/{clearing}",
        "/places/custody/clearing", "/desk", "/overview", "/findings", f"/finding/{finding}", "/sources", "/looks",
        "/help", f"/of/account/{account}?at=2026-11-15T12:00", f"/of/transfer/{transfer}/why",
        "/who/transfer?that=amount+>+0", f"/case/{case}", "/cases", f"/of/transfer/{transfer}/case",
    ]  # fmt: skip


SMALL = """[...document.querySelectorAll('body *')].filter(e => e.innerText && e.getClientRects().length
    && parseFloat(getComputedStyle(e).fontSize) < 13).map(e => e.outerHTML.slice(0, 80))"""
WCAG = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.mark.parametrize("width", [1440, 390, 360])
def test_no_page_scrolls_sideways_or_is_too_small_to_read(width: int, opened: Open, urls: list[str]) -> None:
    page = opened(width)  # 360 is what 1440 leaves at a zoom of 400 %
    for url in urls:
        page.goto(url)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, url
        assert not page.evaluate(SMALL), url


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_meet_wcag_aa(scheme: str, opened: Open, urls: list[str]) -> None:
    page = opened(1440, scheme, policy=False)  # only so that the checker itself can be put into the page
    only = WCAG if scheme == "light" else {"type": "rule", "values": ["color-contrast"]}
    for url in [f"{urls[0]}/reason", *(urls if scheme == "light" else urls[:4])]:
        page.goto(url)
        found = Axe().run(page, options={"runOnly": only}).response["violations"]
        said = [(one["id"], node["html"][:120]) for one in found for node in one["nodes"]]
        assert not said, (url, said)


def test_somebody_signs_in_and_out(opened: Open, browser: Any, site: str) -> None:
    context = browser.new_context(base_url=site)
    page = context.new_page()
    page.goto("/findings")
    page.fill("#username", "auditor")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/findings")
    page.click("text=Sign out")
    page.wait_for_url("**/sign-in")
    page.goto("/findings")
    assert "/sign-in" in page.url
    context.close()


def test_support_finds_a_transfer_by_keyboard_alone(opened: Open, bank: Bank, urls: list[str]) -> None:
    page = opened(door=False)
    key = bank.rows("select key from trace.subject where id = %s", int(urls[2].rpartition("/")[2]))[0][0]
    page.keyboard.press("/")
    page.keyboard.type(key)
    page.keyboard.press("Enter")
    page.wait_for_url("**/reason?**")
    page.keyboard.press("1")
    page.keyboard.press("c")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{urls[2]}")
    assert page.locator("#tells").is_visible()


def test_steps_are_walked_with_j_and_k_and_change_the_whole_page(opened: Open, urls: list[str]) -> None:
    page = opened()
    page.goto(f"{urls[2]}?step=3")
    before = page.locator("#step-title").inner_text()
    page.keyboard.press("j")
    page.wait_for_url(re.compile(r"step=(?!3\b)\d+"))
    page.wait_for_function("text => document.querySelector('#step-title').innerText !== text", arg=before)
    assert page.locator("tr.here").count() == 1
    page.keyboard.press("k")
    page.wait_for_function("text => document.querySelector('#step-title').innerText === text", arg=before)
    page.go_back()
    page.wait_for_function("text => document.querySelector('#step-title').innerText !== text", arg=before)


def test_the_first_k_changes_the_foot_too_and_breaks_no_policy(opened: Open, urls: list[str]) -> None:
    page = opened()
    page.goto(urls[2])
    assert "True as of now" in page.locator("#foot").inner_text()
    page.keyboard.press("k")
    page.wait_for_url(re.compile(r"step=\d+"))
    page.wait_for_function("!document.querySelector('#foot').innerText.includes('True as of now')")
    assert page.locator("#step-title").count() == 1


def test_keys_can_be_switched_off(opened: Open, urls: list[str]) -> None:
    page = opened()
    page.goto(f"{urls[2]}?step=3")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.uncheck("[data-keys-off] >> nth=0")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.reload()
    page.keyboard.press("j")
    assert page.url.endswith("step=3")
    assert page.locator("kbd:visible").count() == 0
    page.click("footer a")
    page.check("[data-keys-off] >> nth=0")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.wait_for_url(re.compile(r"step=(?!3\b)\d+"))
    page.keyboard.press("a")
    assert page.evaluate("document.activeElement.id") == "asof-at"


@pytest.mark.parametrize(
    ("page_of", "keys"),
    [("{transfer}?step=3", "/jkanwoce?Esc"), ("{transfer}/reason", "/12acbq?Esc"), ("/help", "/?Esc")],
)
def test_the_list_of_keys_is_that_of_the_page(opened: Open, urls: list[str], page_of: str, keys: str) -> None:
    page = opened()
    page.goto(page_of.format(transfer=urls[2]))
    page.keyboard.press("?")
    listed = page.locator("#keys kbd:visible")
    assert "".join(listed.all_inner_texts()) == keys


def test_keys_stay_out_of_fields(opened: Open) -> None:
    page = opened()
    page.keyboard.press("/")
    page.keyboard.type("jk?c/1")
    assert page.locator("input[type=search]").first.input_value() == "jk?c/1"


def test_every_control_is_reached_by_tab_and_seen(opened: Open, urls: list[str]) -> None:
    page = opened()
    page.goto(urls[2])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    seen: set[str] = set()
    for _ in range(400):
        page.keyboard.press("Tab")
        mark = page.evaluate(
            "(e => e === document.body ? null : [e.outerHTML.slice(0, 200), getComputedStyle(e).outlineStyle])"
            "(document.activeElement)"
        )
        if mark is None or mark[0] in seen and len(seen) > 3 and "skip" in mark[0]:
            break
        assert mark[1] != "none", mark[0]
        seen.add(mark[0])
    wanted = page.evaluate("[...document.querySelectorAll('main a[href], main button, main summary')]"
                           ".filter(e => e.getClientRects().length).length")  # fmt: skip
    assert len(seen) >= wanted * 0.8


def test_everything_works_without_javascript(opened: Open, bank: Bank, urls: list[str]) -> None:
    page = opened(door=False, scripts=False)
    key = bank.rows("select key from trace.subject where id = %s", int(urls[1].rpartition("/")[2]))[0][0]
    page.fill("main input[type=search]", key)
    page.press("main input[type=search]", "Enter")
    page.wait_for_url("**/reason?**")
    page.check("input[value=complaint]")
    page.click("main form button")
    page.wait_for_url(f"**{urls[1]}")
    page.click("#asof summary")
    page.fill("#asof-at", "2026-11-15T12:00")
    page.check("#asof input[value=occurred]")
    page.click("#asof button")
    page.wait_for_url("**at=2026-11-15T12%3A00&clock=occurred")
    assert "what was true then" in page.locator("[role=note]").first.inner_text()
    page.click("[role=note] a")
    page.wait_for_url(f"**{urls[1]}")
    page.goto(urls[2])
    page.click(".lanes a >> nth=1")
    assert "Step" in page.locator("#step-title").inner_text()
    page.click("header button:has-text('Sign out')")
    page.wait_for_url("**/sign-in")
    page.goto(urls[1])
    assert "/sign-in" in page.url


def test_older_rows_come_as_a_part(opened: Open, bank: Bank) -> None:
    page = opened()
    for _ in range(51):
        looks.record(SUPPORT, Look("look", "desk"))
    page.goto("/looks")
    first = page.locator("#looks tbody tr").first.inner_text()
    page.evaluate("window.isSamePage = true")
    page.click("#looks .list-foot a")
    page.wait_for_url("**/looks?before=*")
    page.wait_for_function("text => document.querySelector('#looks tbody tr').innerText !== text", arg=first)
    assert page.evaluate("window.isSamePage")


def test_the_sentence_is_copied(opened: Open, urls: list[str]) -> None:
    page = opened()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(urls[2])
    page.keyboard.press("c")
    page.wait_for_function("document.querySelector('#said').textContent !== ''")
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#tells").inner_text()


# Four tasks of a support desk: the right sentence within three page loads, by what a customer says on the phone.


def ask(page: Any, text: str) -> list[str]:
    """Types what the customer names, says why, and gives the pages that were loaded; more are added as they come."""
    loaded: list[str] = []
    page.on("response", lambda r: loaded.append(r.url) if r.request.is_navigation_request() and r.ok else None)
    page.keyboard.press("/")
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_url("**/reason?**")
    for key in ("1", "c", "Enter"):
        page.keyboard.press(key)
    page.wait_for_url(re.compile(r"/of/\w+/\d+$"))
    return loaded


def key_of(bank: Bank, statement: str) -> str:
    return str(bank.rows(f"{statement} limit 1")[0][0])


def test_task_my_transfer_has_not_arrived(opened: Open, bank: Bank) -> None:
    page = opened(door=False)
    late = key_of(
        bank,
        "select s.key from finding f join trace.subject s on s.id = f.subject_id"
        " where s.kind = 'adapter_transfer' and f.rule = 'stuck' and f.state = 'open' order by 1",
    )
    transfer = bank.id_of("transfer", late)
    customer = key_of(bank, f"select key from trace.subject where id = {bank.customer_of('transfer', transfer)}")
    loaded = ask(page, customer)
    assert "is late: 500.00\u00a0DKK to" in page.locator("#tells").inner_text()
    page.click("#open tbody a >> nth=0")
    page.wait_for_url(f"**/of/transfer/{transfer}")
    said = page.locator("#tells").inner_text()
    assert "We do not have its answer yet" in said and "should have gone on by" in said
    assert len(loaded) <= 3, loaded


def test_task_my_salary_is_missing(opened: Open, bank: Bank) -> None:
    page = opened(door=False)
    batch = bank.ids("batch")[0]
    paid = f"select other_id from link where subject_id = {batch} and other_kind = 'transfer'"
    customer = key_of(
        bank,
        "select s.key from link l join trace.subject s on s.id = l.other_id"
        f" where l.other_kind = 'customer' and l.subject_id in ({paid}) order by 1",
    )
    loaded = ask(page, customer)
    said = page.locator("#tells").inner_text()
    last = r"on its way in\. The last payment in( was|:) [\d,.]+\u00a0DKK( from .+| was .+)?, \d+ \w+ 20\d\d"
    assert re.search(last, said), said
    assert page.locator("#payments tbody tr").count() and len(loaded) <= 2, loaded


def test_task_what_does_this_line_on_my_statement_mean(opened: Open, bank: Bank) -> None:
    page = opened(door=False)
    account = key_of(
        bank,
        "select s.key from link l join trace.subject s on s.id = l.subject_id"
        " where s.kind = 'account' and l.other_kind = 'transfer' group by 1 order by count(*) desc, 1",
    )
    loaded = ask(page, account)
    link = "td a[href*='/of/transfer/']"
    line = page.locator("#statement tbody tr", has=page.locator(link)).first
    assert re.search(r"booked|credited|came|went", line.inner_text())
    line.locator(link).first.click()
    page.wait_for_url("**/of/transfer/*")
    assert page.locator("#tells").inner_text().strip() and page.locator("#steps tbody tr").count() > 1
    assert len(loaded) <= 3, loaded


def test_task_who_got_the_money(opened: Open, bank: Bank) -> None:
    page = opened(door=False)
    transfer = key_of(
        bank,
        "select s.key from link l join trace.subject s on s.id = l.subject_id"
        " where s.kind = 'transfer' and l.other_kind = 'clearing' order by 1",
    )
    loaded = ask(page, transfer)
    facts = page.locator("dl.facts").first
    assert re.search(r"DKK to .+••", page.locator("h1").inner_text())
    assert re.search(r"Receiver bank\s+\w+", facts.inner_text()) and "••" in facts.inner_text()
    facts.locator("button").first.click()
    page.wait_for_function("document.querySelector('dl.facts').innerText.includes('two minutes')")
    assert not re.search(r"Receiver name\s+\S*••", facts.inner_text())
    assert len(loaded) <= 3, loaded


def test_a_value_is_asked_why_without_leaving_its_page(opened: Open, urls: list[str]) -> None:
    page = opened()
    page.goto(urls[2])
    page.locator("a.ask").first.click()
    page.wait_for_selector("#explained #why .chain .set")
    assert page.url.endswith(urls[2])
    page.keyboard.press("w")
    page.wait_for_url("**/why*")
    plain = opened(scripts=False)
    plain.goto(urls[2])
    plain.locator("a.ask").first.click()
    assert plain.locator("#why .chain .set").count() and "/why?of=" in plain.url
