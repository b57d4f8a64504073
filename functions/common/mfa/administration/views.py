"""Values as administrators see them."""

from typing import Any

from msgspec import UNSET, UnsetType

from mfa.administration import answers
from mfa.administration.clients import RegisteredClient
from mfa.administration.invitation_answers import InvitationView
from mfa.administration.session_answers import OpenSession
from mfa.challenges.account import Account
from mfa.challenges.challenge import FOREVER
from mfa.challenges.settings_tests import SettingsTest
from mfa.factors.factors import Factor
from mfa.factors.phones import Phone
from mfa.messages import locales
from mfa.messages.templates import Problem, lint
from mfa.settings.values import Settings
from mfa.times import rfc3339
from mfa.users.actors import Actor
from mfa.users.history import Event
from mfa.users.roles import USUAL, Permission
from mfa.users.sessions import Session, SessionLimits
from mfa.users.user import User
from mfa.vendor_errors import look_up


def user(account: Account, factors: list[Factor], now: float, actor: Actor) -> answers.UserView:
    """A user with phones and the factors that work, at this moment, for this actor."""
    found = account.existing_user
    return answers.UserView(
        login_name=found.login_name,
        alias=found.alias,
        kind=found.kind,
        role=found.role,
        owner=found.owner,
        contact_email=found.contact_email,
        locale=found.locale,
        mfa_enabled=found.mfa_enabled,
        status=found.status,
        phones=[phone(each, actor) for each in account.phones],
        locked_until=_moment(FOREVER if account.password_stopped else account.challenge.locked_until(now)),
        last_login_at=_moment(account.last_login_at),
        factors=factors,
        last_legacy_at=_moment(found.last_legacy_at),
        client_version=found.client_version,
        invitation=_invitation(account, now),
        created_at=rfc3339(found.created_at),
        updated_at=rfc3339(found.updated_at),
        version=found.version,
    )


def _invitation(account: Account, now: float) -> InvitationView | UnsetType:
    """The invitation that could be used now."""
    found = account.invitation
    if found is None or not found.is_live(account.existing_user, now):
        return UNSET
    return InvitationView(by=found.by, created_at=rfc3339(found.at), expires_at=rfc3339(found.expires_at))


def phone(value: Phone, actor: Actor) -> answers.PhoneView:
    """A phone, with the whole number if the actor may see it."""
    unusable = None
    if value.unusable_reason is not None:
        error = look_up(value.unusable_reason)
        unusable = answers.Unusable(
            reason=error.code, meaning=error.meaning, advice=error.advice, at=_moment(value.unusable_at)
        )
    return answers.PhoneView(
        id=value.id,
        number=value.number if actor.may(Permission.SEE_NUMBERS) else value.masked_number,
        region=value.region,
        calling_code=value.calling_code,
        masked_number=value.masked_number,
        verified=value.verified,
        last_verified_at=_moment(value.last_verified_at),
        unusable=unusable,
    )


def event(value: Event) -> answers.EventView:
    """A line of the history."""
    return answers.EventView(
        id=value.id,
        at=rfc3339(value.at),
        type=value.type,
        actor=value.actor,
        address=value.address,
        detail=_explained(value.detail),
        phone_id=value.phone_id,
        challenge_id=value.challenge_id,
    )


def client(value: RegisteredClient) -> answers.ClientView:
    """A client without its secret."""
    return answers.ClientView(**_client_fields(value))


def client_with_secret(value: RegisteredClient, secret: str) -> answers.ClientWithSecret:
    """A client with its secret, this once."""
    return answers.ClientWithSecret(**_client_fields(value), client_secret=secret)


def _client_fields(value: RegisteredClient) -> dict[str, Any]:
    return {
        "client_id": value.client.client_id,
        "name": value.client.name,
        "legacy": value.client.legacy,
        "created_at": rfc3339(value.client.created_at),
        "last_used_at": _moment(value.client.last_used_at),
        "previous_secret_until": _moment(value.previous_ends_at),
        "messages_per_hour": value.messages_per_hour,
        "actions": list(value.actions),
        "shares_name": value.shares_name,
    }


