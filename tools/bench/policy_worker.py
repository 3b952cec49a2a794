"""A process that holds one policy engine: loads it once, answers once, then works slice by slice.

It is told what to do line by line in JSON and answers so. It needs nothing but the standard
library, so that engines may live in an environment of their own.
"""

import gc
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PAGE_BYTES = resource.getpagesize()


@dataclass(frozen=True, slots=True)
class Engine:
    """A loaded engine: `ask` answers one of the `questions`, `tell` puts an answer in one word."""

    questions: Sequence[Any]  # Any: each engine takes its own form
    ask: Callable[[Any], Any]
    tell: Callable[[Any], str]


Load = Callable[[], Callable[[], Engine]]  # first reads its input, the rest is what counts


def serve(load: Load) -> None:
    """Load the engine and do what the lines of the standard input say until they end."""
    prepared = load()
    gc.collect()
    before, began, used = _resident(), time.perf_counter(), time.process_time()
    engine = prepared()
    seconds, cpu = time.perf_counter() - began, time.process_time() - used
    gc.collect()
    _say({"seconds": seconds, "cpu": cpu, "bytes": _resident() - before})
    gc.freeze()
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["do"] == "answer":
            _say([engine.tell(engine.ask(question)) for question in engine.questions])
        else:
            _say(_work(engine, asked["seconds"]))


def _work(engine: Engine, seconds: float) -> dict[str, float]:
    """Ask all questions again and again for so many seconds."""
    ask, questions, done = engine.ask, engine.questions, 0
    used, began = time.process_time(), time.perf_counter()
    now = began
    while now - began < seconds:
        for question in questions:
            ask(question)
        done += len(questions)
        now = time.perf_counter()
    return {"done": done, "seconds": now - began, "cpu": time.process_time() - used}


def _say(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _resident() -> int:
    """Return the bytes that this process has resident."""
    statm = Path(f"/proc/{os.getpid()}/statm").read_text(encoding="ascii")
    return int(statm.split()[1]) * PAGE_BYTES
