"""The figures of `make bench`: who is compared with whom, and where the bars are."""

import os
import statistics
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tools.bench import exchange, files, policies, stubs
from tools.bench.arena import PEOPLE, Arena, Launch, open_arena, process_of
from tools.bench.batches import measure_batches
from tools.bench.latency import measure_latency
from tools.bench.machine import OTHER_CORE, pin
from tools.bench.records import measure_records
from tools.bench.rounds import (
    Contestant,
    Plan,
    Ratio,
    Rounds,
    Slice,
    alternate,
    compare,
    compare_cpu,
    spread,
)

TITLES: Mapping[str, str] = {
    "P1": "complete inquiries / bare aiohttp GET of 1 KB",
    "P1p": "complete provisions / bare aiohttp GET of 1 KB",
    "P1a": "complete inquiries / those of a naive ORM gateway",
    "P1b": "p99 / p50 of an inquiry at half of saturation, a replica load beside",
    "P2": "permit decisions at 50,000 pairs / those of the best other policy engine",
    "P2b": "time of a permit decision at 50,000 pairs / at those of the order in force",
    "P2c": "time to compile a pair of 50,000 / one of those of the order in force",
    "P3": "records of 500 bytes decoded to columns and checked / those of pandas.read_fwf as texts",
    "P3k": "the same / those of construct, compiled",
    "P3r": "the same / those whose bytes are only read",
    "P3z": "records of the file Z21, decoded to columns and checked / those only read",
    "P3b": "records encoded from columns / those that construct builds",
    "P3s": "records decoded one by one / those of pandas.read_fwf as texts",
    "P3c": "peak of resident megabytes while a file of a gigabyte is decoded",
    "P4": "durable chained encrypted records / synchronous executemany of 100",
    "P5": "fixed answers of our stub, journal in memory / those of WireMock with its journal",
    "P5m": "the same / those of Mountebank with its journal",
    "P5p": "the same / those of Prism, which has none",
    "P5d": "fixed answers of our stub, journal on disk before each / those of WireMock",
    "P7": "time of a batch / ten times that of a tenth of it",
    "P9": "bare aiohttp GET of 1 KB behind our mutual TLS / in clear",
    "N1": "complete inquiries / those of the other checkout",
    "N1p": "complete provisions / those of the other checkout",
}
BARS: Mapping[str, tuple[float, float]] = {  # must and goal; P1b, P2b, P3c and P7 stay below
    "P1": (0.06, 0.17),
    "P1a": (10, 25),
    "P1b": (6, 4),
    "P2": (10, 20),
    "P2b": (2, 1.5),
    "P3": (15, 25),
    "P3k": (25, 40),
    "P3r": (0.10, 0.25),
    "P3b": (35, 50),
    "P3s": (3, 4),
    "P3c": (80, 55),
    "P4": (0.35, 0.60),
    "P5": (0.7, 1.5),
    "P5m": (3, 6),
    "P5p": (3, 6),
    "P7": (1.2, 1.05),
    "P9": (0.7, 0.85),
}
PAIRS: Mapping[str, tuple[str, str]] = {
    "P1": ("inquiry", "bare"),
    "P1p": ("provision", "bare"),
    "P1a": ("inquiry", "naive"),
    "P3": ("columns", "pandas"),
    "P3k": ("columns", "construct"),
    "P3r": ("columns", "read"),
    "P3z": ("z21", "read"),
    "P3b": ("encode", "build"),
    "P3s": ("rows", "pandas"),
    "P5": (stubs.OURS_IN_MEMORY, "wiremock"),
    "P5m": (stubs.OURS_IN_MEMORY, "mountebank"),
    "P5p": (stubs.OURS_IN_MEMORY, "prism"),
    "P5d": (stubs.OURS_ON_DISK, "wiremock"),
    "P9": ("bare behind TLS", "bare"),
    "N1": ("inquiry", "inquiry before"),
    "N1p": ("provision", "provision before"),
}
TOGETHER = {  # of the same rounds
    "P3": ("P3", "P3k", "P3r", "P3z"),
    "P3b": ("P3b", "P3s"),
    "P5": ("P5", "P5m", "P5p", "P5d"),
}
GROUPED = frozenset(one for together in TOGETHER.values() for one in together)
UNSERVED = frozenset({"P2", "P2b", "P2c", "P3c", "P4"}) | GROUPED  # figures that need no gateway
AGAINST = {"P1": "N1", "P1p": "N1p"}  # what another checkout is compared by
BEFORE = " before"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure: its ratio, None where every round was disturbed, and what it came from."""

    id: str
    ratio: Ratio | None
    rounds: Rounds
    cpu: Ratio | None = None  # the same by CPU time of the measured process

    def as_document(self) -> dict[str, object]:
        """Return the figure as it stands in the JSON file."""
        must, goal = BARS.get(self.id, (None, None))
        return {
            "id": self.id,
            "title": TITLES[self.id],
            "ratio": None if self.ratio is None else round(self.ratio.median, 4),
            "ratios": [] if self.ratio is None else [round(one, 4) for one in self.ratio.all],
            "cpu_ratio": None if self.cpu is None else round(self.cpu.median, 4),
            "must": must,
            "goal": goal,
            "rounds": len(self.rounds.kept),
            "rejected": self.rounds.rejected,
            "contestants": self.medians(),
        }

    def medians(self) -> dict[str, dict[str, float]]:
        """Return the medians of every contestant over the rounds."""
        names = self.rounds.kept[0] if self.rounds.kept else ()
        return {name: _medians(self.rounds.values(name)) for name in names}


def _medians(slices: Sequence[Slice]) -> dict[str, float]:
    found = {
        "per_second": round(statistics.median(one.rate for one in slices), 1),
        "cpu_microseconds": round(statistics.median(one.cpu for one in slices), 1),
        "cores": round(statistics.median(one.cores for one in slices), 2),
        "others_most": round(max(one.others for one in slices), 2),
    }
    if all(one.p50 for one in slices):
        found["p50_milliseconds"] = round(statistics.median(one.p50 for one in slices) * 1e3, 2)
        found["p99_milliseconds"] = round(statistics.median(one.p99 for one in slices) * 1e3, 2)
    if all(one.memory for one in slices):
        found["peak_megabytes"] = round(statistics.median(one.memory for one in slices) / 1e6, 1)
    return found


async def measure(wanted: Sequence[str], plan: Plan, against: Path | None = None) -> list[Figure]:
    """Return the figures asked for, in the order of the titles.

    With `against`, the folder of another checkout, inquiries and provisions are also compared with
    those of its gateways.
    """
    pin(os.getpid(), OTHER_CORE)
    found = await _measure_served(wanted, plan, against) if set(wanted) - UNSERVED else []
    found += await _measure_policies(wanted, plan)
    found += await _measure_files(wanted, plan)
    if "P5" in wanted:
        found += _compare_stubs(await stubs.measure_stubs(plan))
    if "P4" in wanted:
        rounds = await measure_records(plan)
        found.append(Figure(id="P4", ratio=compare(rounds, "records", "plain"), rounds=rounds))
    order = list(TITLES)
    return sorted(found, key=lambda one: order.index(one.id))


async def _measure_policies(wanted: Sequence[str], plan: Plan) -> list[Figure]:
    """Return the figures about the permit list."""
    fewest, most = policies.SIZES[0], policies.SIZES[-1]
    small, large = f"{policies.OURS} {fewest}", f"{policies.OURS} {most}"
    found = []
    if {"P2", "P2b"} & set(wanted):
        rounds = await policies.measure_decisions(plan)
        if "P2" in wanted:
            pair = large, policies.best_peer(rounds, most)
            ratio, cpu = compare(rounds, *pair), compare_cpu(rounds, *pair)
            found.append(Figure(id="P2", ratio=ratio, rounds=rounds, cpu=cpu))
        if "P2b" in wanted:
            found.append(_compare(rounds, "P2b", (small, large)))
    if "P2c" in wanted:
        rounds = await policies.measure_compiling(plan)
        found.append(_compare(rounds, "P2c", (small, large)))
    return found


async def _measure_files(wanted: Sequence[str], plan: Plan) -> list[Figure]:
    """Return the figures about codecs."""
    found = []
    if "P3" in wanted:
        rounds = await files.measure_files(files.DECODING, plan)
        found += [_compare(rounds, one, PAIRS[one]) for one in TOGETHER["P3"]]
        found[0] = replace(found[0], rounds=rounds)  # with those that no bar is about
    if "P3b" in wanted:
        rounds = await files.measure_files(("encode", "build", "rows", "pandas"), plan)
        found += [_compare(rounds, one, PAIRS[one]) for one in TOGETHER["P3b"]]
    if "P3c" in wanted:
        peak = files.measure_memory(plan) / 1e6
        ratio = Ratio(median=peak, all=(peak,))
        found.append(Figure(id="P3c", ratio=ratio, rounds=Rounds(kept=(), rejected=0)))
    return found


def _compare_stubs(rounds: Rounds) -> list[Figure]:
    """Return the figures about stubs; one whose other server could not be had has no ratio."""
    there = set(rounds.kept[0]) if rounds.kept else set()
    none = Rounds(kept=(), rejected=rounds.rejected)
    return [
        _compare(rounds if there.issuperset(PAIRS[one]) else none, one, PAIRS[one])
        for one in TOGETHER["P5"]
    ]


async def _measure_served(wanted: Sequence[str], plan: Plan, against: Path | None) -> list[Figure]:
    """Return the figures that need gateways."""
    async with AsyncExitStack() as stack:
        arena = await stack.enter_async_context(_open(Launch()))
        pairs = [one for one in PAIRS if one in wanted and one not in GROUPED]
        other = None
        if against is not None:
            other = await stack.enter_async_context(_open(Launch(root=against)))
            pairs += [AGAINST[one] for one in pairs if one in AGAINST]
        found = await _measure_exchange(arena, other, pairs, plan) if pairs else []
        if "P1b" in wanted:
            rounds = await measure_latency(arena, plan)
            found.append(Figure(id="P1b", ratio=spread(rounds, "half beside load"), rounds=rounds))
        if "P7" in wanted:
            found.append(_compare(await measure_batches(arena, plan), "P7", ("tenth", "batch")))
    return found


@asynccontextmanager
async def _open(launch: Launch) -> AsyncIterator[Arena]:
    async with open_arena(PEOPLE, launch) as arena:
        exchange.OURS.update(process_of(one) for one in arena.gateways.values())
        yield arena


async def _measure_exchange(
    arena: Arena, other: Arena | None, wanted: Sequence[str], plan: Plan
) -> list[Figure]:
    """Return the figures that share rounds: one slice of every server they need."""
    needed = list(dict.fromkeys(name for one in wanted for name in PAIRS[one]))
    contestants: dict[str, Contestant] = {}
    async with AsyncExitStack() as stack:
        for name in needed:
            place = other if other is not None and name.endswith(BEFORE) else arena
            target = exchange.BY_NAME[name.removesuffix(BEFORE)](place)
            contestants[name] = (await stack.enter_async_context(target)).saturate
        rounds = await alternate(contestants, plan)
    return [_compare(rounds, one, PAIRS[one]) for one in wanted]


def _compare(rounds: Rounds, figure: str, pair: tuple[str, str]) -> Figure:
    """Return a figure by the rates of two contestants, and by their CPU time."""
    return Figure(
        id=figure,
        ratio=compare(rounds, *pair),
        rounds=rounds.only(pair),
        cpu=compare_cpu(rounds, *pair),
    )
