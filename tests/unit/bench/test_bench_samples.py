"""What a profile puts down to whom."""

from tools.bench.samples import module_of, summarise

SERVE = "gateway.cli.serve:serve:22"
WRITE = ("threading:run:1", "gateway.storage.writer:Writer._run:90")


def test_a_library_counts_for_the_module_of_ours_that_called_it() -> None:
    stack = (SERVE, "wire.keys:is_signed:129", "cryptography.hazmat:verify:1")
    assert module_of(stack) == "wire.keys"


def test_a_library_that_nobody_of_ours_called_stands_by_itself() -> None:
    assert module_of(("runpy:run:1", "asyncio.events:Handle._run:80")) == "asyncio"
    assert module_of(()) == "?"


def test_a_function_counts_with_all_below_it_but_only_once() -> None:
    recursive = (SERVE, "wire.messages.codec:Codec.read:85", "wire.messages.codec:Codec.read:93")
    found = summarise([(recursive, 3), (WRITE, 1)])
    assert found.samples == 4
    assert dict(found.functions) == {
        "gateway.cli.serve:serve": 0.75,
        "wire.messages.codec:Codec.read": 0.75,
        "gateway.storage.writer:Writer._run": 0.25,
    }
    assert dict(found.lines) == {recursive[-1]: 0.75, WRITE[-1]: 0.25}
    assert found.modules == (("wire.messages.codec", 0.75), ("gateway.storage.writer", 0.25))
