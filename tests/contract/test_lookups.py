"""Lookups go by an index of what is asked, however many rows an institution has."""

from pathlib import Path

import psycopg
import pytest
from pysqlite3 import dbapi2 as sqlite

from gateway.domain.addresses import Alias, Person
from gateway.domain.alarms import Alarm
from gateway.domain.inquiry import Inquiry
from gateway.domain.provision import Provision
from gateway.domain.replica import Control, Replica
from gateway.domain.symbols import Acquisition, SymbolBinding
from gateway.domain.work import StoredReply
from gateway.storage import migrate, statements
from gateway.storage.mappings import MAPPINGS
from gateway.storage.statements import Shape, Statement

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

FEW = [
    (Alarm, Shape(equal=("kind", "peer", "subject"), one=True)),
    (Inquiry, Shape(equal=("idempotency_key", "system"), one=True)),
    (Person, Shape(equal=("individual_number_index",), one=True)),
    (Person, Shape(equal=("merged_into_index",), limit=100)),
]

# Lists that are read page by page: the index gives their order too.
LISTED = [
    ("ix_inquiries_system", Inquiry, ("system",)),
    ("ix_inquiries_system_state", Inquiry, ("state", "system")),
    ("ix_alarms_peer", Alarm, ("kind", "peer")),
]
PAGES = [
    pytest.param(index, kind, Shape(equal=equal, after=after, limit=20), id=f"{index} {after=}")
    for index, kind, equal in LISTED
    for after in (False, True)
]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("lookups") / "lookups.db"
    migrate(f"sqlite+aiosqlite:///{file}")
    return file


def explain(database: Path, statement: Statement) -> list[str]:
    """Return the steps of the plan that SQLite makes for a statement."""
    connection = sqlite.connect(str(database))
    nothing = [None] * len(statement.names)
    rows = connection.execute(f"EXPLAIN QUERY PLAN {statement.text}", nothing).fetchall()
    connection.close()
    return [row[3] for row in rows]


@pytest.mark.parametrize(
    ("kind", "shape"), ASKED, ids=[f"{kind.__name__} {' '.join(s.equal)}" for kind, s in ASKED]
)
def test_a_lookup_searches_for_more_than_the_institution(
    database: Path, kind: type[object], shape: Shape
) -> None:
    [plan, *_] = explain(database, statements.select_rows(MAPPINGS[kind], shape, statements.SQLITE))
    assert plan.startswith("SEARCH"), plan
    assert any(f"{name}=?" in plan for name in shape.equal), plan


@pytest.mark.parametrize(
    ("kind", "shape"), FEW, ids=[f"{kind.__name__} {' '.join(s.equal)}" for kind, s in FEW]
)
def test_an_index_that_gives_an_order_lures_no_lookup_of_few_rows(
    database: Path, kind: type[object], shape: Shape
) -> None:
    [plan, *_] = explain(database, statements.select_rows(MAPPINGS[kind], shape, statements.SQLITE))
    assert all(f"{name}=?" in plan for name in shape.equal), plan


@pytest.mark.parametrize(("index", "kind", "shape"), PAGES)
def test_a_page_is_read_from_its_index_without_sorting(
    database: Path, index: str, kind: type[object], shape: Shape
) -> None:
    statement = statements.select_rows(MAPPINGS[kind], shape, statements.SQLITE)
    [plan] = explain(database, statement)  # sorting would be a step of its own
    assert f"USING INDEX {index} (" in plan
    assert all(f"{name}=?" in plan for name in shape.equal), plan


INQUIRIES = """
INSERT INTO inquiries (institution, inquiry_id, request_id, system, idempotency_key, state,
    unified_number_index, provider, basis, requested_at, deadline_at, updated_at, sealed, version)
SELECT '990011', 'i' || n, 'r' || n, CASE WHEN n % 100 = 0 THEN 'ours' ELSE 'theirs' END, 'k' || n,
    CASE WHEN n % 1000 = 0 THEN 'failed' ELSE 'answered' END, '', 'p', 'b', 0, 0, 0, '', 0
FROM generate_series(1, 20000) AS n
"""


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    ("index", "equal"), [(index, equal) for index, kind, equal in LISTED if kind is Inquiry]
)
def test_postgresql_reads_a_page_of_inquiries_from_its_index_too(
    filled_postgres: str,
    index: str,
    equal: tuple[str, ...],
    after: bool,  # a case of the table
) -> None:
    shape = Shape(equal=equal, after=after, limit=20)
    statement = statements.select_rows(MAPPINGS[Inquiry], shape, statements.POSTGRESQL)
    asked = statement.bind(
        {
            "institution": "990011",
            "system": "ours",
            "state": "failed",
            "after_inquiry_id": "i1",
        }
    )
    with psycopg.connect(filled_postgres) as connection:
        rows = connection.execute(f"EXPLAIN {statement.text}".encode(), asked).fetchall()
    plan = "\n".join(row[0] for row in rows)
    assert f"Index Scan using {index} on inquiries" in plan
    assert "Sort" not in plan


@pytest.fixture
def filled_postgres(postgres_url: str) -> str:
    """A database in which most inquiries are of another system, and few of ours failed."""
    plain = postgres_url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(INQUIRIES)
        connection.execute("ANALYZE inquiries")
    return plain
