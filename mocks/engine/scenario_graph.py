"""A scenario as a drawing: parties are lanes, rules arrows, faults and later steps stand below."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Final, Literal

from mocks.engine.scenario import Scenario
from mocks.engine.scenario_rules import Act, Fault, Match, Reaction, Rule, RuleState, Step, When
from mocks.engine.typed_values import KEY
from mocks.engine.vocabulary import load_vocabulary

_SUT: Final = "sut"
_SHOWN_BY_ITSELF: Final = frozenset({"at", "kind"})
_MERMAID: Final = str.maketrans({";": ",", "#": "no.", "\n": " ", "<": "(", ">": ")"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One party of the drawing."""

    name: str
    kind: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One line of the drawing; `rule` is empty for what belongs to none.

    A `call` goes from source to target, a `reply` comes back; a `fault` and a `step` stand at
    their source, and a step goes to the target if that is another lane.
    """

    kind: Literal["call", "reply", "fault", "step"]
    source: str
    target: str
    label: str
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Lanes and marks of one scenario, in order."""

    title: str
    lanes: tuple[Lane, ...]
    marks: tuple[Mark, ...]


def draw_graph(scenario: Scenario) -> Graph:
    """Return the drawing of a scenario."""
    lanes = tuple(
        Lane(
            name=name, kind=one.kind, label=" ".join(filter(None, (one.kind, one.code, one.hours)))
        )
        for name, one in scenario.parties.items()
    )
    sut = next((lane.name for lane in lanes if lane.kind == _SUT), lanes[0].name)
    marks = [_step(step, sut, "") for step in scenario.begin]
    for rule in scenario.rules:
        marks += _rule(rule, sut)
    title = f"{scenario.id} {scenario.title['ja']}"
    return Graph(title=title, lanes=lanes, marks=tuple(marks))


def _rule(rule: Rule, sut: str) -> Iterator[Mark]:
    party = rule.when.party
    op = load_vocabulary().op.get(rule.when.op)
    source, target = (party, sut) if op and op.sends else (sut, party)
    yield Mark(kind="call", source=source, target=target, label=_when(rule.when), rule=rule.id)
    for fault in rule.fault:
        yield Mark(kind="fault", source=party, target=party, label=_fault(fault), rule=rule.id)
    if rule.then is not None:
        label = _reaction(rule.then)
        yield Mark(kind="reply", source=party, target=sut, label=label, rule=rule.id)
    for step in rule.later:
        yield _step(step, sut, rule.id)


def _when(when: When) -> str:
    nth = ""
    if when.nth is not None:
        last = "" if when.nth.last is None else when.nth.last
        nth = f"#{when.nth.first}" if last == when.nth.first else f"#{when.nth.first}..{last}"
    conditions = [*_said(when.match), *_said(when.state)]
    return " ".join(filter(None, (when.op, nth, when.person, *conditions)))


def _said(value: Match | RuleState | Fault) -> list[str]:
    """Return `key=value` of every field that is set, in the words of the file."""
    return [
        f"{one.metadata.get(KEY, one.name)}={_short(getattr(value, one.name))}"
        for one in fields(value)
        if getattr(value, one.name) != one.default and one.name not in _SHOWN_BY_ITSELF
    ]


def _short(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(map(_short, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _fault(fault: Fault) -> str:
    return " ".join([fault.kind, f"@{fault.at}", *_said(fault)])


def _reaction(then: Reaction) -> str:
    reply = then.reply
    if reply is not None:
        return " ".join(
            filter(None, (reply.state, reply.error, reply.retry and f"({reply.retry})"))
        )
    names = [one.name for one in fields(then) if getattr(then, one.name) not in {None, ()}]
    return ", ".join(names)


def _step(step: Step, sut: str, rule: str) -> Mark:
    target = sut if step.action in {"answer", "ask"} else step.party
    label = " ".join([f"+{step.after}", step.action, *_act(step.act)])
    return Mark(kind="step", source=step.party, target=target, label=label, rule=rule)


def _act(act: Act) -> list[str]:
    return [
        _short(getattr(act, one.name))
        for one in fields(act)
        if getattr(act, one.name) != one.default
    ]


def write_text(graph: Graph) -> str:
    """Return the drawing as text for a terminal."""
    width = max(len(lane.name) for lane in graph.lanes)
    lines = [graph.title, ""]
    lines += [f"  {lane.name:<{width}}  {lane.label}" for lane in graph.lanes]
    rule = None
    for mark in graph.marks:
        if mark.rule != rule:
            lines += ["", mark.rule or "begin"]
            rule = mark.rule
        lines.append(f"  {_text_line(mark, width)}")
    return "\n".join(lines)


def _text_line(mark: Mark, width: int) -> str:
    signs: Mapping[str, str] = {"call": "-->", "reply": "==>", "fault": " x ", "step": " + "}
    away = mark.target != mark.source
    sign = "-->" if mark.kind == "step" and away else signs[mark.kind]
    target = mark.target if away else ""
    return f"{mark.source:<{width}} {sign} {target:<{width}}  {mark.label}".rstrip()


def write_mermaid(graph: Graph) -> str:
    """Return the drawing as a sequence diagram of Mermaid."""
    numbered = {lane.name: f"P{at}" for at, lane in enumerate(graph.lanes)}
    lines = ["sequenceDiagram", f"  title {_safe(graph.title)}"]
    lines += [
        f"  participant {numbered[lane.name]} as {lane.name} ({_safe(lane.label)})"
        for lane in graph.lanes
    ]
    lines += [_mermaid_line(mark, numbered) for mark in graph.marks]
    return "\n".join(lines)


def _mermaid_line(mark: Mark, numbered: Mapping[str, str]) -> str:
    source = numbered.get(mark.source, mark.source)
    target = numbered.get(mark.target, mark.target)
    rule = f"[{mark.rule}] " if mark.rule and mark.kind == "call" else ""
    label = _safe(f"{rule}{mark.label}")
    if source == target and mark.kind in {"fault", "step"}:
        return f"  Note over {source}: {label}"
    arrow = {"call": "->>", "reply": "-->>", "step": "-)", "fault": "-x"}[mark.kind]
    return f"  {source}{arrow}{target}: {label}"


def _safe(text: str) -> str:
    """Return a text without the signs that end a statement of Mermaid."""
    return text.translate(_MERMAID)
