"""Parties without sockets for every test that asks for them."""

from collections.abc import Iterator

import pytest

from mocks.pki import Pki
from tests.support.parties import NOON, Sandbox, open_parties


@pytest.fixture(name="shared_pki", scope="session")
def _shared_pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"), now=NOON)


@pytest.fixture(name="sandbox")
def _sandbox(shared_pki: Pki) -> Iterator[Sandbox]:
    with open_parties(shared_pki) as sandbox:
        yield sandbox
