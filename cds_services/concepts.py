"""
The value sets as Concepts: what a rule names when it asks the record for facts.

A Concept says which sources of the record can hold it (so that a failed source is never taken for absence) and, for
a measured analyte, in which Measure it is read.
"""

from __future__ import annotations

from dataclasses import dataclass

from cds_services import units
from cds_services.units import Measure
from cds_services.value_sets import VALUE_SETS, Code

# Sources: the keys of the published prefetch, one per question to the FHIR server (spec section 16).
PATIENT = "patient"
ADMINISTRATIONS = "medicationAdministrations"
REQUESTS = "medicationRequests"
STATEMENTS = "medicationStatements"
DISPENSES = "medicationDispenses"
CONDITIONS = "conditions"
ALLERGIES = "allergies"
IMMUNIZATIONS = "immunizations"
PROCEDURES = "procedures"
SERVICE_REQUESTS = "serviceRequests"
LABORATORY = "laboratory"
VITAL_SIGNS = "vitalSigns"
OTHER_OBSERVATIONS = "otherObservations"
ENCOUNTERS = "encounters"
DIAGNOSTIC_REPORTS = "diagnosticReports"


@dataclass(frozen=True)
class Concept:
    """
    A named value set: its codes with displays, where facts of it are found, and how its values are read.

    `measures` are the kinds of quantity its results may be sent in; `words` is True where an answer in words
    ("positive", "2+") can be its result.
    """

    name: str
    title: str
    sources: tuple[str, ...]
    measures: tuple[Measure, ...] = ()
    words: bool = False

    @property
    def free(self) -> bool:
        """True where any words may be its answer; a strip or a viral load says one of the known ones, or cannot be read."""
        return self.words and (not self.measures or self.name == "pregnancy-test")

    @property
    def codes(self) -> tuple[Code, ...]:
        """The rows of value_sets.tsv, in their order; the first is what we order or print."""
        return VALUE_SETS[self.name]


CONCEPTS: dict[str, Concept] = {}


def _lab(name: str, title: str, *measures: Measure, words: bool = False, sources: tuple[str, ...] = (LABORATORY,)) -> Concept:
    return _concept(name, title, sources, measures, words or not measures)


def _condition(name: str, title: str = "", *more: str) -> Concept:
    return _concept(name, title, (CONDITIONS, *more))


def _drug(name: str, title: str = "") -> Concept:
    return _concept(name, title, (REQUESTS, STATEMENTS))


def _concept(
    name: str, title: str, sources: tuple[str, ...], measures: tuple[Measure, ...] = (), words: bool = False
) -> Concept:
    concept = Concept(name, title or name.replace("-", " "), sources, measures, words)
    assert name in VALUE_SETS, name
    CONCEPTS[name] = concept
    return concept


# What an order already placed softens: no value set of its own, any request for a test or a referral.
ORDERS = Concept("orders-placed", "orders already placed", (SERVICE_REQUESTS,))

# ---- the drug ---------------------------------------------------------------------------------------------
ALEMTUZUMAB = _concept("alemtuzumab", "alemtuzumab", (ADMINISTRATIONS, STATEMENTS, DISPENSES, REQUESTS))
LEMTRADA = _concept("alemtuzumab-lemtrada", "LEMTRADA", ALEMTUZUMAB.sources)
CAMPATH = _concept("alemtuzumab-campath", "CAMPATH", ALEMTUZUMAB.sources)

INFUSIONS = Concept("alemtuzumab", "infusions of alemtuzumab", (ADMINISTRATIONS,))  # the same codes, among what was given

