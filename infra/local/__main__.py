"""`python -m infra.local`: runs the local stack until Ctrl-C or SIGTERM. Its settings are environment variables."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from infra.local import processes
from infra.local.errors import StartError
from infra.local.options import Options
from infra.local.output import Output
from infra.local.stack import Stack

_EPILOG = """\
environment variables (empty means not set):
  PORT                       the port to listen at (default 8080; 0: any free port)
  HOST                       the address to listen at (default 127.0.0.1; in a container 0.0.0.0)
  PUBLIC_URL                 the URL that clients and Twilio use, if it is a different one
  CORS_ORIGINS               origins whose pages may log users in, like the template's parameter CorsOrigins
  AWS_ENDPOINT_URL_DYNAMODB  a DynamoDB for the table (default: moto)
  TWILIO_API_URL             the URL of a real Twilio (default: the simulated one), together with the
                             account's TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_PHONE_NUMBER
  AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2
                             another AWS End User Messaging, e.g. a proxy (default: the simulated one)
  WORKERS_PER_FUNCTION       default 2
  POWERTOOLS_LOG_LEVEL       the level of the functions' logs (default INFO)
"""


def main() -> int:
    """Run the stack. Returns 1 if it cannot start, after printing the reason in one line on stderr."""
    parser = argparse.ArgumentParser(
        prog="python -m infra.local",
        description="Run the product on this machine.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--root", type=Path, default=processes.HOME, help="the tree to run (default: this one)")
    parser.add_argument("--until-stdin-ends", action="store_true", help="also end when standard input ends")
    arguments = parser.parse_args()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.default_int_handler)
    output = Output()
    stack = None
    try:
        if arguments.until_stdin_ends:
            threading.Thread(target=_end_with_stdin, daemon=True).start()
        stack = Stack(Options.of(os.environ), output, arguments.root.resolve())
        facts = stack.start()
        for line in ["", *facts.lines(), "", "ready"]:
            output.line(line)
        stack.run_schedules()
        threading.Event().wait()
    except StartError as error:
        output.flush()
        print(f"local stack: {error}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, signal.SIG_IGN)
        if stack is not None:
            stack.stop()
        output.flush()
    return 0


def _end_with_stdin() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    # Not sys.exit: it would wait for a status callback that its receiver is slow to answer.
    os._exit(main())
