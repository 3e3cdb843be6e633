"""
Warning signs and common effects: patient education.

Why it matters: a patient who knows the signs comes in time; most dangers of alemtuzumab show months or years after it.
Speaks on the chart of every exposed patient; a critical card takes its place, and nothing is remembered between calls.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.rule import EXPOSED, INFO, PATIENT_VIEW, Case, Citation, Example, Finding, Outcome, Rule, Silent, evidence_of

RASH = 53  # percent of those treated in trials: US PI, protocol A5
URTICARIA = 16  # percent of those treated in trials: US PI, protocol A5
ITCHING = 14  # percent of those treated in trials: US PI, protocol A5
HEADACHE = 52  # percent of those treated in trials: US PI, protocol A6
FEVER = 29  # percent of those treated in trials: US PI, protocol A6
FATIGUE = 18  # percent of those treated in trials: US PI, protocol A6
NASOPHARYNGITIS = 25  # percent of those treated in trials: US PI, protocol A7
URINARY_INFECTION = 19  # percent of those treated in trials: US PI, protocol A7
HERPES = 16  # percent of those treated in trials: US PI, protocol A7
NAUSEA = 21  # percent of those treated in trials: US PI, protocol A8
DIARRHEA = 12  # percent of those treated in trials: US PI, protocol A8
VOMITING = 10  # percent of those treated in trials: US PI, protocol A8
JOINT_LIMB_BACK_PAIN = 12  # percent of those treated in trials, each of the three: US PI, protocol A9
DIZZINESS = 10  # percent of those treated in trials: US PI, protocol A10
PARESTHESIA = 10  # percent of those treated in trials: US PI, protocol A10

SIGNS = (
    "Teach what is reported at once, also years after the last infusion: bleeding or bruising, dark or bloody urine, coughing blood, "
    "yellow skin or eyes, a lump in the neck, fever, stiff neck, sudden headache, weakness, change of vision or memory, breathlessness.",
    "Thyroid cancer has symptoms of its own: a lump or swelling in the neck, neck pain, hoarseness, trouble swallowing or breathing, a "
    "cough that stays. Neither the skin examination nor TSH looks for it.",
)
COMMON = (
    f"Common in the trials: rash {RASH} %, urticaria {URTICARIA} %, itching {ITCHING} %; headache {HEADACHE} %, fever {FEVER} %, fatigue "
    f"{FATIGUE} %; nasopharyngitis {NASOPHARYNGITIS} %, urinary tract infection {URINARY_INFECTION} %, herpes {HERPES} %; "
    f"nausea {NAUSEA} %, diarrhea {DIARRHEA} %, vomiting {VOMITING} %; pain of joints, limbs and back {JOINT_LIMB_BACK_PAIN} % each; "
    f"dizziness {DIZZINESS} %, tingling {PARESTHESIA} %. Common is no explanation: fever or headache may be infection, stroke or HLH; "
    "diarrhea that stays may be colitis."
)
PATIENT_CARD = "Give the patient card and the patient guide, and ask whether the card is carried."


def evaluate(case: Case) -> Outcome:
    if not case.exposure.exists:
        return Silent("no exposure", settled=True)
    last = case.exposure.last_dose
    return Finding(
        indicator=INFO, summary="LEMTRADA warning signs and common effects: patient education", settled=True,
        evidence=evidence_of(case.exposure.latest_dose.event), found=(f"Last dose on record: {last or 'no date'}",), meaning=COMMON,
        advice=(*SIGNS, PATIENT_CARD) if case.policy.european else SIGNS)


SUMMARY = "LEMTRADA warning signs and common effects: patient education"
TESTED = """
    2024-02-10  lab  platelet-count 240 10*9/L
    2024-02-10  lab  neutrophils 3.1 10*9/L
    2024-02-10  lab  lymphocytes 1.2 10*9/L
"""

EXAMPLES = (
    Example("eleven months after the course", timeline="2023-03-06  dose  alemtuzumab-lemtrada 12 mg" + TESTED, info=SUMMARY,
            says=("rash 53 %", "a lump or swelling in the neck", "coughing blood")),
    Example("laboratory could not be read: the education stands", timeline="2023-03-06  dose  alemtuzumab-lemtrada 12 mg",
            failed=("laboratory",), info=SUMMARY),
    Example("years after the end of monitoring", as_of="2030-01-01", timeline="2023-03-06  dose  alemtuzumab-lemtrada 12 mg", info=SUMMARY),
    Example("exposure that is only suspected", timeline="2023-03-06  medication  alemtuzumab-lemtrada status=completed", info=SUMMARY),
    Example("in the EU with the patient card", jurisdiction="EU", timeline="2023-03-06  dose  alemtuzumab-lemtrada 12 mg" + TESTED,
            info=SUMMARY, says=("patient card",)),
    Example("an order alone that lies ahead is no exposure",
            timeline="2024-02-10  medication  alemtuzumab-lemtrada start=2024-03-01", silent=True),
    Example("an infusion entered in error is no exposure",
            timeline="2023-03-06  dose  alemtuzumab-lemtrada 12 mg status=entered-in-error", silent=True),
)

RULE = Rule(
    id="warning-signs",
    title="Warning signs and common effects",
    hooks=(PATIENT_VIEW,),
    gate=EXPOSED,
    band="education",
    source=Citation(us="17, 6.1", eu="4.8", evidence="label; thyroid cancer symptoms not re-read",
                    protocol="A5 to A10, D6, C.5 warning-signs; rulings 19 and 30"),
    to_soften=(c.ALEMTUZUMAB,),
    card="education",
    highest=INFO,
    evaluate=evaluate,
    examples=EXAMPLES,
)
