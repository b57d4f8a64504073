"""The rules, as conditions of the writes that they guard. Each stands for one rule; a test strips them one by one."""

# An attempt, and the approval that follows a right code.
SAME_CHALLENGE = "id = :id"
SAME_LOGIN = "login_jti = :jti"
NOT_EXPIRED = "expires_at > :now"
ATTEMPTS_LEFT = "failures < max_failures"
FAILURES_BELOW_CAP = "attribute_not_exists(failures_total) OR failures_total < :failure_cap"
UNUSED = "attribute_not_exists(approved_at)"
SAME_SEND = "send_id = :send"

# A send.
COOLED = "attribute_not_exists(#available_at) OR #available_at <= :now"
# Who was never sent anything has no `max_failures`: an unlock may have left `failures` alone.
UNLOCKED = "attribute_not_exists(max_failures) OR (failures < max_failures AND failures < :max_failures)"
LOCK_OVER = "failures = :failures AND lock_count = :lock_count AND last_attempt_at <= :attempted_before"
SENDS_LEFT = "attribute_not_exists(#charged) OR size(#charged) < :max_sends"
SENDS_OVER = "#last_sent_at <= :sent_before"
NEW_REQUEST = "attribute_not_exists(requests.#request)"
PROFILE_AS_READ = "version = :version"
GUESSES_AS_READ = "guesses[0] = :first_guess"
PHONE_AS_READ = "id = :phone AND #number = :number AND attribute_not_exists(unusable_reason)"
BUDGET_LEFT = "attribute_not_exists(n) OR n < :ceiling"

# A send that was refused is given back, once.
CHARGED = "contains(#charged, :send)"
REFUNDS_LEFT = "attribute_not_exists(#refunded) OR #refunded < :max_sends"

# Wrong passwords from an address, and for one name from it.
PASSWORDS_LEFT_FOR_ADDRESS = "attribute_not_exists(n) OR n < :address_limit"
PASSWORDS_LEFT_FOR_NAME = "attribute_not_exists(#name) OR #name < :name_limit"

# Administration.
NEW = "attribute_not_exists(pk)"
EXISTS = "attribute_exists(pk)"
SAME_PHONE = "id = :phone"
VERSION_AS_READ = "version = :version"
ADMIN_REMAINS = "active > :one"


def every(*conditions: str) -> str:
    """All of these conditions at once."""
    return " AND ".join(f"({condition})" for condition in conditions)
