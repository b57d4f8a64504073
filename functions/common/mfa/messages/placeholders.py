"""Reads the placeholders of a text: `{name}`, with `{{` and `}}` for braces that are to be seen."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Literal

type Kind = Literal["text", "placeholder", "unknown", "brace"]

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


def pieces(template: str, names: Collection[str]) -> Iterator[tuple[Kind, str]]:
    """The template cut into text and placeholders, real or mistyped. Attributes, indexes and formats are not read."""
    end = 0
    for token in _TOKEN.finditer(template):
        if token.start() > end:
            yield "text", template[end : token.start()]
        end = token.end()
        if token[0] in ("{{", "}}"):
            yield "text", token[0][0]
        elif token[1] in names:
            yield "placeholder", token[1]
        else:
            yield ("brace" if token[1] is None else "unknown"), token[0]
    if end < len(template):
        yield "text", template[end:]


def render(template: str, values: Mapping[str, str]) -> str:
    """The template with its placeholders filled in. Braces inside a value are not read as placeholders.

    An unknown placeholder stays as it is written, so that no message fails because of its template.
    """
    return "".join(values[word] if kind == "placeholder" else word for kind, word in pieces(template, values.keys()))


def named(template: str) -> tuple[str, ...]:
    """All that stands in braces, in order, each once."""
    return tuple(dict.fromkeys(token[1] for token in _TOKEN.finditer(template) if token[1] is not None))
