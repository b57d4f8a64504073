"""The rules, as conditions of the writes that they guard. Each stands for one rule; a test strips them one by one."""

# An attempt, and the approval that follows a right code.
SAME_CHALLENGE = "id = :id"
SAME_LOGIN = "login_jti = :jti"
NOT_EXPIRED = "expires_at > :now"
ATTEMPTS_LEFT = "failures < max_failures"
FAILURES_BELOW_CAP = "attribute_not_exists(failures_total) OR failures_total < :failure_cap"
UNUSED = "attribute_not_exists(approved_at)"
SAME_SEND = "send_id = :send"
# A challenge that an earlier version of the product opened has no `attempts`.
NEW_ATTEMPT = (
    "attribute_exists(attempts) "
    "AND (attribute_not_exists(attempts.#attempt) OR attempts.#attempt.claimed_at <= :claimed_before)"
)
ATTEMPT_COUNTED = "failures > :zero"
# The profile of the user who is approved.
IS_ACTIVE = "#status = :active"
SAME_KIND = "kind = :kind"
SAME_CREDENTIALS = "credentials_changed_at = :credentials"

# A send.
COOLED = "attribute_not_exists(#available_at) OR #available_at <= :now"
# A user who was never sent anything has no `max_failures`; an unlock may have written `failures` without it.
UNLOCKED = "attribute_not_exists(max_failures) OR (failures < max_failures AND failures < :max_failures)"
LOCK_OVER = "failures = :failures AND lock_count = :lock_count AND last_attempt_at <= :attempted_before"
SENDS_LEFT = "attribute_not_exists(#charged) OR size(#charged) < :max_sends"
SENDS_OVER = "#last_sent_at <= :sent_before"
NEW_REQUEST = "attribute_not_exists(requests.#request)"
GUESSES_AS_READ = "guesses[0] = :first_guess"
PHONE_AS_READ = "id = :phone AND #number = :number"
BUDGET_LEFT = "attribute_not_exists(n) OR n < :ceiling"
# A part of the ceiling is kept for phones that were verified before today.
UNPROVEN_LEFT = "attribute_not_exists(unproven) OR unproven < :open"
HOUR_LEFT = "attribute_not_exists(#hour) OR #hour < :hour_ceiling"
# Messages to new phones, until their codes come back.
NEW_PHONES_LEFT = "attribute_not_exists(new_n) OR new_n < :new_daily"
NEW_PHONES_LEFT_IN_HOUR = "attribute_not_exists(#new_hour) OR #new_hour < :new_hourly"
# An address reaches few regions where the users have no verified phone.
REGIONS_LEFT = "attribute_not_exists(regions) OR contains(regions, :region) OR size(regions) < :regions_limit"

# A message's progress.
LATER = "attribute_not_exists(delivery_rank) OR delivery_rank < :rank"
# The time that a message took is counted once, however often its arrival is reported.
NOT_ARRIVED = "attribute_exists(pk) AND (attribute_not_exists(arrived) OR NOT contains(arrived, :send))"
# A code that came back proves more than a carrier's later report about its message.
NOT_VERIFIED_SINCE = "attribute_not_exists(last_verified_at) OR last_verified_at < :sent_at"
NO_PHONE_MARKED = "attribute_not_exists(phone_marked)"
STILL_USABLE = "attribute_not_exists(unusable_reason)"

# A send that was refused is given back, once.
CHARGED = "contains(#charged, :send)"
NEWER_SEND = "attribute_not_exists(send_id) OR send_id <> :send"
REFUNDS_LEFT = "attribute_not_exists(#refunded) OR #refunded < :max_sends"

# The messages of a day cost no more than their ceiling; a part of it is kept for verified phones. `:room` is the shard's
# part less the cost of this message.
SPEND_LEFT = "attribute_not_exists(micro_usd) OR micro_usd <= :room"
UNPROVEN_SPEND_LEFT = "attribute_not_exists(unproven_micro_usd) OR unproven_micro_usd <= :open_room"

# A client that nobody else has changed, or given another secret, in the meantime; and its former secret, which would work
# again if it was ended since.
CLIENT_AS_READ = "#name = :old_name AND legacy = :old_legacy AND secret_hash = :old_hash"
FORMER_HASH_AS_READ = "previous_hash = :old_previous AND previous_until = :old_until"
NO_FORMER_HASH = "attribute_not_exists(previous_hash)"

