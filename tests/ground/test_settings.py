"""What the web process starts with: a key of its own, strict headers, a queue that carries JSON alone."""

from __future__ import annotations

import os
import re
import secrets
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings as running
from django.http import HttpResponse
from django.test import RequestFactory

from audit.access.people import ROLES
from audit.errors import ConfigurationError
from audit.given import given
from console import settings
from console.celery import application, broker_url
from console.security import Headers
from console.sign_in_choices import sign_in_choices, trusted_proxies

ROOT = Path(__file__).parents[2]


def test_processes_that_start_at_once_share_one_secret_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "VAR_DIR", tmp_path)
    monkeypatch.delenv("SECRET_KEY", raising=False)
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(lambda _: settings.secret_key(), range(8)))
    assert len(keys) == 1 and len(keys.pop()) >= 50
    assert [file.name for file in tmp_path.iterdir()] == ["secret-key"]
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600


def test_a_given_secret_key_is_used_and_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "VAR_DIR", tmp_path)
    monkeypatch.setenv("SECRET_KEY", "given")
    assert settings.secret_key() == "given"
    assert list(tmp_path.iterdir()) == []


def test_nothing_inline_nothing_foreign_nothing_kept() -> None:
    answer = Headers(lambda request: HttpResponse("page"))(RequestFactory().get("/"))
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy and "*" not in policy
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_web_is_strict() -> None:
    assert not running.DEBUG
    assert running.SECURE_REFERRER_POLICY == "no-referrer"
    assert running.SESSION_COOKIE_HTTPONLY and running.X_FRAME_OPTIONS == "DENY"
    assert settings.ALLOWED_HOSTS[:3] == ["localhost", "127.0.0.1", "[::1]"] and "*" not in settings.ALLOWED_HOSTS
    assert "role=whereabouts_web" in running.DATABASES["default"]["OPTIONS"]["options"]


def test_the_queue_takes_json_alone_and_loses_no_task() -> None:
    assert application.conf.accept_content == ["json"]
    assert application.conf.task_acks_late and application.conf.task_reject_on_worker_lost


def test_a_socket_is_spelled_as_celery_wants_it() -> None:
    assert broker_url("unix:///a%20b/redis.sock?db=0") == "redis+socket:///a%20b/redis.sock?virtual_host=0"
    assert broker_url("redis://host:6379/1") == "redis://host:6379/1"


PRODUCTION = {
    "WHEREABOUTS_HTTPS": "1",
    "ALLOWED_HOSTS": "console.example",
    "OIDC_ISSUER": "https://login.bank.example",
    "OIDC_CLIENT_ID": "whereabouts",
    "OIDC_ROLES": "trace-audit=auditor",
    "TRUSTED_PROXIES": "10.0.0.0/8,2001:db8::1",
}


def _plain() -> dict[str, str]:
    """Without what tests with a browser set for themselves."""
    return {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}


def test_production_has_nothing_to_complain_about(tmp_path: Path) -> None:
    for name in ("SECRET_KEY", "OIDC_CLIENT_SECRET"):
        (tmp_path / name).write_text(secrets.token_urlsafe(50))
    given = {f"{name}_FILE": str(tmp_path / name) for name in ("SECRET_KEY", "OIDC_CLIENT_SECRET")}
    check = "import django; django.setup(); from django.core.management import call_command as call\n"
    check += (
        "from django.conf import settings; print(settings.SIGN_IN); call('check', deploy=True, fail_level='WARNING')"
    )
    ran = subprocess.run(
        [sys.executable, "-c", check],
        env={**_plain(), **PRODUCTION, **given, "SECOND_FACTOR": "", "SECRET_KEY": "", "VAR_DIR": str(tmp_path)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout + ran.stderr
    assert "no issues" in ran.stdout
    assert (tmp_path / "OIDC_CLIENT_SECRET").read_text() not in ran.stdout
    assert "allows_passwords=False, needs_second_factor=True" in ran.stdout


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OIDC_ISSUER", "http://login.bank.example"),
        ("OIDC_CLIENT_ID", ""),
        ("OIDC_CLIENT_SECRET", ""),
        ("OIDC_ROLES", ""),
        ("OIDC_ROLES", "trace-audit=king"),
        ("OIDC_ROLES", "=auditor"),
        ("SECOND_FACTOR", "off"),
        ("LOCAL_SIGN_IN", "yes"),
        ("SESSION_IDLE_MINUTES", "0"),
        ("SESSION_HOURS", "1.5"),
        ("TRUSTED_PROXIES", "*"),
    ],
)
def test_a_wrong_choice_is_told_by_its_name(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for known, right in {**PRODUCTION, "OIDC_CLIENT_SECRET": "s", "SECOND_FACTOR": ""}.items():
        monkeypatch.setenv(known, right)
    sign_in_choices(ROLES), trusted_proxies()
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=name):
        sign_in_choices(ROLES), trusted_proxies()


def test_a_secret_comes_from_the_environment_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "key"
    file.write_text("from a file\n")
    monkeypatch.setenv("SOME_KEY_FILE", str(file))
    assert given("SOME_KEY") == "from a file"
    monkeypatch.setenv("SOME_KEY", "given")
    with pytest.raises(ConfigurationError, match="both"):
        given("SOME_KEY")
    monkeypatch.delenv("SOME_KEY_FILE")
    assert (given("SOME_KEY"), given("SOME_OTHER_KEY")) == ("given", "")
    for broken in (tmp_path / "missing", tmp_path / "empty"):
        monkeypatch.setenv("SOME_OTHER_KEY_FILE", str(broken))
        (tmp_path / "empty").touch()
        with pytest.raises(ConfigurationError, match="SOME_OTHER_KEY_FILE"):
            given("SOME_OTHER_KEY")


def test_no_secret_stands_in_the_code() -> None:
    literal = re.compile(r"""(?i)\b\w*(?:secret|password|token|api_?key)\w*\s*[:=]\s*f?["'][^"'\s{}]{8,}["']""")
    named = re.compile(r"(?:validation|hashers|password_validation)|_KEY\b.*_key\"|environ|given\(")
    for folder in ("audit", "console"):
        for file in (ROOT / folder).rglob("*.py"):
            for line in file.read_text(encoding="utf-8").splitlines():
                assert not literal.search(line) or named.search(line), f"{file}: {line}"
