"""MFA tokens and their keys, access tokens, the HMAC keys, the keys of factors and list cursors."""
