"""What the customer must bring: told once, all of it (一次性告知; domain 3.3)."""

from lobby_app.domain.situation import Situation

ID = "id_document"
MEDIUM = "account_medium"
AGENT_ID = "agent_id"
MINOR = ("minor_id", "guardian_id", "kinship_proof")
# Small deposits of the dead are paid out without a notary, nationwide (domain 2.8, DECEASED).
_UNDERTAKING_UP_TO = 50_000
_CASH = frozenset({"cash_withdrawal", "cash_deposit"})


def catalogue_documents(situation: Situation) -> tuple[str, ...]:
    """Return what the business always needs, by amount and age; without agent or flags."""
    s, limits = situation, situation.policy.thresholds
    if s.is_minor:
        return MINOR
    documents = s.business.documents
    if s.need.code in _CASH and s.need.amount >= limits.cash_identification_from:
        documents = (ID, *documents)
    if s.need.code == "fx_cash" and s.need.amount > limits.fx_cash_permit_above_usd:
        documents = (*documents, "fx_permit")
    if s.need.code == "inheritance":
        simplified = s.need.amount <= _UNDERTAKING_UP_TO
        documents = (*documents, "heir_undertaking" if simplified else "notarial_certificate")
    return documents


def documents_for(situation: Situation) -> tuple[str, ...]:
    """Return the full list for this visit, identity first, nothing twice."""
    s, limits = situation, situation.policy.thresholds
    documents = catalogue_documents(s)
    if s.must_verify or s.document_expired:
        documents = (ID, *documents)
    if s.need.agent:
        small_deposit = (
            s.need.code == "cash_deposit" and s.need.amount < limits.cash_identification_from
        )
        if not small_deposit:
            documents = (*documents, AGENT_ID)
    return tuple(dict.fromkeys(documents))
