"""The senders: Twilio for messages and calls, Amazon SES for mail. No other room knows a vendor's API."""
