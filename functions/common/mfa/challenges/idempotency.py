"""Idempotency: the same request again returns the same challenge and sends nothing."""

import hashlib

from mfa import errors
from mfa.challenges.challenge import Challenge
from mfa.challenges.sends import Caller
from mfa.tokens.mfa_tokens import MfaToken


def request_key(login: MfaToken, caller: Caller) -> str | None:
    """The key within this login. A digest, since it becomes an attribute's name."""
    if caller.idempotency_key is None:
        return None
    return hashlib.sha256(f"{login.jti} {caller.idempotency_key}".encode()).hexdigest()[:32]


def replay(challenge: Challenge, login: MfaToken, caller: Caller) -> Challenge | None:
    """The challenge that the same request made before, or None for a new request. Raises Conflict for another request."""
    key = request_key(login, caller)
    if key is None or (request := challenge.requests.get(key)) is None:
        return None
    if request.fingerprint != caller.fingerprint:
        raise errors.Conflict("This Idempotency-Key was used for another request.")
    challenge.refuse_other(request.challenge_id, login.jti)
    return challenge
