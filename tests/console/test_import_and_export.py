"""The directory's file: all or nothing into the tables, staff's work kept, back byte for byte."""

import io
from pathlib import Path

import pytest
from contacts.models import City, Location, Need, Organization, Phone, Schedule, Service, ServiceAtLocation
from django.core.management import CommandError, call_command
from django.db.models.signals import post_save
from django.urls import reverse

from assistant.paths import DATA
from tests.console.conftest import save

TABLES = (Need, City, Organization, Location, Phone, Schedule, Service, ServiceAtLocation)
SEED = DATA / "contacts" / "organizations.yml"
pytestmark = pytest.mark.django_db


def load(path: Path, **options: bool) -> str:
    said = io.StringIO()
    call_command("import_contacts", path, stdout=said, **options)
    return said.getvalue()


def dump() -> str:
    said = io.StringIO()
    call_command("export_contacts", stdout=said)
    return said.getvalue()


def content(text: str) -> str:
    """A file without its comments."""
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def records() -> int:
    return sum(table.history.count() for table in TABLES)


def page_of(row: object) -> str:
    return reverse(f"admin:contacts_{row._meta.model_name}_change", args=[row.pk])


def test_seed_comes_back_byte_for_byte():
    load(SEED)
    assert dump() == SEED.read_text(encoding="utf-8")


def test_small_file_comes_back_and_its_facts_are_in_the_tables(directory):
    assert content(dump()) == directory.read_text(encoding="utf-8")
    place = Location.objects.get(slug="helpers-rabat")
    assert (place.city.slug, place.as_of, place.read_on) == ("rabat", "2024-06", "2026-11")
    assert place.sources == [{"url": "https://helpers.example.org/contact", "title": "Contact"}]
    assert [(p.number, p.private, p.sources) for p in place.phones.all()] == [
        ("+212537263804", False, []),
        ("+212661440838", True, []),
    ]
    assert Location.objects.get(slug="helpers-line").city is None
    assert Need.objects.get(slug="maternal").parent.slug == "health"
    assert sorted(Service.objects.get().cities.values_list("slug", flat=True)) == ["fes", "rabat"]


def test_what_staff_recorded_is_exported_and_read_in_again(directory, small):
    place = Location.objects.get(slug="helpers-rabat")
    place.verified_on, place.verified_by, place.read_on = "2026-10-02", "amal", "2026-10"
    place.notes = "Deux lignes :\nla seconde."
    place.save()
    phone = place.phones.first()
    phone.sources, phone.as_of = [{"url": "https://x.example.org", "title": "X"}], "2025"
    phone.save()
    Service.objects.update(status="closed", national=True, name_ar="«علاج»: '1' # 2")
    text = dump()
    small.write_text(text, encoding="utf-8")
    Organization.objects.all().delete()
    load(small, overwrite=True)
    assert dump() == text
    again = Location.objects.get(slug="helpers-rabat")
    assert (str(again.verified_on), again.read_on, again.notes) == ("2026-10-02", "2026-10", place.notes)


def test_second_run_changes_nothing_and_writes_no_history(directory):
    before = records()
    assert load(directory).startswith("0 changes: 0 created, 0 updated; 13 unchanged, 0 kept")
    assert records() == before


def test_dry_run_says_what_would_change_and_changes_nothing(directory):
    change(directory, "fr: Entraide", "fr: Secours")
    before = records()
    said = load(directory, dry_run=True)
    assert said.startswith("1 changes: 0 created, 1 updated")
    assert "nothing was written" in said
    assert Organization.objects.get().name_fr == "Entraide"
    assert records() == before


def test_changed_file_updates_rows_that_nobody_edited(directory):
    change(directory, "cities: [rabat, fes]", "cities: [fes]")
    assert load(directory).startswith("1 changes: 0 created, 1 updated; 12 unchanged")
    service = Service.objects.get()
    assert [city.slug for city in service.cities.all()] == ["fes"]
    assert set(service.history.values_list("history_change_reason", flat=True)) == {"import"}


