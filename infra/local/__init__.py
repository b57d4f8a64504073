"""The product on one machine: its routes, its real handlers, and stand-ins for AWS and Twilio.

`python -m infra.local` starts it; nothing in here is part of the deployed artifact. `template.yaml` stays the only
definition of routes, table, keys and variables: this package reads it and adds none of its own.

The modules, from the outside in:

- `__main__`, `options`, `output`: the command, its settings, its output
- `stack`: starts and stops everything, in order; `testing.running_stack` does it for tests
- `serving`, `site`: the HTTP server, and the part that answers each path
- `gateway`, `events`, `responses`: API Gateway; `invocations`: Lambda's own API; `pages`, `inbox`: the pages
- `backup`: the server side of the sample backup client, which relies on the product as any application does
- `pool`, `worker`: worker processes that run handlers as Lambda does
- `template`: reads `template.yaml`; `resolver`: its references
- `aws`, `aws_process`: moto, and the template's resources in it; `fast_moto` and `moto_*` make moto's DynamoDB fast, `moto_key_pairs` completes its KMS
- `twilio`: the simulated Twilio, which also runs on its own
- `seed`: the users, the client and the settings a fresh stack starts with
- `sam`: the same stack with the functions in containers, run by `sam local`; `relay` lets the containers reach the rest
"""
