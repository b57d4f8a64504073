"""Import of users: a dry run over all lines, then pieces that can be repeated without harm."""

from collections import Counter
from copy import replace
from dataclasses import dataclass
from typing import Any, Protocol

from mfa import errors
from mfa.administration import csv_users, ports, shut_out
from mfa.administration.answers import ImportReport, LineError
from mfa.administration.profile_values import canonical_values
from mfa.administration.requests import ImportUser, ImportUsers, NewPhone
from mfa.administration.user_changes import UserAdministration, Users
from mfa.challenges.account import Account
from mfa.factors.phones import Phone
from mfa.flows.runtime import Runtime
from mfa.settings.values import Settings
from mfa.users.actors import Actor
from mfa.users.exported_hashes import fingerprint
from mfa.users.history import EventType
from mfa.users.password_costs import CostsInUse, with_hash
from mfa.users.user import Kind, User, canonical_login_name, existing_login_names, new_login_name, role_of

# As many lines as can be written within the function's time and the gateway's.
WRITTEN_LINES = csv_users.CHUNK_LINES
MAX_ERRORS = 1000


class Hashes(Protocol):
    """Judges password hashes."""

    def accepts(self, password_hash: str) -> bool:
        """Whether it is a hash that a password can be held against at a bounded cost."""


