"""Words for what is kept as a code: kinds of looks, outcomes, certainties. A code without words shows as it is."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_noop

KNOWN = (
    gettext_noop("access report"), gettext_noop("acknowledge"), gettext_noop("approval"),
    gettext_noop("approval request"), gettext_noop("break glass"), gettext_noop("case"),
    gettext_noop("correction note"),
    gettext_noop("deep link"), gettext_noop("download"), gettext_noop("erasure"), gettext_noop("export"),
    gettext_noop("legal hold"), gettext_noop("lockout"), gettext_noop("look"), gettext_noop("mute"),
    gettext_noop("reason"), gettext_noop("refusal"), gettext_noop("restricted import"), gettext_noop("retention"),
    gettext_noop("review"), gettext_noop("role change"), gettext_noop("search"), gettext_noop("sign in"),
    gettext_noop("sign in failure"), gettext_noop("sign out"), gettext_noop("unmask"),
    gettext_noop("added"), gettext_noop("asked for"), gettext_noop("bad input"), gettext_noop("broken"),
    gettext_noop("changed"), gettext_noop("done"), gettext_noop("ended"), gettext_noop("error"), gettext_noop("lifted"),
    gettext_noop("muted"), gettext_noop("no reason"), gettext_noop("not approved"), gettext_noop("not found"),
    gettext_noop("opened"), gettext_noop("pinned"), gettext_noop("placed"), gettext_noop("set"), gettext_noop("shown"),
    gettext_noop("signed in"), gettext_noop("signed out"), gettext_noop("unavailable"), gettext_noop("unmasked"),
    gettext_noop("used"), gettext_noop("approved"), gettext_noop("written"), gettext_noop("wrong"),
    gettext_noop("account"), gettext_noop("approvals"), gettext_noop("cases"), gettext_noop("compare"),
    gettext_noop("customer"), gettext_noop("desk"), gettext_noop("finding"), gettext_noop("findings"),
    gettext_noop("flows"), gettext_noop("help"), gettext_noop("incoming"), gettext_noop("lane"), gettext_noop("list"),
    gettext_noop("looks"), gettext_noop("overview"), gettext_noop("place"), gettext_noop("places"),
    gettext_noop("reviews"), gettext_noop("sources"), gettext_noop("subject"), gettext_noop("transfer"),
    gettext_noop("when"), gettext_noop("who"), gettext_noop("why"), gettext_noop("withheld"), gettext_noop("news"),
    gettext_noop("known"), gettext_noop("sent but unconfirmed"), gettext_noop("outside our sight"),
)  # fmt: skip


def named(code: str) -> str:
    return gettext(code.replace("_", " "))
