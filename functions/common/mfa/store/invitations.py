"""Writes invitations: made, withdrawn, and used up by the write of the first factor."""

from collections.abc import Sequence

from mfa.errors import PreconditionFailed, RateLimited
from mfa.store import conditions as when
from mfa.store import records
from mfa.store.expressions import Update
from mfa.store.table import Table, TransactionRefused, Write
from mfa.tokens.enrolment_tokens import EnrolmentToken
from mfa.users.history import Event
from mfa.users.invitations import MAILS_PER_DAY, Invitation, day_of, next_day
from mfa.users.user import User

# The item is kept for a day longer than an invitation lives: it counts the day's mails.
_COUNT_SECONDS = 86400


class InvitationStore:
    """The invitations of users, each of whom has one at a time."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def invite(self, user: User, invitation: Invitation, event: Event, mailed: Invitation | None) -> None:
        """Puts an invitation in the place of the one before. `mailed` is that one, as read, if the new one is to be mailed.

        Raises PreconditionFailed if the user was changed since it was read, and RateLimited if enough were mailed today.
        """
        update = Update()
        update.set(
            digest=invitation.digest,
            expires_at=invitation.expires_at,
            at=invitation.at,
            by=invitation.by,
            user_created_at=invitation.user_created_at,
            ttl=int(invitation.expires_at) + _COUNT_SECONDS,
        )
        if mailed is not None:
            _count_mail(update, mailed, invitation.at)
        profile = Write(
            label="profile",
            verb="ConditionCheck",
            key=records.profile_key(user.login_name),
            condition=when.VERSION_AS_READ,
            values={":version": user.version},
        )
        write = update.write("invitation", records.invitation_key(user.login_name))
        try:
            self._table.transact(lambda: [profile, write, records.event_write(user.login_name, event)])
        except TransactionRefused as refused:
            # The first mail of a day is refused if another one was counted meanwhile: then the count is read again.
            if mailed and refused.failed == {"invitation"} and mailed.mail_day == day_of(invitation.at):
                raise _mails_spent(invitation.at) from refused
            raise PreconditionFailed from refused

    def withdraw(self, login_name: str, invitation: Invitation, event: Event) -> None:
        """Ends this invitation; the count of mails stays. Raises PreconditionFailed if it was used or replaced meanwhile."""
        update = Update()
        update.remove("digest", "expires_at", "at", "by")
        update.only_if(when.SAME_INVITATION, invitation=invitation.digest)
        write = update.write("invitation", records.invitation_key(login_name))
        try:
            self._table.transact(lambda: [write, records.event_write(login_name, event)])
        except TransactionRefused as refused:
            raise PreconditionFailed from refused


def using_up(token: EnrolmentToken, now: float) -> Sequence[Write]:
    """The write that uses up the token's invitation, for the transaction of the first factor; none after a login.

    The transaction's write of the profile says by its version that no other factor came in between, and that the user is
    the one who was read. If this one is refused (`invitation`), the invitation was used, withdrawn or replaced, or is over.
    """
    if token.invitation is None:
        return ()
    return (
        Write(
            label="invitation",
            verb="Delete",
            key=records.invitation_key(token.login_name),
            condition=when.every(when.SAME_INVITATION, when.INVITATION_NOT_EXPIRED),
            values={":invitation": bytes.fromhex(token.invitation), ":now": now},
        ),
    )


def _mails_spent(now: float) -> RateLimited:
    """The refusal of one mail too many."""
    said = f"{MAILS_PER_DAY} invitations were mailed to this user today. Hand the link over in another way."
    return RateLimited(said, retry_after=next_day(now) - now)


def _count_mail(update: Update, before: Invitation, now: float) -> None:
    """Counts a mail of the day. The first of a day begins the count anew, once."""
    day = day_of(now)
    if before.mail_day == day:
        update.add("mails", 1)
        update.only_if(when.INVITATION_MAILS_LEFT, day=day, mails=MAILS_PER_DAY)
    else:
        update.set(mail_day=day, mails=1)
        update.only_if(when.NEW_MAIL_DAY, day=day)
