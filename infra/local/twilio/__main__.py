"""`python -m infra.local.twilio`: runs the simulated Twilio alone on PORT (default 8081) and prints messages."""

from __future__ import annotations

import os
import signal
import sys

from infra.local.delivered import Delivered
from infra.local.errors import StartError
from infra.local.options import Options
from infra.local.serving import Server, bind
from infra.local.twilio.account import local_account
from infra.local.twilio.app import Twilio


def main() -> int:
    """Run until interrupted. Returns 1 if it cannot start."""
    try:
        options = Options.of({"PORT": "8081", **{name: value for name, value in os.environ.items() if value}})
        bound = bind(options.host, options.port)
    except StartError as error:
        print(f"twilio: {error}", file=sys.stderr)
        return 1
    signals = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    account = local_account()
    twilio = Twilio(account, _show, lambda line: print(line, flush=True))
    server = Server(twilio, bound)
    twilio.start()
    server.start()
    print(f"Twilio API        http://{options.host}:{server.port}")
    print(f"account SID       {account.sid}\nauth token        {account.auth_token}")
    print(f"phone number      {account.phone_numbers[0]}\nmessaging service {account.messaging_service_sid}")
    print(f"WhatsApp template {account.content_sid}")
    print("ready", flush=True)
    signal.sigwait(signals)
    server.stop()
    twilio.stop()
    return 0


def _show(message: Delivered) -> None:
    print(f"{message.at:%H:%M:%S} {message.channel} {message.sender} -> {message.to}\n{message.body}\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
