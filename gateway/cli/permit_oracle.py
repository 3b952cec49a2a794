"""`nakadachi permits oracle-check`: the compiled list against a slow reading of the same table."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from random import Random
from secrets import randbelow
from typing import Annotated, Any, Final

import typer

from gateway.cli.options import JsonOption
from gateway.cli.permit_refusals import refusals
from gateway.cli.permit_source import RegisterOption, find_edition, read_permit_list
from permitlists import Edition, PermitList, Question
from permitlists.oracle import OracleAnswer, OracleList, list_packaged
from permitlists.oracle_check import Comparison, Disagreement

SHOWN: Final = 20  # disagreements of one run; more of them say no more
_SEEDS: Final = 2**32
_PROGRESS: Final = 100_000  # questions between two lines of progress

EditionTexts = Annotated[
    list[str] | None,
    typer.Option(
        "--edition",
        metavar="EDITION",
        help="版（ラベル、ハッシュの先頭、ファイル） / An edition: label, hash prefix or file; may "
        "stand several times (default: all of the list).",
    ),
]
Mutations = Annotated[
    int,
    typer.Option(
        "--mutations", min=0, help="無作為に変えた質問の数 / Number of randomly changed questions."
    ),
]
Seed = Annotated[
    int | None,
    typer.Option("--seed", min=0, help="乱数の種（既定は新しい種） / Seed (default: a fresh one)."),
]
Full = Annotated[
    bool,
    typer.Option(
        "--full",
        help="全号・全提供者区分・全情報の組も問う（数分） / Also every clause with every provider "
        "class and every term (minutes).",
    ),
]


@dataclass(slots=True, kw_only=True)
class _Run:
    """What has been asked so far, by kind of question, and where the two differ."""

    comparison: Comparison
    asked: dict[str, int] = field(default_factory=dict)
    found: list[Disagreement] = field(default_factory=list)

    def ask(self, kind: str, questions: Iterator[Question]) -> None:
        """Put questions to both until there is nothing new to learn from a disagreement."""
        self.asked[kind] = 0
        while len(self.found) < SHOWN and (part := list(islice(questions, _PROGRESS))):
            differing = map(self.comparison.compare, part)
            self.found += [one for one in differing if one is not None]
            self.asked[kind] += len(part)
            typer.echo(f"{kind}: {self.asked[kind]}", err=True)


def oracle_check_command(
    *,
    edition: EditionTexts = None,
    register: RegisterOption = None,
    mutations: Mutations = 100_000,
    seed: Seed = None,
    full: Full = False,
    as_json: JsonOption = False,
) -> None:
    """索引と原表の読みを突き合わせる / Compare the index with a plain reading of the table.

    Asks both every tuple that is permitted, every row with every class as inquirer, and permitted
    questions with elements changed at random. Exit code 1 if they differ anywhere.
    """
    started = time.perf_counter()
    with refusals(as_json=as_json):
        permit_list, contents = _read(edition or [], register)
    chosen = randbelow(_SEEDS) if seed is None else seed
    run = _Run(comparison=Comparison(permit_list, OracleList(contents)))
    run.ask("granting", run.comparison.list_granting())
    run.ask("inquirers", run.comparison.list_inquirers())
    draw = Random(chosen)  # noqa: S311 - a sample that can be drawn again, no secret
    run.ask("mutations", run.comparison.list_mutations(mutations, draw))
    if full:
        run.ask("full", run.comparison.list_everything())
    document = _document(permit_list, run, chosen, time.perf_counter() - started)
    typer.echo(json.dumps(document, ensure_ascii=False) if as_json else _summary(document))
    raise typer.Exit(1 if run.found else 0)


def register(app: typer.Typer) -> None:
    """Add the command to `nakadachi permits`."""
    app.command("oracle-check")(oracle_check_command)


def _read(texts: list[str], folder: Path | None) -> tuple[PermitList, list[bytes]]:
    """Return the list of the editions named, and the bytes that the oracle reads.

    Holds and filings stay out: they are no part of an edition.
    """
    permit_list = read_permit_list(folder)
    if texts:
        named = [(text, find_edition(text, permit_list)) for text in texts]
        return PermitList(one for _, one in named), [_content(*one) for one in named]
    editions = permit_list.editions
    contents = list_packaged() if folder is None else [one.to_bytes() for one in editions]
    return PermitList(editions), contents


def _content(text: str, edition: Edition) -> bytes:
    path = Path(text)
    return path.read_bytes() if path.suffix in {".json", ".jsonl"} else edition.to_bytes()


def _document(  # Any: a JSON document
    permit_list: PermitList, run: _Run, seed: int, seconds: float
) -> dict[str, Any]:
    return {
        "editions": [
            {"label": one.key.label, "sha256": one.key.sha256} for one in permit_list.editions
        ],
        "seed": seed,
        "asked": run.asked,
        "seconds": round(seconds, 1),
        "agree": not run.found,
        "disagreements": [_difference(one) for one in run.found[:SHOWN]],
    }


def _difference(one: Disagreement) -> dict[str, Any]:  # Any: a JSON document
    question = one.question
    return {
        "question": {
            "on": question.on.isoformat(),
            "instrument": question.instrument,
            "affair": str(question.affair),
            "inquirer": sorted(question.inquirer),
            "provider": sorted(question.provider),
            "info": list(question.information),
        },
        "index": _answer(one.index),
        "oracle": _answer(one.oracle),
    }


def _answer(answer: OracleAnswer) -> dict[str, Any]:  # Any: a JSON document
    granted = [
        {"row": row, "clause": clause, "pair": pair, "information": information}
        for row, clause, pair, information in sorted(answer.granted, key=str)
    ]
    return {"failed": answer.failed, "granted": granted}


def _summary(document: dict[str, Any]) -> str:
    asked = ", ".join(f"{kind} {count}" for kind, count in document["asked"].items())
    lines = [f"{one['label']}  sha256:{one['sha256']}" for one in document["editions"]]
    lines += [json.dumps(one, ensure_ascii=False) for one in document["disagreements"]]
    verdict = "一致 / agree" if document["agree"] else "不一致 / differ"
    lines.append(f"{verdict}: {asked}; seed {document['seed']}; {document['seconds']} s")
    return "\n".join(lines)
