"""What a message can have been about, for those who correct it."""

from django.utils.translation import get_language

from assistant.dialogue.topics import families, family, title, topics

Group = tuple[str, list[tuple[str, str]]]


def teachable() -> list[str]:
    """Topics that examples teach: a language is chosen by its button or recognised."""
    return [name for name in topics() if family(name) != "language"]


def topic_choices() -> list[Group]:
    """Topics with their titles in the reader's language, a group for each family."""
    language = get_language() or "fr"
    grouped: dict[str, list[tuple[str, str]]] = {}
    for name in teachable():
        grouped.setdefault(family(name), []).append((name, f"{title(name, language)} ({name})"))
    titles = families()
    return [(titles[name].title[language] if name in titles else name, rows) for name, rows in grouped.items()]
