"""Logging: JSON lines on standard error that cannot carry what is not on a list.

Three lines of defence: only fields of `FIELDS` appear; of an exception only type, code and place
appear, never its text; what still looks like an individual number is masked before it leaves.
"""

import json
import logging
import re
import sys
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TextIO

from gateway.domain.errors import GatewayError

CORRELATION: Final[ContextVar[str]] = ContextVar("correlation_id", default="")
FIELDS: Final = frozenset(
    """
    action code reason kind state result side lane job slot path problem field status method
    route institution counterpart peer sender inquirer provider system client information item
    row clause instrument inquiry_id request_id message_id permit_id transaction_number receipt
    occurrence correlation_id key_id sequence version attempts count size seconds milliseconds
    host port due offset offered in_force signal lines table expected wanted accepted act revision
    control_id confirmation_id
    """.split()  # noqa: SIM905  # sixty lines of list would hide what is on it
)
_OURS: Final = ("gateway", "wire", "permitlists", "mocks")
_ROOT: Final = Path(__file__).resolve().parent.parent
_MOST: Final = 300  # characters of one value
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# 12 digits of any script, also in groups; \d outside ASCII is meant (full-width forms).
_NUMBER: Final = re.compile(r"(?<!\d)\d(?:[ \-\u2010\u2011\uff0d\u3000]?\d){11}(?!\d)")
MASK: Final = "[12 digits]"


def scan(text: str) -> str:
    """Return `text` with everything masked that could be an individual number; UUIDs stay."""
    if _UUID.fullmatch(text):
        return text
    return _NUMBER.sub(MASK, text)


class JsonLines(logging.Formatter):
    """Formats a record as one line of ASCII JSON: `at level logger message`, fields, `error`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its line feed; no character of a value can break out of it."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
        }
        if correlation := CORRELATION.get():
            line["correlation_id"] = _plain(correlation)
        for name in sorted(FIELDS & record.__dict__.keys()):
            line[name] = _plain(record.__dict__[name])
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            line["error"] = [describe(one) for one in _leaves(error)]
        return json.dumps(line, ensure_ascii=True)


class _Handler(logging.StreamHandler[TextIO]):
    """Writes lines; a record that cannot be formatted leaves a trace, never its arguments."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802  # logging's
        self.stream.write('{"level":"ERROR","action":"log_fail","message":"A line was lost"}\n')


def configure(level: str, stream: TextIO | None = None) -> None:
    """Send every logger of the process through the allow-list, from `level` upwards."""
    handler = _Handler(sys.stderr if stream is None else stream)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.captureWarnings(capture=True)
    for noisy in ("apscheduler", "aiohttp.access", "alembic", "asyncio"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))


def describe(error: BaseException) -> dict[str, object]:
    """Return what may be said of an exception: type, code, safe context, `file:line`, cause."""
    kind = type(error)
    said: dict[str, object] = {
        "type": f"{kind.__module__}.{kind.__qualname__}",
        "at": _place(error),
    }
    if isinstance(error, GatewayError):
        said["code"] = error.code
        said |= {
            name: _plain(error.context[name]) for name in sorted(FIELDS & error.context.keys())
        }
    cause = error.__cause__ or error.__context__
    if cause is not None:
        said["cause"] = f"{type(cause).__module__}.{type(cause).__qualname__} {_place(cause)}"
    return said


def _message(record: logging.LogRecord) -> str:
    """Return the constant text; a library's finished sentence may hold anything, so it is cut."""
    ours = record.name.partition(".")[0] in _OURS
    constant = isinstance(record.msg, str) and (ours or bool(record.args))
    return scan(record.msg[:_MOST]) if constant else ""


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if scan(str(value)) == str(value) else MASK
    if isinstance(value, str):
        return scan(str(value)[:_MOST])
    return f"<{type(value).__name__}>"


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _leaves(one)
    else:
        yield error


def _place(error: BaseException) -> str:
    """Return `file:line` of the innermost frame of ours, or of the innermost of all."""
    place, trace = "", error.__traceback__
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        mine = file.is_relative_to(_ROOT) and ".venv" not in file.parts
        if mine or not place:
            shown = file.relative_to(_ROOT) if mine else Path(file.name)
            place = f"{shown}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
