"""Charges: the budgets that a message is charged to, and those that get a unit back when its code comes back.

A share of the ceilings that many share is kept for phones that were verified before today, so that messages to others
cannot stop their logins.
"""

from collections.abc import Sequence
from copy import replace

from mfa.challenges.budgets import DAY, HOUR, TEST, Budget, Charge, ShardedBudget, Spend, Window, kept_of
from mfa.challenges.challenge import Challenge
from mfa.challenges.fraud_budgets import NewLimit
from mfa.challenges.new_phones import counted_as_new, new_send
from mfa.challenges.password_tries import digest
from mfa.challenges.sends import Send
from mfa.challenges.spreads import spread_limit
from mfa.factors.phones import Phone
from mfa.messages.addresses import mailbox_of
from mfa.settings.prices import USD
from mfa.settings.values import Settings

# A number that was verified before today draws so many unconfirmed messages a day from the share that is kept for such
# numbers: one message and one resend.
KEPT_PER_NUMBER = 2
# Notices that a mailbox gets in a day.
NOTICES_PER_MAILBOX = 50
# Links of one purpose that a mailbox gets in a day. Many accounts of a team may share one.
LINKS_PER_MAILBOX = 100
# Codes for a new contact email that a mailbox gets in a day.
CODES_PER_MAILBOX = 100
# Of a message that nobody is charged for as its asker.
_NOBODY = Charge([], [])


def charges(send: Send, address: str, settings: Settings, limit: NewLimit | None = None) -> list[Charge]:
    """The budgets that the send may be charged to, in the order to try. Mail has its mailbox's budget and no region's.

    `address` is the number or the email address that it goes to, `limit` that of messages to new phones of its region.
    """
    now, limits = send.after.sent_at, settings.budgets
    askers = _askers(send.after, settings)
    if send.phone is None:
        # The kept share is for verified phones, and a mail goes to none.
        open_part = _without_kept(askers, limits.kept_for_verified_percent)
        mailed = _mail_charges("MAILBOX#", address, limits.mailbox_per_day, now, askers=open_part)
        return counted_as(mailed, send.after.channel.value)
    unconfirmed = len(send.before.lane(send.after.channel).charged)
    found = phone_charges(send.phone, settings, now, askers=askers, unconfirmed=unconfirmed)
    if send.is_test_number:  # nothing goes out
        return counted_as(found, TEST)
    found = counted_as_new(found, new_send(send.phone, now, limit), spread_limit(send.after, settings.fraud))
    return counted_as(found, send.after.channel.value)


def counted_as(charges: Sequence[Charge], name: str) -> list[Charge]:
    """The charges of a message that is counted under this name: its channel, if it brings a passcode."""
    return [replace(each, sharded=[replace(one, counted_as=name) for one in each.sharded]) for each in charges]


def notice_mail_charges(address: str, now: float) -> list[Charge]:
    """The budgets of a notice to a mailbox. Recovery mails, which anybody with the password can ask for, do not spend them."""
    return _mail_charges("MAILBOX#notices-", address, NOTICES_PER_MAILBOX, now)


def code_mail_charges(address: str, now: float) -> list[Charge]:
    """The budgets of a code to a new mailbox, which is nobody's yet."""
    return _mail_charges("MAILBOX#code-", address, CODES_PER_MAILBOX, now)


def link_mail_charges(purpose: str, address: str, now: float) -> list[Charge]:
    """The budgets of a link to a mailbox. Each purpose has its own, so that none of them stops another.

    No other function may write their partition, so that none can keep a mailbox from getting links.
    """
    return _mail_charges(f"LINKS#{purpose}-", address, LINKS_PER_MAILBOX, now)


def budgets_given_back(challenge: Challenge, settings: Settings) -> list[Budget]:
    """The budgets that get a unit back when the last send's code comes back: its askers' and its number's.

    Only messages that nobody confirms count there, so that an office behind one address is not refused.
    """
    askers = _askers(challenge, settings)
    clients = [
        Budget(each.subject, each.window, each.ceiling or 0, shard=challenge.client_shard) for each in askers.sharded
    ]
    numbers = [_of_number(challenge.number, settings, challenge.sent_at)] if challenge.number else []
    return [*clients, *askers.budgets, *numbers]


def phone_charges(
    phone: Phone, settings: Settings, now: float, *, askers: Charge = _NOBODY, unconfirmed: int = 0
) -> list[Charge]:
    """The budgets of any message to this phone, in the order to try: its askers', its number's, its region's and the global one.

    A share of the ceilings is kept for phones that were verified before today, each of which may draw few messages from it:
    somebody with stolen passwords can have messages sent to verified phones too, and must not use the share up.
    `unconfirmed` is how many messages the user has not confirmed: it only tells which charge is likelier to have room.
    A number's own ceiling has nobody to keep a share for.
    """
    day, limits, number = Window.of(DAY, now), settings.budgets, _of_number(phone.number, settings, now)
    shared = Charge(
        askers.budgets,
        [
            *askers.sharded,
            ShardedBudget(f"REGION#{phone.region}", day, limits.region_per_day),
            ShardedBudget("REGION#*", day, limits.global_per_day, spend=Spend(limits.spend_per_day * USD)),
        ],
    )
    percent = limits.kept_for_verified_percent
    open_part = _without_kept(shared, percent)
    unproven = replace(open_part, budgets=[*open_part.budgets, number])
    if percent == 0 or not phone.was_verified_before(day.ends_at - DAY):
        return [unproven]
    few = replace(number, ceiling=min(KEPT_PER_NUMBER, number.ceiling))
    proven = replace(shared, budgets=[*shared.budgets, few])
    return [proven, unproven] if unconfirmed < KEPT_PER_NUMBER else [unproven, proven]


def _askers(challenge: Challenge, settings: Settings) -> Charge:
    """The budgets of those who asked for the last send: a client's, and the address that it named; or an address's."""
    hour, limits = Window.of(HOUR, challenge.sent_at), settings.budgets
    charge = Charge([], [])
    for subject in filter(None, (challenge.asker, challenge.end_user)):
        kind, _, name = subject.partition("#")
        if kind == "CLIENT":
            charge = replace(charge, sharded=[ShardedBudget(subject, hour, limits.of_client(name))])
        else:
            charge = replace(charge, budgets=[Budget(subject, hour, limits.address_per_hour)])
    return charge


def _of_number(number: str, settings: Settings, now: float) -> Budget:
    """A number's budget of the day, with its ceiling per hour."""
    day, hour, limits = Window.of(DAY, now), Window.of(HOUR, now), settings.budgets
    return Budget(f"NUMBER#{number}", day, limits.number_per_day, hour, limits.number_per_hour)


def _mail_charges(prefix: str, address: str, per_day: int, now: float, *, askers: Charge = _NOBODY) -> list[Charge]:
    """The budgets of a mail: its askers' and its mailbox's, whose partition begins with `prefix`. It has no region's."""
    day = Window.of(DAY, now)
    mailbox = Budget(f"{prefix}{digest(mailbox_of(address))}", day, per_day)
    return [Charge([*askers.budgets, mailbox], [*askers.sharded, ShardedBudget("REGION#email", day, None)])]


def _without_kept(charge: Charge, percent: int) -> Charge:
    """The same budgets without the share that is kept for verified phones."""
    return Charge(
        [replace(each, kept=kept_of(each.ceiling, percent)) for each in charge.budgets],
        [
            replace(
                each,
                kept=kept_of(each.ceiling or 0, percent),
                spend=each.spend and replace(each.spend, kept=kept_of(each.spend.ceiling, percent)),
            )
            for each in charge.sharded
        ],
    )
