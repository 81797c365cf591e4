"""Amounts and dates as a carer reads them."""


def euros(cents: int) -> str:
    """An amount in cents as `1 234,50`."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole:,}".replace(",", " ") + f",{rest:02}"


def day(date: str) -> str:
    """A date AAMMJJ as `JJ/MM/AA`; what is no such date is given as it came."""
    if len(date) != len("AAMMJJ") or not date.isdigit():
        return date
    return f"{date[4:]}/{date[2:4]}/{date[:2]}"
