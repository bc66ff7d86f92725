"""Jinja2 for the templates: everything escaped, unknown names refused, texts through gettext."""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from jinja2 import Environment, StrictUndefined


def environment(**options: Any) -> Environment:
    made = Environment(**{**options, "autoescape": True, "undefined": StrictUndefined}, extensions=["jinja2.ext.i18n"])
    made.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.filters["sentence"] = sentence
    made.globals.update(static=static, url=reverse)
    made.trim_blocks = made.lstrip_blocks = True
    return made


def sentence(text: str) -> str:
    """With a capital at its beginning; the rest as it is."""
    return text[:1].upper() + text[1:]