# ---- blood ------------------------------------------------------------------------------------------------
PLATELETS = _lab("platelet-count", "platelets", units.PLATELET_COUNT)
CBC_PANEL = _lab("cbc-panel", "CBC with differential", sources=(LABORATORY, DIAGNOSTIC_REPORTS))
WBC = _lab("wbc-count", "leukocytes", units.CELL_COUNT)
HEMOGLOBIN = _lab("hemoglobin", "hemoglobin", units.HEMOGLOBIN_MASS)
NEUTROPHILS = _lab("neutrophils", "neutrophils", units.CELL_COUNT)
LYMPHOCYTES = _lab("lymphocytes", "lymphocytes", units.CELL_COUNT)
CD4 = _lab("cd4-count", "CD4+ cells", units.CD4_COUNT)
CD4_PERCENT = _lab("cd4-percent-do-not-use-as-count", "CD4+ percentage")
FERRITIN = _lab("ferritin", "ferritin", units.FERRITIN_MASS)
TRIGLYCERIDES = _lab("triglycerides", "triglycerides", units.TRIGLYCERIDE_MASS)
APTT = _lab("aptt", "aPTT", units.SECONDS)
PT_INR = _lab("pt-inr", "INR")
FACTOR_VIII = _lab("factor-viii-activity", "factor VIII activity")
LDH = _lab("ldh", "LDH", units.ENZYME)

# ---- thyroid, kidney, urine, liver ------------------------------------------------------------------------
TSH = _lab("tsh", "TSH", units.THYROTROPIN)
FREE_T4 = _lab("free-t4", "free T4", units.FREE_THYROXINE)
CREATININE = _lab("creatinine", "creatinine", units.CREATININE_MASS)
EGFR = _lab("egfr", "eGFR")
METABOLIC_PANEL = _lab("metabolic-panel", "metabolic panel", sources=(LABORATORY, DIAGNOSTIC_REPORTS))
URINALYSIS_PANEL = _lab("urinalysis-panel", "urinalysis with cell counts", sources=(LABORATORY, DIAGNOSTIC_REPORTS))
URINE_RBC = _lab("urine-rbc-microscopy", "urine red cells", units.CELLS_PER_FIELD, units.URINE_CELLS)
URINE_BLOOD_STRIP = _lab("urine-blood-dipstick", "urine blood (strip)", units.URINE_CELLS, units.CELLS_PER_FIELD, words=True)
URINE_PROTEIN_STRIP = _lab("urine-protein-dipstick", "urine protein (strip)", units.STRIP_PROTEIN, words=True)
URINE_PROTEIN = _lab("urine-protein-quant", "urine protein", units.STRIP_PROTEIN)
UPCR = _lab("upcr", "urine protein:creatinine", units.PROTEIN_CREATININE)
UACR = _lab("uacr", "urine albumin:creatinine", units.ALBUMIN_CREATININE)
URINE_CULTURE = _lab("urine-culture", "urine culture")
BLOOD_CULTURE = _lab("blood-culture", "blood culture")
ALT = _lab("alt", "ALT", units.ENZYME)
AST = _lab("ast", "AST", units.ENZYME)
ALP = _lab("alp", "ALP", units.ENZYME)
BILIRUBIN = _lab("bilirubin-total", "bilirubin", units.BILIRUBIN_MASS)
HEPATIC_PANEL = _lab("hepatic-panel", "hepatic panel", sources=(LABORATORY, DIAGNOSTIC_REPORTS))

