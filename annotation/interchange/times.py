"""Seconds since 1970, as other formats tell times, and the texts of ours."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def iso(seconds: float) -> str:
    """Return a time as ISO 8601 in UTC, to the microsecond.

    Raises OverflowError or ValueError where it is none.
    """
    return (EPOCH + timedelta(microseconds=round(seconds * 1e6))).isoformat(timespec="microseconds")


def seconds(told: str) -> float | None:
    """Return a time of ours in seconds since 1970; None where it is none."""
    try:
        found = datetime.fromisoformat(told)
    except ValueError:
        return None
    whole = found if found.tzinfo else found.replace(tzinfo=UTC)
    return (whole - EPOCH) // timedelta(microseconds=1) / 1e6


def canonical(told: str) -> str:
    """Return a time as it comes back; nothing where it is none."""
    found = seconds(told)
    return "" if found is None else iso(found)
