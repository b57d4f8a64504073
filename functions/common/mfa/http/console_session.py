"""The cookie that keeps an administrator logged in: no script can read it, and no other site's page can use it."""

from urllib.parse import unquote

from mfa.http.gateway import HttpRequest

# `__Host-`: a browser takes it only from this host itself, over TLS, and for no other host (RFC 6265bis, 4.1.3).
COOKIE = "__Host-mfa-console"
# Only the console's own pages can send it: other origins would need a preflight, which administration does not answer.
HEADER = "MFA-Console"
# A page that does not know yet who is logged in asks for the session itself with this name.
ANYBODY = "*"
SESSION_PATH = "/v1/admin/session"
_ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Strict"


def cookie_of(token: str, seconds: float) -> str:
    """The cookie with an access token that is valid for so many seconds more."""
    return f"{COOKIE}={token}; Max-Age={max(0, int(seconds))}; {_ATTRIBUTES}"


def no_cookie() -> str:
    """Takes the cookie away."""
    return f"{COOKIE}=; Max-Age=0; {_ATTRIBUTES}"


def token_in(request: HttpRequest) -> str | None:
    """The access token in the cookie, if a page of the console asks; else None.

    A browser sends the cookie by itself, whoever made it ask. So the header must be there too, and the page of this origin.
    """
    site = request.header("Sec-Fetch-Site")
    if request.header(HEADER) is None or site not in {None, "same-origin"}:
        return None
    pairs = (pair.strip().partition("=") for pair in (request.header("Cookie") or "").split(";"))
    found = [value for name, _, value in pairs if name == COOKIE]
    return found[0] if len(found) == 1 else None


def page_of(request: HttpRequest) -> str | None:
    """The administrator whose page asks: another one may have logged in in another tab meanwhile. None if it may be anybody's."""
    name = unquote(request.header(HEADER) or "")
    return None if name == ANYBODY and request.path == SESSION_PATH else name
