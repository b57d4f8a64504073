"""The text of a call, as it is heard. Digits that are said one by one are separated by blanks."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from infra.local.sms_voice.errors import invalid

# The elements that Amazon Polly knows, and their attributes: https://docs.aws.amazon.com/polly/latest/dg/supportedtags.html
_ELEMENTS = {
    "speak": ("lang",),
    "break": ("time", "strength"),
    "emphasis": ("level",),
    "lang": ("lang",),
    "mark": ("name",),
    "p": (),
    "phoneme": ("alphabet", "ph"),
    "prosody": ("volume", "rate", "pitch"),
    "s": (),
    "say-as": ("interpret-as", "format"),
    "sub": ("alias",),
    "w": ("role",),
}
_DIGITS = {"digits", "characters", "spell-out"}
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def heard(document: str) -> tuple[str, str]:
    """The text and the language of an SSML document. Raises the error of a document that is not SSML."""
    if "<!" in document:
        raise invalid("CANNOT_PARSE", [("MessageBody", "The SSML must not declare a document type")])
    try:
        root = ElementTree.fromstring(document)  # without a document type there are no entities
    except ElementTree.ParseError as error:
        raise invalid("CANNOT_PARSE", [("MessageBody", f"The SSML cannot be read: {error}")]) from error
    if _name(root) != "speak":
        raise invalid("CANNOT_PARSE", [("MessageBody", "The SSML's root element is not <speak>")])
    for element in root.iter():
        _check(element)
    return re.sub(r"\s+", " ", _text(root)).strip(), root.get(_LANGUAGE, "")


def _check(element: ElementTree.Element) -> None:
    """Refuse an element or an attribute that Polly does not know, and a second <speak>."""
    name = _name(element)
    if name not in _ELEMENTS or any(_name(child) == "speak" for child in element):
        raise invalid("CANNOT_PARSE", [("MessageBody", f"The SSML has an element that cannot be there: <{name}>")])
    for attribute in element.attrib:
        if _local(attribute) not in _ELEMENTS[name]:
            raise invalid("CANNOT_PARSE", [("MessageBody", f"The SSML's <{name}> has no attribute {attribute}")])


def _name(element: ElementTree.Element) -> str:
    return _local(element.tag)


def _local(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition("}")[2]


def _text(element: ElementTree.Element) -> str:
    parts = [element.text or ""]
    for child in element:
        inner = _text(child)
        if _name(child) == "say-as" and child.get("interpret-as") in _DIGITS:
            inner = " ".join(inner.replace(" ", ""))
        elif _name(child) == "sub":
            inner = child.get("alias", "")
        elif _name(child) in {"break", "p", "s"}:
            inner = f" {inner} "
        parts += [inner, child.tail or ""]
    return "".join(parts)
