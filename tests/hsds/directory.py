"""A small directory with one of everything that makes answers differ, and the walks through them that tests share."""

import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from contacts.models import City, Location, Need, Organization, Phone, Schedule, Season, Service, ServiceAtLocation
from django.db.models import Model
from django.test import Client

Object = dict[str, Any]

# Stand only in rows, or in fields, that nobody outside may read.
HIDDEN = [
    "+212600000001",
    "+212600000002",
    "+212600000003",
    "+212600000004",
    "Ancienne rue",
    "Association en attente",
    "Service archivé",
    "Besoin archivé",
    "Ville archivée",
    "Remarque interne",
    "Fatima Vérificatrice",
    "03:33",
]

LISTS = (
    "services",
    "services?full=true",
    "services?minimal=true",
    "services?language=ar&full=true",
    "organizations",
    "organizations?full=true",
    "organizations?full_service=true",
    "service_at_locations",
    "service_at_locations?full=true",
    "service_at_locations?lat=34&lon=-6.8",
    "taxonomies",
    "taxonomy_terms",
)
KINDS = ("services", "organizations", "service_at_locations", "taxonomies", "taxonomy_terms")


def get(path: str, status: int = 200, **headers: str) -> Any:
    """JSON at an address below `/hsds/`.

    Args:
        path: with its query.
        status: that must come back.
        headers: of the request.
    """
    response = Client().get(f"/hsds/{path}", headers=headers)
    assert response.status_code == status, response.content
    return json.loads(response.content)


def slugs(path: str) -> list[str]:
    """Slugs of what a list holds; of services at places those of both."""
    return [slug_of(each) for each in get(path)["contents"]]


def slug_of(each: Object) -> str:
    return each.get("slug") or f"{each['service']['slug']}@{each['location']['slug']}"


def more(path: str, query: str) -> str:
    """An address with more parameters."""
    return f"{path}{'&' if '?' in path else '?'}{query}"


def answers() -> Iterator[tuple[str, Object]]:
    """Every object of every endpoint with its address, in lists and by itself."""
    for path in LISTS:
        for each in get(more(path, "per_page=100"))["contents"]:
            yield path, each
    for kind in KINDS:
        for each in get(f"{kind}?per_page=100")["contents"]:
            yield f"{kind}/", get(f"{kind}/{each['id']}")
    for each in get("organizations")["contents"]:
        yield "organizations/", get(f"organizations/{each['id']}?full_service=true")


