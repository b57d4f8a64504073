"""The answers of the operations of the directory."""

from typing import Annotated

from msgspec import Meta, Struct

from mfa.http.answers import Time


class DirectoryComputed(Struct, frozen=True):
    """How far the directory is."""

    as_of: Annotated[Time, Meta(description="up to when it knows of every change")]
    complete: Annotated[bool, Meta(description="whether every part of it is made; if not, ask again")]
    users: Annotated[int, Meta(description="the users that it holds")]
    changed: Annotated[
        int, Meta(description="the users whom this call read because they had changed; ask again until there are none")
    ]
    read: Annotated[int, Meta(description="the users whom this call read since they were missing, or read a day ago")]
