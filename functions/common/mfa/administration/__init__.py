"""Administration: its operations, over HTTP and by direct invocation."""
