"""What the customer must bring: told once, all of it (一次性告知; domain 3.3)."""

from lobby_app.domain.situation import Situation

ID = "id_document"
MEDIUM = "account_medium"
AGENT_ID = "agent_id"
MINOR = ("minor_id", "guardian_id", "kinship_proof")
# Small deposits of the dead are paid out without a notary, nationwide (domain 2.8, DECEASED).
_UNDERTAKING_UP_TO = 50_000
_CASH = frozenset({"cash_withdrawal", "cash_deposit"})
# Cash of USD 10,000 is identified like CNY 50,000 (令〔2025〕第11号; domain 0.4).
_IDENTIFY_FROM_USD = 10_000


def catalogue_documents(situation: Situation) -> tuple[str, ...]:
    """Return what the business always needs, by amount and age; without agent or flags."""
    s, limits = situation, situation.policy.thresholds
    if s.is_minor:
        return MINOR
    documents = s.business.documents
    if s.need.code in _CASH and _is_identified(s):
        documents = (ID, *documents)
    if s.need.code == "fx_cash" and s.need.amount > limits.fx_cash_permit_above_usd:
        documents = (*documents, "fx_permit")
    if s.need.code == "inheritance":
        simplified = s.need.amount <= _UNDERTAKING_UP_TO
        documents = (*documents, "heir_undertaking" if simplified else "notarial_certificate")
    return documents


def documents_for(situation: Situation) -> tuple[str, ...]:
    """Return the full list for this visit, identity first, nothing twice."""
    s, documents = situation, catalogue_documents(situation)
    if s.must_verify or s.document_expired:
        documents = (ID, *documents)
    if s.need.agent:
        small_deposit = s.need.code == "cash_deposit" and not _is_identified(s)
        if not small_deposit:
            documents = (*documents, AGENT_ID)
    return tuple(dict.fromkeys(documents))


def _is_identified(s: Situation) -> bool:
    """Tell whether cash of this amount is paid in or out only with identification."""
    dollars = s.need.currency == "USD" and s.need.amount >= _IDENTIFY_FROM_USD
    return dollars or s.need.amount >= s.policy.thresholds.cash_identification_from