def test_what_staff_edited_is_kept_unless_overwrite(directory, editor):
    organization = Organization.objects.get()
    assert save(editor, page_of(organization), name_fr="Entraide du Maroc").status_code == 302
    change(directory, "fr: Entraide", "fr: Secours")
    said = load(directory)
    assert "0 changes" in said
    assert "1 kept" in said
    assert "\n  organisation helpers" in said
    organization.refresh_from_db()
    assert organization.name_fr == "Entraide du Maroc"
    assert "1 updated" in load(directory, overwrite=True)
    organization.refresh_from_db()
    assert organization.name_fr == "Secours"
    assert load(directory).startswith("0 changes: 0 created, 0 updated; 13 unchanged, 0 kept")


def test_number_that_staff_corrected_does_not_come_back(directory, editor, place):
    page = page_of(place)
    assert save(editor, page, **{"phones-0-number": "05 37 26 38 05"}).status_code == 302
    assert "1 kept" in load(directory)
    assert sorted(place.phones.values_list("number", flat=True)) == ["+212537263805", "+212661440838"]


def test_number_that_staff_deleted_does_not_come_back(directory, editor, place):
    assert save(editor, page_of(place), **{"phones-0-DELETE": "on"}).status_code == 302
    said = load(directory)
    assert "phone helpers-rabat +212537263804 (deleted or renamed)" in said
    assert list(place.phones.values_list("number", flat=True)) == ["+212661440838"]
    load(directory, overwrite=True)
    assert place.phones.filter(number="+212537263804").exists()


def test_organisation_that_was_deleted_does_not_come_back(directory, sign_in):
    organization = Organization.objects.get()
    url = reverse("admin:contacts_organization_delete", args=[organization.pk])
    assert sign_in("admin").post(url, {"post": "yes"}).status_code == 302
    assert load(directory).startswith("0 changes")
    assert not Organization.objects.exists()


def test_rows_that_left_the_file_are_named_not_deleted(directory):
    text = directory.read_text(encoding="utf-8")
    start, end = text.index("      - id: helpers-line"), text.index("    services:")
    directory.write_text(text[:start] + text[end:], encoding="utf-8")
    said = load(directory)
    assert "no longer in the file" in said
    assert "\n  place helpers-line" in said
    assert Location.objects.filter(slug="helpers-line").exists()


def test_number_that_left_the_file_is_not_shown_first_any_more(directory, place):
    change(directory, '"+212537263804"', '"+212537263805"')
    change(directory, '"05 37 26 38 04"', '"05 37 26 38 05"')
    assert "phone helpers-rabat: " in load(directory)
    assert [phone.number for phone in place.phones.all()] == ["+212537263805", "+212661440838", "+212537263804"]
    assert load(directory).startswith("0 changes")


def test_all_problems_are_listed_with_their_lines_and_nothing_is_written(small):
    for old, new in (
        ('number: "+212537263804"', 'number: "+21253726380"'),
        ("url: https://helpers.example.org/contact", "url: javascript:alert(1)"),
        ("need: health", "need: healht"),
        ("locations: [helpers-rabat]", "locations: [helpers-rabta]"),
        ('closes: "12:00"', 'closes: "08:00"'),
        ("city: national", "city: atlantis"),
        ("id: fes", "id: Fes"),
    ):
        change(small, old, new)
    with pytest.raises(CommandError) as error:
        load(small)
    lines = str(error.value).splitlines()
    text = small.read_text(encoding="utf-8").splitlines()
    for line, what in (
        (text.index('          - number: "+21253726380"') + 1, "This is no valid phone number."),
        (_line(text, "id: helpers-rabat"), "javascript:alert(1)"),
        (_line(text, "id: helpers-care"), "no need healht in the file"),
        (_line(text, "helpers-rabta"), "no place helpers-rabta in the file"),
        (_line(text, 'closes: "08:00"'), "The closing time is before the opening time."),
        (_line(text, "id: helpers-line"), "no city atlantis in the file"),
        (_line(text, "id: Fes"), "Lower-case letters"),
    ):
        assert any(f"{small}, line {line}: " in said and what in said for said in lines), (line, what, lines)
    assert lines[-1].startswith("Nothing was imported.")
    assert not City.objects.exists()


