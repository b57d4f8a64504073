"""The tree of refusals: equal to its docstring and to the design, with a unique code for each."""

import re

import msgspec
import pytest

from mfa import errors
from mfa.http import operations

# The contract's table of codes.
CODES = {
    "invalid_request": 400,
    "invalid_credentials": 401,
    "invalid_token": 401,
    "forbidden": 403,
    "mfa_not_supported": 403,
    "step_up_required": 403,
    "not_found": 404,
    "user_not_found": 404,
    "phone_not_found": 404,
    "challenge_not_found": 404,
    "client_not_found": 404,
    "action_not_found": 404,
    "action_pending": 409,
    "action_approved": 409,
    "action_denied": 409,
    "action_redeemed": 409,
    "action_expired": 410,
    "no_phone": 409,
    "last_factor": 409,
    "conflict": 409,
    "precondition_failed": 412,
    "precondition_required": 428,
    "challenge_superseded": 409,
    "challenge_used": 409,
    "too_many_attempts": 429,
    "challenge_expired": 410,
    "code_superseded": 409,
    "invalid_code": 400,
    "resend_too_soon": 429,
    "too_many_sends": 429,
    "rate_limited": 429,
    "destination_blocked": 422,
    "phone_unusable": 422,
    "sms_unavailable": 503,
    "settings_incomplete": 503,
    "temporarily_unavailable": 503,
    "internal_error": 500,
}


def family(refusal: type[errors.Refusal]) -> list[type[errors.Refusal]]:
    return [each for child in refusal.__subclasses__() for each in (child, *family(child))]


REFUSALS = family(errors.Refusal)


def made(refusal: type[errors.Refusal]) -> errors.Refusal:
    return errors.InvalidRequest("field", "is wrong") if refusal is errors.InvalidRequest else refusal()


def test_the_codes_and_their_statuses_are_the_contracts() -> None:
    assert {refusal.code: refusal.status for refusal in REFUSALS} == CODES


def test_each_refusal_has_a_code_of_its_own_and_is_named_after_it() -> None:
    assert len({refusal.code for refusal in REFUSALS}) == len(REFUSALS)
    for refusal in REFUSALS:
        assert re.sub(r"(?<!^)(?=[A-Z])", "_", refusal.__name__).lower() == refusal.code


def test_the_docstring_draws_the_actual_tree() -> None:
    drawn = {}
    parents = ["Refusal"]
    for line in (errors.__doc__ or "").splitlines():
        if match := re.match(r"([│ ]*)[├└]── (\w+) +(?:(\d+) )?(\w+)$", line):
            depth = len(match[1]) // 4 + 1
            parents[depth:] = [match[2]]
            drawn[match[2]] = (parents[depth - 1], match[4], match[3] and int(match[3]))
    assert drawn.keys() == {refusal.__name__ for refusal in REFUSALS}
    for refusal in REFUSALS:
        parent, code, status = drawn[refusal.__name__]
        assert (parent, code) == (refusal.__bases__[0].__name__, refusal.code)
        assert status in (None, refusal.status)


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.code)
def test_every_refusal_has_words_of_its_own_and_makes_a_problem_document(refusal: type[errors.Refusal]) -> None:
    problem = made(refusal).problem()
    assert problem["type"] == "about:blank"
    assert (problem["code"], problem["status"], problem["title"]) == (refusal.code, refusal.status, refusal.title)
    assert problem["detail"].endswith((".", "is wrong"))
    assert refusal.__doc__
    msgspec.json.encode(problem)


@pytest.mark.parametrize("refusal", [each for each in REFUSALS if each.status == 503], ids=lambda each: each.code)
def test_an_unavailable_service_says_when_to_try_again(refusal: type[errors.Refusal]) -> None:
    assert made(refusal).retry_after is not None


@pytest.mark.parametrize(
    ("given", "seconds"), [(None, None), (0, 1), (-5, 1), (0.001, 1), (1, 1), (1.001, 2), (59.9, 60), (10**9, 86_400)]
)
def test_retry_after_is_whole_seconds_from_one_to_a_day(given: float | None, seconds: int | None) -> None:
    assert errors.RateLimited(retry_after=given).retry_after == seconds


def test_members_are_shown_beside_the_code() -> None:
    problem = errors.InvalidCode(attempts_remaining=0, locked_until="2026-01-01T00:00:00.000Z").problem()
    assert (problem["attempts_remaining"], problem["locked_until"]) == (0, "2026-01-01T00:00:00.000Z")
    assert errors.InvalidRequest("code", "is wrong").problem()["errors"] == [{"field": "code", "message": "is wrong"}]


def test_every_operation_lists_each_refusal_once() -> None:
    for operation in operations.OPERATIONS:
        refusals = operation.every_refusal
        assert len(set(refusals)) == len(refusals), operation.id
        assert {errors.InvalidRequest, errors.InternalError, errors.TemporarilyUnavailable} <= set(refusals)
