"""What a first and a later request cost, measured on the built artifact under AWS's own runtime client.

``make bench`` builds and runs it. A bare function that makes one UpdateItem with the same boto3 is the yardstick, with
the layer's bytecode and without. Every cold start is a fresh process; the variants take turns, so that whatever else
the machine does falls on all of them alike.
"""
