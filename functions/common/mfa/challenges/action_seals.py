"""The digest of an action, and the seals by which verify_code knows its own writes again.

The digest stands for the deed: type and parameters. It is in the MFA token, in the passcode's MAC and in the item. The seals
are made with a key that no other function can read, so an action that anybody else wrote or changed is refused.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from copy import replace

import rfc8785

from mfa.challenges.actions import Action, ActionApproval
from mfa.challenges.idempotency import request_key
from mfa.challenges.sends import Caller
from mfa.tokens.hmac_keys import HmacKeys
from mfa.tokens.mfa_tokens import ActionRef

# Keys are derived from the secret of MFA tokens for these uses.
_SEAL_USE = "action"
_ID_USE = "action-id"
_ID = re.compile(r"[0-9a-f]{32}")
# Everything that is fixed when an action is opened.
_FIXED = (
    "id",
    "login_name",
    "type",
    "params",
    "summary",
    "locale",
    "client_id",
    "by_user",
    "opened_at",
    "expires_at",
    "token_seconds",
    "jti",
    "fingerprint",
    "digest",
)


def digest_of(type_: str, params: Mapping[str, str]) -> str:
    """SHA-256, in hexadecimal, of the canonical JSON (RFC 8785) of type and parameters."""
    return hashlib.sha256(rfc8785.dumps({"type": type_, "params": dict(params)})).hexdigest()


def is_of_token(action: Action, ref: ActionRef) -> bool:
    """Whether this is the action that the token was made for, with the same type and parameters."""
    try:
        return action.id == ref.id and action.digest == ref.digest == digest_of(action.type, action.params)
    except rfc8785.CanonicalizationError:  # values that no action has
        return False


def new_action_id(secrets: HmacKeys, scope: str, caller: Caller, random_bytes: bytes) -> str:
    """A random id; under an idempotency key one that follows from it, so that the same request finds its first action.

    `scope` names who asks. Nobody else can compute the id from it: the key is secret.
    """
    key = request_key(scope, caller)
    chosen = random_bytes if key is None else hmac.digest(secrets.signing(_ID_USE), key.encode(), hashlib.sha256)
    return chosen[:16].hex()


def is_action_id(text: str) -> bool:
    """Whether an action can have this id. Others must not become keys: DynamoDB refuses one of more than 2048 bytes."""
    return _ID.fullmatch(text) is not None


def sealed(secrets: HmacKeys, action: Action) -> Action:
    """The action with its seal."""
    return replace(action, seal=_seal(secrets.signing(_SEAL_USE), action))


def approved(secrets: HmacKeys, action: Action, approval: ActionApproval) -> Action:
    """The action with this approval, sealed."""
    seal = _approval_seal(secrets.signing(_SEAL_USE), action, approval)
    return replace(action, approval=replace(approval, seal=seal))


def is_genuine(secrets: HmacKeys, action: Action) -> bool:
    """Whether verify_code wrote the action, and the approval if there is one. In constant time.

    No seal covers a redemption. One without an approval is forged.
    """
    keys, approval = secrets.accepted(_SEAL_USE), action.approval
    if approval is None and (action.redeemed_at is not None or action.redemption):
        return False
    try:
        seals = [(_seal(key, action), action.seal) for key in keys]
        # Judged by itself: the secret may have been rotated between the two seals.
        of_approval = [(_approval_seal(key, action, approval), approval.seal) for key in keys] if approval else []
    except rfc8785.CanonicalizationError:  # values that no action has
        return False
    return _one_matches(seals) and (approval is None or _one_matches(of_approval))


def _one_matches(seals: Sequence[tuple[bytes, bytes]]) -> bool:
    found = False
    for computed, given in seals:
        found |= hmac.compare_digest(computed, given)
    return found


def _seal(key: bytes, action: Action) -> bytes:
    fixed = {name: getattr(action, name) for name in _FIXED}
    return hmac.digest(key, rfc8785.dumps(fixed | {"params": dict(action.params)}), hashlib.sha256)


def _approval_seal(key: bytes, action: Action, approval: ActionApproval) -> bytes:
    moments: list[float | str] = [approval.at, approval.redeem_before]
    return hmac.digest(key, rfc8785.dumps([action.seal.hex(), *moments, list(approval.amr)]), hashlib.sha256)
