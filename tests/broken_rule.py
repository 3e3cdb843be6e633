"""`serve` with one rule more, which always raises: for T72. Called as ``python -m tests.broken_rule --port N``."""

import sys

from app.cli import main
from cds_services import services
from cds_services.rule import EVERY_HOOK, RECORD, Case, Citation, Outcome, Rule

WORDS = "Unmistakable words of an exception"


def evaluate(case: Case) -> Outcome:
    """Fail as a rule with a defect would."""
    raise RuntimeError(f"{WORDS} {case.record.patient.id}")


BROKEN = Rule(id="broken", title="A rule that is broken", hooks=EVERY_HOOK, gate=RECORD, band="record", source=Citation(us="0"),
              evaluate=evaluate, examples=())

if __name__ in ("__main__", "__mp_main__"):  # not where a test imports its words
    services.RULES = (BROKEN, *services.RULES)

if __name__ == "__main__":
    main(["serve", *sys.argv[1:]])
