"""Runs `nakadachi` under a sampling profiler: where the CPU time of a serving process goes.

    python tools/bench/profiled.py OUT.json serve -c FILE      # of the checkout one stands in

SIGUSR1 starts and SIGUSR2 ends the sampling, which writes OUT.json. A timer of CPU time interrupts
the event loop's thread every millisecond; while that waits, the sample is the writer's thread.
"""

import json
import signal
import sys
import threading
from collections import Counter
from pathlib import Path
from types import FrameType

INTERVAL_SECONDS = 0.001
_WAITING = ("selectors.py", "select")


class Sampler:
    """Counts stacks as texts, innermost last."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._stacks: Counter[tuple[str, ...]] = Counter()

    def begin(self, *_given: object) -> None:
        """Start sampling."""
        self._stacks.clear()
        signal.setitimer(signal.ITIMER_PROF, INTERVAL_SECONDS, INTERVAL_SECONDS)

    def end(self, *_given: object) -> None:
        """Stop and write what was counted: pairs of a stack and its samples."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        part = self._out.with_suffix(".part")
        part.write_text(json.dumps(list(self._stacks.items())), encoding="utf-8")
        part.replace(self._out)

    def sample(self, _number: int, frame: FrameType | None) -> None:
        """Count one sample."""
        if frame is not None and frame.f_code.co_name == _WAITING[1]:
            frame = _find_other_thread() or frame
        stack: list[str] = []
        while frame is not None:
            stack.append(_name(frame))
            frame = frame.f_back
        self._stacks[tuple(reversed(stack))] += 1


def _find_other_thread() -> FrameType | None:
    """Return the stack of the storage writer."""
    frames = sys._current_frames()  # noqa: SLF001  # documented, and the only way
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    return next((f for i, f in frames.items() if names.get(i) == "storage-writer"), None)


def _name(frame: FrameType) -> str:
    """Return `module:function:line` of a frame."""
    module = frame.f_globals.get("__name__", "?")
    return f"{module}:{frame.f_code.co_qualname}:{frame.f_lineno}"


def main() -> None:
    """Install the sampler and hand over to the command line."""
    sys.path[0] = str(Path.cwd())
    sampler = Sampler(Path(sys.argv[1]))
    signal.signal(signal.SIGPROF, sampler.sample)
    signal.signal(signal.SIGUSR1, sampler.begin)
    signal.signal(signal.SIGUSR2, sampler.end)
    sys.argv = ["nakadachi", *sys.argv[2:]]
    from gateway.cli.main import main as run  # noqa: PLC0415  # the path comes first

    run()


if __name__ == "__main__":
    main()
