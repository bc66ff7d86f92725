"""Jinja2 for the templates: everything escaped, unknown names refused, texts through gettext. Each language has its own
compiled templates, in which a text without variables stands as it is: most of a page's texts then cost nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.template.backends.jinja2 import Jinja2
from django.template.backends.utils import csrf_input
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import get_script_prefix, reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext
from jinja2 import Environment, StrictUndefined
from jinja2.environment import TemplateModule

from console.codes import named
from console.compiling import Texts, WholeTemplates

_ANY = 10**18 - 1  # stands for our number of a subject or place


class Templates(Jinja2):
    """Django's backend with an environment for each language."""

    def __init__(self, params: dict[str, Any]) -> None:
        self._by_language: dict[str, Environment] = {}
        super().__init__(params)

    @property
    def env(self) -> Environment:
        language = get_language() or "en"
        found = self._by_language.get(language)
        if found is None:
            found = self._by_language[language] = self._plain.overlay()
            found.language = language  # type: ignore[attr-defined]
        return found

    @env.setter
    def env(self, made: Environment) -> None:
        self._plain = made

    def compile_all(self) -> None:
        """Every template, so that no reader waits for it."""
        for name in self.env.list_templates(filter_func=lambda name: name.endswith(".html")):
            self.env.get_template(name)


def environment(**options: Any) -> Environment:
    made = WholeTemplates(**{**options, "autoescape": True, "undefined": StrictUndefined}, extensions=[Texts])
    made.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.filters["sentence"] = sentence
    made.filters["named"] = named
    made.globals.update(static=lru_cache(static), url=url, language=get_language)
    made.trim_blocks = made.lstrip_blocks = True
    return made


@contextmanager
def macros(name: str, known: Mapping[str, Any]) -> Iterator[TemplateModule]:
    """A template's macros, for as long as a page is written. They and what they know hold each other: let go of here,
    they need not wait for the garbage collector, which would hold up a page in twenty by half as long again."""
    template = get_template(name).template  # type: ignore[attr-defined]
    context = template.new_context(dict(known))
    made = TemplateModule(template, context)
    try:
        yield made
    finally:
        for held in (vars(made), context.vars, context.parent):
            held.clear()


def form_token(request: HttpRequest) -> Mapping[str, object]:
    """The hidden field of a page's forms, made once for all of them."""
    return {"csrf_input": _Once(request)}


class _Once:
    """Masked anew for each page, and only on pages that have a form."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._made: SafeString | None = None

    def __html__(self) -> SafeString:
        if self._made is None:
            self._made = csrf_input(self._request)
        return self._made


def url(name: str, args: Sequence[object] = ()) -> str:
    """The address of a page."""
    return addresses(get_script_prefix())(name, args)


@lru_cache(maxsize=10)
def addresses(prefix: str) -> Callable[..., str]:
    """The same below one prefix, which a page asks for once. To look an address up costs more than to show it: each
    pattern is looked up once."""

    def address(name: str, args: Sequence[object] = ()) -> str:
        for at, one in enumerate(args):
            if type(one) is int:
                before, after = _around(prefix, name, tuple(args[:at]), tuple(args[at + 1 :]))
                return f"{before}{one}{after}"
        return _address(prefix, name, tuple(args))

    return address


@lru_cache(maxsize=1000)
def _around(prefix: str, name: str, before: Sequence[object], after: Sequence[object]) -> tuple[str, str]:
    start, _, rest = _address(prefix, name, (*before, _ANY, *after)).partition(str(_ANY))
    return start, rest


@lru_cache(maxsize=1000)
def _address(prefix: str, name: str, args: Sequence[object]) -> str:
    return reverse(name, args=args)


def sentence(text: str) -> str:
    """With a capital at its beginning; the rest as it is."""
    return text[:1].upper() + text[1:]
