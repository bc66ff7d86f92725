"""Checkpoints by mail, to those who keep them apart from the bank: an auditor, a supervisor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from smtplib import SMTPException
from urllib.parse import unquote, urlsplit

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from audit.given import given
from audit.log.checkpoints import Signed
from audit.log.publishing import Unpublished, kept_name

DAY_SECONDS = 86_400
TIMEOUT_SECONDS = 10
PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
TEXT = """\
This is a signed checkpoint of the log {origin}: {size:,} entries.

Keep it. Whoever holds it can show later whether the log still begins with these entries: put the attached file beside a
trail and give its path to the verifier as --since (docs/how-to/verify-a-trail.md).
"""


@dataclass(frozen=True, slots=True)
class Mail:
    """To `to`, by the server whose URL (smtp://, smtps:// or smtp+starttls://, with user and password) stands in the
    environment variable `server_env`."""

    to: Sequence[str]
    sender: str
    server_env: str
    every_seconds: int = DAY_SECONDS

    @property
    def name(self) -> str:
        return f"mail to {', '.join(self.to)}"

    def put(self, signed: Signed) -> None:
        text = TEXT.format(origin=signed.checkpoint.origin, size=signed.checkpoint.size)
        subject = f"Checkpoint of {signed.checkpoint.origin}: {signed.checkpoint.size:,} entries"
        server = self._server()
        for one in self.to:  # of several in one message, a refused one would be passed over in silence
            message = EmailMessage(subject, text, self.sender, [one], connection=server)
            message.attach(f"{kept_name(signed)}.txt", signed.note, "text/plain")
            try:
                message.send()
            except SMTPException as error:
                raise Unpublished(f"the mail server refused it ({type(error).__name__})") from None

    def newest(self) -> str | None:
        return None

    def _server(self) -> BaseEmailBackend:
        wrong = f"the environment variable {self.server_env} holds no mail server's URL (smtp://HOST:PORT)"
        try:
            url = urlsplit(given(self.server_env))
            port = url.port
        except ValueError:  # whose text repeats the URL, and so a password
            raise Unpublished(wrong) from None
        if url.scheme not in PORTS or not url.hostname:
            raise Unpublished(wrong)
        return get_connection(
            "django.core.mail.backends.smtp.EmailBackend",
            host=url.hostname,
            port=port or PORTS[url.scheme],
            username=unquote(url.username or ""),
            password=unquote(url.password or ""),
            use_ssl=url.scheme == "smtps",
            use_tls=url.scheme == "smtp+starttls",
            timeout=TIMEOUT_SECONDS,
        )
