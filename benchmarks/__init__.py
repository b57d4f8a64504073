"""Measures first and later requests of the built artifact, under AWS's own runtime client.

``make bench`` builds and runs it. The yardstick is a bare function that makes one UpdateItem with the same boto3, with
the layer's bytecode and without. Every cold start is a fresh process. The variants take turns, so that other load on
the machine affects all of them alike. The CPU of a login is measured in warm functions.
"""

import sys

from infra.local.processes import HOME

# The layer is not an installed package. Another copy of it goes first.
sys.path.append(str(HOME / "functions" / "common"))
