"""A simulated AWS End User Messaging (`pinpoint-sms-voice-v2`), without real phones.

It checks every request against botocore's own model of the service, so it refuses what AWS would refuse. It has one
account. In the local stack its messages appear on the handset, marked with their provider. `faults` lists the failures
that it can be given, and `control` is the API that asks for them. Signatures are not verified, but must be there.

The modules: `app` is the HTTP side; `model` reads and checks requests; `messaging` sends messages and calls; `describing`
lists the account's resources; `errors` has the error bodies; `course` and `events` follow a message after the answer;
`ssml` is the text of a call. Events leave by an SNS topic (`infra.local.topic`).
"""
