"""The operations of administration, carried out: one table for HTTP and for direct invocation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mfa import decoding, errors
from mfa.administration import answers, operations, requests, views
from mfa.administration.configuration import Configuration
from mfa.administration.directory import Directory
from mfa.administration.imports import Imports
from mfa.administration.overview import Overviews
from mfa.administration.personal_data import PersonalData
from mfa.administration.user_changes import UserAdministration
from mfa.flows.test_settings import TestSettings
from mfa.messages import locales
from mfa.settings.validation import merged
from mfa.settings.values import StoredSettings
from mfa.users.actors import DIRECT, Actor
from mfa.users.user import existing_login_name

type Input = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Administration:
    """All that administrators do."""

    users: UserAdministration
    directory: Directory
    configuration: Configuration
    tests: TestSettings
    imports: Imports
    overviews: Overviews
    personal: PersonalData
    clock: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Ask:
    """Who asks, for what, and the version that was read (`If-Match`)."""

    actor: Actor
    input: Input
    if_match: str | None = None

    def __repr__(self) -> str:
        return "Ask(...)"


@dataclass(frozen=True, slots=True)
class Output:
    """What an operation gives, and the version of it."""

    body: Any
    etag: str | None = None


def invoke(administration: Administration, name: str, given: Mapping[str, Any]) -> Any:
    """Carries out a direct invocation, which IAM has authorised. Raises the errors of the API."""
    decoding.check_unicode(given, "input")
    operation = DIRECT_OPERATIONS.get(name)
    if operation is None:
        raise errors.InvalidRequest("operation", f"must be one of {', '.join(sorted(DIRECT_OPERATIONS))}")
    request, run = operation
    if_match = given.get("if_match")
    if not (if_match is None or isinstance(if_match, str)):
        raise errors.InvalidRequest("if_match", "must be a string")
    rest = {key: value for key, value in given.items() if key != "if_match"}
    output = run(administration, Ask(Actor(DIRECT), decoding.convert(rest, request), if_match))
    if isinstance(output.body, dict) and output.etag is not None:
        return output.body | {"etag": output.etag}
    return {} if output.body is None else output.body


def run(administration: Administration, name: str, ask: Ask) -> Output:
    """Carries out an operation whose input is of the contract's type. Raises the errors of the API."""
    return OPERATIONS[name](administration, ask)


def _get_session(administration: Administration, ask: Ask) -> Output:
    return Output(views.session(ask.actor, administration.users.get(ask.actor.name)))


def _list_regions(_administration: Administration, _ask: Ask) -> Output:
    from mfa.factors import phone_numbers  # noqa: PLC0415 - the plans of every country, which only this needs

    return Output(answers.Regions([answers.Region(*each) for each in phone_numbers.regions()]))


def _get_settings(administration: Administration, _ask: Ask) -> Output:
    return _settings(administration.configuration.get())


def _patch_settings(administration: Administration, ask: Ask) -> Output:
    return _settings(administration.configuration.patch(ask.actor, ask.input, ask.if_match))


def _start_test(administration: Administration, ask: Ask) -> Output:
    given = ask.input
    test = administration.tests.start(
        ask.actor, given.phone, given.settings, contact_email=given.contact_email, login_name=given.login_name
    )
    return Output(views.settings_test(test, administration.clock()))


def _resend_test(administration: Administration, ask: Ask) -> Output:
    return Output(
        views.settings_test(
            administration.tests.resend(ask.actor, ask.input.id, ask.input.settings, ask.input.login_name),
            administration.clock(),
        )
    )


def _get_test(administration: Administration, ask: Ask) -> Output:
    return Output(
        views.settings_test(
            administration.tests.get(ask.actor, ask.input.id, ask.input.login_name), administration.clock()
        )
    )


def _verify_test(administration: Administration, ask: Ask) -> Output:
    return Output(
        answers.TestApproved(administration.tests.verify(ask.actor, ask.input.id, ask.input.code, ask.input.login_name))
    )


def _list_locales(_administration: Administration, _ask: Ask) -> Output:
    return Output(answers.TemplateLocales(list(locales.LOCALES)))


def _preview_template(administration: Administration, ask: Ask) -> Output:
    settings, _ = merged(administration.configuration.get().settings, ask.input.settings)
    return Output(views.preview(ask.input.locale, ask.input.template, settings))


def _list_users(administration: Administration, ask: Ask) -> Output:
    accounts, cursor = administration.directory.users(ask.input)
    now = administration.clock()
    return Output(answers.UserPage([views.user(account, now) for account in accounts], cursor))


def _bootstrap(administration: Administration, ask: Ask) -> Output:
    return Output(views.user(administration.users.bootstrap(ask.actor, ask.input), administration.clock()))


