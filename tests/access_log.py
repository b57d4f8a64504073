"""Lines of API Gateway's access log, in the format that the template gives it."""

import re
from collections.abc import Mapping

from tests.template.sam import source


def line(context: Mapping[str, str]) -> str:
    """The line of a call with these variables, e.g. `error.responseType`; every other variable is a hyphen."""
    text: str = source()["Resources"]["Api"]["Properties"]["AccessLogSetting"]["Format"]
    assert context.keys() <= set(re.findall(r"\$context\.([\w.]+)", text)), "the log does not have it"
    return re.sub(r"\$context\.([\w.]+)", lambda found: context.get(found[1], "-"), text)
