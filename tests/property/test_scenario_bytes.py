"""Any bytes give a scenario or located problems."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from mocks.engine.loading import load_scenario
from mocks.engine.problems import Problem, ScenarioError
from tests.support.scenarios import SMALL

FRAGMENTS = st.sampled_from(
    [
        *(
            "{",
            "}",
            "[",
            "]",
            ": ",
            "- ",
            "\n",
            "  ",
            "&a ",
            "*a",
            "!t ",
            "? ",
            "| ",
            "> ",
            '"',
            "'",
        ),
        *("#", "%YAML 1.3\n", "---\n", "...\n", "0123", "1e400", "{{ now }}", "P3BD", "null"),
        *("\t", "\\u12"),
    ]
)


def _problems(octets: bytes) -> Sequence[Problem]:
    try:
        load_scenario(octets)
    except ScenarioError as refused:
        return refused.problems
    return ()


def _check(octets: bytes) -> None:
    breaks = len(octets.decode("utf-8", "replace").splitlines()) + 2
    for one in _problems(octets):
        assert 1 <= one.place.line <= breaks
        assert one.place.column >= 1


@given(st.binary(max_size=200))
def test_any_bytes_are_a_scenario_or_refused(octets: bytes) -> None:
    _check(octets)


@given(st.lists(st.one_of(FRAGMENTS, st.text(max_size=5)), max_size=30).map("".join))
def test_anything_like_yaml_is_a_scenario_or_refused(text: str) -> None:
    _check(text.encode("utf-8", "surrogatepass"))


@given(st.data())
def test_any_change_of_a_scenario_is_a_scenario_or_refused(data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(SMALL)))
    length = data.draw(st.integers(0, 12))
    middle = data.draw(st.one_of(FRAGMENTS, st.text(max_size=8)))
    _check((SMALL[:begin] + middle + SMALL[begin + length :]).encode("utf-8", "surrogatepass"))
