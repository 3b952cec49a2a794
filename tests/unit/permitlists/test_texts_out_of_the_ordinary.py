"""Texts that no honest program writes are refused like any other wrong text."""

from datetime import date

import pytest

from gateway.cli.permit_questions import AskedLine, answer_lines, read_frame
from permitlists import Edition, PermitListError, load_builtin
from permitlists.register.chain import read_chain

DEEP = (b"[" * 200_000, b'{"a":' * 200_000, b"\n" + b"[" * 200_000)
HALF = "\ud800"


@pytest.mark.parametrize("data", [*DEEP, b'{"digest":' + DEEP[0] + b"\n"])
def test_a_log_of_deep_nesting_is_broken_or_unfinished(data: bytes) -> None:
    try:
        assert read_chain(data).events == ()
    except PermitListError as error:
        assert error.code == "permits.register_broken"  # noqa: PT017  # both are right here


@pytest.mark.parametrize("data", DEEP)
def test_packaged_lines_of_deep_nesting_are_no_edition(data: bytes) -> None:
    with pytest.raises(PermitListError, match="line "):
        Edition.from_lines(data)


def test_half_a_character_is_no_class() -> None:
    edition = load_builtin().find_statutory(date(2026, 4, 1))
    assert edition is not None
    assert edition.classes.list_readings(HALF) == (frozenset(),)


@pytest.mark.parametrize("field", ["affair", "inquirer", "provider", "info", "inquirer_delegator"])
def test_half_a_character_in_a_question_is_refused(field: str) -> None:
    frame = read_frame(None, None, load_builtin(), None)
    texts = {"affair": "69-7", "inquirer": "991015", "provider": "991023", "info": "地方税関係情報"}
    with pytest.raises(PermitListError, match="UTF-8"):
        frame.answer(AskedLine(**(texts | {field: HALF})))  # type: ignore[arg-type]  # all are texts
    line = b'{"affair":"69-7","inquirer":"\\ud800","provider":"991023","info":"x"}'
    with pytest.raises(PermitListError, match="line 1"):
        answer_lines(frame, line)
