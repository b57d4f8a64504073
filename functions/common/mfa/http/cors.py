"""CORS: pages of the sites on the operator's list may log users in, and let them see to their accounts. No other site's pages may."""

from collections.abc import Collection, Sequence

# Browsers remember a preflight no longer than this. Every answer is checked too, so a shorter list takes effect at once.
PREFLIGHT_SECONDS = 7200
REQUEST_HEADERS = ("Authorization", "Content-Type", "Idempotency-Key")


def answer_headers(origins: Collection[str], origin: str | None) -> dict[str, str]:
    """The headers that let a page of this origin read the answer. Caches keep one answer per origin."""
    if origin not in origins:
        return {"Vary": "Origin"}
    return {
        "Vary": "Origin",
        "Access-Control-Allow-Origin": str(origin),
        # Countdowns are about the server's times, and a device's clock may be wrong.
        "Access-Control-Expose-Headers": "Date, Retry-After",
    }


def preflight_headers(origins: Collection[str], origin: str | None, methods: Sequence[str]) -> dict[str, str]:
    """The headers that let a page of this origin send the request, in answer to `OPTIONS`."""
    if origin not in origins:
        return {}
    return {
        "Access-Control-Allow-Methods": ", ".join(methods),
        "Access-Control-Allow-Headers": ", ".join(REQUEST_HEADERS),
        "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
    }
