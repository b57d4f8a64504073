"""Users as CSV (RFC 4180): read line by line, and written without cells that a spreadsheet would run as a formula."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mfa.administration.answers import Chunk, LineError
from mfa.administration.requests import ImportUser
from mfa.challenges.account import Account
from mfa.decoding import convert
from mfa.errors import InvalidRequest
from mfa.pasted import plain_number
from mfa.users.exported_hashes import canonical
from mfa.users.user import new_login_name

COLUMNS = (
    "login_name", "kind", "alias", "owner", "contact_email", "locale", "mfa_enabled", "status", "phones", "password_hash",
)  # fmt: skip
_FREE_TEXT = frozenset({"alias", "owner"})
CHUNK_LINES = 100
# An error shows the cell that is wrong, cut to so many characters, but never a hash.
_SHOWN = 128
_SECRET = frozenset({"password_hash"})
# Where a column's name ends in the name of a field, as in `phones[2]`.
_COLUMN_END = re.compile(r"[.\[]")
# Spreadsheets run cells that begin like this as formulas, and in some languages with full-width signs as well (OWASP, CSV
# injection). An apostrophe marks them as text.
_SIGNS = r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
_FORMULA = re.compile(f"'*{_SIGNS}")
_NUMBER_START = re.compile(r"(?=\+)")
_QUOTED_FORMULA = re.compile(f"'+{_SIGNS}")
_DELIMITERS = ",;\t|"
# A no-break space is a value: an export with one comes back as it was.
_BLANK = " \t\r\n"
_FIRST_LINE = re.compile(rf"^(?=.*[^\s{_DELIMITERS}])[^\r\n]+", re.MULTILINE)
# Spreadsheets write such a line before the header, and read it.
_DELIMITER_LINE = re.compile(f"sep=([{_DELIMITERS}])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the text.

    Attributes:
        number: its number; the header is line 1.
        start: where it begins in the text, in UTF-16 code units, as JavaScript counts.
        end: where the next one begins.
        user: what it says, or None if it has an error.
        error: its first error.
        cells: the texts of its cells that are not empty, by column.
    """

    number: int
    start: int
    end: int
    user: ImportUser | None
    error: LineError | None
    cells: Mapping[str, str] = field(default_factory=dict, repr=False)

    def error_at(self, column: str, message: str, value: str | None = None) -> LineError:
        """An error of this line with the user's name, and the cell's text if `value` is not given. Never a hash."""
        return _error(self.number, self.cells, column, message, value)


def read(text: str) -> Iterator[Line]:
    """The lines after the header. Raises InvalidRequest if the header is not one."""
    text_without_mark = text.removeprefix("\ufeff")
    source = _Counting(text_without_mark, len(text) - len(text_without_mark))
    rows = csv.reader(source, strict=True, delimiter=_delimiter(text_without_mark))
    header = _header(rows)
    number, start = source.lines + 1, source.position
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield Line(number, start, source.position, None, LineError(number, "line", f"is not CSV: {error}"))
            return
        if any(cell.strip() for cell in row):
            yield _line(number, start, source.position, header, row)
        number, start = source.lines + 1, source.position


def chunks(lines: list[Line]) -> list[Chunk]:
    """The text in pieces that can be written one by one."""
    pieces = [lines[n : n + CHUNK_LINES] for n in range(0, len(lines), CHUNK_LINES)]
    return [Chunk(piece[0].start, piece[-1].end, len(piece)) for piece in pieces]


def write(accounts: list[Account], *, header: bool) -> str:
    """The users as CSV, with the header or without. Passwords are not among it, and neither are their hashes."""
    out = io.StringIO()
    rows = csv.writer(out)
    if header:
        rows.writerow(COLUMNS[:-1])
    for account in accounts:
        user = account.existing_user
        rows.writerow(
            [
                spreadsheet_cell(user.login_name), user.kind, spreadsheet_cell(user.alias),
                spreadsheet_cell(user.owner), spreadsheet_cell(user.contact_email),
                user.locale or "", str(user.mfa_enabled).lower(), user.status,
                # An apostrophe keeps a spreadsheet from making a sum of +852….
                spreadsheet_cell(" ".join(phone.number for phone in account.phones)),
            ]
        )  # fmt: skip
    return out.getvalue()


