"""Starts the parts of the stack in order, and ends them all."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from infra.local import processes
from infra.local.aws import Aws
from infra.local.backup import Api, Backup
from infra.local.errors import StartError
from infra.local.facts import Facts
from infra.local.gateway import Gateway
from infra.local.inbox import Inbox
from infra.local.invocations import Invocations
from infra.local.options import Options
from infra.local.output import Output
from infra.local.pages import Pages
from infra.local.pool import Pool
from infra.local.schedules import Schedules
from infra.local.seed import DEMO_USER, EMAIL_DOMAIN, Contents, Place, Sender, seed
from infra.local.serving import Server, bind
from infra.local.site import Site
from infra.local.sms_voice.account import local_account as sms_voice_account
from infra.local.sms_voice.app import SmsVoice
from infra.local.template import Function, Template, read_template
from infra.local.topic import Topic
from infra.local.twilio.account import local_account
from infra.local.twilio.app import Twilio

_ADMIN = "AdminFunction"
_REPORTED_TO = "SendCodeFunction"  # AWS's reports on messages reach it by an SNS topic
_SMS_VOICE_URL = "AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2"
_CONSOLE = "/v1/admin/console"
# The types of the template's resources that the stack creates.
_CREATED = (
    "AWS::DynamoDB::Table",
    "AWS::KMS::Key",
    "AWS::KMS::Alias",
    "AWS::SecretsManager::Secret",
    "AWS::SSM::Parameter",
)


class Stack:
    """The local stack of the tree at `root`. `stop` may be called at any time, even after a failed start."""

    def __init__(self, options: Options, output: Output, root: Path) -> None:
        self._options = options
        self._output = output
        self._root = root
        self._started = ExitStack()

    def start(self) -> Facts:
        """Start everything. The stack answers once this returns. After a `StartError`, call `stop`."""
        options = self._options
        if options.dynamodb_url:
            _reach(options.dynamodb_url)
        bound = self._started.enter_context(bind(options.host, options.port))
        base_url = f"http://{_reachable(options.host)}:{bound.getsockname()[1]}"
        public_url = options.public_url or base_url
        parameters = {"CorsOrigins": options.cors_origins, "AwsMessages": "on"}
        template = read_template(self._root / "template.yaml", parameters).at(public_url)
        if _ADMIN not in template.functions:
            raise StartError(f"template.yaml has no {_ADMIN}")

        self._output.line("starts moto, which plays AWS, with the resources of template.yaml")
        aws, aws_url = self._start_aws(template)
        inbox = Inbox()
        twilio, twilio_url, sender = self._start_twilio(inbox)
        reports = Topic(sms_voice_account().topic_arn)
        sms_voice, sms_voice_url = self._start_sms_voice(inbox, reports)
        endpoints = {
            "AWS_ENDPOINT_URL": aws_url,
            "AWS_ENDPOINT_URL_LAMBDA": base_url,
            _SMS_VOICE_URL: sms_voice_url,
            "TWILIO_API_URL": twilio_url,
        }
        pools = self._pools(template, endpoints)
        self._start_functions(pools, lambda: self._await_aws(aws))
        inbox.connect(aws_url)
        table = next((table["TableName"] for table in template.named("AWS::DynamoDB::Table").values()), "")
        contents = seed(pools[_ADMIN], sender, Place(Aws(aws_url, options.dynamodb_url), table), self._output)
        for pool in pools.values():
            pool.wait()

        gateway = Gateway(template.api, pools, self._output)
        facts = self._facts(template, endpoints, contents, gateway)
        pages = Pages(facts, inbox, Backup(Api(base_url, contents.client), DEMO_USER))
        controls = [simulated.control for simulated in (twilio, sms_voice) if simulated]
        site = Site(gateway, Invocations(pools, self._output), pages, self._output, controls)
        server = Server(site, bound)
        self._started.callback(server.stop)
        server.start()
        for pool in pools.values():
            pool.complete()
        if reporting := pools.get(_REPORTED_TO):
            reports.subscribe(partial(reporting.invoke, arn=f"{reporting.function.arn}:live"))
        self._schedules = Schedules(template.schedules, pools, self._output)
        self._started.callback(self._schedules.stop)
        return facts

    def run_schedules(self) -> None:
        """Run the template's schedules from now on; what they log comes after what was printed before."""
        self._schedules.start()

    def stop(self) -> None:
        """End all parts in reverse order."""
        self._started.close()

    def _facts(self, template: Template, endpoints: dict[str, str], contents: Contents, gateway: Gateway) -> Facts:
        base_url, aws_url = endpoints["AWS_ENDPOINT_URL_LAMBDA"], endpoints["AWS_ENDPOINT_URL"]
        return Facts(
            base_url=base_url,
            public_url=self._options.public_url or base_url,
            aws_url=aws_url,
            dynamodb_url=self._options.dynamodb_url or aws_url,
            table=contents.table,
            twilio_url=endpoints["TWILIO_API_URL"],
            twilio_is_simulated=self._options.twilio_url is None,
            twilio_account_sid=contents.sender.account_sid,
            twilio_auth_token=contents.sender.auth_token,
            twilio_phone_number=contents.sender.phone_number,
            sms_voice_url=endpoints[_SMS_VOICE_URL],
            sms_voice_is_simulated=self._options.sms_voice_url is None,
            sms_voice_phone_number=sms_voice_account().phone_number,
            sms_voice_configuration_set=sms_voice_account().configuration_set,
            client_id=contents.client.id,
            client_secret=contents.client.secret,
            functions=tuple(template.functions),
            has_console=_CONSOLE in gateway.router,
        )

    def _start_functions(self, pools: dict[str, Pool], await_aws: Callable[[], None]) -> None:
        """Start a worker of every function. Returns once the admin function, which creates the users, is loaded."""
        # The others load while this one creates the users. Beside moto they would only slow each other down.
        others = [name for name in pools if name != _ADMIN]
        self._output.line(f"loads {_ADMIN}")
        pools[_ADMIN].start()
        await_aws()
        self._output.line(f"loads {' and '.join(others)}")
        for name in others:
            pools[name].start()
        pools[_ADMIN].wait()

    def _start_aws(self, template: Template) -> tuple[subprocess.Popen[bytes], str]:
        """Start the AWS process. Its address is known before it answers."""
        with bind(self._options.host, 0) as listening:
            task = {
                "descriptor": listening.fileno(),
                "resources": {kind: template.named(kind) for kind in _CREATED},
                "dynamodb_url": self._options.dynamodb_url,
                "email_domain": EMAIL_DOMAIN,
            }
            process = processes.start(
                "infra.local.aws_process",
                [json.dumps(task)],
                env={},
                descriptors=[listening.fileno()],
                stdin=subprocess.PIPE,
            )
            self._started.callback(processes.stop, [process])
            return process, f"http://127.0.0.1:{listening.getsockname()[1]}"

    def _await_aws(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None  # started with a pipe
        for line in process.stdout:
            if line.startswith((b'{"endpoint"', b'{"error"')):
                answer = json.loads(line)
                if "error" in answer:
                    raise StartError(answer["error"])
                threading.Thread(
                    target=self._output.relay, args=("aws", process.stdout), name="aws log", daemon=True
                ).start()
                return
            self._output.relay("aws", [line])
        raise StartError(f"moto ended before it answered (exit status {process.wait()})")

    def _start_twilio(self, inbox: Inbox) -> tuple[Twilio | None, str, Sender]:
        """The simulated Twilio (None if a real one is used), the address of Twilio's API, and the account to use there."""
        options = self._options
        account = local_account()
        if options.twilio_url:
            sender = Sender(
                options.twilio_account_sid or account.sid,
                options.twilio_auth_token or account.auth_token,
                options.twilio_phone_number or account.phone_numbers[0],
            )
            return None, options.twilio_url, sender
        twilio = Twilio(account, inbox.receive, lambda line: self._output.line(f"twilio | {line}"))
        bound = self._started.enter_context(bind(options.host, 0))
        server = Server(twilio, bound, threads=64)
        self._started.callback(twilio.stop)
        self._started.callback(server.stop)
        twilio.start()
        server.start()
        sender = Sender(account.sid, account.auth_token, account.phone_numbers[0])
        return twilio, f"http://127.0.0.1:{server.port}", sender

    def _start_sms_voice(self, inbox: Inbox, reports: Topic) -> tuple[SmsVoice | None, str]:
        """The simulated AWS End User Messaging (None if another one is used), and the address of its API."""
        if self._options.sms_voice_url:
            return None, self._options.sms_voice_url
        sms_voice = SmsVoice(sms_voice_account(), inbox.receive, reports.publish)
        server = Server(sms_voice, self._started.enter_context(bind(self._options.host, 0)), threads=64)
        self._started.callback(sms_voice.stop)
        self._started.callback(server.stop)
        sms_voice.start()
        server.start()
        return sms_voice, f"http://127.0.0.1:{server.port}"

    def _pools(self, template: Template, endpoints: dict[str, str]) -> dict[str, Pool]:
        if self._options.dynamodb_url:
            endpoints["AWS_ENDPOINT_URL_DYNAMODB"] = self._options.dynamodb_url
        if self._options.log_level:
            endpoints["POWERTOOLS_LOG_LEVEL"] = self._options.log_level
        pools = {}
        for name, function in template.functions.items():
            environment = {**_lambda_environment(function), **function.environment, **endpoints}
            pools[name] = Pool(function, self._options.workers, environment, self._output)
            self._started.callback(pools[name].close)
        return pools


def _lambda_environment(function: Function) -> dict[str, str]:
    """The variables Lambda itself sets."""
    return {
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "LAMBDA_TASK_ROOT": str(function.code),
        "_HANDLER": function.handler,
        "TZ": ":UTC",
    }


def _reach(url: str) -> None:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname or "", port), timeout=3).close()
    except OSError as error:
        raise StartError(f"AWS_ENDPOINT_URL_DYNAMODB: nothing answers at {url} ({error.strerror or error})") from error


def _reachable(host: str) -> str:
    """The host name at which this machine reaches a server bound to `host`."""
    if host in {"0.0.0.0", "::", ""}:  # compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
