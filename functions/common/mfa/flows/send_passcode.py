"""Sends passcodes: claims the send, delivers the message, and records its outcome.

The claim is one transaction. It covers cooldown, lock, counts and budgets, and no message goes out without it.
"""

from contextlib import suppress
from copy import replace

from msgspec import Struct

from mfa import errors
from mfa.challenges.account import Account
from mfa.challenges.action_seals import is_of_token
from mfa.challenges.actions import Offer
from mfa.challenges.budgets import FREE, Cost
from mfa.challenges.challenge import Challenge, ChallengeRefused, Delivery
from mfa.challenges.challenge_ids import is_challenge_of, new_challenge_id
from mfa.challenges.charges import charges, phone_charges
from mfa.challenges.costs import cost_of
from mfa.challenges.drafts import KEY_USE, Draft, Purpose
from mfa.challenges.guesses import refused_guesses
from mfa.challenges.idempotency import replay, request_key, with_request
from mfa.challenges.reach import fixed_code
from mfa.challenges.receipts import ref_of
from mfa.challenges.sends import (
    AccountChanged,
    Caller,
    Destination,
    Outcome,
    Send,
    SendResult,
    asker_of,
    challenge_after,
    end_user_of,
    limits_of,
)
from mfa.challenges.spreads import spread_from
from mfa.factors.phones import FIXED_LINE, Phone
from mfa.flows import ports
from mfa.flows.fraud_decisions import decision_of, record_decision
from mfa.flows.passcode_messages import About, passcode_message
from mfa.flows.runtime import Runtime
from mfa.messages import composition
from mfa.messages.channels import DEFAULT, RECOVERY, Channel
from mfa.messages.deeds import Deed
from mfa.messages.outgoing import Outgoing
from mfa.settings.values import Settings
from mfa.tokens.mfa_tokens import ActionRef, MfaToken
from mfa.users.history import Event, EventType
from mfa.users.user import Kind, User

# The phones are told of a recovery while a slow answer still leaves time to finish.
NOTICE_SECONDS = 6.0


