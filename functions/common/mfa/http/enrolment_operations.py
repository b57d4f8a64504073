"""The operations of invitations for relying applications, and of an enrolment's begin, as data."""

from mfa import errors
from mfa.http.auth import ANYONE, CLIENT
from mfa.http.declaration import AnyOperation, Operation
from mfa.http.enrolment_bodies import ClientInvitation, EnrolmentOpened, EnrolmentToOpen, InvitationMade

INVITE = Operation(
    id="invite",
    route="POST /v1/invitations",
    summary="Invite a user to set up a first second factor",
    auth=CLIENT,
    request=ClientInvitation,
    response=InvitationMade,
    status=201,
    refusals=(errors.UserNotFound, errors.Conflict, errors.RateLimited, errors.SettingsIncomplete),
)
OPEN_ENROLMENT = Operation(
    id="openEnrolment",
    route="POST /v1/enrolment",
    summary="Exchange an invitation for the token that sets up a first second factor",
    auth=ANYONE,
    cross_origin=True,
    request=EnrolmentToOpen,
    response=EnrolmentOpened,
    refusals=(errors.InvalidToken,),
)

OPERATIONS: tuple[AnyOperation, ...] = (INVITE, OPEN_ENROLMENT)
