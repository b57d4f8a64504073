"""The whole API: every operation that is served over HTTP."""

from mfa.administration import operations as administration
from mfa.http import action_operations as actions
from mfa.http import operations as public
from mfa.http.declaration import AnyOperation

OPERATIONS: tuple[AnyOperation, ...] = (*public.OPERATIONS, *actions.OPERATIONS, *administration.OPERATIONS)