class SendPasscode(Struct, frozen=True, kw_only=True):
    """Starts challenges and sends their passcodes."""

    accounts: ports.Accounts
    sends: ports.Sends
    messenger: ports.Messenger
    mailer: ports.Mailer
    runtime: Runtime

    def start(
        self, login: MfaToken, caller: Caller, phone_id: str, channel: Channel = DEFAULT, locale: str | None = None
    ) -> SendResult:
        """Sends a passcode to one of the user's phones; the new challenge takes the place of a live one.

        Raises the errors of `POST /v1/challenges`.
        """
        return self._send(_Asked(login, caller, channel, phone_id, locale))

    def resend(
        self,
        login: MfaToken,
        caller: Caller,
        challenge_id: str,
        channel: Channel | None = None,
        phone_id: str | None = None,
    ) -> SendResult:
        """Sends a new passcode for the same challenge; the older ones are dead. Also for one that expired.

        Raises the errors of `POST /v1/challenges/{id}/resend`.
        """
        if not is_challenge_of(self.runtime.keys(), login, challenge_id):
            raise errors.ChallengeNotFound
        if phone_id is not None and channel is not None and not channel.to_phone:
            raise errors.InvalidRequest("phone_id", "is for a text message, not for a mail")
        return self._send(_Asked(login, caller, channel, phone_id, resends=challenge_id))

    def recover(self, login: MfaToken, caller: Caller) -> SendResult:
        """Sends a passcode to the user's contact email, and tells every verified phone.

        Raises the errors of `POST /v1/recovery`.
        """
        if login.action is not None:
            raise errors.Forbidden("An action is confirmed on a phone, never by email.")
        return self._send(_Asked(login, caller, RECOVERY))

    def get(self, login: MfaToken, challenge_id: str) -> Challenge:
        """The challenge as it stands. Raises ChallengeNotFound, ChallengeSuperseded, InvalidToken."""
        if not is_challenge_of(self.runtime.keys(), login, challenge_id):
            raise errors.ChallengeNotFound
        challenge = self.accounts.load_challenge(login.login_name)
        if not challenge.id:
            raise errors.ChallengeNotFound
        if challenge.is_closed:
            self.accounts.load_account(login.login_name).refuse_outdated(login)
        challenge.refuse_other(challenge_id, login.jti)
        return challenge

    def _send(self, asked: "_Asked") -> SendResult:
        settings, login = self.runtime.settings(), asked.login
        for _ in range(2):
            account = self.accounts.load_account(login.login_name, login.action.id if login.action else None)
            account.refuse_outdated(login)
            if (replayed := replay(account.challenge, login.jti, asked.caller)) is not None:
                return SendResult(replayed, sent=False)
            if login.action is not None:
                account = _for_action(account, login.action, settings, self.runtime.clock())
            destination = self._destination(asked, account, settings)
            send, outgoing = self._prepare(asked, account, destination, settings)
            limit = self.runtime.new_limit(send.after.region)
            try:
                charge = self.sends.open_challenge(account, send, charges(send, outgoing.address, settings, limit))
            except AccountChanged:
                continue
            except errors.RateLimited as refused:
                record_decision(self.sends, send, decision_of(refused), self.runtime)
                raise
            except ChallengeRefused as refused:
                if (replayed := replay(refused.challenge, login.jti, asked.caller)) is not None:
                    return SendResult(replayed, sent=False)
                refusal = _why_not_sent(refused.challenge, send, settings)
                if isinstance(refusal, errors.TemporarilyUnavailable):  # changed between the read and the write
                    continue
                raise refusal from refused
            record_decision(self.sends, send, charge.decision, self.runtime)
            challenge = self._deliver(account, send.counted_in(charge.shards), outgoing, settings)
            return SendResult(challenge, sent=True, is_test=send.is_test_number, decision=charge.decision)
        raise errors.TemporarilyUnavailable

    def _destination(self, asked: "_Asked", account: Account, settings: Settings) -> Destination:
        """Finds the passcode's destination. Raises the errors of `POST /v1/challenges` that concern the destination."""
        if asked.resends and not account.challenge.id:
            raise errors.ChallengeNotFound
        channel = asked.channel_after(account.challenge.channel)
        if not channel.to_phone and asked.login.reset is not None:
            raise errors.Forbidden("The link came by email. It needs another factor.")
        if not channel.to_phone and account.action is None:
            return _mailbox(account.existing_user, channel, settings)
        offered = _offer(account, settings)
        if not channel.is_offered(settings) or (offered and channel not in offered.channels):
            raise errors.InvalidRequest("channel", "is not offered here")
        phone = _phone(account, asked.phone_id or account.challenge.phone_id, channel, settings)
        fixed = fixed_code(account.existing_user, phone, settings)
        if fixed is None:
            self.messenger.check(channel, phone.region, verified=phone.verified)
        return Destination(channel=channel, phone=phone, address=phone.number, fixed_code=fixed)

    def _prepare(
        self, asked: "_Asked", account: Account, destination: Destination, settings: Settings
    ) -> tuple[Send, Outgoing]:
        """The send to claim, and the message that goes out after it."""
        read, login, now, action = account.challenge, asked.login, self.runtime.clock(), account.action
        draft = self._draw(asked, read, destination, settings)
        limits = limits_of(settings, destination.channel)
        after = replace(
            challenge_after(read, draft, destination, limits, now),
            login_jti=login.jti,
            asker=asker_of(login, asked.caller),
            end_user=end_user_of(login),
            locale=read.locale if asked.resends else asked.locale or (action.locale if action else None),
            requests=with_request(
                read.requests, request_key(login.jti, asked.caller), asked.caller, (now, draft.challenge_id)
            ),
        )
        if destination.fixed_code is None:
            after = replace(after, spread_from=spread_from(after, account.phones, settings.fraud))
        about = About(after.locale)
        if action is not None:  # its code dies with it
            after = replace(after, expires_at=min(after.expires_at, action.expires_at))
            about = About(after.locale, _deed(account, settings), int(after.expires_at - now))
        outgoing = passcode_message(account.existing_user, destination, draft, about, settings)
        send = Send(
            login_name=login.login_name,
            before=read,
            after=after,
            phone=destination.phone,
            resends=bool(asked.resends),
            request_key=request_key(login.jti, asked.caller),
            cost=FREE if destination.fixed_code else self._cost(outgoing, destination.region, settings),
            is_test_number=destination.fixed_code is not None,
            events=self._events(asked, account, after, destination),
        )
        ref = ref_of(self.runtime.keys(), send.receipt)
        return send, replace(outgoing, ref=ref, takes_feedback=destination.channel is DEFAULT)

    def _cost(self, outgoing: Outgoing, region: str, settings: Settings) -> Cost:
        return cost_of(outgoing, region, self.runtime.prices(), settings)

    def _draw(self, asked: "_Asked", read: Challenge, destination: Destination, settings: Settings) -> Draft:
        mint = self.runtime.mint(Purpose(KEY_USE, asked.login.login_name, asked.login.digest))
        challenge_id = asked.resends or new_challenge_id(mint.keys, asked.login, self.runtime.random_bytes(12))
        return mint.draw(read, challenge_id, settings.passcode_length, destination.fixed_code)

    def _events(
        self, asked: "_Asked", account: Account, after: Challenge, destination: Destination
    ) -> tuple[Event, ...]:
        """The events of the claim: the wrong attempts so far, and the send."""
        action = account.action
        sent = self.runtime.event(
            EventType.PASSCODE_SENT,
            after.sent_at,
            actor=asked.login.client_id or asked.login.login_name,
            address=asked.caller.address,
            phone_id=after.phone_id or None,
            challenge_id=after.id,
            detail={"channel": after.channel.value}
            | ({"test_number": True} if destination.fixed_code else {})
            | ({"action_id": action.id, "type": action.type} if action else {}),
        )
        login, random_bytes = asked.login, self.runtime.random_bytes
        by_administrator = login.kind is Kind.SYSTEM
        return (*refused_guesses(account.challenge, login.login_name, random_bytes, notable=by_administrator), sent)

    def _deliver(self, account: Account, send: Send, outgoing: Outgoing, settings: Settings) -> Challenge:
        """Sends the message that was claimed, and writes its outcome."""
        if send.is_test_number:
            outcome = Outcome(Delivery.DELIVERED)
        elif send.phone:
            outcome = self.messenger.send(outgoing)
        else:
            outcome = self.mailer.send(settings.email_sender or "", outgoing)
        # The message's fate is decided. If it cannot be written down, a sent code stays valid and a refused send
        # stays charged: nothing can be sent or guessed more often for it.
        if outcome.refusal is not None:
            raise self._refused(send, outcome) from outcome.not_sent(send.after.channel)
        with suppress(errors.TemporarilyUnavailable):
            self.sends.record_delivery(send.receipt, outcome.delivery, outcome.feedback_id)
        if send.after.channel.traits.factor.traits.stands_in:
            self._tell_phones(account, send, settings)
        return replace(send.after, delivery=outcome.delivery)

    def _refused(self, send: Send, outcome: Outcome) -> errors.Refusal:
        """Gives the send back, and returns the error for the client."""
        error = outcome.error or "unknown"
        event = send.receipt.refused_event(outcome, self.runtime.clock(), self.runtime.random_bytes)
        with suppress(errors.TemporarilyUnavailable):
            self.sends.record_refused(
                send.receipt,
                replace(outcome, error=error),
                event,
                ends_cooldown=True,
                new_shard=send.after.new_shard,
            )
        return outcome.refusal or errors.SmsUnavailable()

    def _tell_phones(self, account: Account, send: Send, settings: Settings) -> None:
        """Tells every verified phone of a recovery: an intruder who has only the mailbox must not get in unnoticed."""
        if not settings.sends_to(verified=True):
            return
        user = account.existing_user
        for phone in account.phones:
            takes = phone.takes(by_call=DEFAULT.traits.reaches_landlines)
            reachable = phone.verified and takes and settings.regions.permits(phone.region)
            if not reachable or fixed_code(user, phone, settings) is not None:
                continue
            if self.runtime.clock() >= send.after.sent_at + NOTICE_SECONDS:
                return
            reader = composition.Reader(None, user.locale, phone.region, settings.default_locale)
            notice = composition.notice(user.login_name, phone.number, reader, settings.signature)
            now = self.runtime.clock()
            try:
                cost = self._cost(notice, phone.region, settings)
                self.sends.charge_notice(phone_charges(phone, settings, now), cost, now)
            except (errors.RateLimited, errors.TemporarilyUnavailable):
                continue
            self.messenger.send(notice)


