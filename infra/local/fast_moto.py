"""Makes moto's DynamoDB fast in a process that runs it. It answers as before."""

from __future__ import annotations

from functools import cache

from botocore import useragent
from moto.core import responses

from infra.local import moto_answers, moto_expressions, moto_requests, moto_transactions
from infra.local.moto_queries import Queries


@cache
def install() -> None:
    """Make all requests of this process fast. They must come one at a time."""
    moto_transactions.install()
    moto_expressions.install()
    moto_answers.install()
    Queries().install()
    moto_requests.install()
    # moto looks through all members of its class at each request.
    responses.method_names_from_class = cache(responses.method_names_from_class)  # type: ignore[attr-defined]
    # botocore writes the same words about itself into each request, character by character.
    useragent.sanitize_user_agent_string_component = cache(useragent.sanitize_user_agent_string_component)
