"""Abnormal results and new disease after alemtuzumab (protocol C.4)."""
