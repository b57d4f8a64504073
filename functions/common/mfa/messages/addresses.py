"""Addresses: email addresses and host names as an administrator writes them, in the one form that can be sent to.

Internationalised names (IDNA 2008, RFC 5891; UTS 46 maps what people type) are kept in their ASCII form: Amazon SES takes no
other, and neither does GSM-7, in which the origin-bound line of a message should stay.
"""

import re

from mfa.errors import InvalidRequest

HOST_LENGTH = 253
# The last label of a name has a letter (RFC 3696, 2), and that of an IPv4 address has none.
_NAME = re.compile(r"(?:[a-z0-9-]+\.)+(?=[^.]*[a-z])[a-z0-9-]{2,63}")


def email(text: str, field_name: str) -> str:
    """The address with its domain in ASCII and lower case: `a@example.рф` is `a@example.xn--p1ai`.

    Raises InvalidRequest if no mail can be sent to it: letters beyond ASCII before the `@` (Amazon SES has no SMTPUTF8),
    `a..b@`, invisible characters, reserved domains (RFC 6761).
    """
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - only where an address is saved

    try:
        found = validate_email(text, allow_smtputf8=False, check_deliverability=False, strict=True)
    except EmailNotValidError as error:
        raise InvalidRequest(field_name, "is not an address that mail can be sent to") from error
    if not _NAME.fullmatch(found.ascii_domain):
        raise InvalidRequest(field_name, "is not an address that mail can be sent to")
    return found.ascii_email or found.normalized


def mailbox_of(address: str) -> str:
    """The mailbox that an address leads to, so that its spellings are counted as one.

    Capitals, a tag after `+`, and at Gmail dots make no other mailbox.

    >>> mailbox_of("Demo.User+a@GoogleMail.com"), mailbox_of("demo.user+b@example.com")
    ('demouser@gmail.com', 'demo.user@example.com')
    """
    local, _, domain = address.casefold().rpartition("@")
    local = local.partition("+")[0] or local
    if domain in ("gmail.com", "googlemail.com"):
        return f"{local.replace('.', '')}@gmail.com"
    return f"{local}@{domain}"


def host(text: str, field_name: str) -> str:
    """The host name in ASCII and lower case: `Login.Example.рф` is `login.example.xn--p1ai`.

    Raises InvalidRequest if it is not a name in the DNS: a single label, an IPv4 address, an empty label.
    """
    import idna  # noqa: PLC0415 - only where a host is saved

    try:
        name = idna.encode(text.strip(" "), uts46=True, std3_rules=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise InvalidRequest(field_name, "is not a host name") from error
    if not _NAME.fullmatch(name) or len(name) > HOST_LENGTH:
        raise InvalidRequest(field_name, "is not a host name, as in login.example.com")
    return name
