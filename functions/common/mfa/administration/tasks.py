"""Operations of administration with the functions that carry them out, over HTTP and by direct invocation."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from mfa import decoding, errors
from mfa.administration.parts import Administration
from mfa.http.app import App
from mfa.http.calls import Answer, Call
from mfa.http.declaration import AdministrationOperation, Transport
from mfa.http.gateway import HttpRequest
from mfa.users.actors import DIRECT, Actor
from mfa.users.roles import Role

type Run[In, Out] = Callable[[Administration, Call[In, Actor]], Out | Answer[Out]]


@dataclass(frozen=True, slots=True)
class Task:
    """An operation, and the two ways to have it carried out.

    Attributes:
        operation: its declaration.
        serve: registers it with a function's HTTP side.
        invoke: carries out a direct invocation with this input; gives the output, with its `etag` where the
            input may name one and the body shows no version. Raises the errors of the API.
    """

    operation: AdministrationOperation[object, object]
    serve: Callable[[App, Callable[[], Administration]], None]
    invoke: Callable[[Administration, Mapping[str, object]], object]


@dataclass(frozen=True, slots=True)
class Tasks:
    """A list of tasks, which functions join by being decorated.

    ```python
    @tasks.carries_out(AdministrationOperation(id="users.get", needs=Permission.SEE, …))
    def get_user(administration: Administration, call: Call[ByName, Actor]) -> Answer[UserView]: ...
    ```
    """

    _tasks: list[Task] = field(default_factory=list)

    def __iter__(self) -> Iterator[Task]:
        return iter(self._tasks)

    def carries_out[In, Out](
        self, operation: AdministrationOperation[In, Out]
    ) -> Callable[[Run[In, Out]], Run[In, Out]]:
        """Adds the operation with the function below."""

        def register(run: Run[In, Out]) -> Run[In, Out]:
            def serve(app: App, administration: Callable[[], Administration]) -> None:
                app.operation(operation)(lambda call: run(administration(), call))

            def invoke(administration: Administration, given: Mapping[str, object]) -> object:
                return _output(Answer.of(run(administration, _direct_call(operation, given))))

            self._tasks.append(Task(operation, serve, invoke))
            return run

        return register


def by_transport(tasks: tuple[Task, ...], transport: Transport) -> dict[str, Task]:
    """The tasks that can be asked for in this way, by the operation's id."""
    return {task.operation.id: task for task in tasks if task.operation.only in {None, transport}}


def _direct_call[In, Out](operation: AdministrationOperation[In, Out], given: Mapping[str, object]) -> Call[In, Actor]:
    actor = Actor(DIRECT, Role.OWNER)
    actor.refuse_without(operation.needs)
    if_match = given.get("if_match")
    if not (if_match is None or isinstance(if_match, str)):
        raise errors.InvalidRequest("if_match", "must be a string")
    rest = {name: value for name, value in given.items() if name != "if_match"}
    headers = {} if if_match is None else {"if-match": if_match}
    return Call(actor, decoding.convert(rest, operation.request), HttpRequest(headers=headers))


def _output[Out](answer: Answer[Out]) -> object:
    output: object = {} if answer.body is None else msgspec.to_builtins(answer.body)
    if isinstance(output, dict) and answer.etag is not None and "version" not in output:
        return output | {"etag": answer.etag}
    return output
