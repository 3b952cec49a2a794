"""Numbers, since, what lasts and rules by hand, against a model that counts by itself."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from mocks.engine.rulebook import Progress
from mocks.engine.script import Script
from tests.support.scripts import MORNING, call_of, rule_of, scenario_of

SCENARIO = "T09-on-trial"
RULES = (
    "{id: second, when: {party: prov, op: '*', nth: '2..3'}, then: {reply: {state: held}}}",
    (
        "{id: out, when: {party: prov, op: '*', state: {since: second}},"
        " fault: [{at: before_effect, kind: down, for: PT10M}]}"
    ),
    (
        "{id: theirs, when: {party: prov, op: '*', person: p2, nth: '2..'},"
        " fault: [{at: after_effect, kind: reset}]}"
    ),
)
BY_HAND = rule_of("{id: mine, when: {party: prov, op: '*'}, then: {reply: {state: sent}}}")
DOWN = timedelta(minutes=10)


@dataclass
class Model:
    """What should be known of the three rules."""

    seen: int = 0
    theirs: int = 0
    seconds: int = 0
    up_again_at: datetime | None = None
    outs: int = 0


@dataclass
class Expected:
    matched: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class Running(RuleBasedStateMachine):
    """One script; every call must come out as the model says."""

    @initialize()
    def begin(self) -> None:
        self.script = Script.silent(space="machine", seed=1)
        self.script.load(scenario_of(*RULES))
        self.model, self.now, self.calls = Model(), MORNING, 0
        self.by_hand_until: datetime | None = None

    @rule(person=st.sampled_from(["p1", "p2"]))
    def call(self, person: str) -> None:
        expected = self._expect(person)
        self.calls += 1
        asked = call_of(person=person, correlation=f"c-{person}")
        ruling = self.script.rule(asked, now=self.now, exchange=0)
        assert list(ruling.matched) == expected.matched
        assert [one.rule for one in ruling.faults] == expected.faults
        assert ruling.rule == next(
            (one for one in ("mine", "second") if one in expected.matched), None
        )
        assert ruling.row == self.calls
        missed = {why.rule for why in ruling.why_not}
        assert missed | set(ruling.matched) >= {"second", "out", "theirs"}
        assert not missed & set(ruling.matched)

    @rule(person=st.sampled_from(["p1", "p2"]))
    def see(self, person: str) -> None:
        self.calls += 1
        assert self.script.note(call_of(person=person), now=self.now, outcome="x") == self.calls

    @rule(minutes=st.integers(0, 12))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def reset(self) -> None:
        self.script.reset_counters()
        self.model = Model()

    @rule()
    def load_again(self) -> None:
        self.script.load(scenario_of(*RULES))
        self.model = Model()

    @rule()
    def keep_and_restore(self) -> None:
        self.script = Script.restore(json.loads(json.dumps(self.script.snapshot())))

    @rule(minutes=st.integers(1, 5))
    def add(self, minutes: int) -> None:
        self.script.add_rule(BY_HAND, timedelta(minutes=minutes), now=self.now)
        self.by_hand_until = self.now + timedelta(minutes=minutes)

    @rule()
    def remove(self) -> None:
        self.script.remove_rule(BY_HAND.id)
        self.by_hand_until = None

    @rule(seen=st.integers(0, 3), guess=st.integers(0, 3))
    def compare_and_set(self, seen: int, guess: int) -> None:
        guessed = Progress(seen=guess, matched=self.model.seconds)
        new = Progress(seen=seen, matched=self.model.seconds)
        changed = self.script.set_progress(SCENARIO, "second", new, expected=guessed)
        assert changed == (guess == self.model.seen)
        if changed:
            self.model.seen = seen

    @invariant()
    def it_is_as_far_as_the_model(self) -> None:
        progress, model = self.script.progress(SCENARIO), self.model
        assert progress["second"] == Progress(seen=model.seen, matched=model.seconds)
        assert (progress["theirs"].seen, progress["out"].matched) == (model.theirs, model.outs)
        ends = [model.up_again_at] if model.up_again_at else []
        assert list(progress["out"].until.values()) == ends
        assert len(self.script.journal.rows()) == self.calls

    def _expect(self, person: str) -> Expected:
        model, expected = self.model, Expected()
        since = model.seconds > 0  # as it was before this call
        if self.by_hand_until is not None and self.now < self.by_hand_until:
            expected.matched.append("mine")
        model.seen += 1
        if model.seen in {2, 3}:
            model.seconds += 1
            expected.matched.append("second")
        if since:
            model.outs += 1
            expected.matched.append("out")
            model.up_again_at = model.up_again_at or self.now + DOWN
            expected.faults += ["out"] if self.now < model.up_again_at else []
        model.theirs += person == "p2"
        if person == "p2" and model.theirs > 1:
            expected.matched.append("theirs")
            expected.faults.append("theirs")
        return expected


Running.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestRunning = Running.TestCase
