"""P2: decisions on permit lists by our engine and by others, each in a process of its own.

All are asked the same questions, half of them allowed, the rest refused for every reason, and have
to give the same answers before anybody is timed.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from permitlists import PermitList
from tools.bench import policy_cases
from tools.bench.machine import MEASURED_CORE, Machine, Reading, pin, used_by_others
from tools.bench.rounds import Contestant, Plan, Rounds, Slice, alternate

HERE = Path(__file__).parent
PEERS_PYTHON = HERE.parents[1] / ".venv-bench" / "bin" / "python"
OURS = "ours"
PEERS = ("rego", "cedar", "casbin")
SIZES = (policy_cases.packaged_pairs(), 5_000, 50_000)
WARM_UP_SECONDS = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What the workers of one size read, and the reasons that are right."""

    folder: Path
    pairs: int
    reasons: tuple[str, ...]


class Worker:
    """A process with one engine loaded."""

    def __init__(self, engine: str, material: Material) -> None:
        folder = str(material.folder)
        command = [sys.executable, str(HERE / "policy_ours.py"), folder]
        if engine != OURS:
            command = [str(PEERS_PYTHON), str(HERE / "policy_peers.py"), engine, folder]
        self.process = subprocess.Popen(  # noqa: S603  # our own words
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        pin(self.process.pid, MEASURED_CORE)
        self.engine = engine
        self.loaded: dict[str, float] = self._hear()

    def close(self) -> None:
        """End the process."""
        self.process.communicate()

    def check(self, reasons: Sequence[str]) -> None:
        """Make sure that all answers are right.

        Raises:
            RuntimeError: one is not.
        """
        found = self._ask(do="answer")
        if self.engine != OURS:
            reasons = ["allow" if one == "permits.allowed" else "deny" for one in reasons]
        wrong = [pair for pair in zip(found, reasons, strict=True) if pair[0] != pair[1]]
        if wrong:
            message = f"{self.engine} gave {len(wrong)} wrong answers: {wrong[0]}"
            raise RuntimeError(message)

    def work(self, seconds: float) -> Slice:
        """Return the slice of so many seconds of asking."""
        machine = Machine(measured=self.process.pid, beside=(os.getpid(),))
        before = machine.read()
        done = self._ask(do="work", seconds=seconds)
        return self._slice((before, machine.read()), done)

    def _slice(self, readings: tuple[Reading, Reading], done: Mapping[str, float]) -> Slice:
        return Slice(
            rate=done["done"] / done["seconds"],
            cpu=done["cpu"] / done["done"] * 1e6,
            cores=done["cpu"] / done["seconds"],
            others=used_by_others(*readings),
            memory=int(self.loaded["bytes"]),
        )

    def _ask(self, **asked: object) -> Any:  # noqa: ANN401  # plain JSON
        if self.process.stdin is None:
            raise RuntimeError(self.engine)
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        return self._hear()

    def _hear(self) -> Any:  # noqa: ANN401  # plain JSON
        line = self.process.stdout.readline() if self.process.stdout else ""
        if not line:
            message = f"{self.engine} ended: exit code {self.process.wait()}"
            raise RuntimeError(message)
        return json.loads(line)


async def measure_decisions(plan: Plan) -> Rounds:
    """Return rounds of every engine at every size, as in `ours 456`.

    Raises:
        RuntimeError: the other engines are not installed, or one gave a wrong answer.
    """
    if not PEERS_PYTHON.exists():
        message = f"{PEERS_PYTHON} is missing: make bench installs requirements/bench.lock there"
        raise RuntimeError(message)
    with ExitStack() as stack:
        contestants: dict[str, Contestant] = {}
        for pairs in SIZES:
            material = stack.enter_context(_prepare(pairs))
            for engine in (OURS, *PEERS):
                worker = Worker(engine, material)
                stack.callback(worker.close)
                worker.check(material.reasons)
                worker.work(WARM_UP_SECONDS)
                contestants[f"{engine} {pairs}"] = _contestant(worker)
        return await alternate(contestants, plan)


def _contestant(worker: Worker) -> Contestant:
    async def work(seconds: float) -> Slice:
        return worker.work(seconds)

    return work


async def measure_compiling(plan: Plan) -> Rounds:
    """Return rounds of our engine compiling a list of each size, pairs a second, memory beside."""
    with ExitStack() as stack:
        materials = {f"{OURS} {one}": stack.enter_context(_prepare(one)) for one in SIZES}
        contestants = {name: _compiling(material) for name, material in materials.items()}
        return await alternate(contestants, plan)


def _compiling(material: Material) -> Contestant:
    async def compile_once(_seconds: float) -> Slice:
        before = Machine(measured=os.getpid()).read()
        worker = Worker(OURS, material)
        after = Machine(measured=worker.process.pid, beside=(os.getpid(),)).read()
        worker.close()
        loaded = worker.loaded
        return Slice(
            rate=material.pairs / loaded["seconds"],
            cpu=loaded["cpu"] / material.pairs * 1e6,
            cores=loaded["cpu"] / loaded["seconds"],
            others=used_by_others(before, after),
            memory=int(loaded["bytes"]),
        )

    return compile_once


def best_peer(rounds: Rounds, pairs: int) -> str:
    """Return the name of the fastest other contestant at a size."""
    names = [f"{engine} {pairs}" for engine in PEERS]
    return max(
        names,
        key=lambda name: statistics.median([one.rate for one in rounds.values(name)] or [0.0]),
    )


@contextmanager
def _prepare(pairs: int) -> Iterator[Material]:
    """Write what the workers read."""
    with tempfile.TemporaryDirectory(prefix="nakadachi-bench-") as name:
        folder = Path(name)
        editions, supplement = policy_cases.list_contents(pairs)
        for number, content in enumerate(editions):
            (folder / f"edition-{number}.json").write_bytes(content)
        (folder / "supplement.json").write_bytes(supplement)
        permit_list = PermitList.from_contents(editions, supplement)
        cases = policy_cases.list_cases(permit_list)
        for part, values in (
            ("rules", list(policy_cases.list_rules(permit_list))),
            ("held", list(policy_cases.list_held(permit_list))),
            ("questions", [policy_cases.as_input(one.question) for one in cases]),
        ):
            text = json.dumps(values, ensure_ascii=False)
            (folder / f"{part}.json").write_text(text, encoding="utf-8")
        count = sum(len(row.pairs) for row in permit_list.editions[-1].table.rows)
        yield Material(folder=folder, pairs=count, reasons=tuple(one.reason for one in cases))
