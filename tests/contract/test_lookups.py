"""Lookups on SQLite go by an index of what is asked, however many rows an institution has."""

from pathlib import Path

import pytest
from pysqlite3 import dbapi2 as sqlite

from gateway.domain.addresses import Alias, Person
from gateway.domain.inquiry import Inquiry
from gateway.domain.provision import Provision
from gateway.domain.replica import Control, Replica
from gateway.domain.symbols import Acquisition, SymbolBinding
from gateway.domain.work import StoredReply
from gateway.storage import migrate, statements
from gateway.storage.mappings import MAPPINGS
from gateway.storage.statements import Shape

ASKED = [
    (Alias, Shape(equal=("local_number_index", "system"), one=True)),
    (Alias, Shape(equal=("unified_number_index",))),
    (Person, Shape(equal=("individual_number_index",), one=True)),
    (SymbolBinding, Shape(equal=("symbol_index",), one=True)),
    (SymbolBinding, Shape(equal=("state", "unified_number_index"), one=True)),
    (SymbolBinding, Shape(equal=("unified_number_index",))),
    (Acquisition, Shape(equal=("process_number_index",), one=True)),
    (Acquisition, Shape(equal=("unified_number_index",))),
    (Inquiry, Shape(equal=("idempotency_key", "system"), one=True)),
    (Inquiry, Shape(equal=("transaction_number",), one=True)),
    (Provision, Shape(equal=("permit_id",), one=True)),
    (Provision, Shape(equal=("state",))),
    (Replica, Shape(equal=("information", "unified_number_index"))),
    (Control, Shape(equal=("unified_number_index",), empty=("ended_at",), limit=100)),
    (StoredReply, Shape(equal=("message_id", "sender"), one=True)),
]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("lookups") / "lookups.db"
    migrate(f"sqlite+aiosqlite:///{file}")
    return file


@pytest.mark.parametrize(
    ("kind", "shape"), ASKED, ids=[f"{kind.__name__} {' '.join(s.equal)}" for kind, s in ASKED]
)
def test_a_lookup_searches_for_more_than_the_institution(
    database: Path, kind: type[object], shape: Shape
) -> None:
    statement = statements.select_rows(MAPPINGS[kind], shape, statements.SQLITE)
    connection = sqlite.connect(str(database))
    nothing = [None] * len(statement.names)
    rows = connection.execute(f"EXPLAIN QUERY PLAN {statement.text}", nothing).fetchall()
    connection.close()
    plan = rows[0][3]
    assert plan.startswith("SEARCH"), plan
    assert any(f"{name}=?" in plan for name in shape.equal), plan
