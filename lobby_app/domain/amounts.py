"""Amounts are kept as bands, never as figures (domain 2.9)."""

from lobby_app.domain.business import AmountBand


def amount_band(amount: float) -> AmountBand:
    """Return the band of an amount in currency units; 0 or less means none was named."""
    if amount <= 0:
        return AmountBand.NONE
    for limit, band in (
        (20_000, AmountBand.UP_TO_20K),
        (50_000, AmountBand.UP_TO_50K),
        (200_000, AmountBand.UP_TO_200K),
    ):
        if amount <= limit:
            return band
    return AmountBand.ABOVE_200K
