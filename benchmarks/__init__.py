"""Measures first and later requests of the built artifact, under AWS's own runtime client.

``make bench`` builds and runs it. The yardstick is a bare function that makes one UpdateItem with the same boto3, with
the layer's bytecode and without. Every cold start is a fresh process. The variants take turns, so that other load on
the machine affects all of them alike.
"""

import sys

from infra.local.processes import HOME

sys.path.append(
    str(HOME / "functions" / "common")
)  # the layer is not an installed package; another copy of it goes first
