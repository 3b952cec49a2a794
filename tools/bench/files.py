"""P3: codecs of fixed-format files side by side, each in a process of its own on one core.

All of them tell the same about some records before anybody is timed.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tools.bench import file_samples
from tools.bench.machine import (
    MEASURED_CORE,
    Machine,
    Reading,
    forget_peak,
    pin,
    read_peak,
    used_by_others,
)
from tools.bench.policies import PEERS_PYTHON
from tools.bench.rounds import Contestant, Plan, Rounds, Slice, alternate
from wire.files.library import load_layout
from wire.files.sample import write_sample

HERE = Path(__file__).parent
PORTION = 4_000  # records of construct's questions: see file_peers.py
SHOWN = (0, 777, PORTION - 1)
OURS = ("columns", "rows", "encode", "read", "z21")
PEERS = ("pandas", "construct", "build", "polars", "duckdb")
DECODING = ("columns", "rows", "read", "z21", "pandas", "construct", "polars", "duckdb")
ENCODING = ("encode", "build")
WARM_UP_SECONDS = 0.3


class Worker:
    """A process with one codec, its file read and prepared."""

    def __init__(self, codec: str, folder: Path, records: int) -> None:
        script = HERE / ("file_ours.py" if codec in OURS else "file_peers.py")
        python = sys.executable if codec in OURS else str(PEERS_PYTHON)
        self.process = subprocess.Popen(  # noqa: S603  # our own words
            [python, str(script), codec, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        pin(self.process.pid, MEASURED_CORE)
        self.codec = codec
        self.records = PORTION if codec in {"construct", "build"} else records
        self._hear()

    def close(self) -> None:
        """End the process."""
        self.process.communicate()

    def tell(self) -> str:
        """Return what the codec says about the shown records, or about what it wrote."""
        [told] = self._ask(do="answer")
        return str(told)

    def work(self, seconds: float) -> Slice:
        """Return the slice of at least so many seconds of passes over the file."""
        machine = Machine(measured=self.process.pid, beside=(os.getpid(),))
        forget_peak(self.process.pid)
        before = machine.read()
        done = self._ask(do="work", seconds=seconds)
        return self._slice((before, machine.read()), done)

    def _slice(self, readings: tuple[Reading, Reading], done: Mapping[str, float]) -> Slice:
        records = done["done"] * self.records
        return Slice(
            rate=records / done["seconds"],
            cpu=done["cpu"] / records * 1e6,
            cores=done["cpu"] / done["seconds"],
            others=used_by_others(*readings),
            memory=read_peak(self.process.pid),
        )

    def _ask(self, **asked: object) -> Any:  # noqa: ANN401  # plain JSON
        if self.process.stdin is None:
            raise RuntimeError(self.codec)
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        return self._hear()

    def _hear(self) -> Any:  # noqa: ANN401  # plain JSON
        line = self.process.stdout.readline() if self.process.stdout else ""
        if not line:
            message = f"{self.codec} ended: exit code {self.process.wait()}"
            raise RuntimeError(message)
        return json.loads(line)


async def measure_files(codecs: Sequence[str], plan: Plan) -> Rounds:
    """Return rounds of some codecs, records a second.

    Raises:
        RuntimeError: the peers are not installed, or one told another thing than the file says.
    """
    if not PEERS_PYTHON.exists():
        message = f"{PEERS_PYTHON} is missing: make bench installs requirements/bench.lock there"
        raise RuntimeError(message)
    with ExitStack() as stack:
        folder = stack.enter_context(prepare(plan.records))
        contestants: dict[str, Contestant] = {}
        for codec in codecs:
            worker = Worker(codec, folder, plan.records)
            stack.callback(worker.close)
            check(worker)
            worker.work(WARM_UP_SECONDS)
            contestants[codec] = _contestant(worker)
        return await alternate(contestants, plan)


def _contestant(worker: Worker) -> Contestant:
    async def work(seconds: float) -> Slice:
        return worker.work(seconds)

    return work


def check(worker: Worker) -> None:
    """Make sure that a codec tells what the file says.

    Raises:
        RuntimeError: it tells something else.
    """
    texts = list(file_samples.draw_texts(max(SHOWN) + 1))
    expected = json.dumps([texts[at] for at in SHOWN], ensure_ascii=False)
    if worker.codec in ENCODING:
        expected = "same"
    elif worker.codec in {"read", "z21"}:
        return
    if worker.tell() != expected:
        message = f"{worker.codec} told another thing than the file says"
        raise RuntimeError(message)


def measure_memory(plan: Plan) -> int:
    """Return the bytes that a process has resident at most while it streams a large file.

    Raises:
        RuntimeError: the process failed.
    """
    with tempfile.TemporaryDirectory(prefix="nakadachi-bench-") as name:
        file = Path(name) / "records.dat"
        file_samples.write_file(file, plan.megabytes * 1_000_000 // file_samples.RECORD_BYTES)
        command = [sys.executable, str(HERE / "file_memory.py"), str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # our own words
    if done.returncode:
        raise RuntimeError(done.stderr)
    return int(done.stdout)


@contextmanager
def prepare(records: int) -> Iterator[Path]:
    """Write what the workers read."""
    with tempfile.TemporaryDirectory(prefix="nakadachi-bench-") as name:
        folder = Path(name)
        file_samples.write_file(folder / "records.dat", records)
        (folder / "z21.dat").write_bytes(b"".join(write_sample(load_layout("Z21"), records, 1)))
        (folder / "fields.json").write_text(json.dumps(file_samples.list_fields()))
        (folder / "shown.json").write_text(json.dumps(SHOWN))
        yield folder
