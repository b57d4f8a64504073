"""Opens actions: one deed, named by its type and parameters, that a user shall approve."""

from collections.abc import Mapping
from copy import replace
from dataclasses import dataclass

from mfa import errors
from mfa.challenges import action_seals
from mfa.challenges.account import Account, find_account
from mfa.challenges.actions import Action, ActionRefused, ActionStatus, Offer
from mfa.challenges.sends import Caller
from mfa.factors.phones import Phone
from mfa.flows import ports
from mfa.flows.genuine_actions import GenuineActions
from mfa.flows.runtime import Runtime
from mfa.flows.user_access import TokenHolder
from mfa.messages.channels import Channel
from mfa.messages.composition import Reader
from mfa.messages.deed_params import refuse_params
from mfa.messages.deeds import Deed
from mfa.tokens.mfa_tokens import MfaToken
from mfa.users.clients import Client
from mfa.users.history import EventType
from mfa.users.user import Kind, User

# The MFA token outlives its action, so that its holder can read what became of it.
_SPARE_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedAction:
    """The request to open an action.

    Attributes:
        type: the name of its type.
        params: the values of its parameters, not judged yet.
        locale: the language.
        login_name: the user, if a client asks.
        end_user_address: where the user is, as the client says. Its messages are charged to that address too.
    """

    type: str
    params: Mapping[str, object]
    locale: str | None = None
    login_name: str | None = None
    end_user_address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedAction:
    """An action that was opened, and how it can be approved.

    Attributes:
        action: the action.
        status: its state.
        mfa_token: authorises its challenges.
        phones: those that may approve it.
        channels: how they can be reached now.
        repeated: whether an earlier request with the same idempotency key has opened it.
    """

    action: Action
    status: ActionStatus
    mfa_token: str
    phones: tuple[Phone, ...]
    channels: tuple[Channel, ...]
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAction:
    """Opens actions."""

    accounts: ports.Accounts
    genuine: GenuineActions
    runtime: Runtime

    def open(self, principal: Client | TokenHolder, asked: AskedAction, caller: Caller) -> OpenedAction:
        """Opens an action for a user of a relying application, or for the user who asks. Raises the errors of `POST /v1/actions`."""
        if isinstance(principal, Client):
            offer = self._offer(asked, principal.client_id)
            caller = replace(caller, address=asked.end_user_address or caller.address)
            return self._open(_Opening(self._vouched(asked), principal.client_id, False, asked, caller), offer)
        for name in ("login_name", "end_user_address"):
            if getattr(asked, name) is not None:
                raise errors.InvalidRequest(name, "is for clients: an access token says whose action it is")
        offer = self._offer(asked, principal.client_id)
        return self._open(_Opening(principal.account, principal.client_id, True, asked, caller), offer)

    def _vouched(self, asked: AskedAction) -> Account:
        """The user whom a client names. Backup users only, as for logins that it vouches for. Raises InvalidCredentials."""
        if asked.login_name is None:
            raise errors.InvalidRequest("login_name", "is required")
        _, account = find_account(asked.login_name, self.accounts.load_account)
        user = account.user
        if user is None or not user.active or user.kind is not Kind.BACKUP:
            raise errors.InvalidCredentials
        return account

    def _offer(self, asked: AskedAction, client_id: str | None) -> Offer:
        offer = Offer.of(self.runtime.settings(), asked.type, client_id)
        if offer is None:
            raise errors.InvalidRequest("type", "is not the name of an action that may be opened here")
        return offer

    def _open(self, opening: "_Opening", offer: Offer) -> OpenedAction:
        now, repeated = self.runtime.clock(), False
        phones = offer.phones(opening.account.phones, now)
        action = self._new(opening, offer, phones[0].region if phones else None, now)
        if not phones:
            raise errors.NoPhone("No phone of this user may confirm actions. An administrator can add one.")
        opened = self.runtime.event(
            EventType.ACTION_OPENED,
            now,
            actor=opening.actor,
            address=opening.caller.address,
            detail=action.detail,
        )
        try:
            self.genuine.actions.open_action(action, opened)
        except ActionRefused as refused:  # there is one of this id, which only the same key gives
            action, repeated = self._before(refused.action, action), True
            phones = offer.phones(opening.account.phones, action.opened_at)
        return OpenedAction(
            action=action,
            status=action.status(now),
            mfa_token=self._token(opening, action),
            phones=phones,
            channels=_channels_now(offer, phones),
            repeated=repeated,
        )

    def _new(self, opening: "_Opening", offer: Offer, region: str | None, now: float) -> Action:
        """The action, sealed. Raises InvalidRequest naming a parameter."""
        asked, secrets, texts = opening.asked, self.genuine.secrets, offer.type.texts
        params = refuse_params(texts, asked.params, offer.settings.passcode_length)
        reader = Reader(asked.locale, opening.user.locale, region, offer.settings.default_locale)
        action = Action(
            id=action_seals.new_action_id(secrets, opening.scope, opening.caller, self.runtime.random_bytes(16)),
            login_name=opening.user.login_name,
            type=asked.type,
            params=params,
            summary=Deed(texts, params).words(reader.language_among(sorted(texts))),
            locale=asked.locale,
            client_id=opening.client_id,
            by_user=opening.by_user,
            opened_at=now,
            expires_at=round(now + offer.type.ttl_seconds, 3),
            token_seconds=offer.type.token_seconds,
            jti=self.runtime.random_bytes(16).hex(),
            fingerprint=opening.caller.fingerprint,
            digest=action_seals.digest_of(asked.type, params),
        )
        return action_seals.sealed(secrets, action)

    def _before(self, kept: Action | None, action: Action) -> Action:
        """The action that the same request opened before. Raises Conflict for another request under its key."""
        if kept is None:  # swept in between
            raise errors.TemporarilyUnavailable
        kept = self.genuine.checked(kept)
        if (kept.fingerprint, kept.login_name) != (action.fingerprint, action.login_name):
            raise errors.Conflict("This Idempotency-Key was used for another request.")
        return kept

    def _token(self, opening: "_Opening", action: Action) -> str:
        from mfa.tokens.signed_tokens import write_mfa_token  # noqa: PLC0415 - other requests make no token

        token = MfaToken(
            login_name=action.login_name,
            kind=opening.user.kind,
            credentials_changed_at=opening.user.credentials_changed_at,
            # A user's own action is charged to the address that it comes from, and no client's budget.
            client_id=None if action.by_user else action.client_id,
            jti=action.jti,
            issued_at=action.opened_at,
            expires_at=round(action.expires_at + action.token_seconds + _SPARE_SECONDS, 3),
            action=action.ref,
            end_user_address=opening.asked.end_user_address,
        )
        return write_mfa_token(self.genuine.token_secrets(), token)


def _channels_now(offer: Offer, phones: tuple[Phone, ...]) -> tuple[Channel, ...]:
    """The channels of the type; none while an administrator has stopped messages to all of these phones."""
    goes_out = any(offer.settings.sends_to(verified=phone.verified) for phone in phones)
    return offer.channels if goes_out else ()


@dataclass(frozen=True, slots=True)
class _Opening:
    """A request to open an action.

    Attributes:
        account: the user.
        client_id: the client that asks, or that the user's token is for.
        by_user: whether the user asks.
        asked: the deed.
        caller: where the request comes from, with its idempotency key.
    """

    account: Account
    client_id: str | None
    by_user: bool
    asked: AskedAction
    caller: Caller

    @property
    def user(self) -> User:
        return self.account.existing_user

    @property
    def actor(self) -> str:
        """The caller, as histories name it."""
        return self.user.login_name if self.by_user or self.client_id is None else self.client_id

    @property
    def scope(self) -> str:
        """An idempotency key is unique in this scope: a client, or a user with tokens for one."""
        return f"user {self.user.login_name} {self.client_id}" if self.by_user else f"client {self.client_id}"
