"""The addresses at which the stack answers."""

from msgspec import Struct


class Addresses(Struct, frozen=True):
    """The stack's addresses, without a slash at the end.

    Attributes:
        public: the API's, for clients.
        callbacks: for vendors, which sign their requests: the function's own URL, or the public address.
    """

    public: str
    callbacks: str

    @classmethod
    def read(cls, text: str) -> "Addresses":
        """The addresses in the parameter's text: the public one, then that for callbacks unless it is the same."""
        public, *others = (each.rstrip("/") for each in text.split())
        return cls(public, others[0] if others else public)
