"""Use cases: one function, one transaction, adapters only through domain.ports."""
