"""Hours and days around an infusion, its dose and premedication, and education (protocol C.1, C.5)."""