# ---- screening --------------------------------------------------------------------------------------------
TB_IGRA = _lab("tb-igra", "IGRA")
TB_IGRA_CONTROL = _lab("tb-igra-control-not-a-result", "IGRA control well")
TB_SKIN_TEST = _lab("tb-skin-test", "tuberculin skin test", sources=(LABORATORY, OTHER_OBSERVATIONS, PROCEDURES))
VZV_IGG = _lab("vzv-igg", "varicella zoster IgG")
HIV_TEST = _lab("hiv-test", "HIV test", units.VIRAL_LOAD, words=True)
HIV_RNA = _lab("hiv-rna", "HIV RNA", units.VIRAL_LOAD, words=True)
HIV_IMMUNOBLOT = _lab("hiv-immunoblot", "HIV immunoblot", units.VIRAL_LOAD, words=True)
HEPATITIS_TEST = _lab("hepatitis-b-c-test", "hepatitis B or C test")
HBV_SURFACE_ANTIGEN = _lab("hbv-surface-antigen", "hepatitis B surface antigen")
HBV_SURFACE_ANTIBODY = _lab("hbv-surface-antibody", "hepatitis B surface antibody")
HBV_CORE_ANTIBODY = _lab("hbv-core-antibody", "hepatitis B core antibody")
HBV_CORE_IGM = _lab("hbv-core-igm", "hepatitis B core IgM antibody")
HCV_ANTIBODY = _lab("hcv-antibody", "hepatitis C antibody")
SARS_COV_2_TEST = _lab("sars-cov-2-test", "SARS-CoV-2 test")
PREGNANCY_TEST = _lab("pregnancy-test", "pregnancy test", units.HORMONE, words=True)
HPV_SCREENING = _lab("hpv-screening", "HPV test")
CERVICAL_CYTOLOGY = _lab("cervical-cytology", "cervical cytology")
ECG = _lab("ecg", "ECG", sources=(OTHER_OBSERVATIONS, LABORATORY, PROCEDURES, DIAGNOSTIC_REPORTS))
SKIN_EXAM = _lab("skin-exam", "skin examination", sources=(PROCEDURES, OTHER_OBSERVATIONS, ENCOUNTERS))
DERMATOLOGY = _concept("dermatology-specialty", "dermatology", (ENCOUNTERS,))
ENDOCRINOLOGY = _concept("endocrinology-specialty", "endocrinology", (ENCOUNTERS,))
QUALITATIVE_ANSWERS = _concept("qualitative-answers", "answers in words", (LABORATORY,))

# ---- vital signs and observations of other categories -----------------------------------------------------
TEMPERATURE = _lab("body-temperature", "body temperature", units.TEMPERATURE, sources=(VITAL_SIGNS,))
BLOOD_PRESSURE = _lab("blood-pressure", "blood pressure", units.PRESSURE, sources=(VITAL_SIGNS,))
HEART_RATE = _lab("heart-rate", "heart rate", sources=(VITAL_SIGNS,))
PREGNANCY_STATUS = _lab("pregnancy-status", "pregnancy status", sources=(OTHER_OBSERVATIONS,))
MENSTRUATION = _concept("menstruation", "menstruation", (CONDITIONS, OTHER_OBSERVATIONS), words=True)