def _line(text: list[str], part: str) -> int:
    return next(number for number, line in enumerate(text, 1) if part in line)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("kind: ngo", "kynd: ngo", "helpers: unknown key kynd; known: id, name, kind"),
        ("kind: ngo", "kynd: ngo", "helpers: lacks kind"),
        ("kind: ngo", "kind: club", "kind “club”"),
        ('as_of: "2024-06"', "as_of: 2024", "helpers-rabat: as_of: 2024 must be text: put it into quotes"),
        ("verified_on: null", 'verified_on: "2999-01-01"', "This day is still to come."),
        ("verified_on: null", 'verified_on: "2026-02-30"', "is not a 'date'"),
        ('display: "05 37 26 38 04"', 'display: "05 37 26 38 40"', "This is not the number that is kept."),
        ("id: helpers-line", "id: helpers-rabat", "place helpers-rabat: stands in line"),
        ("parent: health", "parent: maternal", "need maternal is its own wider need"),
        ("needs:", "needs: [", "line 3: "),
        ("read_on:", "read_on: 1\nread_on:", 'found duplicate key "read_on"'),
    ],
)
def test_problem_is_named(small, old, new, expected):
    change(small, old, new)
    with pytest.raises(CommandError) as error:
        load(small)
    assert expected in str(error.value)
    assert not Organization.objects.exists()


def test_file_that_is_none_is_named(tmp_path):
    with pytest.raises(CommandError, match=r"none\.yml: No such file or directory"):
        load(tmp_path / "none.yml")
    (tmp_path / "latin.yml").write_bytes("é".encode("latin-1"))
    with pytest.raises(CommandError, match="not in UTF-8"):
        load(tmp_path / "latin.yml")


HOSTILE = {
    "a Python object": b"needs: !!python/object/apply:os.system [exit]",
    "a thousand lists in one another": b"needs: " + b"[" * 1_000,
    "five hundred maps in one another": b"needs: " + b"{a: " * 500 + b"1" + b"}" * 500,
    "aliases that multiply": b"a: &a [x, x, x, x, x, x, x, x, x]\n"
    + b"".join(b"%c: &%c [*%c, *%c, *%c, *%c, *%c, *%c, *%c]\n" % (n + 1, n + 1, *[n] * 7) for n in range(97, 107)),
    "a list that holds itself": b"needs: &a [*a]",
    "an alias of nothing": b"needs: *a",
    "NUL": b"needs: \x00",
    "half a character": b'needs: [{id: "\\ud800", fr: "\\ud800", ar: "\\ud800"}]',
    "UTF-16": "needs: []".encode("utf-16"),
    "a number of 5,000 digits": b"needs: " + b"9" * 5_000,
    "several documents": b"needs: []\n---\nneeds: []\n",
    "no map": b"- needs",
    "nothing": b"",
    "a comment": b"#",
    "keys that are lists": b"? [a, b]\n: c\n",
    "a date as a key": b"2024-01-01: c\n",
    "merged with itself": b"a: &a\n  <<: *a\n",
    "HTML": b"<!doctype html><script>alert(1)</script>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_refused_in_words_and_nothing_is_stored(db, tmp_path, name):
    path = tmp_path / "hostile.yml"
    path.write_bytes(HOSTILE[name])
    with pytest.raises(CommandError, match=r"hostile\.yml"):
        load(path)
    assert [table.objects.count() for table in TABLES] == [0] * len(TABLES)


def test_failure_at_the_last_row_takes_everything_back(small):
    def fail(**_):
        raise RuntimeError("disk full")

    post_save.connect(fail, sender=ServiceAtLocation)
    try:
        with pytest.raises(RuntimeError, match="disk full"):
            load(small)
    finally:
        post_save.disconnect(fail, sender=ServiceAtLocation)
    assert [table.objects.count() for table in TABLES] == [0] * len(TABLES)
    assert records() == 0


def test_export_replaces_a_file_whole_or_leaves_it(directory, tmp_path):
    target = tmp_path / "out.yml"
    target.write_text("old", encoding="utf-8")
    call_command("export_contacts", str(target))
    assert content(target.read_text(encoding="utf-8")) == directory.read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    with pytest.raises(CommandError, match="No such file or directory"):
        call_command("export_contacts", str(tmp_path / "none" / "out.yml"))
