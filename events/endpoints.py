"""Print the variables with which functions in containers reach a local stack on this host, for `sam local --env-vars`.

HOST=0.0.0.0 make run
python events/endpoints.py [URL of the stack, default http://127.0.0.1:8080] >build/endpoints.json
sam local invoke --env-vars build/endpoints.json --add-host host.docker.internal:host-gateway ...
"""

import json
import sys
import urllib.request
from collections.abc import Mapping
from urllib.parse import urlsplit


def from_containers(stack: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """What `--env-vars` takes, for every function, of what the stack says at /stack.json."""
    addresses = {
        "AWS_ENDPOINT_URL": stack["aws_url"],
        "AWS_ENDPOINT_URL_DYNAMODB": stack["dynamodb_url"],
        "TWILIO_API_URL": stack["twilio_url"],
    }
    return {"Parameters": {name: _from_container(url) for name, url in addresses.items()}}


def _from_container(url: str) -> str:
    parts = urlsplit(url)
    if parts.hostname not in {"127.0.0.1", "localhost"}:
        return url
    return parts._replace(netloc=f"host.docker.internal:{parts.port or 80}").geturl()


def main(url: str = "http://127.0.0.1:8080") -> None:
    if not url.startswith(("http://", "https://")):
        sys.exit(__doc__)
    with urllib.request.urlopen(url.rstrip("/") + "/stack.json") as answer:
        print(json.dumps(from_containers(json.load(answer)), indent=2))


if __name__ == "__main__":
    main(*sys.argv[1:2])
