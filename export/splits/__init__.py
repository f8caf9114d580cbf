"""Splits that cut nothing apart: components of what belongs together, a ledger that is only added to."""
