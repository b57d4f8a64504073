"""The ceilings of mailboxes, as far as their counters are now."""

from mfa.challenges.charges import link_mail_charges
from mfa.messages.link_mails import LinkPurpose
from mfa.store.counters import spend
from mfa.store.table import Table


class MailboxStore:
    """Reads how many links mailboxes got today. The function that mails them counts and refuses them."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def invitations_left(self, address: str, now: float) -> tuple[int, float]:
        """How many invitations the mailbox still gets today, and when the day ends, in seconds since 1970."""
        [mailbox] = link_mail_charges(LinkPurpose.INVITATION, address, now)[0].budgets
        counted = (self._table.get(spend(mailbox).key) or {}).get("n", 0)
        return mailbox.ceiling - counted, mailbox.window.ends_at
