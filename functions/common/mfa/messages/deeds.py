"""The deed that a passcode confirms: the sentence of its action type with the values of its parameters.

>>> deed = Deed({"en": 'delete backup set "{set}"'}, {"set": "Payroll"})
>>> deed.words("en")
'delete backup set "Payroll"'
"""

from collections.abc import Mapping

from msgspec import Struct

from mfa.messages import placeholders
from mfa.messages.locales import DEFAULT

__all__ = ["DEFAULT", "MOST_PARAMETERS", "VALUE_LENGTH", "Deed", "parameters"]

MOST_PARAMETERS = 5
# In units of UTF-16, which text messages are counted in: an emoji is two.
VALUE_LENGTH = 60


class Deed(Struct, frozen=True):
    """A deed in words.

    Attributes:
        texts: the action type's sentences by language, `en` among them.
        params: the values of their placeholders, which `deed_params.refuse_params` has accepted.
    """

    texts: Mapping[str, str]
    params: Mapping[str, str]

    def words(self, locale: str) -> str:
        """The sentence in a language of `texts`, with the values as they were given: never changed, never shortened."""
        return placeholders.render(self.texts[locale], self.params)


def parameters(text: str) -> tuple[str, ...]:
    """The parameters that a sentence names, in order, each once."""
    return placeholders.named(text)
