"""The line of the directory that an account has at this moment."""

from mfa.challenges.account import Account
from mfa.users.directory_lines import DirectoryLine, searched_text


def line_of(account: Account, now: float) -> DirectoryLine:
    """The line. What the list shows of the account follows from the account itself."""
    user = account.existing_user
    return DirectoryLine(
        login_name=user.login_name,
        text=searched_text(user, account.phones),
        kind=user.kind,
        mfa_enabled=user.mfa_enabled,
        status=user.status,
        created_at=user.created_at,
        has_factor=account.has_usable_factor,
        unverified=bool(account.phones) and not any(phone.verified for phone in account.phones),
        legacy=user.last_legacy_at is not None,
        locked_until=account.challenge.locked_until(now) or 0.0,
        last_login_at=float(int(account.last_login_at or 0)),  # milliseconds do not compress
    )
