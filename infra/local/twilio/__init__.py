"""A simulated Twilio: its HTTP API for messages and calls, as strict as the real one, with nobody's phone at the end.

It knows one account. `python -m infra.local.twilio` runs it alone; in the local stack its messages appear on the
handset. Twilio's magic numbers (https://www.twilio.com/docs/iam/test-credentials) give the errors they stand for;
`faults` says what else can go wrong, and `control` how to ask for it.

`app` is the HTTP side, `messages` and `calls` are the resources, `contents` what a message says, `twiml` what a call
says, `numbers` what may send and receive, `course` and `callbacks` what happens after the answer, `errors` the error
bodies, `form` the requests' forms, `segments` the counting of segments.
"""
