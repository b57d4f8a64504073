"""Child processes that end with the stack and do not receive its Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

# The parent folder of `infra`, so that a child finds this package from any working directory.
HOME = Path(__file__).resolve().parents[2]
# Compiling moto, boto3 or sam takes seconds at every start. If the developer wants no bytecode files, they go here.
BYTECODE = HOME / "build" / "local" / "bytecode"

_PASSED_ON = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "SYSTEMROOT",
    "PYTHONPYCACHEPREFIX",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "http_proxy",
    "https_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
)

# No call may reach a real account by mistake, even if the developer's machine has credentials for one.
AWS_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "NO_PROXY": "127.0.0.1,localhost,::1",
    "no_proxy": "127.0.0.1,localhost,::1",
}


def start(
    module: str,
    arguments: Sequence[str],
    *,
    env: Mapping[str, str],
    descriptors: Sequence[int] = (),
    stdin: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start `python -m module` with a minimal environment. Its output comes through one pipe."""
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    if os.environ.get("PYTHONDONTWRITEBYTECODE"):
        passed_on.setdefault("PYTHONPYCACHEPREFIX", str(BYTECODE))
    # Blocked before the child exists: Ctrl-C goes to the whole process group and must not hit a child that starts.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=HOME,
            env={**passed_on, **AWS_ENVIRONMENT, "PYTHONUNBUFFERED": "1", **env},
            pass_fds=descriptors,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def stop(processes: Sequence[subprocess.Popen[bytes]], seconds: float = 2.0) -> None:
    """End processes: ask first, then kill those that are still there after `seconds`. Returns once all have ended."""
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
