"""The requests and answers of the operations on passwords."""

from typing import Annotated

from msgspec import Meta, Struct

type NewPassword = Annotated[str, Meta(min_length=8, max_length=256)]


class PasswordChange(Struct, frozen=True, forbid_unknown_fields=True):
    """The current password, and the one to take its place."""

    current_password: Annotated[str, Meta(min_length=1, max_length=256)]
    new_password: NewPassword

    def __repr__(self) -> str:
        return "PasswordChange(...)"
