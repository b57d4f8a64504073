"""Makes login names and signatures harmless before they are inserted into a message.

Autofill must not take them for the code, and a phone must not turn them into a link. No character in them may be invisible or
change the direction of writing. Templates are linted when they are saved; names come later, and a signature may be older
than a rule.
"""

import re
import unicodedata
from collections.abc import Iterator

from mfa.messages.links import ends_host
from mfa.messages.passcode_texts import SHORTEST_LOGIN_NAME, without_runs
from mfa.pasted import INVISIBLE

# Said of a text with `hidden` characters.
UNSEEN = "must not hold characters that cannot be seen, nor marks of writing direction"
# Persian and the scripts of India join and part letters by these; everything else that cannot be seen is refused.
_JOINERS = "\u200c\u200d"
_ARABIC = 0x0600
# A label after a dot, up to what ends one in a login name.
_DOT = re.compile(r"(?<=[^\s.])\.(?=([^\s._@+\\]+))")
# Four numbers or more: phones find an address within a longer row as well.
_IPV4 = re.compile(r"(?<!\d)\d{1,3}(?:\.\d{1,3}){3,}(?!\d)")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.([^\s@.]+)")


def hidden(text: str) -> list[str]:
    """The characters that cannot be seen, each once: controls, marks of direction, and joiners that join nothing."""
    found = []
    for before, character in zip("\0" + text, text, strict=False):
        joins = character in _JOINERS and ord(before) >= _ARABIC and unicodedata.category(before)[0] in "LM"
        unseen = unicodedata.category(character)[0] == "C" or unicodedata.category(character) in ("Zl", "Zp")
        if (unseen or INVISIBLE.match(character)) and character != "\n" and not joins:
            found.append(character)
    return list(dict.fromkeys(found))


def shown_names(login_name: str, passcode_length: int) -> Iterator[str]:
    """The login name as a message shows it, whole at first and then ever shorter, down to SHORTEST_LOGIN_NAME units
    of UTF-16.

    No run of digits passes for the code, and no link can be tapped.

    >>> [next(shown_names(name, 6)) for name in ("bit.ly", "1.2.3.4", "demo.user")]
    ['bit. ly', '1. 2. 3. 4', 'demo.user']
    """
    name = without_runs(login_name, passcode_length)
    yield (shown := _without_links(name))
    while _units(shown) > SHORTEST_LOGIN_NAME:
        name = name.removesuffix("..")[:-1] + ".."
        yield (shown := _without_links(name))


def shown_signature(signature: str, passcode_length: int) -> str:
    """The signature as a message shows it, whatever was saved: one line that neither hides nor commands anything."""
    plain = " ".join(signature.split("\n")).translate({ord(character): None for character in hidden(signature)})
    # The last line of a message belongs to autofill if it begins with @ (WICG, Origin-bound one-time codes).
    return without_runs(plain.strip().lstrip("@ "), passcode_length)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _without_links(name: str) -> str:
    """The name with a blank after each dot that makes a host name or an IPv4 address. An email address stays as it is.

    `bit.ly@work` is none, and phones see the host in it.
    """
    if "." not in name:
        return name

    def makes_host(label: str) -> bool:
        return ends_host(label if label.startswith("xn--") else label.split("-")[0]) or name.startswith("www.")

    def broken(word: str) -> str:
        if (address := _EMAIL.fullmatch(word)) and ends_host(address[1]):
            return word
        word = _IPV4.sub(lambda address: address[0].replace(".", ". "), word)
        return _DOT.sub(lambda dot: ". " if makes_host(dot[1]) else ".", word)

    return "".join(broken(part) for part in re.split(r"(\s+)", name))