def make_directory() -> None:
    """Fill the tables."""
    rabat = _city("rabat", "Rabat", "الرباط", 34.01325, -6.83255)
    oujda = _city("oujda", "Oujda", "وجدة", 34.68139, -1.90858)
    gone = _city("ville-archivee", "Ville archivée", "مدينة", 30.0, -8.0, status="historical")
    health = _need("health", "Santé", "الصحة")
    maternal = _need("maternal", "Grossesse, bébé", "الحمل والولادة", parent=health)
    legal = _need("legal_aid", "Aide juridique", "مساعدة قانونية")
    residence = _need("residence", "Carte de séjour", "بطاقة الإقامة", parent=legal)
    archived = _need("old_need", "Besoin archivé", "حاجة", status="historical")
    orphan = _need("orphan", "Orientation", "توجيه", parent=archived)

    helpers = _organization(
        "helpers",
        "Élan d'aide aux réfugiés",
        "جمعية مساعدة اللاجئين",
        short_name="Élan",
        website="https://elan.example.org/présentation",
        description_fr="Écoute et accompagnement.",
        description_ar="استماع ومواكبة.",
        notes="Remarque interne",
    )
    office = Location.objects.create(
        slug="helpers-rabat",
        organization=helpers,
        city=rabat,
        address_fr="12, rue de la Paix",
        address_ar="12 زنقة السلام",
        emails=["aide@elan.example.org"],
        hours_fr="Du lundi au vendredi, fermé à midi",
        hours_ar="من الاثنين إلى الجمعة، مغلق وقت الزوال",
        latitude=34.02,
        longitude=-6.84,
        as_of="2024-03",
        read_on="2026-11",
        verified_on=date(2026, 11, 20),
        verified_by="Fatima Vérificatrice",
        notes="Remarque interne",
        sources=[{"url": "https://elan.example.org/contact", "title": "Élan – Contact"}],
    )
    branch = Location.objects.create(slug="helpers-oujda", organization=helpers, city=oujda)
    old = _location("helpers-old", helpers, rabat, address_fr="Ancienne rue", status="historical")
    in_gone_city = _location("helpers-gone", helpers, gone, address_fr="Ancienne rue du port")
    Phone.objects.create(location=office, number="+212537000001", display="05 37 00 00 01", position=2)
    Phone.objects.create(location=office, number="+212537000000", display="05 37 00 00 00", position=1)
    Phone.objects.create(location=office, number="+212600000001", display="+212600000001", private=True)
    Phone.objects.create(location=office, number="+212600000002", display="+212600000002", status="historical")
    Phone.objects.create(location=old, number="+212600000003", display="+212600000003")
    _schedule(office, "MO,TU,WE,TH,FR", time(9), time(12, 30))
    _schedule(office, "MO,TU,WE,TH,FR", time(14), time(17))
    _schedule(office, "MO,TU,WE,TH", time(10), time(15), season=Season.RAMADAN)
    _schedule(office, "SU", time(3, 33), time(4), status="historical")
    _service(
        "helpers-papers", helpers, residence, "Aide pour la carte de séjour", [office, branch, old], [rabat, oujda]
    )
    _service("helpers-babies", helpers, maternal, "Suivi de grossesse", [branch, in_gone_city], [oujda, gone])
    _service("helpers-guide", helpers, orphan, "Orientation", [], [], verified_on=date(2026, 11, 21))
    _service("helpers-old-need", helpers, archived, "Service archivé : besoin", [office], [rabat])
    _service("helpers-old-service", helpers, legal, "Service archivé", [office], [rabat], status="historical")

    line = _organization("line", "Ligne d'écoute", "خط الاستماع")
    national = _location("line-national", line, None)
    Phone.objects.create(location=national, number="141", display="141")
    _schedule(national, "MO,TU,WE,TH,FR,SA,SU", time(0), time(0), phone_only=True)
    _service("line-listens", line, health, "Écoute et orientation", [national], [], national=True)

    pending = _organization("pending", "Association en attente", "جمعية", status="pending")
    waiting = _location("pending-rabat", pending, rabat)
    Phone.objects.create(location=waiting, number="+212600000004", display="+212600000004")
    _service("pending-helps", pending, legal, "Association en attente : aide", [waiting], [rabat])


def backdate() -> datetime:
    """Let everything, and its history, have been written years ago; returns when."""
    past = datetime(2020, 5, 17, 8, 30, tzinfo=timezone.utc)
    for model in (City, Need, Organization, Location, Phone, Schedule, Service):
        model.objects.update(modified=past)
    for model in (City, Need, Organization, Location, Phone, Schedule, Service, ServiceAtLocation):
        model.history.update(history_date=past - timedelta(seconds=1))
    return past


def _city(slug: str, french: str, arabic: str, latitude: float, longitude: float, **more: Any) -> City:
    return City.objects.create(
        slug=slug, name_fr=french, name_ar=arabic, latitude=latitude, longitude=longitude, **more
    )


def _need(slug: str, french: str, arabic: str, **more: Any) -> Need:
    return Need.objects.create(slug=slug, name_fr=french, name_ar=arabic, **more)


def _organization(slug: str, french: str, arabic: str, **more: Any) -> Organization:
    return Organization.objects.create(slug=slug, name_fr=french, name_ar=arabic, **more)


def _location(slug: str, organization: Organization, city: City | None, **more: Any) -> Location:
    return Location.objects.create(slug=slug, organization=organization, city=city, **more)


def _schedule(location: Location, days: str, opens: time, closes: time, **more: Any) -> Schedule:
    return Schedule.objects.create(location=location, days=days, opens=opens, closes=closes, **more)


def _service(
    slug: str, organization: Organization, need: Need, name: str, places: list[Model], cities: list[City], **more: Any
) -> None:
    service = Service.objects.create(
        slug=slug, organization=organization, need=need, name_fr=name, name_ar=f"خدمة {need.name_ar}", **more
    )
    service.cities.set(cities)
    for place in places:
        ServiceAtLocation.objects.create(service=service, location=place)