def settings_test(value: SettingsTest, now: float) -> answers.TestState:
    """A test of the settings, at this moment."""
    challenge, action, error = value.challenge, value.action, {}
    if challenge.delivery_error:
        known = look_up(challenge.delivery_error)
        error = {"error_code": known.code, "meaning": known.meaning, "advice": known.advice}
    return answers.TestState(
        id=challenge.id,
        status=value.status(now),
        destination=challenge.destination,
        prefix=challenge.prefix,
        sent_at=rfc3339(challenge.sent_at),
        expires_at=rfc3339(challenge.expires_at),
        resend_available_at=rfc3339(challenge.messages.available_at),
        attempts_remaining=challenge.attempts_remaining,
        sends_remaining=challenge.sends_remaining,
        delivery={"status": challenge.delivery_at(now), **error},
        server_time=rfc3339(now),
        channel=challenge.channel if action else UNSET,
        action=answers.TriedActionView(action.type, dict(action.params), action.summary) if action else UNSET,
    )


def session(actor: Actor, account: Account, ends_at: float, limits: SessionLimits) -> answers.SessionView:
    """The user that the token was issued to, and how long the session lasts."""
    found = account.existing_user
    return answers.SessionView(
        login_name=found.login_name,
        kind=found.kind,
        role=found.role or USUAL,
        permissions=[each for each in Permission if actor.may(each)],
        amr=list(actor.amr),
        expires_at=rfc3339(ends_at),
        idle_seconds=limits.idle_seconds,
        contact_email=found.contact_email,
        mfa_enabled=found.mfa_enabled,
    )


def open_session(found: Session, user: User, limits: SessionLimits, actor: Actor) -> OpenSession:
    """A session as administrators see it."""
    return OpenSession(
        login_name=found.login_name,
        role=user.role or USUAL,
        id=found.id,
        started_at=rfc3339(found.started_at),
        last_seen_at=rfc3339(found.last_seen_at),
        expires_at=rfc3339(found.ends_at(limits)),
        address=found.address,
        browser=found.browser,
        system=found.system,
        client=found.client,
        current=(found.login_name, found.id) == (actor.name, actor.token_id),
    )


def preview(locale: str, written: str | None, settings: Settings) -> answers.TemplatePreview:
    """A template as it will arrive; without one, the template in force."""
    built_in = locales.built_in(locale) if locale in locales.LOCALES else ""
    template = written if written is not None else settings.templates.get(locale) or built_in
    report = lint(
        template,
        passcode_length=settings.passcode_length,
        signature=settings.signature,
        origin=settings.origin,
    )
    return answers.TemplatePreview(
        locale=locale,
        template=template,
        built_in=template == built_in,
        preview=report.preview,
        alphabet=report.alphabet,
        segments=report.segments,
        problems=[finding(problem) for problem in report.problems],
        warnings=[finding(warning) for warning in report.warnings],
    )


def finding(problem: Problem) -> answers.Finding:
    """A finding of a linter."""
    return answers.Finding(problem.code, problem.message, list(problem.about))


def changes(values: object) -> dict[str, dict[str, Any]]:
    """The old and new values of a change. The table leaves out None, and a forged line may hold anything."""
    found = values if isinstance(values, dict) else {}
    return {
        str(name): {"old": change.get("old"), "new": change.get("new")}
        for name, change in found.items()
        if isinstance(change, dict)
    }


def _explained(detail: dict[str, Any]) -> dict[str, Any]:
    """An event's detail. A vendor's error gets its meaning and advice from today's table."""
    if "values" in detail:
        detail = detail | {"values": changes(detail["values"])}
    if "error" not in detail:
        return detail
    error = look_up(str(detail["error"]))
    return detail | {"meaning": error.meaning, "advice": error.advice}


def _moment(at: float | None) -> str | None:
    return None if at is None else rfc3339(at)