# ---- conditions -------------------------------------------------------------------------------------------
MULTIPLE_SCLEROSIS = _condition("multiple-sclerosis")
CLL = _condition("chronic-lymphocytic-leukemia")
CLINICALLY_ISOLATED_SYNDROME = _condition("clinically-isolated-syndrome")
HIV_INFECTION = _condition("hiv-infection", "HIV infection")
HIV_INCONCLUSIVE = _condition("hiv-inconclusive", "inconclusive HIV evidence")
HEPATITIS = _condition("hepatitis-b-c", "hepatitis B or C")
ACTIVE_INFECTION = _condition("active-infection")
MINOR_INFECTION = _condition("minor-or-superficial-infection")
SEVERE_INFECTION = _condition("severe-infection", "sepsis, pneumonia, meningitis or endocarditis")
TB_ACTIVE = _condition("tb-active", "active tuberculosis")
TB_LATENT = _condition("tb-positive-or-latent", "latent tuberculosis")
LISTERIOSIS = _condition("listeriosis")
VARICELLA_HISTORY = _condition("varicella-zoster-history", "varicella or zoster")
URINARY_TRACT_INFECTION = _condition("urinary-tract-infection")
ANAPHYLAXIS = _condition("anaphylaxis")
INFUSION_REACTION = _condition("infusion-reaction")
PREGNANCY = _condition("pregnancy")
PREGNANCY_ENDED = _condition("pregnancy-ended", "end of pregnancy", PROCEDURES)
BREASTFEEDING = _condition("breastfeeding")
HYSTERECTOMY = _condition("hysterectomy", "hysterectomy", PROCEDURES)
CERVIX_ABSENT = _condition("cervix-absent", "cervix absent", PROCEDURES)
CERVIX_KEPT = _condition("cervix-kept", "cervix kept after hysterectomy", PROCEDURES)
MENOPAUSE = _condition("menopause-status", "menopause")
STROKE = _condition("stroke")
STROKE_HISTORY = _condition("stroke-history", "history of stroke")
TIA = _condition("tia", "transient ischemic attack")
ARTERIAL_DISSECTION = _condition("arterial-dissection")
ANGINA_MI = _condition("angina-mi", "angina or myocardial infarction")
ANGINA_MI_HISTORY = _condition("angina-mi-history", "history of myocardial infarction")
HYPERTENSION = _condition("hypertension")
UNCONTROLLED_HYPERTENSION = _condition("uncontrolled-hypertension")
COAGULOPATHY = _condition("coagulopathy")
MALIGNANCY = _condition("malignancy-any", "malignancy")
MELANOMA = _condition("malignancy-melanoma", "melanoma")
THYROID_CANCER = _condition("malignancy-thyroid", "thyroid cancer")
LYMPHOPROLIFERATIVE = _condition("malignancy-lymphoproliferative", "lymphoproliferative disorder")
ITP = _condition("itp", "immune thrombocytopenia")
THROMBOCYTOPENIA = _condition("thrombocytopenia-other", "thrombocytopenia")
ANTI_GBM = _condition("anti-gbm-glomerular", "anti-GBM or glomerular disease")
AUTOIMMUNE_THYROID = _condition("autoimmune-thyroid", "autoimmune thyroid disease")
THYROID_DISORDER = _condition("thyroid-disorder")
AUTOIMMUNE_CYTOPENIA = _condition("autoimmune-cytopenia")
TTP = _condition("ttp", "thrombotic thrombocytopenic purpura")
ACQUIRED_HEMOPHILIA = _condition("acquired-hemophilia", "acquired hemophilia A")
AUTOIMMUNE_HEPATITIS = _condition("autoimmune-hepatitis")
ADULT_ONSET_STILL = _condition("adult-onset-still-disease", "adult-onset Still's disease")
HLH = _condition("hlh", "hemophagocytic lymphohistiocytosis")
OTHER_AUTOIMMUNE = _condition("other-autoimmune-eu", "other autoimmune disease")
KIDNEY_FAILURE = _condition("kidney-failure-emergency", "acute kidney failure")
ALVEOLAR_HEMORRHAGE = _condition("alveolar-hemorrhage")
PNEUMONITIS = _condition("pneumonitis")
CHOLECYSTITIS = _condition("cholecystitis")
PML = _condition("pml", "progressive multifocal leukoencephalopathy")
ENCEPHALITIS = _condition("encephalitis")
COLITIS = _condition("colitis")
PROTEINURIA = _condition("proteinuria")
JAUNDICE = _condition("jaundice")

# ---- symptoms: Conditions, or Observations of category symptom or exam (ruling 22) -------------------------
BLEEDING = _condition("bleeding-symptom", "bleeding")
HEMATURIA = _condition("hematuria", "hematuria")
HEMOPTYSIS = _condition("hemoptysis", "hemoptysis")
DYSPNEA = _condition("dyspnea", "dyspnea")
HEADACHE = _condition("headache", "headache")
CHEST_PAIN = _condition("chest-pain", "chest pain")
NECK_PAIN = _condition("neck-pain", "neck pain")
FOCAL_DEFICIT = _condition("focal-neurological-deficit", "focal neurological deficit")
NEUROLOGICAL_SYMPTOM = _condition("neurological-new-symptom", "neurological symptom")
RASH = _condition("rash-urticaria", "rash or urticaria")
FEVER = _condition("fever", "fever")
NECK_STIFFNESS = _condition("neck-stiffness-meningitis", "neck stiffness or meningitis")
COLITIS_SYMPTOM = _condition("colitis-symptom", "diarrhea or rectal bleeding")
HEPATOSPLENOMEGALY = _condition("hepatomegaly-splenomegaly", "enlarged liver or spleen")

