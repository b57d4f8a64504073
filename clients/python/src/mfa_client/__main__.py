"""`python -m mfa_client`."""

import sys

from mfa_client.cli.commands import main

if __name__ == "__main__":
    sys.exit(main())
