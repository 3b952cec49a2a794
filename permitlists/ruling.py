"""The ruling: one decision with all that it depended on, as bytes that a replay compares."""

from typing import Final

import msgspec

from permitlists.model import Decision, Question

_encode: Final = msgspec.json.Encoder(order="sorted").encode


def ruling_bytes(question: Question, decision: Decision) -> bytes:
    """Return canonical JSON of a question and its decision: sorted keys, no white space, UTF-8.

    Classes and files stand sorted, so that equal questions give equal bytes. The edition stands
    by its label and SHA-256, without its end: a successor does not change what was decided. The
    nearest rows and the sentences of an explanation are left out.
    """
    key = decision.edition
    return _encode(
        {
            "decision": {
                "allowed": decision.allowed,
                "edition": None if key is None else {"label": key.label, "sha256": key.sha256},
                "failed": decision.failed,
                "matched": decision.matched,
                "reason": decision.reason,
            },
            "question": {
                "affair": str(question.affair),
                "basis": question.basis,
                "consent": question.consent,
                "information": question.information,
                "inquirer": {
                    "classes": sorted(question.inquirer),
                    "code": question.inquirer_code,
                    "delegator": question.inquirer_delegator,
                    "files": sorted(question.inquirer_files),
                },
                "instrument": question.instrument,
                "on": question.on,
                "provider": {
                    "classes": sorted(question.provider),
                    "code": question.provider_code,
                    "delegator": question.provider_delegator,
                    "files": sorted(question.provider_files),
                },
                "undelegated": sorted(question.undelegated),
            },
        }
    )