@dataclass(slots=True)
class Judge:
    """Judges what the decoding of a line cannot: addresses, languages, numbers by their plans, hashes by their cost.

    Attributes:
        settings: the settings in force.
        hashes: judges a hash by itself.
        in_use: what the hashes of all users cost, with those of the lines so far.
    """

    settings: Settings
    hashes: Hashes
    in_use: CostsInUse

    def wrong(self, line: csv_users.Line) -> LineError | None:
        """The line's first error, or None."""
        user = line.user
        if line.error or user is None:
            return line.error
        from mfa.factors import phone_numbers  # noqa: PLC0415 - the plans of every country, which only this needs

        try:
            number = None
            canonical_values({"contact_email": user.contact_email, "locale": user.locale})
            for number in user.phones:
                phone_numbers.parse(
                    number, self.settings.regions.permits, "phones", calls=self.settings.calls_landlines
                )
        except errors.InvalidRequest as error:
            wrong = error.members["errors"][0]
            return line.error_at(wrong["field"], wrong["message"], number)
        except errors.DestinationBlocked as error:
            return line.error_at("phones", str(error), number)
        return None if user.password_hash is None else self._wrong_hash(line, user.password_hash)

    def _wrong_hash(self, line: csv_users.Line, password_hash: str) -> LineError | None:
        if not self.hashes.accepts(password_hash):
            return line.error_at(
                "password_hash",
                "must be a whole hash of argon2id, bcrypt, PBKDF2 or scrypt, no costlier than docs/api.md says",
            )
        then = with_hash(self.in_use, password_hash)
        if then is None:
            return line.error_at(
                "password_hash",
                "would make every wrong password too slow, beside the kinds of hashes that users and other lines have",
            )
        self.in_use = then
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Imports:
    """Imports users from CSV."""

    administration: UserAdministration
    accounts: ports.AccountPages
    users: Users
    hashes: Hashes
    runtime: Runtime

    def run(self, actor: Actor, given: ImportUsers) -> ImportReport:
        """Checks every line, or writes a piece. A bad line is reported and not written. Raises InvalidRequest."""
        lines = list(csv_users.read(given.csv))
        settings = self.administration.stored_settings().settings
        brings_hashes = any(line.user and line.user.password_hash for line in lines)
        judge = Judge(settings, self.hashes, self.accounts.load_costs_in_use() if brings_hashes else {})
        if given.dry_run:
            return self._checked(lines, judge)
        if len(lines) > WRITTEN_LINES:
            raise errors.InvalidRequest("csv", f"may have at most {WRITTEN_LINES} lines where they are written")
        return self._written(actor, lines, judge)

    def _checked(self, lines: list[csv_users.Line], judge: Judge) -> ImportReport:
        found: list[LineError] = []
        seen: dict[str, int] = {}
        for line in lines:
            error = judge.wrong(line)
            if error is None and line.user is not None:
                name = canonical_login_name(line.user.login_name)
                if (first := seen.setdefault(name, line.number)) != line.number:
                    error = line.error_at("login_name", f"is the user of line {first} again")
            if error is not None:
                found.append(error)
        return ImportReport(
            lines=len(lines), valid=len(lines) - len(found), errors=found[:MAX_ERRORS], chunks=csv_users.chunks(lines)
        )

    def _written(self, actor: Actor, lines: list[csv_users.Line], judge: Judge) -> ImportReport:
        counts: Counter[str] = Counter()
        found = []
        for line in lines:
            error = judge.wrong(line)
            if error is None and line.user is not None:
                try:
                    counts[self._import(actor, line.user, judge.settings)] += 1
                except errors.TemporarilyUnavailable:
                    raise
                except errors.Refusal as refusal:
                    error = line.error_at("line", str(refusal))
            if error is not None:
                found.append(error)
        return ImportReport(
            lines=len(lines),
            errors=found,
            created=counts["created"],
            updated=counts["updated"],
            unchanged=counts["unchanged"],
        )

    def _import(self, actor: Actor, row: ImportUser, settings: Settings) -> str:
        """Creates or changes the user as the line says. Fields that the line leaves out stay."""
        found = self.accounts.load_accounts(existing_login_names(row.login_name), passwords=True)
        given = {
            field: value
            for field in row.__struct_fields__
            if field not in {"login_name", "phones"} and (value := getattr(row, field)) is not None
        }
        fields = canonical_values(given)
        if found:
            actor.refuse_to_touch(found[0].existing_user)
            return self._change(actor, found[0], row, fields, settings)
        now = self.runtime.clock()
        kind = row.kind or Kind.BACKUP
        user = User(
            login_name=new_login_name(row.login_name),
            created_at=now,
            updated_at=now,
            credentials_changed_at=now,
            imported=fingerprint(row.password_hash) if row.password_hash else None,
            **{"kind": kind, "role": role_of(kind, None), "password_hash": None} | fields,
        )
        actor.refuse_to_touch(user)
        event = actor.event(EventType.USER_CREATED, now, self.runtime.random_bytes, detail={"by": "import"})
        self.users.add(user, event)
        account = Account(user=user)
        self._add_phones(actor, account, _new_phones(account, row, settings), tells=False)
        return "created"

    def _change(
        self, actor: Actor, account: Account, row: ImportUser, fields: dict[str, Any], settings: Settings
    ) -> str:
        before, now = account.existing_user, self.runtime.clock()
        imported = fingerprint(row.password_hash) if row.password_hash else None
        if imported is not None and imported == before.imported:
            # The line was imported before. A login or an administrator may have replaced the hash since.
            fields = {name: value for name, value in fields.items() if name != "password_hash"}
        after, changed = before.changed(now, fields)
        if "password_hash" in changed:
            after = replace(after, imported=imported)
        actor.refuse_to_touch(after)
        new = _new_phones(account, row, settings)
        kept = None
        if shut_out.is_decisive(changed):
            kept = _phone_to_keep(shut_out.Change(actor, account, after, (*account.phones, *new)), settings)
        heir = self.administration.heirs.of(actor, before, after)
        # The phones come first: the change may need one of them.
        added = self._add_phones(actor, account, new, tells=True)
        if changed:
            detail = {"by": "import", **before.differences(after, changed)}
            event = actor.event(EventType.USER_CHANGED, now, self.runtime.random_bytes, detail=detail)
            self.users.change(before, after, event, kept and added.get(kept.number, kept), heir)
            self.administration.notices.user_changed(account, after, event)
        return "updated" if changed or added else "unchanged"

    def _add_phones(self, actor: Actor, account: Account, new: list[Phone], *, tells: bool) -> dict[str, Phone]:
        """The phones as they were added, by number."""
        name = account.existing_user.login_name
        return {
            phone.number: self.administration.add_phone(actor, NewPhone(name, phone.number), tells=tells)
            for phone in new
        }


def _new_phones(account: Account, row: ImportUser, settings: Settings) -> list[Phone]:
    """The phones of the line that the user does not have. They have no id yet."""
    from mfa.factors import phone_numbers  # noqa: PLC0415 - the plans of every country, which only this needs

    there = {phone.number for phone in account.phones}
    parsed = [
        phone_numbers.parse(number, settings.regions.permits, "phones", calls=settings.calls_landlines)
        for number in row.phones
    ]
    return [
        Phone(id="", number=each.e164, region=each.region, calling_code=each.calling_code, kind=each.kind)
        for each in dict.fromkeys(parsed)
        if each.e164 not in there
    ]


def _phone_to_keep(change: shut_out.Change, settings: Settings) -> Phone | None:
    """The phone by which a system user can still log in after the line. Raises Conflict. A line cannot insist."""
    try:
        shut_out.refuse_own_end(change)
        return shut_out.phone_to_keep(change, settings)
    except (errors.Conflict, errors.Forbidden) as refusal:
        whom, user = ("you", "your own user") if change.is_own else ("this administrator", "the user")
        raise errors.Conflict(
            f"would shut {whom} out of administration. Correct the line, or change {user} by itself"
        ) from refusal
