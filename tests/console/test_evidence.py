"""What is wrong with the proof itself is shown to those who look at sources and findings."""

from __future__ import annotations

import re
import threading

from audit.database import connect
from audit.instance import require
from audit.log.own_alarms import INTEGRITY, Trouble, heal, sound
from audit.pipeline import run
from tests.console.conftest import Bank, browser_of

WHAT = "Entry 7 of the log does not give its leaf"


def projected() -> None:
    with connect("follower", autocommit=True) as connection:
        instance = require(connection)
    run(instance, [], once=True, stop=threading.Event())


def test_an_alarm_about_the_proof_is_seen_until_it_is_over(bank: Bank) -> None:
    with connect("follower") as connection:
        sound(connection, Trouble(INTEGRITY, "CONTENT", 7, WHAT, "Compare <it> with a backup."))
    projected()
    auditor = browser_of("auditor")
    [[finding]] = bank.rows("select id from finding where rule = 'trail_integrity'")
    page = auditor.get(f"/finding/{finding}").content.decode()
    assert WHAT in page and "Compare &lt;it&gt; with a backup." in page
    (link,) = re.findall(r'href="([^"]*/log/[^"]*)"', page)[:1]
    assert auditor.get(link, follow=True).status_code == 200
    assert finding in auditor.get("/findings?rule=trail_integrity").content.decode()
    says = "One alarm about the proof itself is open"
    assert says in auditor.get("/sources").content.decode() and says in auditor.get("/overview").content.decode()
    with connect("follower") as connection:
        heal(connection, INTEGRITY, "CONTENT")
    projected()
    assert bank.rows("select state from finding where id = %s", finding) == [("resolved",)]
    assert says not in auditor.get("/sources").content.decode()
