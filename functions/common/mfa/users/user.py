"""Users and their login names."""

import re
import unicodedata
from collections.abc import Iterable
from copy import replace
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from mfa.errors import InvalidRequest, UserNotFound
from mfa.factors.factors import Factor
from mfa.pasted import INVISIBLE
from mfa.users.roles import USUAL, Role

LOGIN_NAME_LENGTH = 128
_PUNCTUATION = frozenset(" ._@+-\\")
_LINK = re.compile(r"\bwww\.")
_BLANKS = re.compile(" {2,}")
_DOTS = re.compile(r"\.+")
# A path's literal segments that stand where a login name stands in another path: such a user could not be read over HTTP.
PATH_WORDS = frozenset({"export", "import"})
# Histories name who acted: a login name, a client's id (24 hexadecimal digits), or one of these.
_OTHER_ACTORS = frozenset({"iam", "product", "twilio", "aws", "ses"})
_CLIENT_ID = re.compile(r"[0-9a-f]{24}")


# A history tells of these that they changed, and not what they were.
_SECRET = frozenset({"password_hash"})

# A change of one of these ends tokens and closes the live challenge.
CREDENTIALS = frozenset({"password_hash", "status", "mfa_enabled", "kind"})


class Kind(StrEnum):
    """A backup user uses a backup client; a system user is an administrator."""

    BACKUP = "backup"
    SYSTEM = "system"


def can_trust_devices(kind: Kind) -> bool:
    """Whether a device may stand in for the second factor of such a user. An administrator shows it at every login."""
    return kind is Kind.BACKUP


class UserStatus(StrEnum):
    """Only an active user can log in."""

    ACTIVE = "active"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A user's profile. Times are seconds since 1970.

    Attributes:
        login_name: the canonical spelling, unique.
        kind: whether the user is an administrator.
        role: what an administrator may do; None for a backup user.
        status: whether the user may log in.
        mfa_enabled: whether a login needs a second factor.
        alias: another name, for administrators.
        owner: the person or team that the user belongs to, for administrators.
        contact_email: where a passcode for recovery goes.
        locale: the language of the user's messages (BCP 47).
        password_hash: argon2id. None means that there is no password, and only a relying application can vouch.
        created_at: when the user was added.
        updated_at: when the profile was last changed.
        credentials_changed_at: when password, status, kind, MFA switch or phones last changed. Tokens issued before are refused.
        last_legacy_at: when a legacy client last skipped the second factor.
        client_version: the version of that client.
        last_login_at: the user's last login when a phone was removed, which had kept it.
        enrolled_at: when the user enrolled a first factor, as `credentials_changed_at` then became.
        enrolled_by: the `jti` of the enrolment token that did it.
        version: counts the changes. The entity tag names it.
        imported: the fingerprint of the hash that an import brought last. It outlives that hash, which a login replaces.
    """

    login_name: str
    kind: Kind
    role: Role | None = None
    status: UserStatus = UserStatus.ACTIVE
    mfa_enabled: bool = False
    alias: str | None = None
    owner: str | None = None
    contact_email: str | None = None
    locale: str | None = None
    password_hash: str | None = field(repr=False)
    created_at: float
    updated_at: float
    credentials_changed_at: float
    last_legacy_at: float | None = None
    client_version: str | None = None
    last_login_at: float | None = None
    enrolled_at: float | None = None
    enrolled_by: str | None = None
    version: int = 1
    imported: bytes | None = field(default=None, repr=False, compare=False)

    @property
    def is_administrator(self) -> bool:
        """Whether the log lists the user's own doings."""
        return self.kind is Kind.SYSTEM

    @property
    def active(self) -> bool:
        """Whether the user may log in."""
        return self.status is UserStatus.ACTIVE

    @property
    def owns(self) -> bool:
        """Whether this is an active owner."""
        return self.active and self.kind is Kind.SYSTEM and self.role is Role.OWNER

    def can_use(self, factor: Factor) -> bool:
        """Whether the user may log in with this factor."""
        return self.kind is Kind.BACKUP or factor.traits.for_administrators

    def changed(self, now: float, fields: dict[str, Any]) -> tuple["User", list[str]]:
        """The next version of the user with these fields, and the names of those that changed.

        If one of CREDENTIALS changed, tokens that were issued before are refused from now on. The role follows the kind.
        """
        fields = fields | {"role": role_of(fields.get("kind", self.kind), fields.get("role", self.role))}
        names = sorted(name for name, value in fields.items() if getattr(self, name) != value)
        ends_tokens = not CREDENTIALS.isdisjoint(names)
        after = replace(
            self,
            **fields,
            updated_at=now,
            version=self.version + 1,
            credentials_changed_at=now if ends_tokens else self.credentials_changed_at,
        )
        return after, names

    def differences(self, after: "User", names: Iterable[str]) -> dict[str, Any]:
        """The detail of an event that tells of these changed fields: their names, and old and new values but for secrets."""
        values = {
            name: {"old": getattr(self, name), "new": getattr(after, name)} for name in names if name not in _SECRET
        }
        changed = ["password" if name == "password_hash" else name for name in names]
        return {"changed": changed} | ({"values": values} if values else {})

    @property
    def etag(self) -> str:
        """The entity tag (RFC 9110, 8.8.3)."""
        return f'"{self.version}"'

    def accepts_token_of(self, issued_at: float) -> bool:
        """Whether a token issued then still speaks for this user."""
        return self.active and issued_at >= self.credentials_changed_at


