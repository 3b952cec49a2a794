import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from gateway import logs
from gateway.domain.errors import InvalidError
from gateway.domain.identifiers import LocalNumber

CANARY = "123456789018"
LOG = logging.getLogger("gateway.test")
FOREIGN = logging.getLogger("library.test")


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure("INFO", stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_has_action_instant_level_and_correlation(stream: io.StringIO) -> None:
    token = logs.CORRELATION.set("c-1")
    LOG.info("Inquiry accepted", extra={"action": "inquiry_accept", "institution": "991015"})
    logs.CORRELATION.reset(token)
    (line,) = lines(stream)
    assert line["at"].endswith("+00:00")
    del line["at"]
    assert line == {
        "level": "INFO",
        "logger": "gateway.test",
        "message": "Inquiry accepted",
        "correlation_id": "c-1",
        "action": "inquiry_accept",
        "institution": "991015",
    }


def test_a_field_that_is_not_on_the_list_cannot_appear(stream: io.StringIO) -> None:
    LOG.info("x", extra={"action": "a", "body": "secret", "individual_number": CANARY})
    assert "secret" not in stream.getvalue()
    assert CANARY not in stream.getvalue()
    assert "body" not in lines(stream)[0]


@pytest.mark.parametrize(
    "end", ["\n", "\r", "\r\n", "\x1b[2K", "\u2028", "\u2029", "\x85", "\0", "\x0b"]
)
def test_no_character_breaks_out_of_its_line(stream: io.StringIO, end: str) -> None:
    LOG.info("x", extra={"action": f'a{end}{{"level":"FORGED"}}', "reason": end})
    text = stream.getvalue()
    assert text.isascii()
    assert len(text.splitlines()) == 1
    assert not any(ord(char) < 32 for char in text.rstrip("\n"))
    assert lines(stream)[0]["reason"] == end


def test_of_an_exception_only_type_code_context_and_place_appear(stream: io.StringIO) -> None:
    def fail() -> None:
        try:
            dict[str, str]()[CANARY]
        except KeyError as error:
            raise InvalidError(field="number", body="secret") from error

    try:
        fail()
    except InvalidError:
        LOG.exception("Failed", extra={"action": "test_fail"})
    text = stream.getvalue()
    assert CANARY not in text
    assert "secret" not in text
    (error_,) = lines(stream)[0]["error"]
    assert error_["type"] == "gateway.domain.errors.InvalidError"
    assert error_["code"] == "request.invalid"
    assert error_["field"] == "number"
    assert error_["at"].startswith("tests/unit/runtime/test_logs.py:")
    assert error_["cause"].startswith("builtins.KeyError tests/unit/runtime/test_logs.py:")


def test_every_failure_of_a_group_is_described(stream: io.StringIO) -> None:
    group = ExceptionGroup("g", [ValueError(CANARY), ExceptionGroup("h", [OSError(CANARY)])])
    LOG.error("Failed", exc_info=group)
    assert [one["type"] for one in lines(stream)[0]["error"]] == [
        "builtins.ValueError",
        "builtins.OSError",
    ]
    assert CANARY not in stream.getvalue()


def test_arguments_of_a_message_are_never_filled_in(stream: io.StringIO) -> None:
    FOREIGN.warning("Cannot parse %s", "secret")
    assert lines(stream)[0]["message"] == "Cannot parse %s"


def test_a_finished_sentence_of_a_library_is_dropped(stream: io.StringIO) -> None:
    FOREIGN.warning("Task exception was never retrieved: ValueError('secret')")
    assert lines(stream)[0]["message"] == ""


@pytest.mark.parametrize(
    "text",
    [
        CANARY,
        f"a{CANARY}b",
        "1234 5678 9018",
        "1234-5678-9018",
        "".join(chr(ord(digit) + 0xFEE0) for digit in CANARY),
        f"x={CANARY};",
    ],
)
def test_twelve_digits_never_pass(stream: io.StringIO, text: str) -> None:
    LOG.info(text, extra={"reason": text, "count": int(CANARY)})
    line = lines(stream)[0]
    assert logs.MASK in line["message"]
    assert logs.MASK in line["reason"]
    assert line["count"] == logs.MASK


@pytest.mark.parametrize(
    "text",
    [
        "12345678901",
        "1234567890123",
        "2027-06-04T16:50:00+09:00",
        "12345678-1234-4234-8234-123456789012",
    ],
)
def test_other_numbers_instants_and_uuids_pass(text: str) -> None:
    assert logs.scan(text) == text


def test_values_that_are_no_plain_data_show_only_their_type(stream: io.StringIO) -> None:
    LOG.info("x", extra={"reason": LocalNumber("000000000000001"), "kind": {"a": 1}})
    line = lines(stream)[0]
    assert (line["reason"], line["kind"]) == ("<LocalNumber>", "<dict>")


def test_a_record_that_cannot_be_formatted_leaves_a_trace_without_its_data(
    stream: io.StringIO,
) -> None:
    class Unruly(str):
        __slots__ = ()

        def __str__(self) -> str:
            raise ValueError(CANARY)

    LOG.info("x", extra={"reason": Unruly("y")})
    assert lines(stream)[0]["action"] == "log_fail"
    assert CANARY not in stream.getvalue()


def test_long_values_are_cut(stream: io.StringIO) -> None:
    LOG.info("x", extra={"reason": "y" * 10_000})
    assert len(stream.getvalue()) < 1000
