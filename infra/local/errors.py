"""The error that the local stack raises if it cannot start."""


class StartError(Exception):
    """The stack cannot start. The text is one line that names the setting or file at fault."""
