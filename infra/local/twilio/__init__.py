"""A simulated Twilio: its HTTP API for messages, as strict as the real one, with nobody's phone at the end.

It knows one account. `python -m infra.local.twilio` runs it alone; in the local stack its messages appear on the
handset. Twilio's magic numbers (https://www.twilio.com/docs/iam/test-credentials) give the errors they stand for.

`app` is the HTTP side, `messages` the Message resource, `numbers` what may send and receive, `callbacks` the signed
status callbacks, `errors` the error bodies, `segments` the counting of segments.
"""
