from hypothesis import given
from hypothesis import strategies as st

from permitlists import Edition, PermitListError, load_builtin
from permitlists.lint import Finding, lint, load_rules
from permitlists.places import Source
from permitlists.table import Table, canonical_bytes
from tests.unit.permitlists.permit_cases import DATA
from tests.unit.permitlists.review_cases import tables

EVERY = (DATA / "shourei-r6.2024-05-27.jsonl").read_bytes().splitlines()
LINES = [line for line in EVERY[:130] if not line.startswith(b'["overlay"')]
PACKAGED = b"\n".join(LINES)
CANONICAL = canonical_bytes(Edition.from_lines(PACKAGED).table)
OTHERS = load_builtin().editions


def check(findings: tuple[Finding, ...], data: bytes) -> None:
    lines = data.splitlines() or [b""]
    for one in findings:
        assert one.rule in load_rules()
        assert 1 <= one.line <= max(len(lines), data.count(b"\n") + 1)
        assert 1 <= one.column <= len(data) + 1


@given(st.binary(max_size=300))
def test_any_bytes_are_answered_by_findings(data: bytes) -> None:
    found = lint(Source(name="x", data=data), others=OTHERS)
    check(found, data)
    assert found


@given(
    st.sampled_from([PACKAGED, CANONICAL]),
    st.lists(st.tuples(st.integers(0, 40_000), st.binary(max_size=3)), min_size=1, max_size=4),
)
def test_a_damaged_edition_is_answered_by_findings(
    data: bytes, changes: list[tuple[int, bytes]]
) -> None:
    for place, change in changes:
        where = place % len(data)
        data = data[:where] + change + data[where + 1 :]
    check(lint(Source(name="x", data=data), others=OTHERS), data)


@given(st.lists(st.sampled_from(LINES), max_size=30))
def test_lines_in_any_order_are_answered_by_findings(lines: list[bytes]) -> None:
    data = b"\n".join(lines)
    check(lint(Source(name="x", data=data), others=OTHERS), data)


@given(tables())
def test_an_edition_without_error_compiles(table: Table) -> None:
    found = lint(Source(name="x", data=canonical_bytes(table)))
    if not any(one.severity == "error" for one in found):
        Edition(table)


@given(st.lists(st.sampled_from(LINES), max_size=30))
def test_an_edition_is_refused_only_with_an_error_of_the_lint(lines: list[bytes]) -> None:
    data = b"\n".join(lines)
    try:
        Edition.from_lines(data)
    except PermitListError:
        found = lint(Source(name="x", data=data))
        assert any(one.severity == "error" for one in found)
