"""What can keep the local stack from starting."""


class StartError(Exception):
    """The stack cannot start. The text is one line for a person and names the setting or file at fault."""
