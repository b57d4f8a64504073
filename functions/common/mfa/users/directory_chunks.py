"""The chunks of the directory: many users' lines each, and the head that names them.

A chunk is written in two parts: a search in a container that has read nothing looks through the names and texts of 100,000 users,
and makes no line of a user before a filter or an order asks for one.
"""

import zlib
from collections.abc import Collection, Hashable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self, get_type_hints

from msgspec import DecodeError, Struct, json
from msgspec.structs import astuple

from mfa.users.directory_lines import BETWEEN, CHUNKS, DirectoryLine

# The form of the chunks. A directory of another form is made anew.
FORM = 2


class OtherRunError(Exception):
    """Another run has written the item meanwhile."""


class ChunkMark(Struct, frozen=True, array_like=True):
    """A chunk, as the head names it.

    Attributes:
        version: the version of its item; 0 if it was never written.
        read_at: when the last of its users was read who was not read because of a change, in seconds since 1970.
        users: the number of its lines.
    """

    version: int = 0
    read_at: float = 0.0
    users: int = 0


class DirectoryHead(Struct, frozen=True):
    """The head of the directory.

    Attributes:
        as_of: the moment up to which the chunks know of every change.
        chunks: a mark for each chunk.
        version: counts the writes of the head.
        form: the form of the chunks.
    """

    as_of: float = 0.0
    chunks: tuple[ChunkMark, ...] = (ChunkMark(),) * CHUNKS
    version: int = 0
    form: int = FORM

    @property
    def is_complete(self) -> bool:
        """Whether every chunk was written."""
        return all(mark.version for mark in self.chunks)

    @property
    def users(self) -> int:
        """The number of lines."""
        return sum(mark.users for mark in self.chunks)


class DirectoryChunk(Struct, frozen=True):
    """A chunk: its lines by login name, and its version."""

    version: int = 0
    lines: dict[str, DirectoryLine] = {}


# The fields of a line that its record has.
_SEARCHED = 2
# Stands between two records. No field holds it.
_END = "\x1e"
_TYPES: list[Any] = list(get_type_hints(DirectoryLine).values())[_SEARCHED:]
_STATES: json.Decoder[Sequence[Sequence[Any]]] = json.Decoder(
    tuple.__class_getitem__(tuple(list.__class_getitem__(each) for each in _TYPES))
)


@dataclass(frozen=True, slots=True)
class ChunkDocument:
    """A chunk as its item keeps it.

    Attributes:
        records: login name and text of each line.
        states: the other fields of the lines, a list for each field.
    """

    records: bytes = b""
    states: bytes = b""

    @classmethod
    def of(cls, lines: Collection[DirectoryLine]) -> Self:
        """The document of these lines."""
        records = _END.join(line.login_name + BETWEEN + line.text for line in lines)
        states = list(zip(*(astuple(line)[_SEARCHED:] for line in lines), strict=True))
        return cls(zlib.compress(records.encode()), zlib.compress(json.encode(states)))


@dataclass(slots=True)
class LineColumns:
    """The lines of a chunk, as far as they were asked for.

    Attributes:
        text: login name and text of each line, one line after the other. It is looked through as a whole, which takes a fifth
            of the time that it takes line by line.
        kept: lists of places that were made of these lines lately, by what was asked.
    """

    text: str = ""
    _states: bytes = field(default=b"", repr=False)
    kept: dict[Hashable, list[tuple[float, str]]] = field(default_factory=dict, repr=False)
    _lines: list[DirectoryLine] | None = field(default=None, repr=False)

    @classmethod
    def read(cls, document: ChunkDocument) -> Self:
        """The lines of a document; none if it cannot be read."""
        try:
            return cls(zlib.decompress(document.records).decode(), document.states)
        except (zlib.error, UnicodeDecodeError):
            return cls()

    def names(self) -> list[str]:
        """The login name of each line."""
        return [record.partition(BETWEEN)[0] for record in self._records()]

    def holding(self, words: str) -> Iterator[tuple[str, str]]:
        """Login name and text of each line that holds these words, which have no control character."""
        at = self.text.find(words)
        while at >= 0:
            first, last = self.text.rfind(_END, 0, at) + 1, self.text.find(_END, at)
            name, _, text = self.text[first : last if last >= 0 else None].partition(BETWEEN)
            yield name, text
            at = self.text.find(words, last) if last >= 0 else -1

    def lines(self) -> Sequence[DirectoryLine]:
        """The lines, made once; none if they cannot be read."""
        if self._lines is None:
            self._lines = []
            with suppress(zlib.error, DecodeError, ValueError):
                states = _STATES.decode(zlib.decompress(self._states)) if self.text else ()
                halves = (record.split(BETWEEN, 1) for record in self._records())
                self._lines = [
                    DirectoryLine(name, text, *state)
                    for (name, text), state in zip(halves, zip(*states, strict=True), strict=True)
                ]
        return self._lines

    def _records(self) -> list[str]:
        return self.text.split(_END) if self.text else []
