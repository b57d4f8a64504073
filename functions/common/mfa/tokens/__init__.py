"""MFA tokens and their keys, access tokens, the HMAC keys and list cursors."""
