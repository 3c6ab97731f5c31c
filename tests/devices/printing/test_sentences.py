"""Whatever a printer answers, there is one sentence for it in both languages."""

import re

import pytest

from lobby_app.domain.ports import PrinterProblem, PrintOutcome
from lobby_app.domain.text import Language
from lobby_app.messages import Messages


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("problem", PrinterProblem)
def test_every_problem_has_a_sentence_that_keeps_the_number_valid(
    problem: PrinterProblem, language: Language
) -> None:
    messages = Messages(language)
    sentence = messages(f"printer.{problem}", number="A2017")
    assert "A2017" in sentence
    assert re.search("valid|已生效", sentence)
    # What to do next: an instruction or a question to the greeter.
    assert re.search(r"QR code|扫码|\?|？", sentence)
    assert messages(f"printer.status_{problem}")


@pytest.mark.parametrize("language", Language)
def test_problems_and_outcomes_are_told_apart(language: Language) -> None:
    messages = Messages(language)
    told = [messages(f"printer.{problem}", number="A2017") for problem in PrinterProblem]
    short = [messages(f"printer.status_{problem}") for problem in PrinterProblem]
    outcomes = [messages(f"printer.outcome_{outcome}", seconds=1) for outcome in PrintOutcome]
    for sentences in (told, short, outcomes):
        assert len(set(sentences)) == len(sentences)


@pytest.mark.parametrize("language", Language)
def test_paper_running_low_has_words(language: Language) -> None:
    messages = Messages(language)
    assert messages("printer.status_near_end") != messages("printer.status_ready")
