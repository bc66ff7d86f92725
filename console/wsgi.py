"""The console as a WSGI application; granian runs it."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
application = get_wsgi_application()


def _get_ready() -> None:
    """What stays for good is made before the first reader waits for it, and no longer walked through for garbage:
    collecting it all would hold up one page in some hundreds by 50 ms."""
    from django.template import engines
    from django.urls import get_resolver

    from console.environment import Templates

    get_resolver().reverse_dict  # noqa: B018 # imports every view
    for engine in engines.all():
        if isinstance(engine, Templates):
            engine.compile_all()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)  # a page makes some thousands of objects and leaves hardly any: look less often


_get_ready()
