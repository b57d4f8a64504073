"""Every operation of administration."""

from mfa.administration import (
    action_operations,
    client_operations,
    directory_operations,
    factor_operations,
    fraud_operations,
    invitation_operations,
    job_operations,
    log_operations,
    message_operations,
    number_operations,
    price_operations,
    report_operations,
    session_operations,
    settings_operations,
    user_operations,
)
from mfa.administration.tasks import by_transport
from mfa.http.declaration import Transport

TASKS = (
    *report_operations.tasks,
    *number_operations.tasks,
    *price_operations.tasks,
    *fraud_operations.tasks,
    *settings_operations.tasks,
    *action_operations.tasks,
    *directory_operations.tasks,
    *user_operations.tasks,
    *message_operations.tasks,
    *invitation_operations.tasks,
    *factor_operations.tasks,
    *client_operations.tasks,
    *log_operations.tasks,
    *job_operations.tasks,
    *session_operations.tasks,
)
SERVED = by_transport(TASKS, Transport.HTTP)
INVOKED = by_transport(TASKS, Transport.DIRECT)
OPERATIONS = tuple(task.operation for task in SERVED.values())
