"""What the web process starts with: a key of its own, strict headers, a queue that carries JSON alone."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings as running
from django.http import HttpResponse
from django.test import RequestFactory

from console import settings
from console.celery import application, broker_url
from console.security import Headers


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
