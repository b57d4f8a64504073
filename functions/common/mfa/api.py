"""The whole API: every operation that is served over HTTP."""

from mfa.administration import operations as administration
from mfa.http import operations as public

OPERATIONS = (*public.OPERATIONS, *administration.OPERATIONS)