# ---- allergies --------------------------------------------------------------------------------------------
ALEMTUZUMAB_ALLERGEN = _concept("hypersensitivity-substance", "alemtuzumab as allergen", (ALLERGIES,))
EXCIPIENT_ALLERGEN = _concept("hypersensitivity-excipient", "excipient of LEMTRADA as allergen", (ALLERGIES,))
NO_KNOWN_ALLERGY = _concept("no-known-allergy", "no known allergy", (ALLERGIES,))

# ---- vaccines ---------------------------------------------------------------------------------------------
LIVE_VACCINE = _concept("live-vaccines", "live vaccine", (IMMUNIZATIONS,))
AMBIGUOUS_VACCINE = _concept("ambiguous-vaccines-clarify", "vaccine that may be live", (IMMUNIZATIONS,))
NOT_LIVE_VACCINE = _concept("not-live-common-confusers", "vaccine that is not live", (IMMUNIZATIONS,))
VARICELLA_VACCINE = _concept("varicella-vaccine", "varicella vaccine", (IMMUNIZATIONS,))

# ---- other drugs ------------------------------------------------------------------------------------------
HERPES_ANTIVIRAL = _drug("antivirals-herpes", "systemic herpes antiviral")
TOPICAL_ANTIVIRAL = _drug("antivirals-topical-not-prophylaxis", "topical antiviral")
HERPES_ALLERGEN = Concept("antivirals-herpes", "herpes antiviral as allergen", (ALLERGIES,))  # the same codes, among the allergies
CORTICOSTEROID = _concept("corticosteroids", "corticosteroid", (REQUESTS, ADMINISTRATIONS))
NOT_PREMEDICATION = _concept("corticosteroid-not-premedication", "corticosteroid unfit for premedication", CORTICOSTEROID.sources)
ANTIHISTAMINE = _drug("antihistamine-antipyretic", "antihistamine or antipyretic")
ANTICOAGULANT = _concept("anticoagulants", "anticoagulant", (REQUESTS, STATEMENTS, CONDITIONS))
ANTIPLATELET = _concept("antiplatelets", "antiplatelet", (REQUESTS, STATEMENTS, CONDITIONS))
HEPARIN = _drug("heparin")
IMMUNOSUPPRESSANT = _drug("concurrent-immunosuppressant", "immunosuppressant")
ANTI_INFECTIVE = _drug("anti-infectives", "systemic anti-infective")
TB_TREATMENT = _drug("tb-treatment", "tuberculosis treatment")
THYROID_TREATMENT = _drug("thyroid-treatment")
THYROIDECTOMY = _condition("thyroidectomy", "thyroidectomy", PROCEDURES)
UROLOGICAL_PROCEDURE = _condition("urinary-catheter-or-urological-procedure", "urinary catheter or procedure", PROCEDURES)

# ---- referrals (never an examination: protocol C.3) -------------------------------------------------------
DERMATOLOGY_REFERRAL = _concept("referral-dermatology", "referral to dermatology", (SERVICE_REQUESTS,))
HEMATOLOGY_REFERRAL = _concept("referral-hematology", "referral to hematology", (SERVICE_REQUESTS,))
NEPHROLOGY_REFERRAL = _concept("referral-nephrology", "referral to nephrology", (SERVICE_REQUESTS,))
ENDOCRINOLOGY_REFERRAL = _concept("referral-endocrinology", "referral to endocrinology", (SERVICE_REQUESTS,))
NEUROLOGY_REFERRAL = _concept("referral-neurology", "referral to neurology", (SERVICE_REQUESTS,))
INFECTIOUS_DISEASE_REFERRAL = _concept("referral-infectious-disease", "referral to infectious diseases", (SERVICE_REQUESTS,))
