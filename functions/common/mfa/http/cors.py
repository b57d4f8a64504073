"""Which other sites' pages may call the API from a browser: those on the operator's list, and only to log users in."""

from collections.abc import Collection

# As long as browsers remember it at most; a list that got shorter is obeyed at once, by the answers themselves.
PREFLIGHT_SECONDS = 7200
REQUEST_HEADERS = ("Authorization", "Content-Type", "Idempotency-Key")


def answer_headers(origins: Collection[str], origin: str | None) -> dict[str, str]:
    """The headers that let a page of this origin read the answer. Caches keep one answer per origin."""
    if origin not in origins:
        return {"Vary": "Origin"}
    return {
        "Vary": "Origin",
        "Access-Control-Allow-Origin": str(origin),
        "Access-Control-Expose-Headers": "Retry-After",
    }


def preflight_headers(origins: Collection[str], origin: str | None, method: str) -> dict[str, str]:
    """The headers that let a page of this origin send the request, in answer to `OPTIONS`."""
    if origin not in origins:
        return {}
    return {
        "Access-Control-Allow-Methods": method,
        "Access-Control-Allow-Headers": ", ".join(REQUEST_HEADERS),
        "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
    }
