"""The self-check at the start of the day, in sentences."""

from lobby_app.ui.greeter.hub import Hub


def check_story(hub: Hub) -> str:
    """Return the self-check in sentences: what was checked, the next numbers, what is wrong."""
    status, words = hub.desk.status, hub.wording
    if status is None:
        return ""
    check = status.self_check
    numbers = words("comma").join(
        f"{zone}{status.slot}{number:03d}" for zone, number in sorted(check.next_numbers.items())
    )
    head = "check_story" if check.passed else "check_story_failed"
    lines = [words(head, count=check.checked_events)]
    if numbers:
        lines.append(words("check_numbers", numbers=numbers))
    lines += [words.messages(key) for key in (*check.problems, *check.notices)]
    return "\n".join(lines)
