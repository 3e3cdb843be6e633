"""
What a laboratory sends after one blood draw: the analytes of each panel, with code, unit, a normal value and its range.

About a third of a draw concerns a rule; the rest stands beside it in every chart and has to be passed over.
"""

from __future__ import annotations

from typing import NamedTuple


class Analyte(NamedTuple):
    """One test: LOINC code, name, UCUM unit, a value for a healthy person, and the range printed beside it."""

    loinc: str
    name: str
    unit: str
    value: float
    low: float
    high: float


BLOOD_COUNT = (
    Analyte("6690-2", "Leukocytes [#/volume] in Blood by Automated count", "10*3/uL", 6.1, 4.0, 11.0),
    Analyte("789-8", "Erythrocytes [#/volume] in Blood by Automated count", "10*6/uL", 4.5, 3.8, 5.2),
    Analyte("718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL", 13.4, 11.7, 15.5),
    Analyte("4544-3", "Hematocrit [Volume Fraction] of Blood by Automated count", "%", 40.2, 35.0, 45.0),
    Analyte("787-2", "MCV [Entitic mean volume] in Red Blood Cells by Automated count", "fL", 89.3, 80.0, 100.0),
    Analyte("785-6", "MCH [Entitic mass] by Automated count", "pg", 29.8, 27.0, 33.0),
    Analyte("786-4", "MCHC [Entitic Mass/volume] in Red Blood Cells by Automated count", "g/dL", 33.3, 32.0, 36.0),
    Analyte("788-0", "Erythrocyte [DistWidth] in Blood by Automated count", "%", 13.1, 11.5, 14.5),
    Analyte("777-3", "Platelets [#/volume] in Blood by Automated count", "10*3/uL", 238, 150, 400),
    Analyte("32623-1", "Platelet [Entitic mean volume] in Blood by Automated count", "fL", 9.8, 7.5, 11.5),
    Analyte("751-8", "Neutrophils [#/volume] in Blood by Automated count", "10*3/uL", 3.4, 1.5, 8.0),
    Analyte("770-8", "Neutrophils/Leukocytes in Blood by Automated count", "%", 61.0, 40.0, 75.0),
    Analyte("731-0", "Lymphocytes [#/volume] in Blood by Automated count", "10*3/uL", 1.3, 1.0, 4.0),
    Analyte("736-9", "Lymphocytes/Leukocytes in Blood by Automated count", "%", 24.0, 20.0, 45.0),
    Analyte("742-7", "Monocytes [#/volume] in Blood by Automated count", "10*3/uL", 0.5, 0.1, 0.9),
    Analyte("5905-5", "Monocytes/Leukocytes in Blood by Automated count", "%", 8.0, 2.0, 12.0),
    Analyte("711-2", "Eosinophils [#/volume] in Blood by Automated count", "10*3/uL", 0.2, 0.0, 0.5),
    Analyte("704-7", "Basophils [#/volume] in Blood by Automated count", "10*3/uL", 0.05, 0.0, 0.2),
)
METABOLIC = (
    Analyte("2345-7", "Glucose [Mass/volume] in Serum or Plasma", "mg/dL", 92, 70, 99),
    Analyte("3094-0", "Urea nitrogen [Mass/volume] in Serum or Plasma", "mg/dL", 12, 7, 20),
    Analyte("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "mg/dL", 0.8, 0.5, 1.1),
    Analyte("2951-2", "Sodium [Moles/volume] in Serum or Plasma", "mmol/L", 140, 135, 145),
    Analyte("2823-3", "Potassium [Moles/volume] in Serum or Plasma", "mmol/L", 4.1, 3.5, 5.1),
    Analyte("2075-0", "Chloride [Moles/volume] in Serum or Plasma", "mmol/L", 103, 98, 107),
    Analyte("2028-9", "Carbon dioxide, total [Moles/volume] in Serum or Plasma", "mmol/L", 25, 22, 29),
    Analyte("17861-6", "Calcium [Mass/volume] in Serum or Plasma", "mg/dL", 9.4, 8.6, 10.3),
    Analyte("2885-2", "Protein [Mass/volume] in Serum or Plasma", "g/dL", 7.0, 6.0, 8.3),
    Analyte("1751-7", "Albumin [Mass/volume] in Serum or Plasma", "g/dL", 4.3, 3.5, 5.2),
    Analyte("1975-2", "Bilirubin.total [Mass/volume] in Serum or Plasma", "mg/dL", 0.6, 0.2, 1.2),
    Analyte("6768-6", "Alkaline phosphatase [Enzymatic activity/volume] in Serum or Plasma", "U/L", 66, 35, 104),
    Analyte("1742-6", "Alanine aminotransferase [Enzymatic activity/volume] in Serum or Plasma", "U/L", 21, 7, 33),
    Analyte("1920-8", "Aspartate aminotransferase [Enzymatic activity/volume] in Serum or Plasma", "U/L", 20, 8, 32),
)
URINE = (
    Analyte("5811-5", "Specific gravity of Urine by Test strip", "1", 1.015, 1.005, 1.03),
    Analyte("5803-2", "pH of Urine by Test strip", "[pH]", 6.0, 5.0, 8.0),
    Analyte("13945-1", "Erythrocytes [#/area] in Urine sediment by Microscopy high power field", "/[HPF]", 1, 0, 3),
    Analyte("5821-4", "Leukocytes [#/area] in Urine sediment by Microscopy high power field", "/[HPF]", 2, 0, 5),
    Analyte("20454-5", "Ketones [Mass/volume] in Urine by Test strip", "mg/dL", 0, 0, 5),
    Analyte("2888-6", "Protein [Mass/volume] in Urine", "mg/dL", 6, 0, 14),
)
THYROID = (
    Analyte("3016-3", "Thyrotropin [Units/volume] in Serum or Plasma", "m[IU]/L", 1.8, 0.4, 4.0),
    Analyte("3024-7", "Thyroxine (T4) free [Mass/volume] in Serum or Plasma", "ng/dL", 1.2, 0.8, 1.8),
    Analyte("2093-3", "Cholesterol [Mass/volume] in Serum or Plasma", "mg/dL", 180, 120, 200),
    Analyte("2571-8", "Triglyceride [Mass/volume] in Serum or Plasma", "mg/dL", 110, 0, 150),
)
MONTHLY = (*BLOOD_COUNT, *METABOLIC, *URINE)
QUARTERLY = (*MONTHLY, *THYROID)
