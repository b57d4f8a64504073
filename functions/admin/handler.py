"""Administration by direct invocation, authorised by IAM."""

from collections.abc import Mapping
from typing import Any

import msgspec
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from mfa import errors, operations
from mfa.administration import Actor
from mfa.wiring import Wiring

logger = Logger()
metrics = Metrics()
wiring = Wiring()


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{"operation": …, "input": …}` gives `{"output": …}` or `{"error": problem}`."""
    try:
        output = _invoked(event)
    except errors.Refusal as refusal:
        logger.info("refused", code=refusal.code)
        metrics.add_metric(name="refused", unit=MetricUnit.Count, value=1)
        return {"error": refusal.problem()}
    except Exception:
        logger.exception("broken")
        metrics.add_metric(name="broken", unit=MetricUnit.Count, value=1)
        return {"error": errors.InternalError(correlation_id=context.aws_request_id).problem()}
    return {"output": msgspec.to_builtins(output)}


def _invoked(event: Mapping[str, Any]) -> Any:
    if not isinstance(event, Mapping) or event.keys() - {"operation", "input"}:
        # API Gateway's events come with a caller that IAM has not authorised.
        raise errors.Forbidden("Not a direct invocation.")
    name, given = event.get("operation"), event.get("input", {})
    if not isinstance(name, str):
        raise errors.InvalidRequest("operation", "must be a string")
    if not isinstance(given, Mapping):
        raise errors.InvalidRequest("input", "must be an object")
    logger.append_keys(operation=name)
    metrics.add_metric(name="operations", unit=MetricUnit.Count, value=1)
    return operations.run(wiring.administration, Actor("iam"), name, given)
