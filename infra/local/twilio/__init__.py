"""A simulated Twilio: its HTTP API for messages and calls, as strict as the real one, without real phones.

It has one account. `python -m infra.local.twilio` runs it alone. In the local stack its messages appear on the handset.
Twilio's magic numbers (https://www.twilio.com/docs/iam/test-credentials) give their documented errors. `faults` lists
the other failures, and `control` is the API that asks for them.

The modules: `app` is the HTTP side; `messages` and `calls` are the resources, which `resources` keeps; `contents` is the
text of a message and `twiml` of a call; `numbers` decides which numbers may send and receive; `course` and `callbacks`
follow a message after the answer; `errors` has the error bodies; `form` reads the requests' forms. The machinery of
every simulated vendor is in `infra.local`: `vendor`, `faults`, `trouble`, `control`, `journeys`, `clock`,
`phone_numbers` and `segments`.
"""
