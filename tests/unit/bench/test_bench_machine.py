"""What the benchmark reads of the machine."""

import os

from tools.bench.machine import (
    Machine,
    Reading,
    cpu_seconds,
    forget_peak,
    read_peak,
    used_by_others,
)

BIG = 64 * 2**20  # bytes


def reading(at: float, ours: float, everybody: float) -> Reading:
    return Reading(at=at, measured=0.0, ours=ours, everybody=everybody)


def test_others_used_what_the_machine_worked_and_we_did_not() -> None:
    before, after = reading(10, 1, 100), reading(12, 2, 102)
    assert used_by_others(before, after) == 0.5


def test_others_never_used_less_than_nothing() -> None:
    assert used_by_others(reading(0, 0, 0), reading(1, 1.5, 1)) == 0


def test_cpu_of_a_process_grows_and_that_of_none_is_nothing() -> None:
    before = cpu_seconds(os.getpid())
    while cpu_seconds(os.getpid()) == before:
        sum(range(1000))
    assert cpu_seconds(0) == 0.0


def test_a_reading_counts_the_measured_process_once() -> None:
    here = os.getpid()
    found = Machine(measured=here, beside=(here,)).read()
    assert found.ours == found.measured > 0
    assert found.everybody > found.ours


def test_a_peak_of_memory_stays_until_it_is_forgotten() -> None:
    here = os.getpid()
    forget_peak(here)
    before = read_peak(here)
    taken = bytearray(b"1") * BIG
    assert len(taken) == BIG
    del taken
    assert read_peak(here) > before + BIG / 2
    forget_peak(here)
    assert read_peak(here) < before + BIG / 2