def _create_user(administration: Administration, ask: Ask) -> Output:
    account = administration.users.create(ask.actor, ask.input)
    return Output(views.user(account, administration.clock()), account.existing_user.etag)


def _get_user(administration: Administration, ask: Ask) -> Output:
    account = administration.users.get(ask.input.login_name)
    return Output(views.user(account, administration.clock()), account.existing_user.etag)


def _patch_user(administration: Administration, ask: Ask) -> Output:
    account = administration.users.patch(ask.actor, ask.input, ask.if_match)
    return Output(views.user(account, administration.clock()), account.existing_user.etag)


def _delete_user(administration: Administration, ask: Ask) -> Output:
    administration.users.delete(ask.actor, ask.input.login_name, ask.if_match)
    return Output(None)


def _unlock_user(administration: Administration, ask: Ask) -> Output:
    return Output(views.user(administration.users.unlock(ask.actor, ask.input.login_name), administration.clock()))


def _list_events(administration: Administration, ask: Ask) -> Output:
    events, cursor = administration.directory.events(ask.input)
    return Output(answers.EventPage([views.event(event) for event in events], cursor))


def _read_records(administration: Administration, ask: Ask) -> Output:
    records, cursor = administration.personal.read(ask.input)
    return Output(answers.RecordPage(existing_login_name(ask.input.login_name), records, cursor))


def _erase_user(administration: Administration, ask: Ask) -> Output:
    return Output(answers.Erasure(*administration.personal.erase(ask.actor, ask.input.login_name)))


def _import_users(administration: Administration, ask: Ask) -> Output:
    return Output(administration.imports.run(ask.actor, ask.input))


def _export_users(administration: Administration, ask: Ask) -> Output:
    return Output(answers.ExportPage(*administration.imports.export(ask.input)))


def _add_phone(administration: Administration, ask: Ask) -> Output:
    return Output(views.phone(administration.users.add_phone(ask.actor, ask.input.login_name, ask.input.number)))


def _remove_phone(administration: Administration, ask: Ask) -> Output:
    administration.users.remove_phone(ask.actor, ask.input.login_name, ask.input.id)
    return Output(None)


def _list_clients(administration: Administration, _ask: Ask) -> Output:
    return Output(answers.ClientPage([views.client(client) for client in administration.configuration.clients()]))


def _create_client(administration: Administration, ask: Ask) -> Output:
    return Output(views.client_with_secret(*administration.configuration.create_client(ask.actor, ask.input)))


def _rotate_client(administration: Administration, ask: Ask) -> Output:
    return Output(views.client_with_secret(*administration.configuration.rotate_client(ask.actor, ask.input.id)))


def _delete_client(administration: Administration, ask: Ask) -> Output:
    administration.configuration.delete_client(ask.actor, ask.input.id)
    return Output(None)


def _get_overview(administration: Administration, ask: Ask) -> Output:
    return Output(administration.overviews.get(ask.input.days))


def _settings(stored: StoredSettings) -> Output:
    return Output(stored.document(), stored.etag)


OPERATIONS: dict[str, Callable[[Administration, Ask], Output]] = {
    "session.get": _get_session,
    "regions.list": _list_regions,
    "settings.get": _get_settings,
    "settings.patch": _patch_settings,
    "settings.test": _start_test,
    "settings.test.get": _get_test,
    "settings.test.resend": _resend_test,
    "settings.test.verify": _verify_test,
    "templates.list": _list_locales,
    "templates.preview": _preview_template,
    "users.list": _list_users,
    "users.create": _create_user,
    "users.import": _import_users,
    "users.export": _export_users,
    "users.get": _get_user,
    "users.patch": _patch_user,
    "users.delete": _delete_user,
    "users.unlock": _unlock_user,
    "users.events": _list_events,
    "users.records": _read_records,
    "phones.add": _add_phone,
    "phones.remove": _remove_phone,
    "clients.list": _list_clients,
    "clients.create": _create_client,
    "clients.rotate": _rotate_client,
    "clients.delete": _delete_client,
    "overview.get": _get_overview,
}
# Only here: the first administrator, who cannot log in yet, and erasing a history, which tells what whoever stole an
# administrator's session did. Only over HTTP: a session, which is a token's.
DIRECT_OPERATIONS: dict[str, tuple[type[Any], Callable[[Administration, Ask], Output]]] = {
    "users.bootstrap": (requests.NewUser, _bootstrap),
    "users.erase": (requests.ByName, _erase_user),
    **{name: (operations.BY_ID[name].request or requests.Nothing, run) for name, run in OPERATIONS.items()},
}
del DIRECT_OPERATIONS["session.get"]
