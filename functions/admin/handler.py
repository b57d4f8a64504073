"""Administration: over HTTP for system users, and by direct invocation, authorised by IAM. Serves the console."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from mfa import errors
from mfa.administration import adapters, operations
from mfa.http import static_files
from mfa.http.app import Answer, App, Call, failure, is_request
from mfa.wiring import Wiring

logger = Logger()
wiring = Wiring()
app = App(wiring, logger)
console = static_files.Pages(Path(__file__).with_name("console"))


def _operation(name: str) -> Callable[[Call], Answer]:
    def carry_out(call: Call) -> Answer:
        ask = adapters.Ask(call.administrator, call.body, call.if_match)
        output = adapters.run(wiring.administration, name, ask)
        return Answer(output.body, output.etag)

    return carry_out


for operation in operations.OPERATIONS:
    app.operation(operation)(_operation(operation.id))


@app.get("/v1/admin/console")
def console_address() -> Response[str]:
    """Leads to the first page. API Gateway tells no slash at the end from none, and pages lie below it."""
    return static_files.redirect(f"{wiring.issuer()}/v1/admin/console/index.html")


@app.get(r"/v1/admin/console/{proxy\+}")
def console_page() -> Response[str]:
    """A file of the console."""
    event = app.current_event
    return console.page((event.path_parameters or {}).get("proxy", ""), event.headers.get("If-None-Match"))


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST, clear_state=True)
@wiring.metrics.flushed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answers API Gateway; and `{"operation": …, "input": …}` by `{"output": …}` or `{"error": problem}`."""
    if is_request(event):
        return app.resolve(event, context)
    # There is no HTTP request: the invocation's own id goes into the logs and into the answer.
    logger.set_correlation_id(context.aws_request_id)
    wiring.metrics.count("direct_invocations")
    try:
        output = _invoked(event)
    except errors.Refusal as refusal:
        return app.refuse_invocation(refusal)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is logged and answered
        logger.error("broken", **failure(error))
        return app.refuse_invocation(errors.InternalError(correlation_id=context.aws_request_id))
    return {"output": msgspec.to_builtins(output)}


def _invoked(event: Any) -> Any:
    # What has a requestContext is never an invocation, whatever else it has.
    if not isinstance(event, Mapping) or event.keys() - {"operation", "input"}:
        raise errors.InvalidRequest("event", "must be an object with operation and input, and nothing else")
    name, given = event.get("operation"), event.get("input", {})
    if not isinstance(name, str):
        raise errors.InvalidRequest("operation", "must be a string")
    if not isinstance(given, Mapping):
        raise errors.InvalidRequest("input", "must be an object")
    # What is no operation may be anything, also what a person is called.
    logger.append_keys(operation=name if name in adapters.DIRECT_OPERATIONS else "unknown")
    # Loud: it passes by every login.
    logger.warning("direct invocation")
    return adapters.invoke(wiring.administration, name, given)
