"""Vaccines, herpes prophylaxis and food-borne infection (protocol C.1, C.5)."""
