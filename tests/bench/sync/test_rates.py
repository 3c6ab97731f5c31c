"""A rate is judged by the median of its pairs, not by rounds that met different noise."""

from tests.bench.sync.rates import share_of_limit


def test_a_rate_is_judged_in_pairs() -> None:
    rates, limits = [40.0, 400.0, 30.0], [100.0, 1000.0, 100.0]
    figure = share_of_limit("a", "events/s", rates, limits, 0.4)
    assert (figure.p50, figure.p95, figure.ratio) == (40, 30, 0.4)
    assert figure.met
    assert not share_of_limit("a", "events/s", rates, limits, 0.41).met
