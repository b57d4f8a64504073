"""Lines of the log as text: CSV (RFC 4180) for spreadsheets, and JSON Lines for programs."""

import csv
import io
from collections.abc import Sequence

import msgspec

from mfa.administration.csv_users import spreadsheet_cell
from mfa.administration.log_answers import LogLine

COLUMNS = ("at", "type", "actor", "user", "address", "changes", "detail", "phone_id", "challenge_id", "id")


def as_csv(lines: Sequence[LogLine], *, header: bool) -> str:
    """The lines as CSV, with the header or without. `changes` and `detail` are JSON."""
    out = io.StringIO()
    rows = csv.writer(out)
    if header:
        rows.writerow(COLUMNS)
    for line in lines:
        rows.writerow([spreadsheet_cell(_text(getattr(line, name))) for name in COLUMNS])
    return out.getvalue()


def as_json_lines(lines: Sequence[LogLine]) -> str:
    """The lines as JSON, one on each line of the text (https://jsonlines.org)."""
    return "".join(msgspec.json.encode(line).decode() + "\n" for line in lines)


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode() if value else ""