class _Asked(Struct, frozen=True):
    """A request that sends.

    Attributes:
        login: the MFA token's login.
        caller: who asks, with the idempotency key.
        channel: the channel that was asked for, or None for the last one.
        phone_id: the phone that was asked for, or None for the last one.
        locale: the language that was asked for.
        resends: the challenge whose passcode is sent anew, or None for a new challenge.
    """

    login: MfaToken
    caller: Caller
    channel: Channel | None = None
    phone_id: str | None = None
    locale: str | None = None
    resends: str | None = None

    def channel_after(self, last: Channel) -> Channel:
        """The channel that was asked for, else the last one, which cannot be mail if a phone is named."""
        if self.channel is not None:
            return self.channel
        return DEFAULT if self.phone_id and not last.to_phone else last


def _for_action(account: Account, ref: ActionRef, settings: Settings, now: float) -> Account:
    """The account with the phones that may approve the action.

    Raises InvalidToken if the action is not what the token was made for, Forbidden if its type is no longer offered, and
    ActionDenied, ActionApproved, ActionRedeemed or ActionExpired if it is over.
    """
    action = account.action
    if action is None or not is_of_token(action, ref):
        raise errors.InvalidToken
    action.refuse_over(now)
    offer = Offer.for_action(settings, action)
    return replace(account, phones=offer.phones(account.phones, action.opened_at))


