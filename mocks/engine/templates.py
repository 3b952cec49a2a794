"""Templates of scenarios: `{{ next_open(prov) }}`, from a closed list of functions.

A template is text with expressions in double braces. An expression is a variable, a call, or a
text in single quotes; nothing is ever evaluated by Python.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MAX_DEPTH: Final = 4
_TOKEN: Final = re.compile(r"\s*(?:(?P<name>[a-z][a-z0-9_]*)|(?P<text>'[^'{}]*')|(?P<sign>[(),]))")


class TemplateError(ValueError):
    """A text that is no template, or names what does not exist; `offset` counts from 0."""

    def __init__(self, code: str, offset: int) -> None:
        super().__init__(code)
        self.code, self.offset = code, offset


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text in single quotes."""

    value: str
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A name without brackets: a variable, or a party where a function wants one."""

    name: str
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A function with its arguments."""

    name: str
    arguments: tuple["Expression", ...]
    offset: int


Expression = Text | Variable | Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A text with expressions in it, in order."""

    parts: tuple[str | Expression, ...]

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """The expressions without the text between them."""
        return tuple(part for part in self.parts if not isinstance(part, str))

    @property
    def single(self) -> Expression | None:
        """The expression of a template that is nothing else, or None."""
        found = self.parts[0] if len(self.parts) == 1 else None
        return None if isinstance(found, str) else found


def parse_template(text: str) -> Template:
    """Return the template that a text is.

    Raises:
        TemplateError: braces do not match, or an expression has another form.
    """
    parts: list[str | Expression] = []
    at = 0
    while (begin := text.find("{{", at)) >= 0:
        end = text.find("}}", begin)
        if end < 0:
            raise TemplateError("template.open", begin)
        parts += [text[at:begin]] if begin > at else []
        parts.append(_Parser(text, begin + 2, end).parse())
        at = end + 2
    if "}}" in text[at:]:
        raise TemplateError("template.closed", text.index("}}", at))
    parts += [text[at:]] if at < len(text) else []
    return Template(parts=tuple(parts))


class _Parser:
    """Reads one expression between two offsets."""

    def __init__(self, text: str, begin: int, end: int) -> None:
        self._tokens = list(_list_tokens(text, begin, end))
        self._end = end
        self._at = 0

    def parse(self) -> Expression:
        expression = self._expression(1)
        if self._at < len(self._tokens):
            raise TemplateError("template.several", self._offset())
        return expression

    def _expression(self, depth: int) -> Expression:
        offset = self._offset()
        kind, value = self._next()
        if depth > MAX_DEPTH:
            raise TemplateError("template.depth", offset)
        if kind == "text":
            return Text(value=value[1:-1], offset=offset)
        if kind != "name":
            raise TemplateError("template.name", offset)
        if self._peek() != "(":
            return Variable(name=value, offset=offset)
        return Call(name=value, arguments=tuple(self._arguments(depth)), offset=offset)

    def _arguments(self, depth: int) -> Iterator[Expression]:
        self._next()
        if self._peek() == ")":
            self._next()
            return
        while True:
            yield self._expression(depth + 1)
            offset = self._offset()
            sign = self._next()[1]
            if sign == ")":
                return
            if sign != ",":
                raise TemplateError("template.bracket", offset)

    def _peek(self) -> str | None:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else None

    def _offset(self) -> int:
        return self._tokens[self._at][2] if self._at < len(self._tokens) else self._end

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise TemplateError("template.short", self._end)
        kind, value, _ = self._tokens[self._at]
        self._at += 1
        return kind, value


def _list_tokens(text: str, begin: int, end: int) -> Iterator[tuple[str, str, int]]:
    at, stop = begin, begin + len(text[begin:end].rstrip())
    while at < stop:
        match = _TOKEN.match(text, at, stop)
        if match is None or match.lastgroup is None:
            raise TemplateError("template.sign", at)
        yield match.lastgroup, match[match.lastgroup], match.start(match.lastgroup)
        at = match.end()
