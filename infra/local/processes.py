"""Child processes that end with the stack and do not hear its Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

# The folder `infra` is in, so that a child finds this package wherever the stack was started.
HOME = Path(__file__).resolve().parents[2]
# Compiling moto, boto3 or sam anew takes seconds at every start: where bytecode is unwanted, it is kept out of the way here.
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

# Whatever a developer's machine is set up for, no call leaves for a real account by mistake.
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
    """Start `python -m module` with nothing of this environment but what a process needs; its output comes as one pipe."""
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    if os.environ.get("PYTHONDONTWRITEBYTECODE"):
        passed_on.setdefault("PYTHONPYCACHEPREFIX", str(BYTECODE))
    # Blocked before the child exists, so that Ctrl-C, which goes to the whole process group, never hits it starting up.
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
    """End processes: asked first, killed when one has not gone after so long. Returns when none is left."""
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
