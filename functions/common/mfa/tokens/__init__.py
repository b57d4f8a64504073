"""MFA tokens, access tokens, the HMAC keys and list cursors."""
