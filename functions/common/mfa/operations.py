"""The operations of administration, by name: what each takes, and what it gives."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from msgspec import Meta, Struct

from mfa import errors, schema
from mfa.accounts import Account
from mfa.administration import Actor, Administration, NewClient, NewUser, UserPatch
from mfa.clients import Client
from mfa.phones import Phone
from mfa.times import rfc3339

type Input = Mapping[str, Any]
type Operation = Callable[[Administration, Actor, Input], Any]


class _Name(Struct, frozen=True, forbid_unknown_fields=True):
    login_name: Annotated[str, Meta(max_length=256)]


class _NewPhone(Struct, frozen=True, forbid_unknown_fields=True):
    login_name: Annotated[str, Meta(max_length=256)]
    number: Annotated[str, Meta(max_length=64)]

    def __repr__(self) -> str:
        return "_NewPhone(...)"


class _PhoneId(Struct, frozen=True, forbid_unknown_fields=True):
    login_name: Annotated[str, Meta(max_length=256)]
    id: Annotated[str, Meta(max_length=64)]


class _Nothing(Struct, frozen=True, forbid_unknown_fields=True):
    pass


def run(administration: Administration, actor: Actor, name: str, given: Input) -> Any:
    """Carries the operation out. Raises the errors of the API; an unknown operation is an InvalidRequest."""
    operation = OPERATIONS.get(name)
    if operation is None:
        raise errors.InvalidRequest("operation", f"must be one of {', '.join(sorted(OPERATIONS))}")
    schema.check_unicode(given, "input")
    return operation(administration, actor, given)


def _bootstrap(administration: Administration, actor: Actor, given: Input) -> Any:
    return user_view(administration.bootstrap(actor, schema.convert(given, NewUser)), administration.clock())


def _create_user(administration: Administration, actor: Actor, given: Input) -> Any:
    return user_view(administration.create_user(actor, schema.convert(given, NewUser)), administration.clock())


def _get_user(administration: Administration, actor: Actor, given: Input) -> Any:
    return user_view(administration.get_user(schema.convert(given, _Name).login_name), administration.clock())


def _patch_user(administration: Administration, actor: Actor, given: Input) -> Any:
    name = schema.convert({key: given[key] for key in given if key == "login_name"}, _Name).login_name
    patch = schema.convert({key: value for key, value in given.items() if key != "login_name"}, UserPatch)
    return user_view(administration.patch_user(actor, name, patch), administration.clock())


def _delete_user(administration: Administration, actor: Actor, given: Input) -> Any:
    administration.delete_user(actor, schema.convert(given, _Name).login_name)
    return {}


def _unlock_user(administration: Administration, actor: Actor, given: Input) -> Any:
    return user_view(administration.unlock_user(actor, schema.convert(given, _Name).login_name), administration.clock())


def _add_phone(administration: Administration, actor: Actor, given: Input) -> Any:
    new = schema.convert(given, _NewPhone)
    return phone_view(administration.add_phone(actor, new.login_name, new.number))


def _remove_phone(administration: Administration, actor: Actor, given: Input) -> Any:
    which = schema.convert(given, _PhoneId)
    administration.remove_phone(actor, which.login_name, which.id)
    return {}


def _create_client(administration: Administration, _actor: Actor, given: Input) -> Any:
    client, secret = administration.create_client(schema.convert(given, NewClient))
    return client_view(client) | {"client_secret": secret}


def _get_settings(administration: Administration, _actor: Actor, given: Input) -> Any:
    schema.convert(given, _Nothing)
    stored = administration.get_settings()
    return stored.document() | {"etag": stored.etag}


def _patch_settings(administration: Administration, actor: Actor, given: Input) -> Any:
    if_match = given.get("if_match")
    if not (if_match is None or isinstance(if_match, str)):
        raise errors.InvalidRequest("if_match", "must be a string")
    patch = {key: value for key, value in given.items() if key != "if_match"}
    stored = administration.patch_settings(actor, patch, if_match)
    return stored.document() | {"etag": stored.etag}


OPERATIONS: dict[str, Operation] = {
    "users.bootstrap": _bootstrap,
    "users.create": _create_user,
    "users.get": _get_user,
    "users.patch": _patch_user,
    "users.delete": _delete_user,
    "users.unlock": _unlock_user,
    "phones.add": _add_phone,
    "phones.remove": _remove_phone,
    "clients.create": _create_client,
    "settings.get": _get_settings,
    "settings.patch": _patch_settings,
}


def user_view(account: Account, now: float) -> dict[str, Any]:
    """A user as an administrator sees it."""
    user = account.user
    if user is None:
        raise errors.UserNotFound
    locked_until = account.challenge.locked_until(now)
    return {
        "login_name": user.login_name,
        "alias": user.alias,
        "kind": user.kind,
        "owner": user.owner,
        "contact_email": user.contact_email,
        "locale": user.locale,
        "mfa_enabled": user.mfa_enabled,
        "status": user.status,
        "phones": [phone_view(phone) for phone in account.phones],
        "locked_until": _moment(locked_until),
        "last_legacy_at": _moment(user.last_legacy_at),
        "client_version": user.client_version,
        "created_at": rfc3339(user.created_at),
        "updated_at": rfc3339(user.updated_at),
        "version": user.version,
    }


def phone_view(phone: Phone) -> dict[str, Any]:
    """A phone as an administrator sees it, number and all."""
    unusable = {"reason": phone.unusable_reason, "at": _moment(phone.unusable_at)} if phone.unusable_reason else None
    return {
        "id": phone.id,
        "number": phone.number,
        "region": phone.region,
        "calling_code": phone.calling_code,
        "masked_number": phone.masked_number,
        "verified": phone.verified,
        "last_verified_at": _moment(phone.last_verified_at),
        "unusable": unusable,
    }


def client_view(client: Client) -> dict[str, Any]:
    """A client without its secret."""
    return {
        "client_id": client.client_id,
        "name": client.name,
        "legacy": client.legacy,
        "created_at": rfc3339(client.created_at),
        "last_used_at": _moment(client.last_used_at),
    }


def _moment(at: float | None) -> str | None:
    return None if at is None else rfc3339(at)
