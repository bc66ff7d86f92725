"""The second factor of local users: a code that a telephone shows, or one of ten on paper. Their secrets are sealed
under a key of this instance, and a code counts once."""

from __future__ import annotations

import base64
import os

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.contrib.auth.models import User
from django.db import transaction

from audit.access.keys import derived

NONCE_BYTES = 12
_PURPOSE = b"second factor"


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Seals what allauth keeps."""

    def encrypt(self, text: str) -> str:
        nonce = os.urandom(NONCE_BYTES)
        return base64.b64encode(nonce + _cipher().encrypt(nonce, text.encode(), _PURPOSE)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        sealed = base64.b64decode(encrypted_text)
        return _cipher().decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _PURPOSE).decode()


def _cipher() -> AESGCM:
    return AESGCM(derived("second factor"))


def has_one(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def fresh_secret() -> str:
    """A secret for a telephone, sealed: for a session to hold until a first code shows that the telephone has it."""
    return Adapter().encrypt(totp.generate_totp_secret())


def secret_text(sealed: str) -> str:
    """The secret as a person types it into a telephone."""
    return Adapter().decrypt(sealed)


def picture(user: User, sealed: str) -> str:
    """The same as a picture for the telephone's camera: an SVG as a data address."""
    adapter = Adapter()
    drawn = adapter.build_totp_svg(adapter.build_totp_url(user, secret_text(sealed)))
    return f"data:image/svg+xml;base64,{base64.b64encode(drawn.encode()).decode()}"


@transaction.atomic
def set_up(user: User, sealed: str, code: str) -> list[str] | None:
    """Keep the secret once a code proves that the telephone has it; gives the codes for paper. None: the code is wrong
    or the user has a telephone already."""
    User.objects.select_for_update().get(pk=user.pk)
    counter = _counter_of(secret_text(sealed), code)
    if counter is None or has_one(user):
        return None
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": sealed, "counter": counter})
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    return list(RecoveryCodes.activate(user).generate_codes())


@transaction.atomic
def check(user: User, code: str) -> str:
    """ "code" or "recovery code", whichever it was; "" for a wrong or used one."""
    kept = {one.type: one for one in Authenticator.objects.select_for_update().filter(user=user)}
    telephone, paper = kept.get(Authenticator.Type.TOTP), kept.get(Authenticator.Type.RECOVERY_CODES)
    if telephone is not None:
        counter = _counter_of(secret_text(telephone.data["secret"]), code)
        if counter is not None and counter > telephone.data["counter"]:
            telephone.data["counter"] = counter  # RFC 6238, 5.2: a code is accepted once
            telephone.save(update_fields=["data"])
            return "code"
    if paper is not None and RecoveryCodes(paper).validate_code(code):
        return "recovery code"
    return ""


def forget(user: User) -> bool:
    """Take a lost telephone's secret and the codes away; whether there were any."""
    return bool(Authenticator.objects.filter(user=user).delete()[0])


def _counter_of(secret: str, code: str) -> int | None:
    """The half minute whose code this is, of those that a clock that is a little off may show."""
    return next(
        (
            counter
            for counter in totp.yield_hotp_counters_from_time()
            if totp.compare_user_code(actual=code, expected=totp.format_hotp_value(totp.hotp_value(secret, counter)))
        ),
        None,
    )
