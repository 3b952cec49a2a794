"""CPU of the measured process and of everybody else, from /proc; cores to run on."""

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

MEASURED_CORE = 0
OTHER_CORE = 1  # load, counterparties, the second gateway
_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_KERNEL = 2  # the process that all kernel threads are children of
_FORGET_PEAK = "5"  # what clear_refs calls it
_PARENT, _USER, _SYSTEM = 1, 11, 12  # fields of /proc/PID/stat after the command's name


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """CPU seconds so far: of the measured process, of the whole benchmark, of everybody."""

    at: float
    measured: float
    ours: float
    everybody: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Reads for one measured process beside the benchmark's others (process ids)."""

    measured: int
    beside: tuple[int, ...] = ()

    def read(self) -> Reading:
        """Return the present reading."""
        measured = cpu_seconds(self.measured)
        ours = measured + sum(cpu_seconds(one) for one in set(self.beside) - {self.measured})
        return Reading(
            at=time.monotonic(),
            measured=measured,
            ours=ours,
            everybody=_busy_seconds() - _kernel_seconds(),
        )


def used_by_others(before: Reading, after: Reading) -> float:
    """Return the cores that processes outside the benchmark used between two readings."""
    everybody, ours = after.everybody - before.everybody, after.ours - before.ours
    return max(0.0, (everybody - ours) / (after.at - before.at))


def cpu_seconds(process: int) -> float:
    """Return the CPU seconds of all threads of a process so far, 0 if it is gone."""
    fields = _fields(process)
    return (int(fields[_USER]) + int(fields[_SYSTEM])) / _TICKS if fields else 0.0


def forget_peak(process: int) -> None:
    """Let the kernel measure anew how much memory a process takes at most."""
    _PROC.joinpath(str(process), "clear_refs").write_text(_FORGET_PEAK)


def read_peak(process: int) -> int:
    """Return the bytes that a process had resident at most since `forget_peak`."""
    lines = _PROC.joinpath(str(process), "status").read_text().splitlines()
    [peak] = [line for line in lines if line.startswith("VmHWM:")]
    return int(peak.split()[1]) * 1024


def pin(process: int, core: int) -> None:
    """Let all threads of a process, and those to come, run on one core where there are two."""
    cores = sorted(os.sched_getaffinity(process))
    known = core if core < (os.cpu_count() or 1) else cores[0]
    for thread in (_PROC / str(process) / "task").iterdir():
        os.sched_setaffinity(int(thread.name), {known})


def _busy_seconds() -> float:
    """Return what all processors worked: user, nice, system, and what the host stole.

    Interrupts are left out: they are nobody's, and loopback traffic of our own causes them.
    """
    user, nice, system, _, _, _, _, steal = _PROC.joinpath("stat").read_text().split()[1:9]
    return sum(map(int, (user, nice, system, steal))) / _TICKS


def _kernel_seconds() -> float:
    """Return what kernel threads worked: writing our own log to disk is no disturbance."""
    return sum(map(cpu_seconds, _list_kernel_threads()))


def _list_kernel_threads() -> Iterable[int]:
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            fields = _fields(int(entry.name))
            if fields and _KERNEL in (int(fields[_PARENT]), int(entry.name)):
                yield int(entry.name)


def _fields(process: int) -> list[str]:
    """Return the fields of /proc/PID/stat from the state on; nothing if the process is gone."""
    try:
        text = _PROC.joinpath(str(process), "stat").read_text()
    except OSError:
        return []
    return text.rpartition(") ")[2].split()