class _Counting:
    """The text, line by line, counting how far the reader has come."""

    def __init__(self, text: str, position: int) -> None:
        self._lines = io.StringIO(text, newline="")
        self.position = position
        self.lines = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._lines.readline()
        if not line:
            raise StopIteration
        self.position += len(line.encode("utf-16-le")) // 2
        self.lines += 1
        return line


def _delimiter(text: str) -> str:
    """Spreadsheets write semicolons or tabs where a comma stands in numbers; column names have none of them."""
    first = _FIRST_LINE.search(text)
    line = first[0] if first else ""
    named = _DELIMITER_LINE.fullmatch(line)
    return named[1] if named else next((delimiter for delimiter in _DELIMITERS if delimiter in line), ",")


def _header(rows: Iterator[list[str]]) -> list[str]:
    try:
        header = next(
            [name.strip().lower() for name in row]
            for row in rows
            if any(cell.strip() for cell in row) and [cell.lower() for cell in row] != ["sep=", ""]
        )
    except (StopIteration, csv.Error) as error:
        raise InvalidRequest("csv", f"must begin with a line of column names: {', '.join(COLUMNS)}") from error
    named = [name for name in header if name]
    unknown = [name for name in named if name not in COLUMNS]
    if unknown:
        raise InvalidRequest(
            "csv", f"has a column that is not known: {unknown[0][:40]!r}; known are {', '.join(COLUMNS)}"
        )
    if "login_name" not in named or len(set(named)) != len(named):
        raise InvalidRequest("csv", "must have the column login_name, and each column once")
    return header


def _error(number: int, cells: Mapping[str, str], column: str, message: str, value: str | None = None) -> LineError:
    name = _COLUMN_END.split(column)[0]
    shown = None if name in _SECRET else value or cells.get(name)
    return LineError(number, column, message, cells.get("login_name"), shown and shown[:_SHOWN])


def _line(number: int, start: int, end: int, header: list[str], row: list[str]) -> Line:
    cells: dict[str, str] = {}
    try:
        if len(row) < len(header) or any(cell.strip() for cell in row[len(header) :]):
            raise InvalidRequest("line", f"has {len(row)} cells where the header has {len(header)}")
        cells = {
            name: _text(name, cell) for name, cell in zip(header, row, strict=False) if name and cell.strip(_BLANK)
        }
        user = convert(_typed(cells), ImportUser)
        new_login_name(user.login_name)
    except InvalidRequest as error:
        wrong = error.members["errors"][0]
        return Line(number, start, end, None, _error(number, cells, wrong["field"], wrong["message"]))
    return Line(number, start, end, user, None, cells)


def _typed(cells: dict[str, str]) -> dict[str, object]:
    typed: dict[str, object] = dict(cells)
    if "mfa_enabled" in cells:
        if (word := cells["mfa_enabled"].lower()) not in ("true", "false"):
            raise InvalidRequest("mfa_enabled", "must be true or false")
        typed["mfa_enabled"] = word == "true"
    if "password_hash" in cells:
        typed["password_hash"] = canonical(cells["password_hash"])
    if "phones" in cells:
        # Each begins with a plus: blanks may stand between the digits as well.
        written = " ".join(cells["phones"].split())
        typed["phones"] = [number for number in _NUMBER_START.split(written) if plain_number(number)]
    return typed


def spreadsheet_cell(text: str | None) -> str:
    """The text of a cell that no spreadsheet runs as a formula."""
    if text and _FORMULA.match(text):
        return f"'{text}"
    return text or ""


def _text(name: str, cell: str) -> str:
    """The cell without the apostrophe that keeps a spreadsheet from taking it for a formula.

    Blanks are part of a cell (RFC 4180, 2.4), and an alias or owner comes back as it was exported.
    """
    if name not in _FREE_TEXT:
        cell = cell.strip(" ")
    return cell[1:] if _QUOTED_FORMULA.match(cell) else cell
