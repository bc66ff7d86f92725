"""How templates become code: a page has hundreds of small pieces, so what is known when a template is compiled is done
then. Texts stand translated, an included piece stands in its place, and what is called is called directly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import StringIO
from itertools import groupby
from typing import Any

import markupsafe
from django.utils.translation import gettext, override
from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame, MacroRef
from jinja2.ext import InternationalizationExtension
from jinja2.runtime import Macro
from jinja2.utils import missing
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from audit.shown import visible

_VARIABLE = re.compile(r"%\((\w+)\)s|%(%)")
_FUNCTIONS = frozenset({"url", "static", "titled", "kept", "chip"})  # none of them asks for jinja's own arguments
_STANDS_ALONE = (nodes.Extends, nodes.Block, nodes.Macro, nodes.Import, nodes.FromImport)
_escaped = markupsafe._escape_inner  # type: ignore[attr-defined] # escape() without its wrapping in Markup


def shown(value: Any) -> str:
    """What a page writes of a value: escaped, as markupsafe does it, without wrapping each piece of text again, and
    nothing in it that turns what stands beside it."""
    if type(value) is str:
        return _escaped(value if value.isascii() else visible(value))
    if type(value) is Markup:
        return value
    return value.__html__() if hasattr(value, "__html__") else _escaped(visible(str(value)))


def direct(macro: Macro) -> Any:
    """What calls a macro with its arguments in their order, as nearly all of ours are, without looking for others."""
    if macro.catch_kwargs or macro.catch_varargs or macro.caller or not macro._default_autoescape:
        return macro
    made, count, lacking = macro._func, macro._argument_count, (missing,) * macro._argument_count

    def call(*given: Any, **named: Any) -> Any:
        if named or len(given) > count:
            return macro(*given, **named)
        return str.__new__(Markup, made(*given, *lacking[len(given) :]))

    return call


class Texts(InternationalizationExtension):
    """`{% trans %}`; what is not counted is translated when the template is compiled, and its variables stand in it."""

    def _make_node(self, singular: str, plural: str | None, context: str | None, variables: dict[str, nodes.Expr],
                   *rest: Any) -> nodes.Output:  # fmt: skip
        if plural is not None or context is not None:
            return super()._make_node(singular, plural, context, variables, *rest)
        with override(getattr(self.environment, "language", "en")):
            return nodes.Output(list(_pieces(str(gettext(singular)), variables)))


def _pieces(text: str, variables: dict[str, nodes.Expr]) -> Iterator[nodes.Expr]:
    at = 0
    for found in _VARIABLE.finditer(text):
        yield nodes.TemplateData(text[at : found.start()] + (found[2] or ""))
        if found[1]:
            yield variables[found[1]]
        at = found.end()
    yield nodes.TemplateData(text[at:])


class Generator(CodeGenerator):
    """Writes `shown(...)` for what is shown, and calls methods, macros and a few functions as they are: none of ours
    asks for jinja's own arguments."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        self.writeline("from console.compiling import direct, shown")
        super().visit_Template(node, frame)

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("shown(")

    def macro_def(self, macro_ref: MacroRef, frame: Frame) -> None:
        self.write("direct(")
        super().macro_def(macro_ref, frame)
        self.write(")")

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        called = node.node
        is_ours = isinstance(called, nodes.Getattr) or (isinstance(called, nodes.Name) and called.name in _FUNCTIONS)
        if forward_caller or not is_ours:
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(called, frame)
        self.write("(")
        rest, self.stream = self.stream, StringIO()
        self.signature(node, frame)
        given, self.stream = self.stream.getvalue(), rest
        self.write(given.removeprefix(", ") + ")")


class Whole(NodeTransformer):
    """Puts the pieces that a template includes in their places, with names of their own."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        """gettext("..."): a text that never changes."""
        self.generic_visit(node)
        called, given = node.node, node.args
        if not (isinstance(called, nodes.Name) and called.name == "gettext" and _is_all(node)):
            return node
        with override(getattr(self._environment, "language", "en")):
            return nodes.Const(Markup(gettext(given[0].value)) % {}, lineno=node.lineno)  # type: ignore[attr-defined]

    def visit_Include(self, node: nodes.Include) -> nodes.Node:
        name, loader = node.template, self._environment.loader
        if not isinstance(name, nodes.Const) or node.ignore_missing or not node.with_context or loader is None:
            return node
        piece = self._environment.parse(loader.get_source(self._environment, name.value)[0], name.value)
        return node if any(piece.find_all(_STANDS_ALONE)) else nodes.Scope(piece.body, lineno=node.lineno)


def _is_all(node: nodes.Call) -> bool:
    """Whether one constant is all that is given."""
    rest = node.kwargs or node.dyn_args or node.dyn_kwargs
    return not rest and len(node.args) == 1 and isinstance(node.args[0], nodes.Const)


class Joined(NodeTransformer):
    """Joins outputs that follow each other, so that what is known between two values is one text."""

    def generic_visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> nodes.Node:
        super().generic_visit(node, *args, **kwargs)
        for name, value in node.iter_fields():
            if isinstance(value, list):
                setattr(node, name, list(_joined(value)))
        return node


def _joined(found: list[Any]) -> Iterator[Any]:
    for is_output, group in groupby(found, key=lambda one: isinstance(one, nodes.Output)):
        several = list(group)
        if is_output and len(several) > 1:
            yield nodes.Output([piece for one in several for piece in one.nodes], lineno=several[0].lineno)
        else:
            yield from several


class WholeTemplates(Environment):
    """Jinja's environment with all of this."""

    code_generator_class = Generator

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        template = super()._parse(source, name, filename)
        Whole(self).visit(template)
        Joined().visit(template)
        return template