def role_of(kind: Kind, asked: Role | None) -> Role | None:
    """The role of a user of this kind: as asked, USUAL for a system user otherwise, and none for a backup user."""
    return None if kind is Kind.BACKUP else asked or USUAL


def folded(text: str) -> str:
    """The text in one spelling: NFKC, case-folded, trimmed.

    Folding can undo the normal form (Unicode 3.13, D145), hence NFKC on both sides of it.
    """
    once = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", once).strip()


def canonical_login_name(text: str) -> str:
    """The one spelling of a login name: NFKC, case-folded, trimmed, with one blank where there are several."""
    return _BLANKS.sub(" ", folded(text))


def stored_login_names(text: str) -> tuple[str, ...]:
    """The names that a user written like this may be stored under, in the order to look in.

    Users who were created before blanks were collapsed may have two in a row. Only their exact spelling finds them.
    """
    return tuple(dict.fromkeys((folded(text), canonical_login_name(text))))


def existing_login_names(text: str) -> tuple[str, ...]:
    """The same, without the names that are too long to be a key. Raises UserNotFound if none is left."""
    names = tuple(name for name in stored_login_names(text) if len(name) <= LOGIN_NAME_LENGTH)
    if not names:
        raise UserNotFound
    return names


def new_login_name(text: str, field_name: str = "login_name") -> str:
    """The canonical form of a name for a new user.

    A login name stands in every message, so it may hold only letters, digits, marks and ` ._@+-\\`: no line break, quote,
    bidirectional control or link can be smuggled into a text message through it.

    Raises InvalidRequest.
    """
    name = canonical_login_name(text)
    if not name:
        raise InvalidRequest(field_name, "must not be empty")
    if len(name) > LOGIN_NAME_LENGTH:
        raise InvalidRequest(field_name, f"must have at most {LOGIN_NAME_LENGTH} characters")
    if INVISIBLE.search(name) or any(unicodedata.category(c)[0] not in "LMN" and c not in _PUNCTUATION for c in name):
        raise InvalidRequest(field_name, "may hold letters, digits, blanks and . _ @ + - \\ only")
    if _LINK.search(name):
        raise InvalidRequest(field_name, "must not look like a link")
    if name in PATH_WORDS or _DOTS.fullmatch(name):
        raise InvalidRequest(field_name, "must not be a word that the API's addresses use, nor only dots")
    if name in _OTHER_ACTORS or _CLIENT_ID.fullmatch(name):
        raise InvalidRequest(
            field_name,
            "must not look like a client's id, nor be iam, product, twilio, aws or ses: histories name others like this",
        )
    return name


def mask_email(address: str) -> str:
    """`demo.user@example.com` as `d***@example.com`."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}"
