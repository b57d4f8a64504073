"""The whole API: every operation that is served over HTTP. PUBLIC are those of logins, actions and people's own accounts."""

from mfa.administration import operations as administration
from mfa.http import action_operations as actions
from mfa.http import enrolment_operations as enrolment
from mfa.http import me_operations as me
from mfa.http import operations as public
from mfa.http import password_operations as passwords
from mfa.http.declaration import AnyOperation

PUBLIC: tuple[AnyOperation, ...] = (
    *public.OPERATIONS,
    *actions.OPERATIONS,
    *enrolment.OPERATIONS,
    *me.OPERATIONS,
    *passwords.OPERATIONS,
)
OPERATIONS: tuple[AnyOperation, ...] = (*PUBLIC, *administration.OPERATIONS)