def _offer(account: Account, settings: Settings) -> Offer | None:
    return Offer.for_action(settings, account.action) if account.action else None


def _deed(account: Account, settings: Settings) -> Deed | None:
    """The deed that the message names, in the words of today's settings."""
    offer = _offer(account, settings)
    return account.action.deed(offer) if account.action and offer else None


def _mailbox(user: User, channel: Channel, settings: Settings) -> Destination:
    """The contact email. Raises Forbidden, SettingsIncomplete."""
    if not user.can_use(channel.traits.factor) or not user.contact_email:
        raise errors.Forbidden("No passcode can be sent to this user by email.")
    if not channel.is_offered(settings):
        raise errors.SettingsIncomplete("Recovery by email is not set up.")
    return Destination(channel=channel, phone=None, address=user.contact_email)


def _phone(account: Account, phone_id: str, channel: Channel, settings: Settings) -> Phone:
    """The user's phone of this id, if the channel reaches it. Raises the errors of `POST /v1/challenges`."""
    if not any(_usable(phone, settings, channel) for phone in account.phones):
        raise errors.NoPhone
    if not phone_id:
        raise errors.InvalidRequest("phone_id", "is required, since the last passcode went to no phone")
    phone = next((phone for phone in account.phones if phone.id == phone_id), None)
    if phone is None:
        raise errors.PhoneNotFound
    if not phone.reachable(by_call=channel.traits.reaches_landlines):
        raise errors.PhoneUnusable
    if not settings.regions.permits(phone.region):
        raise errors.DestinationBlocked
    if phone.kind == FIXED_LINE and not channel.traits.reaches_landlines:
        raise errors.DestinationBlocked("A landline cannot receive messages; ask for a call.")
    return phone


def _usable(phone: Phone, settings: Settings, channel: Channel) -> bool:
    return phone.reachable(by_call=channel.traits.reaches_landlines) and settings.regions.permits(phone.region)


def _why_not_sent(challenge: Challenge, send: Send, settings: Settings) -> errors.Refusal:
    """Why the store refused the claim; `challenge` is how things stand."""
    after = send.after
    if send.resends:
        try:
            challenge.refuse_other(after.id, after.login_jti)
        except errors.ChallengeSuperseded as superseded:
            return superseded
        if challenge.approved_at is not None:
            return errors.ChallengeUsed()
    return challenge.why_not_sent(after.channel, limits_of(settings, after.channel), after.sent_at)
