"""
What must be fast, measured: `make bench` runs every row of docs/performance.md and prints goal, measured, noise and verdict.

Nothing here is installed with the service; bodies are synthetic and come from `bodies.py`.
"""
