"""The gate: candidate runs against a baseline, a verdict out."""