# Tries at passwords: from an address, for one name from it, and for one name from everywhere.
PASSWORDS_LEFT_FOR_ADDRESS = "attribute_not_exists(n) OR n < :address_limit"
PASSWORDS_LEFT_FOR_NAME = "attribute_not_exists(#name) OR #name < :name_limit"
PASSWORDS_FREE = "attribute_not_exists(in_a_row) OR in_a_row < :free"
TRIES_PAUSED_LONG_ENOUGH = "in_a_row = :in_a_row AND tried_at <= :tried_before"

# A user is sent one test message at a time.
PHONE_TEST_COOLED = "attribute_not_exists(sent_at) OR sent_at <= :cooled"

# The message of a notice is sent again only if the vendor did not take it.
GIVEN_BACK = "given_back = :yes"

# An action: approved, denied and redeemed once, and as it was read.
SAME_SEAL = "seal = :seal"
SAME_DEED = "digest = :digest"
NOT_APPROVED = "attribute_not_exists(approved_at)"
NOT_DENIED = "attribute_not_exists(denied_at)"
ACTION_NOT_EXPIRED = "expires_at > :now"
NOT_REDEEMED = "attribute_not_exists(redeemed_at)"
APPROVAL_AS_READ = "approval_seal = :approval_seal"
IN_TIME = "redeem_before > :now"
OF_CLIENT = "client_id = :client"

# An invitation: used up once and in time, and mailed so many times a day.
SAME_INVITATION = "digest = :invitation"
INVITATION_NOT_EXPIRED = "expires_at > :now"
INVITATION_MAILS_LEFT = "mail_day = :day AND mails < :mails"
NEW_MAIL_DAY = "attribute_not_exists(mail_day) OR mail_day < :day"

# Factors: of this user and of no deleted one, and the secret of an authenticator app that is being confirmed.
FACTORS_OF_USER = "attribute_not_exists(user_created_at) OR user_created_at = :created"
HAS_TOTP = "attribute_exists(totp_secret)"
PENDING_AS_READ = "pending_totp = :pending"
CONFIRM_TRIES_LEFT = "attribute_not_exists(pending_totp_tries) OR pending_totp_tries < :confirm_tries"

# A proof: the factor is as it was read, and was not used.
TOTP_AS_READ = "totp_secret = :factor"
RECOVERY_CODE_HELD = "contains(recovery_codes, :factor)"
TEMPORARY_CODE_HELD = "temporary_code = :factor"
LATER_STEP = "attribute_not_exists(totp_step) OR totp_step < :step"
RECOVERY_CODE_UNUSED = "attribute_not_exists(recovery_used) OR NOT contains(recovery_used, :factor)"
TEMPORARY_CODE_UNUSED = "attribute_not_exists(temporary_used) OR temporary_used <> :factor"
# An item of a user whose attempts had no idempotency key so far.
NO_ATTEMPTS = "attribute_not_exists(attempts)"

# The link of a forgotten password sets one password.
SAME_RESET = "digest = :reset"

# One send tries whether Twilio accepts the credentials again.
PAUSE_AS_READ = "#until = :read"

# A pause is written into the log when it begins, and not each time that the provider is tried and refuses again.
NOT_PAUSED = "attribute_not_exists(#since)"

# Prices are replaced as they were read, so that no fetch loses the prices of another.
PRICES_AS_READ = "document = :read"

# A refused settings test is given back to the hour's budget, REFUNDS_PER_HOUR times at most.
TEST_REFUNDS_LEFT = "attribute_not_exists(refunded) OR refunded < :refunds"

# A line of a history is written once. IAM cannot tell a function that adds a line from one that replaces it.
NEW_EVENT = "attribute_not_exists(pk)"

# The public keys of signed tokens.
NO_NEWER_KEYS = "attribute_not_exists(written_at) OR written_at <= :written_at"

# A key pair of access tokens: the first container's is everybody's.
NEW_PAIR = "attribute_not_exists(pk)"

# The session of an administrator: written down once, and ended once. A use of it brings no ended one back.
NEW_SESSION = "attribute_not_exists(pk)"
SESSION_GOES_ON = "attribute_exists(pk)"
NOT_ENDED = "attribute_not_exists(pk)"

# Administration.
SENT_BY_MAIL = "channel = :email"
NEW = "attribute_not_exists(pk)"
EXISTS = "attribute_exists(pk)"
SAME_PHONE = "id = :phone"
# A place holds a phone if its id names the place. Anything else in it is no phone.
PLACE_FREE = "attribute_not_exists(#number) OR NOT begins_with(id, :place)"
VERSION_AS_READ = "version = :version"
HASH_AS_READ = "password_hash = :read"
ADMIN_REMAINS = "active > :one"
HEIR_AS_READ = "version = :heir"


def every(*conditions: str) -> str:
    """All of these conditions at once."""
    return " AND ".join(f"({condition})" for condition in conditions)
