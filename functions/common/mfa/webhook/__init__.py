"""Delivers published events to a webhook, as Standard Webhooks says."""
