"""A challenge, its passcodes, its sends, and the limits on both."""
