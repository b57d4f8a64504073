"""Describes the account: its tier, its spend limits, its number, and its configuration set."""

from __future__ import annotations

from collections.abc import Sequence

from infra.local.phone_numbers import region
from infra.local.sms_voice.account import Account
from infra.local.sms_voice.errors import not_found
from infra.local.sms_voice.model import Document

_CREATED = 1_700_000_000.0
_SPEND_LIMIT = 1000


def account_attributes(_account: Account, _given: Document) -> Document:
    """DescribeAccountAttributes."""
    return {"AccountAttributes": [{"Name": "ACCOUNT_TIER", "Value": "PRODUCTION"}]}


def spend_limits(_account: Account, _given: Document) -> Document:
    """DescribeSpendLimits."""
    limits = {"EnforcedLimit": _SPEND_LIMIT, "MaxLimit": _SPEND_LIMIT, "Overridden": False}
    names = ("TEXT_MESSAGE_MONTHLY_SPEND_LIMIT", "VOICE_MESSAGE_MONTHLY_SPEND_LIMIT")
    return {"SpendLimits": [{"Name": name, **limits} for name in names]}


def phone_numbers(account: Account, given: Document) -> Document:
    """DescribePhoneNumbers."""
    arn = account.arn(f"phone-number/{account.phone_number_id}")
    _check(given.get("PhoneNumberIds", []), (account.phone_number_id, arn), "phone-number")
    return {
        "PhoneNumbers": [
            {
                "PhoneNumberArn": arn,
                "PhoneNumberId": account.phone_number_id,
                "PhoneNumber": account.phone_number,
                "Status": "ACTIVE",
                "IsoCountryCode": region(account.phone_number),
                "MessageType": "TRANSACTIONAL",
                "NumberCapabilities": ["SMS", "VOICE"],
                "NumberType": "TEN_DLC",
                "MonthlyLeasingPrice": "1.00",
                "TwoWayEnabled": False,
                "SelfManagedOptOutsEnabled": False,
                "OptOutListName": "Default",
                "DeletionProtectionEnabled": True,
                "PoolId": account.pool_id,
                "CreatedTimestamp": _CREATED,
            }
        ]
    }


def configuration_sets(account: Account, given: Document) -> Document:
    """DescribeConfigurationSets."""
    arn = account.arn(f"configuration-set/{account.configuration_set}")
    _check(given.get("ConfigurationSetNames", []), (account.configuration_set, arn), "configuration-set")
    destination = {
        "EventDestinationName": "sns",
        "Enabled": True,
        "MatchingEventTypes": ["TEXT_ALL", "VOICE_ALL"],
        "SnsDestination": {"TopicArn": account.topic_arn},
    }
    return {
        "ConfigurationSets": [
            {
                "ConfigurationSetArn": arn,
                "ConfigurationSetName": account.configuration_set,
                "EventDestinations": [destination],
                "CreatedTimestamp": _CREATED,
            }
        ]
    }


def _check(asked: Sequence[str], known: Sequence[str], resource_type: str) -> None:
    for name in asked:
        if name not in known:
            raise not_found(resource_type, name)
