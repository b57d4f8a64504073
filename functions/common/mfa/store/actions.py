"""Writes actions: opened, denied and redeemed by one conditional write each. The approval is in the write of the attempt."""

from contextlib import suppress
from dataclasses import asdict

from mfa.challenges.actions import Action, ActionEnd, ActionRefused
from mfa.store import conditions as when
from mfa.store import records
from mfa.store.expressions import Update
from mfa.store.reading import read
from mfa.store.table import ConditionFailed, Item, Table, TransactionRefused, Write
from mfa.users.history import Event

# How long an action is kept after its end. The history keeps it longer.
KEPT_SECONDS = 86400
_LABEL = "action"
# The fields of an approval, and the attributes that they are kept in.
_APPROVAL = {"at": "approved_at", "redeem_before": "redeem_before", "amr": "amr", "seal": "approval_seal"}


class ActionStore:
    """Actions."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load_action(self, action_id: str) -> Action | None:
        """The action of this id, or None. `action_seals.is_genuine` tells whether verify_code wrote it."""
        return action_of(self._table.get(records.action_key(action_id)) or {})

    def open_action(self, action: Action, event: Event) -> None:
        """Writes a new action and its line in the history. Raises ActionRefused if there is one of this id."""
        values = {name: value for name, value in asdict(action).items() if name != "approval"}
        write = Write(
            label=_LABEL,
            verb="Put",
            key=records.action_key(action.id),
            item={name: value for name, value in values.items() if value not in (None, "")}
            | {"ttl": int(action.expires_at) + KEPT_SECONDS},
            condition=when.NEW,
        )
        try:
            self._table.transact(lambda: [write, records.event_write(action.login_name, event)])
        except TransactionRefused as refused:
            raise ActionRefused(self.load_action(action.id)) from refused

    def deny(self, action: Action, end: ActionEnd) -> None:
        """Ends the action, whatever time it is. Raises ActionRefused if it was approved or denied before."""
        update = Update()
        update.set(denied_at=end.at, ended_by=end.id)
        update.only_if(when.SAME_SEAL, seal=action.seal)
        update.only_if(when.NOT_APPROVED)
        update.only_if(when.NOT_DENIED)
        self._write(action, update)

    def redeem(self, action: Action, client_id: str, end: ActionEnd) -> None:
        """Redeems the action, once. It is as it was read, with an approval. Raises ActionRefused."""
        assert action.approval is not None  # noqa: S101 - the flow has refused others
        update = Update()
        update.set(redeemed_at=end.at, redemption=end.redemption, ended_by=end.id)
        update.only_if(when.NOT_REDEEMED)
        update.only_if(when.APPROVAL_AS_READ, approval_seal=action.approval.seal)
        update.only_if(when.IN_TIME, now=end.at)
        update.only_if(when.OF_CLIENT, client=client_id)
        self._write(action, update)

    def record(self, login_name: str, event: Event) -> None:
        """Writes what became of an action into the history. A repeated request adds no second line."""
        with suppress(ConditionFailed):
            self._table.put(records.event_write(login_name, event))

    def _write(self, action: Action, update: Update) -> None:
        try:
            self._table.update(update.write(_LABEL, records.action_key(action.id)), returns="NONE")
        except ConditionFailed as failed:
            raise ActionRefused(action_of(failed.item or {}) or self.load_action(action.id)) from failed


def approval_write(action: Action) -> Write:
    """Approves the action, once, if it is as it was read, was not denied, and is not over. Part of the attempt's transaction."""
    approval = action.approval
    assert approval is not None  # noqa: S101 - the flow has made it
    update = Update()
    update.set(
        approved_at=approval.at,
        redeem_before=approval.redeem_before,
        amr=list(approval.amr),
        approval_seal=approval.seal,
    )
    update.only_if(when.SAME_DEED, digest=action.digest)
    update.only_if(when.SAME_SEAL, seal=action.seal)
    update.only_if(when.NOT_APPROVED)
    update.only_if(when.NOT_DENIED)
    update.only_if(when.ACTION_NOT_EXPIRED, now=approval.at)
    return update.write(_LABEL, records.action_key(action.id))


def action_of(item: Item) -> Action | None:
    """The action of an item, or None if the item is none, or has parts that cannot be read.

    Its id is its key's, whatever the item says: a copy at another key is another action, which nobody has sealed. Otherwise
    one approval, copied, could be redeemed any number of times.
    """
    approval = {name: item[attribute] for name, attribute in _APPROVAL.items() if attribute in item}
    id_ = records.action_id(item.get("pk", ""))
    return read({"client_id": None} | item | {"id": id_, "approval": approval or None}, Action)
