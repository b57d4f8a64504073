"""Notices: the messages that tell a user of changes.

A notice says no code, and shows a phone by three digits at most, so that autofill finds nothing in it.
"""

from msgspec import Struct

from mfa.messages import composition, templates
from mfa.messages.channels import RECOVERY
from mfa.messages.composition import NOTICE_VALID_SECONDS, Reader
from mfa.messages.notice_texts import TEXTS, AccountChange
from mfa.messages.outgoing import Outgoing
from mfa.messages.passcode_texts import SHORTEST_PASSCODE, Passcode

# One digit less than the shortest passcode.
SHOWN_DIGITS = SHORTEST_PASSCODE - 1
# What `masked` gives, or nothing.
MASKED = rf"^(\+[0-9]{{1,4}} \*{{4}}[0-9]{{0,{SHOWN_DIGITS}}})?$(?!\n)"


LOCALES = tuple(TEXTS)


class Told(Struct, frozen=True):
    """The part of a notice that everybody is told.

    Attributes:
        login_name: whose account it is.
        changes: what changed.
        phone: the phone that was added or removed, masked.
        signature: the setting `signature`.
    """

    login_name: str
    changes: tuple[AccountChange, ...]
    phone: str
    signature: str

    def text(self, locale: str) -> str:
        """The notice in a language of LOCALES."""
        words = TEXTS[locale]
        changes = words.between.join(words.changes[change] for change in self.changes)
        sentence = words.sentence.replace("{changes}", changes).replace("{phone}", self.phone)
        passcode = Passcode(
            login_name=self.login_name,
            code="0" * SHORTEST_PASSCODE,
            prefix="",
            signature=self.signature,
            origin=None,
        )
        return templates.text(sentence, passcode)

    def message(self, number: str, reader: Reader) -> Outgoing:
        """The notice to a phone."""
        return composition.text_without_passcode(self.text(reader.language()), number, reader.region or "")

    def mail(self, address: str, reader: Reader) -> Outgoing:
        """The notice to a mailbox."""
        locale = reader.language()
        return Outgoing(
            channel=RECOVERY,
            address=address,
            subject=TEXTS[locale].subject,
            body=f"{self.text(locale)}\n",
            valid_seconds=NOTICE_VALID_SECONDS,
        )


def masked(calling_code: str, masked_number: str) -> str:
    """A phone as a notice shows it, from the mask that other screens show.

    >>> masked("+852", "****3799")
    '+852 ****799'
    """
    return f"{calling_code} ****{masked_number.lstrip('*')[-SHOWN_DIGITS:]}"
