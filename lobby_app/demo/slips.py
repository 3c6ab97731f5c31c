"""The box at the exit: some of those who were served leave a slip with scores (domain 6.4)."""

from random import Random

from lobby_app.demo.data import demo_table
from lobby_app.domain.business import Priority
from lobby_app.domain.satisfaction import LIKELIHOODS, SCORES, Answer, AnswerReason
from lobby_app.domain.ticket import Ticket


class SlipBox:
    """Slips of one day, until somebody empties the box. Same seed, same slips."""

    def __init__(self, seed: int) -> None:
        self._rng = Random(f"slips {seed}")  # noqa: S311  # demo data: nothing is secret
        self._slips: list[tuple[str, Answer]] = []
        self._tiers: dict[str, float] = {}
        self._overtaken: set[str] = set()

    def see_call(self, ticket: Ticket) -> None:
        """Remember whom a later tier ticket of the same queue came before."""
        issued, queue = ticket.issued_at.timestamp(), ticket.queue
        if ticket.priority == Priority.TIER:
            self._tiers[queue] = max(issued, self._tiers.get(queue, 0.0))
        elif self._tiers.get(queue, 0.0) > issued:
            self._overtaken.add(ticket.ticket_id)

    def see_end(self, ticket: Ticket) -> None:
        """Let somebody who was served leave a slip, or not."""
        recipe, rng = demo_table("traffic")["slips"], self._rng
        if rng.random() >= recipe["share"] or ticket.course.started_at is None:
            return
        waited = (ticket.course.started_at / 1000 - ticket.issued_at.timestamp()) / 60
        late = max(0.0, waited - recipe["patient_minutes"])
        mood = recipe["content"] - recipe["a_minute"] * late
        mood -= recipe["overtaken"] * (ticket.ticket_id in self._overtaken)
        score = _within(SCORES, mood + rng.gauss(0, recipe["sigma"]))
        likelihood = _within(LIKELIHOODS, 2 * mood + rng.gauss(0, 2 * recipe["sigma"]))
        reason = rng.choice([AnswerReason.WAITING] if late else list(AnswerReason))
        self._slips.append((ticket.number, Answer(score, likelihood, reason)))

    def emptied(self) -> list[tuple[str, Answer]]:
        """Return the slips by ticket number and leave the box empty."""
        slips, self._slips = self._slips, []
        return slips


def _within(scale: range, value: float) -> int:
    return min(scale[-1], max(scale[0], round(value)))
