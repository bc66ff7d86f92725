"""Links by which another system (a CRM, a telephone exchange) opens a customer with the reason that it knows.

A link is sealed under a key that both share (AES-256-GCM): nobody else can make or change one, and nothing in the
address tells whom it is about. It is for one user, for a short time, and works once.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.access import door, looks, reasons
from audit.access.people import Actor
from audit.access.reasons import Reason
from audit.access.secret_files import parsed, read
from audit.errors import Refused, UnknownSubject, UsageError
from audit.given import given
from audit.servers.place import var_dir
from audit.values import Subject

WHAT = "the key of deep links"
BOUND_TO = b"whereabouts link 1"
NONCE_BYTES = 12
AHEAD_MAX = timedelta(minutes=15)  # that a link may still be good for
TOKEN_MAX = 2000  # characters


class LinkRefused(Refused):
    """The link opens nothing. `subject` is whom it is about, where that can be known."""

    def __init__(self, text: str, subject: Subject | None = None) -> None:
        super().__init__(text)
        self.subject = subject


class Said(msgspec.Struct, forbid_unknown_fields=True):
    """What a link says, as JSON. `customer` is the bank's identifier, or KIND:ID; `expires` RFC 3339 with a zone."""

    user: str
    customer: str
    reason: str
    expires: datetime
    ticket: str = ""
    caller_identified: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A link whose seal is whole. `id` is a digest of it."""

    id: str
    user: str
    subject: Subject
    reason: Reason
    expires: datetime


def seal(said: Mapping[str, str], key: bytes | None = None) -> str:
    """The token of a link that says this; raises UsageError where it could not be used."""
    plain = msgspec.json.encode(said)
    _said(plain)
    nonce = os.urandom(NONCE_BYTES)
    sealed = nonce + AESGCM(key or keys()[0]).encrypt(nonce, plain, BOUND_TO)
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def opened(token: str) -> Link:
    """What a token says. Raises LinkRefused where it is not one of ours, or was changed."""
    try:
        sealed = base64.b64decode(token[:TOKEN_MAX] + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        said = _said(_plain(sealed))
    except (ValueError, UsageError):
        raise LinkRefused("this link was changed, or comes from elsewhere: open the customer by searching") from None
    named = said.customer
    subject = Subject.parse(named) if ":" in named else Subject("customer", named)
    reason = reasons.reason(said.reason, said.ticket, said.caller_identified)
    return Link(sha256(sealed).hexdigest(), said.user, subject, reason, said.expires)


def follow(actor: Actor, link: Link, customer: Subject) -> None:
    """Open the door of `customer`, whom the link is about, once. Raises Refused, UnknownSubject and NoRecord."""
    now = timezone.now()
    if link.user != actor.name:
        raise LinkRefused("this link is for somebody else: open the customer by searching, with a reason", customer)
    if not now < link.expires <= now + AHEAD_MAX:
        raise LinkRefused("this link is out of date: open the customer by searching, with a reason", customer)
    try:
        with transaction.atomic():
            details = {"link": link.id}
            look = looks.Look("deep_link", "link", [customer], link.reason, outcome="opened", details=details)
            looks.record(actor, look)
            door.open(actor, customer, link.reason)
    except looks.NoRecord as error:
        if isinstance(error.__cause__, IntegrityError):
            raise LinkRefused("this link was used already: open the customer by searching", customer) from None
        raise


def keys() -> list[bytes]:
    """The keys that links are sealed with, the newest first: WHEREABOUTS_LINK_KEY (several with commas between them,
    while one is changed for another) or the file `link.key` in VAR_DIR. Raises UnknownSubject where there is none."""
    own = given("WHEREABOUTS_LINK_KEY")
    if own:
        return [parsed(one, "WHEREABOUTS_LINK_KEY", WHAT) for one in own.split(",")]
    file = var_dir() / "link.key"
    if not file.is_file():
        raise UnknownSubject("links from other systems are not set up: docs/how-to/deep-links.md says how")
    return [read(file, WHAT)]


def _plain(sealed: bytes) -> bytes:
    for key in keys():
        try:
            return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], BOUND_TO)
        except InvalidTag:
            continue
    raise ValueError("sealed with no key of ours")


def _said(plain: bytes) -> Said:
    """Raises UsageError for anything that a link cannot say."""
    try:
        said = msgspec.json.decode(plain, type=Said)
        if ":" in said.customer:
            Subject.parse(said.customer)
    except ValueError as error:
        raise UsageError(f"a link cannot say this: {error}") from None
    if said.expires.tzinfo is None or not said.customer or "\0" in said.customer:
        raise UsageError("a link names a customer, and a time with its zone")
    reasons.reason(said.reason, said.ticket, said.caller_identified)
    if said.reason == reasons.CALL and not said.caller_identified:
        raise UsageError("a link for a call says how the caller was identified")
    return said
