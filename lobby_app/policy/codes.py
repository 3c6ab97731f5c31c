"""The codes that the rules use and every policy must put into words."""

PROMPTS = (
    "go_cash_recycler", "go_smart_teller", "go_self_service_terminal", "assist_at_device",
    "go_mobile_bank", "take_ticket", "priority_seat", "appointment_checked_in", "escort",
    "verify_at_counter", "documents_missing", "in_person_required", "home_visit", "book_cash",
    "scam_check", "scam_stop", "long_wait_choice", "condolence", "manager_coming", "closed_today",
    "fx_referral", "safety", "answer_here",
)  # fmt: skip
REASONS = (
    "R00", "R10", "R11", "R12", "R13", "R14", "R20", "R21", "R22", "R30", "R31", "R32", "R40a",
    "R40b", "R40c", "R41", "R42", "R43", "R44", "R44x", "R45", "R46", "R47", "R48", "R51", "R52",
    "R53", "R54", "R55", "R60", "R61", "R62",
)  # fmt: skip
NEXT_BEST_ACTIONS = (
    "doc_renew", "risk_test", "maturity", "antifraud_tip", "churn_care", "tier_near",
    "potential_rm", "digital_teach",
)  # fmt: skip
ALERTS = ("supervisor", "security", "queue_amber", "queue_red", "open_window", "special_care")
