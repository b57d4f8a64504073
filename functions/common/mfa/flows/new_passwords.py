"""Hashes new passwords. No other way leads from clear text to a hash that a user gets, so none passes by the rules."""

from dataclasses import dataclass
from typing import Protocol

from mfa.flows.runtime import Runtime
from mfa.users.user import User


class Hasher(Protocol):
    """Hashes passwords."""

    def hash(self, password: str) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPasswords:
    """Judges new passwords and hashes them."""

    hashes: Hasher
    runtime: Runtime

    def hash(self, password: str, user: User, field: str = "password") -> str:
        """The hash of the user's new password. Raises InvalidRequest, naming the field, for one that is easy to guess."""
        from mfa.users import password_rules  # noqa: PLC0415 - only where a password is set

        service = password_rules.words_of_service(self.runtime.issuer(), self.runtime.settings().signature)
        password_rules.refuse_weak(password, [*password_rules.words_of(user), *service], field)
        return self.hashes.hash(password)
