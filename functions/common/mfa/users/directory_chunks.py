"""The chunks of the directory: many users' lines each, and the head that names them."""

from msgspec import Struct

from mfa.users.directory_lines import CHUNKS, DirectoryLine


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
    """

    as_of: float = 0.0
    chunks: tuple[ChunkMark, ...] = (ChunkMark(),) * CHUNKS
    version: int = 0

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
