"""Every word of the console is there in French and Arabic, and what runs is what was translated."""

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import simple_history
import unfold
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation import gettext as translate
from django.utils.translation import override
from django.utils.translation.template import templatize

LANGUAGES = ("fr", "ar")
LOCALE = settings.CONSOLE / "locale"
_TEXT = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_CALL = re.compile(rf"(?<![\w.])(n?)(?:gettext\w*|_)\(\s*(u?{_TEXT}(?:\s*u?{_TEXT})*)")
_PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sd]|\{\}")
# Parts of django-unfold that the console does not use.
UNUSED = {"constance", "forms", "guardian", "import_export", "inlines", "location_field", "unfold_crispy"}


def catalogue(language: str) -> Catalog:
    with (LOCALE / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def strings(value: object) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (value,)


def words(folder: Path) -> Iterator[str]:
    """What the code and the templates below a folder ask to be translated."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".py", ".html") and not UNUSED & set(path.relative_to(folder).parts):
            text = path.read_text(encoding="utf-8")
            for match in _CALL.finditer(templatize(text) if path.suffix == ".html" else text):
                yield ast.literal_eval(f"({match[2]})")


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_lacks_a_translation(language):
    for message in catalogue(language):
        assert all(strings(message.string)), message.id
        assert not message.fuzzy or not message.id, message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_placeholders(language):
    for message in catalogue(language):
        wanted = set(_PLACEHOLDER.findall(strings(message.id)[-1]))
        for text in strings(message.string) if message.id else ():
            # Arabic says "one" and "two" without a digit.
            assert set(_PLACEHOLDER.findall(text)) in (wanted, wanted - {"%(counter)s", "%(count)d"}), message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_compiled_file_is_the_translated_one(language):
    with (LOCALE / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog
    expected = {}
    for message in catalogue(language):
        if isinstance(message.id, tuple):
            expected |= {(message.id[0], number): text for number, text in enumerate(message.string)}
        elif message.id:
            expected[message.id] = message.string
    compiled.pop("")
    assert compiled == expected


def test_both_languages_hold_the_words_of_the_console_and_no_others():
    used = set(words(settings.CONSOLE))
    for language in LANGUAGES:
        known = {strings(message.id)[0] for message in catalogue(language) if message.id}
        assert known == used, "console/manage.py makemessages -l fr -l ar, translate, compilemessages"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("package", [unfold, simple_history])
def test_frame_around_the_console_is_translated(language, package):
    """Words that a library does not translate are listed in config/unfold_messages.py."""
    same = {"Action", "Date", "Message", "Password", "%(class_name)s %(instance)s"}
    ours = {strings(message.id)[0] for message in catalogue(language) if message.id}
    with override(language):
        missing = {
            text for text in words(Path(package.__file__).parent) if translate(text) == text and text not in ours | same
        }
    assert not missing
