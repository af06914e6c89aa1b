"""What staff do in the console: find what is stale, correct numbers, verify, look up who changed what."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from contacts.models import Location, Need, Organization, Phone, Schedule, Service
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from tests.console.conftest import save

LISTS = ("location", "organization", "service", "need", "city", "pagecontact")


def list_of(table: str, query: str = "") -> str:
    return reverse(f"admin:contacts_{table}_changelist") + query


def page_of(row: object, what: str = "change") -> str:
    return reverse(f"admin:contacts_{row._meta.model_name}_{what}", args=[row.pk])


def slugs(response: object) -> list[str]:
    return sorted(row.slug for row in response.context["cl"].result_list)


def errors(response: object) -> str:
    return str(BeautifulSoup(response.content, "html.parser").select(".errorlist, .text-red-700"))


@pytest.mark.parametrize("table", LISTS)
@pytest.mark.parametrize("language", ["fr", "ar"])
def test_every_list_opens_in_both_languages(directory, editor, table, language):
    page = editor.get(list_of(table), headers={"accept-language": language})
    assert page.status_code == 200
    html = BeautifulSoup(page.content, "html.parser").html
    assert (html["lang"], html["dir"]) == (language, "rtl" if language == "ar" else "ltr")


@pytest.mark.long
@pytest.mark.parametrize("model", [Location, Organization, Service, Need, Phone, Schedule])
@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_every_page_and_history_opens(directory, sign_in, model, role):
    client, row = sign_in(role), model.objects.first()
    assert client.get(page_of(row)).status_code == 200
    assert client.get(page_of(row, "history")).status_code == 200


def test_language_is_chosen_with_a_button(directory, editor):
    page = BeautifulSoup(editor.get("/").content, "html.parser")
    button = page.select_one("form[action='/i18n/setlang/'] button[name=language][value=ar]")
    assert button.text.strip() == "العربيّة"
    editor.post("/i18n/setlang/", {"language": "ar", "next": "/"})
    assert BeautifulSoup(editor.get("/").content, "html.parser").html["dir"] == "rtl"


def test_form_sent_unchanged_leaves_no_trace(editor, place):
    before = (place.history.count(), Phone.history.count(), Schedule.history.count(), place.modified)
    assert save(editor, page_of(place)).status_code == 302
    place.refresh_from_db()
    assert (place.history.count(), Phone.history.count(), Schedule.history.count(), place.modified) == before
    phone = place.phones.first()
    assert save(editor, page_of(phone)).status_code == 302
    assert phone.history.count() == 1


def test_filter_shows_what_nobody_verified_for_a_year(editor, place):
    today = timezone.localdate()
    for days, expected in ((0, ["helpers-line"]), (360, ["helpers-line"]), (367, ["helpers-line", "helpers-rabat"])):
        Location.objects.filter(pk=place.pk).update(verified_on=today - timedelta(days=days))
        assert slugs(editor.get(list_of("location", "?verification=stale"))) == expected, days


def test_filter_shows_places_without_a_public_phone(editor, place):
    assert slugs(editor.get(list_of("location", "?phone=none"))) == ["helpers-line"]
    place.phones.filter(private=False).update(status="closed")
    assert slugs(editor.get(list_of("location", "?phone=none"))) == ["helpers-line", "helpers-rabat"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?city=rabat", ["helpers-rabat"]),
        ("?city=national", ["helpers-line"]),
        ("?status__exact=current", ["helpers-line", "helpers-rabat"]),
        ("?status__exact=closed", []),
        ("?confidence__exact=low", ["helpers-line"]),
        ("?q=05+37+26", ["helpers-rabat"]),
        ("?q=التعاون", ["helpers-line", "helpers-rabat"]),
        ("?q=rabat", ["helpers-rabat"]),
    ],
)
def test_places_are_found(directory, editor, query, expected):
    assert slugs(editor.get(list_of("location", query))) == expected


def test_places_are_found_by_need(directory, editor):
    health = Need.objects.get(slug="health")
    assert slugs(editor.get(list_of("location", f"?services__need__id__exact={health.pk}"))) == ["helpers-rabat"]


def test_list_shows_the_public_number_and_what_is_stale(directory, editor):
    text = BeautifulSoup(editor.get(list_of("location")).content, "html.parser").get_text(" ")
    assert "05 37 26 38 04" in text
    assert "06 61 44 08 38" not in text
    assert text.count("jamais") >= 2


def test_action_marks_as_verified_today(editor, place):
    response = editor.post(list_of("location"), {"action": "verify", "_selected_action": [place.pk]}, follow=True)
    assert "1 fiche marquée comme vérifiée" in response.content.decode()
    place.refresh_from_db()
    assert (place.verified_on, place.verified_by) == (timezone.localdate(), "a-editor")
    assert place.history.first().history_user.username == "a-editor"


def test_whoever_sets_the_day_has_verified(editor, place):
    yesterday = timezone.localdate() - timedelta(days=1)
    save(editor, page_of(place), verified_on=yesterday.strftime("%d/%m/%Y"))
    place.refresh_from_db()
    assert (place.verified_on, place.verified_by) == (yesterday, "a-editor")
    save(editor, page_of(place), verified_on="")
    place.refresh_from_db()
    assert (place.verified_on, place.verified_by) == (None, "")


def test_day_to_come_is_refused(editor, place):
    tomorrow = timezone.localdate() + timedelta(days=1)
    response = save(editor, page_of(place), verified_on=tomorrow.strftime("%d/%m/%Y"))
    assert "Ce jour n’est pas encore passé." in errors(response)


def test_number_is_kept_in_one_form_and_shown_in_pairs(editor, place):
    changes = {"phones-0-number": "0522.40-03 99"}
    assert save(editor, page_of(place), **changes).status_code == 302
    phone = place.phones.first()
    assert (phone.number, phone.display) == ("+212522400399", "05 22 40 03 99")


def test_number_shown_is_the_number_kept(editor, place):
    response = save(editor, page_of(place), **{"phones-0-display": "05 37 26 38 40"})
    assert "Ce n’est pas le numéro enregistré." in response.content.decode()
    assert place.phones.first().display == "05 37 26 38 04"


def test_wrong_number_is_refused(editor, place):
    response = save(editor, page_of(place), **{"phones-0-number": "05 37 26 38"})
    assert "Ce numéro de téléphone n’est pas valide." in response.content.decode()


def test_number_is_added_to_a_place(editor, place):
    changes = {
        "phones-TOTAL_FORMS": "3",
        "phones-2-number": "141",
        "phones-2-position": "2",
        "phones-2-status": "current",
    }
    assert save(editor, page_of(place), **changes).status_code == 302
    assert place.phones.get(number="141").display == "141"


def test_sources_are_edited_as_lines(editor, place):
    lines = "https://a.example.org/x Titre avec espaces\n\nhttp://b.example.org"
    assert save(editor, page_of(place), sources=lines).status_code == 302
    place.refresh_from_db()
    assert place.sources == [
        {"url": "https://a.example.org/x", "title": "Titre avec espaces"},
        {"url": "http://b.example.org", "title": "b.example.org"},
    ]


@pytest.mark.parametrize("lines", ["javascript:alert(1) x", "ftp://a.example.org x", "un site", ""])
def test_source_that_is_no_web_address_is_refused(editor, place, lines):
    response = save(editor, page_of(place), sources=lines)
    assert response.status_code == 200
    assert response.context["adminform"].form.errors["sources"]
    place.refresh_from_db()
    assert place.sources[0]["url"] == "https://helpers.example.org/contact"


def test_email_addresses_are_edited_as_lines(editor, place):
    assert save(editor, page_of(place), emails="a@example.org\nb@example.org").status_code == 302
    place.refresh_from_db()
    assert place.emails == ["a@example.org", "b@example.org"]
    response = save(editor, page_of(place), emails="not an address")
    assert response.context["adminform"].form.errors["emails"]


def test_days_are_ticked_and_kept_in_order(editor, place):
    schedule = place.schedules.first()
    changes = {"schedules-0-days": ["FR", "MO"], "schedules-0-closes": "13:30"}
    assert save(editor, page_of(place), **changes).status_code == 302
    schedule.refresh_from_db()
    assert (schedule.days, f"{schedule.closes:%H:%M}") == ("MO,FR", "13:30")


def test_id_stays_once_given(editor, place):
    save(editor, page_of(place), slug="another", hours_fr="Le matin")
    place.refresh_from_db()
    assert (place.slug, place.hours_fr) == ("helpers-rabat", "Le matin")


def test_number_runs_from_left_to_right_in_arabic(directory, sign_in, place):
    """Right to left, "05 37 26 38 04" would be read as 04 38 26 37 05: another number."""
    editor = sign_in("editor")
    editor.post("/i18n/setlang/", {"language": "ar", "next": "/"})
    page = BeautifulSoup(editor.get(page_of(place)).content, "html.parser")
    assert page.select_one("[name=phones-0-number]")["dir"] == "ltr"
    assert page.select_one("[name=phones-0-display]")["dir"] == "auto"
    assert page.select_one("[name=address_ar]")["dir"] == "rtl"
    assert "\N{LEFT-TO-RIGHT ISOLATE}05 37 26 38 04\N{POP DIRECTIONAL ISOLATE}" in page.get_text()
    shown = BeautifulSoup(editor.get(list_of("location")).content, "html.parser").find("span", string="05 37 26 38 04")
    assert shown["dir"] == "ltr"


def test_history_names_each_change_and_who_made_it(editor, place):
    save(editor, page_of(place), hours_fr="Le matin")
    text = BeautifulSoup(editor.get(page_of(place, "history")).content, "html.parser").get_text(" ")
    assert "Le matin" in text
    assert "a-editor" in text
    assert "import" in text


def test_history_of_a_place_shows_deleted_numbers(editor, place):
    save(editor, page_of(place), **{"phones-0-DELETE": "on"})
    page = BeautifulSoup(editor.get(page_of(place, "history")).content, "html.parser")
    row = next(row for row in page.find_all("tr") if "05 37 26 38 04" in row.text and "a-editor" in row.text)
    assert editor.get(row.a["href"]).status_code == 200


def test_older_version_is_brought_back(editor, place):
    save(editor, page_of(place), hours_fr="Le matin")
    first = place.history.earliest()
    url = reverse("admin:contacts_location_simple_history", args=[place.pk, first.pk])
    assert save(editor, url).status_code == 302
    place.refresh_from_db()
    assert place.hours_fr == ""
    assert place.history.first().history_user.username == "a-editor"


def test_change_of_cities_is_in_the_history(editor, directory):
    service = Service.objects.get()
    rabat = service.cities.get(slug="rabat")
    assert save(editor, page_of(service), cities=[str(rabat.pk)]).status_code == 302
    newest, *_, oldest = service.history.all()
    assert [row.city.slug for row in newest.cities.all()] == ["rabat"]
    assert newest.history_user.username == "a-editor"
    assert oldest.history_change_reason == "import"


def test_first_page_counts_what_waits(directory, editor, viewer_of_nothing):
    cards = editor.get("/").context["cards"]
    assert [card["count"] for card in cards] == [2, 1, 0]
    for card in cards:
        assert editor.get(card["link"]).status_code == 200
    assert viewer_of_nothing.get("/").context["cards"] == []


@pytest.fixture
def viewer_of_nothing(sign_in):
    Group.objects.create(name="nobody")
    return sign_in("nobody")
