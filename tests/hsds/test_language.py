"""Language: French unless asked otherwise; both are always there; the headers say which one it is."""

import pytest
from contacts.models import Location
from django.test import Client

from tests.hsds.directory import LISTS, get, more

pytestmark = pytest.mark.usefixtures("directory")


def ask(query="", **headers):
    return Client().get(f"/hsds/services/helpers-papers{query}", headers=headers)


@pytest.mark.parametrize(
    ("query", "accepted", "language"),
    [
        ("", "", "fr"),
        ("", "ar", "ar"),
        ("", "ar-MA,fr;q=0.8", "ar"),
        ("", "en-GB,en;q=0.9,fr;q=0.5,ar;q=0.4", "fr"),
        ("", "de,*;q=0.5", "fr"),
        ("", "%%%;;q=x", "fr"),
        ("?language=ar", "fr", "ar"),
        ("?language=fr", "ar", "fr"),
    ],
)
def test_language_is_the_parameter_then_what_the_client_accepts_then_french(query, accepted, language):
    response = ask(query, accept_language=accepted)
    assert response["Content-Language"] == language
    service = response.json()
    assert service["name"] == service["translations"][language]["name"]
    assert (
        service["organization"]["name"] == {"fr": "Élan d'aide aux réfugiés", "ar": "جمعية مساعدة اللاجئين"}[language]
    )


def test_answer_varies_with_the_accepted_language_and_with_nothing_personal():
    response = ask()
    assert response["Vary"] == "Accept-Language"
    assert not response.cookies
    assert ask("?language=xx").headers["Vary"] == "Accept-Language"


def test_languages_have_entity_tags_of_their_own():
    tags = [ask("?language=ar")["ETag"], ask("?language=fr")["ETag"], ask()["ETag"], ask(accept_language="ar")["ETag"]]
    assert len(set(tags)) == 4


def test_texts_of_every_object_follow_the_language():
    place = get("service_at_locations/helpers-papers@helpers-rabat?language=ar")
    location = place["location"]
    assert location["name"] == "جمعية مساعدة اللاجئين – الرباط"
    assert location["hours"] == "من الاثنين إلى الجمعة، مغلق وقت الزوال"
    assert (location["addresses"][0]["address_1"], location["addresses"][0]["city"]) == ("12 زنقة السلام", "الرباط")
    term = place["service"]["attributes"][0]["taxonomy_term"]
    assert (term["name"], term["language"]) == ("بطاقة الإقامة", "ar")
    assert [area["name"] for area in place["service"]["service_areas"]] == ["وجدة", "الرباط"]
    assert get("taxonomies/needs?language=ar")["name"] == "الاحتياجات"


@pytest.mark.parametrize("path", LISTS)
def test_translations_are_the_same_in_both_languages(path):
    def translations(value):
        if isinstance(value, dict):
            yield from ([value["translations"]] if "translations" in value else [])
            value = list(value.values())
        if isinstance(value, list):
            for each in value:
                yield from translations(each)

    french, arabic = (
        list(translations(get(more(path.replace("language=ar", "page=1"), f"language={each}"))))
        for each in ("fr", "ar")
    )
    assert french == arabic


def test_text_that_is_missing_in_arabic_is_french_in_arabic_answers_and_null_in_the_translations():
    Location.objects.filter(slug="helpers-rabat").update(address_ar="")
    location = get("service_at_locations/helpers-papers@helpers-rabat?language=ar")["location"]
    assert location["addresses"][0]["address_1"] == "12, rue de la Paix"
    assert location["translations"]["ar"]["address"] is None


@pytest.mark.parametrize(
    ("language", "ramadan", "by_phone"), [("fr", "ramadan", "par téléphone seulement"), ("ar", "رمضان", "بالهاتف فقط")]
)
def test_special_hours_say_in_words_what_the_standard_has_no_field_for(language, ramadan, by_phone):
    office = get(f"service_at_locations/helpers-papers@helpers-rabat?language={language}")["location"]
    line = get(f"service_at_locations/line-listens@line-national?language={language}")["location"]
    assert [each.get("description") for each in office["schedules"]] == [ramadan, None, None]
    assert [each.get("description") for each in line["schedules"]] == [by_phone]
