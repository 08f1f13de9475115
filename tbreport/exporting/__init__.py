"""Runs → tables in files, run by run: what is in memory is one family of runs, however many."""
