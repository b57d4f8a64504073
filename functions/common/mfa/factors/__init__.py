"""The second factors, and the uses of each."""
