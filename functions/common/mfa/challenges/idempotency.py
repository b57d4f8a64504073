"""Idempotency: the same request again gets the same answer. It sends nothing, and spends no second attempt."""

import hashlib
import hmac
from collections.abc import Mapping

from mfa import errors
from mfa.challenges.challenge import Challenge, KeyedAttempt, Request
from mfa.challenges.sends import Caller
from mfa.tokens.hmac_keys import HmacKeys

# How long an attempt is answered again.
REPLAY_SECONDS = 60
REQUESTS_KEPT = 5
# How far the clocks of two containers may be apart.
_CLOCK_SECONDS = 5
_ANOTHER = "This Idempotency-Key was used for another request."
# The use that the HMAC key is derived for. A plain digest of a request with a passcode would tell it to anyone who tries all.
_KEY_USE = "attempt"


def request_key(scope: str, caller: Caller) -> str | None:
    """The key within its scope: a login, an enrolment or a settings test. A digest, since it becomes an attribute's name."""
    if caller.idempotency_key is None:
        return None
    return hashlib.sha256(f"{scope} {caller.idempotency_key}".encode()).hexdigest()[:32]


def replay(challenge: Challenge, login_jti: str, caller: Caller) -> Challenge | None:
    """The challenge that the same request made before, or None for a new request. Raises Conflict for another request."""
    key = request_key(login_jti, caller)
    if key is None or (request := challenge.requests.get(key)) is None:
        return None
    if request.fingerprint != caller.fingerprint:
        raise errors.Conflict(_ANOTHER)
    challenge.refuse_other(request.challenge_id, login_jti)
    return challenge


def with_request(
    requests: Mapping[str, Request], key: str | None, caller: Caller, sent: tuple[float, str]
) -> dict[str, Request]:
    """The last requests that sent something, with this one if it has a key. `sent` is the moment, and the challenge's id."""
    kept = dict(sorted(requests.items(), key=lambda item: item[1].at)[1 - REQUESTS_KEPT :])
    if key is not None:
        kept[key] = Request(sent[0], caller.fingerprint, sent[1])
    return kept


def keyed_attempt(
    keys: HmacKeys, scope: str, caller: Caller, now: float, token: tuple[str, int] = ("", 0)
) -> KeyedAttempt | None:
    """The attempt that this request makes, to be kept with it, or None without a key.

    `token` is the `jti` and the life of the access token that a right code gives.
    """
    key = request_key(scope, caller)
    if key is None:
        return None
    jti, seconds = token
    content_mac = _content_mac(keys.signing(_KEY_USE), key, caller)
    return KeyedAttempt(key=key, claimed_at=now, content_mac=content_mac, jti=jti, seconds=seconds)


def attempt_before(keys: HmacKeys, challenge: Challenge, scope: str, caller: Caller, now: float) -> KeyedAttempt | None:
    """The attempt that the same request made within REPLAY_SECONDS, or None. Raises Conflict for another request."""
    key = request_key(scope, caller)
    kept = challenge.attempts.get(key) if key is not None and challenge.attempts else None
    if kept is None or key is None or not kept.claimed_at - _CLOCK_SECONDS <= now < kept.claimed_at + REPLAY_SECONDS:
        return None
    same = False
    for secret in keys.accepted(_KEY_USE):
        same |= hmac.compare_digest(_content_mac(secret, key, caller), kept.content_mac)
    if not same:
        raise errors.Conflict(_ANOTHER)
    return kept


def _content_mac(secret: bytes, key: str, caller: Caller) -> bytes:
    """HMAC-SHA-256 over the key within its scope and the request. Both have a fixed length."""
    return hmac.digest(secret, f"{key} {caller.fingerprint}".encode(), hashlib.sha256)
