"""Contacts on IOM's pages: read with their date, kept for approval, private when they are old."""

import gzip
import io

import pytest
from bs4 import BeautifulSoup
from contacts.approval import is_old
from contacts.models import Location, Organization, PageContact, Phone
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from tests.conftest import free_port
from tests.console.conftest import save

pytestmark = pytest.mark.django_db

# In the shape of a news page of a Drupal site.
PAGE = """<!DOCTYPE html>
<html lang="fr" dir="ltr">
<head>
  <meta charset="utf-8">
  {meta}
  <meta property="og:title" content="Conférence sur l'intégration des migrants régularisés au Maroc">
  <title>Conférence sur l'intégration des migrants régularisés au Maroc | OIM Maroc</title>
</head>
<body>
<nav><a href="/fr/contact">Contact</a> Tél. 05 37 00 00 00</nav>
<main role="main">
<article class="node node--type-news">
  <h1>Conférence sur l'intégration des migrants régularisés au Maroc</h1>
  {dated}
  <div class="field field--name-body"><div class="field__item">
    <p>Rabat – Une conférence s'est tenue les 10 et 11 mars 2014.</p>
    <p>Le numéro 141 a été cité, et une annexe au 05 37 11 11 11.</p>
    {block}
    <p>Partager cette page</p>
  </div></div>
</article>
</main>
<footer>OIM Maroc, Rabat – Tél. 05 37 22 22 22 – contact@footer.example.org</footer>
</body></html>"""
NAME, ROLE, OFFICE = "Anke Strauss", "cheffe de mission", "OIM Rabat"
EMAIL, NUMBER = "astrauss@iom.int", "+212661440838"
FOUND = {"name": NAME, "role": ROLE, "office": OFFICE, "email": EMAIL, "phone": NUMBER}
BLOCK = (
    "<p>Pour plus d’informations, veuillez contacter Anke Strauss, cheffe de mission, OIM Rabat, "
    'Tél. : +212 6 61 44 08 38, E-mail : <a href="mailto:astrauss@iom.int">astrauss@iom.int</a></p>'
)


def html(
    block: str = BLOCK,
    meta: str = '<meta property="article:published_time" content="2014-03-12T10:00">',
    dated: str = "",
) -> str:
    return PAGE.format(block=block, meta=meta, dated=dated)


def fetch(url: str) -> str:
    said = io.StringIO()
    call_command("fetch_page_contacts", url, stdout=said)
    return said.getvalue()


def found() -> list[dict[str, str]]:
    return [contact.found for contact in PageContact.objects.order_by("id")]


def test_contact_is_kept_for_approval_dated_by_the_page(site):
    said = fetch(site.put("/news", html()) + "#top")
    assert "awaits approval" in said
    contact = PageContact.objects.get()
    assert contact.found == FOUND
    assert contact.title == "Conférence sur l'intégration des migrants régularisés au Maroc"
    assert (contact.page_date, contact.url, contact.decision) == ("2014-03-12", f"{site.url}/news", "pending")
    assert not Phone.objects.exists()


def test_reading_again_adds_nothing_even_after_a_rejection(site):
    url = site.put("/news", html())
    fetch(url)
    PageContact.objects.update(decision="rejected")
    assert "known already" in fetch(url)
    assert PageContact.objects.count() == 1


def test_page_that_names_somebody_new_adds_that_contact(site):
    fetch(site.put("/news", html()))
    fetch(site.put("/news", html(BLOCK.replace("Anke Strauss", "Amal Alaoui"))))
    assert [contact["name"] for contact in found()] == ["Anke Strauss", "Amal Alaoui"]


@pytest.mark.parametrize(
    "block",
    [
        "<p><strong>Pour plus d'informations, veuillez contacter&nbsp;:</strong><br>Anke Strauss<br>"
        "cheffe de mission<br>"
        'OIM Rabat<br>Tél&nbsp;: 06 61 44 08 38<br>Courriel : <a href="mailto:astrauss@iom.int">nous écrire</a></p>',
        "<p>Pour de plus amples informations, merci de contacter :</p><p>Anke Strauss, cheffe de mission</p>"
        "<p>OIM Rabat</p><p>Tél. 0661440838</p><p>astrauss@iom.int</p>",
        "<p>For more information, please contact Anke Strauss, cheffe de mission at OIM Rabat, Tel: 0661440838, "
        "Fax: 0537111111, Email: astrauss@iom.int.</p>",
        "<h3>Contact presse</h3><ul><li>Anke Strauss – cheffe de mission – OIM Rabat – GSM : +212 (0)6 61 44 08 38 – "
        "&lt;astrauss@iom.int&gt;</li></ul>",
        "<p>لمزيد من المعلومات، المرجو الاتصال ب: Anke Strauss، cheffe de mission، OIM Rabat، الهاتف: ٠٦٦١٤٤٠٨٣٨، "
        "البريد الإلكتروني: astrauss@iom.int</p>",
    ],
)
def test_block_is_read_in_many_shapes(site, block):
    fetch(site.put("/news", html(block)))
    assert found() == [FOUND]


def test_arabic_names_and_offices_are_read(site):
    office = "المنظمة الدولية للهجرة بالرباط"
    block = f"<p>للمزيد من المعلومات يرجى التواصل مع أمل العلوي، مكلفة بالتواصل، {office}، 0661440838</p>"
    fetch(site.put("/news", html(block)))
    assert found() == [{"name": "أمل العلوي", "role": "مكلفة بالتواصل", "office": office, "phone": NUMBER}]


def test_each_person_and_each_number_is_a_contact(site):
    block = (
        "<p>For further information, please contact Anke Strauss at IOM Rabat, Tel: +212661440838, Email: "
        "astrauss@iom.int or Omar Idrissi, Information et Communication, IOM Geneva, Tel: +41 22 717 94 86 / "
        "+41 22 717 94 87</p>"
    )
    fetch(site.put("/news", html(block)))
    omar = {"name": "Omar Idrissi", "role": "Information et Communication", "office": "IOM Geneva"}
    assert found() == [
        {"name": NAME, "office": "IOM Rabat", "email": EMAIL, "phone": NUMBER},
        {**omar, "phone": "+41227179486"},
        {**omar, "phone": "+41227179487"},
    ]


@pytest.mark.parametrize(
    ("meta", "dated", "expected"),
    [
        ('<meta property="article:published_time" content="2014-03-12T10:00:00+00:00">', "", "2014-03-12"),
        ("", '<time datetime="2014-03-13T10:00:00Z">hier</time>', "2014-03-13"),
        ("", "<p>Publié le 1er avril 2014</p>", "2014-04-01"),
        ("", "<p>14/04/2014</p>", "2014-04-14"),
        ("", "<p>Posted April 2014</p>", "2014-04"),
        ("", "<p>12 غشت 2014</p>", "2014-08-12"),
        ('<meta property="article:published_time" content="soon">', "", "2014-03-11"),
        ('<meta property="article:published_time" content="2014-13-45">', "", "2014-03-11"),
        ('<meta property="article:published_time" content="2999-01-01">', "", "2014-03-11"),
    ],
)
def test_page_is_dated_by_itself(site, meta, dated, expected):
    fetch(site.put("/news", html(meta=meta, dated=dated)))
    assert PageContact.objects.get().page_date == expected


def test_redirect_on_the_same_site_is_followed(site):
    site.put("/old", "", status=301, Location="/news")
    site.put("/news", html())
    fetch(f"{site.url}/old")
    assert found() == [FOUND]


def test_page_in_another_encoding_is_read(site):
    body = html(BLOCK.replace("cheffe", "déléguée")).replace('<meta charset="utf-8">', "").encode("windows-1252")
    fetch(site.put("/news", body, Content_Type="text/html; charset=windows-1252"))
    assert found()[0]["role"] == "déléguée de mission"


def hostile(site: object, what: str) -> str:
    """Address of a page that means no good."""
    script = BLOCK.replace("Anke", "<script>alert(1)</script>Anke")
    match what:
        case "huge":
            return site.put("/x", html(BLOCK + "<p>" + "a" * 3_000_000))
        case "zipped":
            return site.put("/x", gzip.compress(b"<p>" * 30_000_000), Content_Encoding="gzip")
        case "nested":
            return site.put("/x", "<div>" * 300_000)
        case "elsewhere":
            return site.put("/x", "", status=302, Location=site.url.replace("127.0.0.1", "localhost") + "/news")
        case "file":
            return site.put("/x", "", status=302, Location="file:///etc/passwd")
        case "circle":
            return site.put("/x", "", status=302, Location="/x")
        case "pdf":
            return site.put("/x", b"%PDF-1.4", Content_Type="application/pdf")
        case "no block":
            return site.put("/x", html("<p>Pour plus d'informations, consultez notre site.</p>"))
        case "no data":
            return site.put("/x", html("<p>Pour plus d'informations, veuillez contacter l'OIM.</p>"))
        case "script":
            return site.put("/x", html(script))
        case "escaped script":
            return site.put(
                "/x", html(script.replace("<script>", "&lt;script&gt;").replace("</script>", "&lt;/script&gt;"))
            )
        case "long":
            return site.put("/x", html(BLOCK.replace("Anke Strauss", "Anke " * 50)))
        case "missing":
            return f"{site.url}/none"
        case "closed":
            return f"http://127.0.0.1:{free_port()}/"
        case "scheme":
            return "file:///etc/passwd"
    raise AssertionError(what)


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("huge", "is larger than 2 MB"),
        ("zipped", "is larger than 2 MB"),
        ("nested", "has more tags than a news page"),
        ("elsewhere", "leads to another site"),
        ("file", "leads to another site"),
        ("circle", "redirects without end"),
        ("pdf", "is application/pdf, no web page"),
        ("no block", "no contact block"),
        ("no data", "no contact block"),
        ("script", "markup or a script where the name should be"),
        ("escaped script", "markup or a script where the name should be"),
        ("long", "reads like running text"),
        ("missing", "cannot be read (404)"),
        ("closed", "cannot be read (ConnectionError)"),
        ("scheme", "no web address"),
    ],
)
def test_hostile_page_is_refused_and_nothing_is_stored(site, what, expected):
    url = hostile(site, what)
    with pytest.raises(CommandError) as error:
        fetch(url)
    assert expected in str(error.value)
    assert str(error.value).startswith(f"{url}: ")
    assert str(error.value).endswith("Nothing was stored.")
    assert "\n" not in str(error.value)
    assert not PageContact.objects.exists()
    assert "/news" not in site.asked


# --- what staff make of it --------------------------------------------------------------------------------------------


def recent() -> str:
    return timezone.localdate().replace(day=1).isoformat()


def contact(page_date: str, **more: str) -> PageContact:
    page = {"url": "https://morocco.iom.int/fr/news/x", "title": "Conférence", "page_date": page_date}
    return PageContact.objects.create(**page, found={**FOUND, **more})


def decide(client: object, page: PageContact, **form: object) -> object:
    url = reverse("admin:contacts_pagecontact_change", args=[page.pk])
    response = save(client, url, **{name: str(getattr(value, "pk", value)) for name, value in form.items()})
    page.refresh_from_db()
    return response


def published(client: object) -> str:
    """All that the directory's API says."""
    return client.get("/hsds/services?full=true&per_page=100").content.decode()


def test_old_contact_becomes_a_private_number_and_leaves_the_place_as_it_is(editor, place, client):
    before = (place.as_of, place.status, place.emails, place.sources)
    Phone.objects.filter(number=NUMBER).delete()
    page = contact("2014-03")
    assert decide(editor, page, decision="approved", location=place).status_code == 302
    assert (page.decision, page.decided_by, page.location) == ("approved", "a-editor", place)
    phone = place.phones.get(number=NUMBER)
    assert (phone.private, phone.as_of, phone.status) == (True, "2014-03", "historical")
    assert phone.sources == [{"url": page.url, "title": "Conférence"}]
    assert phone.note == f"{NAME}, {ROLE}, {OFFICE}"
    place.refresh_from_db()
    assert (place.as_of, place.status, place.emails, place.sources) == before
    assert EMAIL in place.notes
    said = published(client)
    assert "05 37 26 38 04" in said
    for secret in (NUMBER, "06 61 44 08 38", EMAIL, NAME):
        assert secret not in said


def test_old_contact_makes_a_place_that_is_kept_for_the_record(editor, directory, client):
    page = contact("2014-03")
    assert decide(editor, page, decision="approved", organization=Organization.objects.get()).status_code == 302
    place = page.location
    assert (place.slug, place.city, place.status, place.as_of, place.confidence) == (
        "helpers",
        None,
        "historical",
        "2014-03",
        "low",
    )
    assert [phone.private for phone in place.phones.all()] == [True]
    assert place.slug not in [location["id"] for location in client.get("/hsds/services?full=true").json()["contents"]]
    assert EMAIL not in published(client)


def test_recent_contact_makes_a_place_dated_by_the_page(editor, directory):
    page = contact(recent())
    organization = Organization.objects.get()
    city = Location.objects.get(slug="helpers-rabat").city
    decide(editor, page, decision="approved", organization=organization, city=city)
    place = page.location
    assert (place.slug, place.city, place.status, place.as_of) == ("helpers-rabat-2", city, "current", recent())
    assert place.emails == [EMAIL]
    assert [(phone.number, phone.private, phone.as_of) for phone in place.phones.all()] == [(NUMBER, False, recent())]
    assert place.history.first().history_user.username == "a-editor"


def test_recent_contact_updates_a_place_and_its_number_goes_last(editor, place):
    page = contact(recent(), phone="+212522400399")
    decide(editor, page, decision="approved", location=place)
    place.refresh_from_db()
    assert place.as_of == recent()
    assert place.emails == ["contact@helpers.example.org", EMAIL]
    assert [source["url"] for source in place.sources] == ["https://helpers.example.org/contact", page.url]
    assert [phone.number for phone in place.phones.all()] == ["+212537263804", NUMBER, "+212522400399"]


def test_number_that_staff_keep_private_stays_so(editor, place):
    decide(editor, contact(recent()), decision="approved", location=place)
    assert [phone.private for phone in place.phones.filter(number=NUMBER)] == [True]


@pytest.mark.parametrize(
    ("query", "shown"), [("?q=Strauss", 1), ("?q=nobody", 0), ("?o=1", 1), ("?decision__exact=approved", 0)]
)
def test_contacts_are_found_in_their_list(editor, query, shown):
    contact("2014-03")
    page = editor.get(reverse("admin:contacts_pagecontact_changelist") + query)
    assert len(page.context["cl"].result_list) == shown


def test_rejected_contact_changes_nothing(editor, place):
    page = contact("2014-03")
    decide(editor, page, decision="rejected")
    assert (page.decision, page.decided_by, page.location) == ("rejected", "a-editor", None)
    assert Phone.objects.count() == 2


@pytest.mark.parametrize("both", [False, True])
def test_approving_needs_one_place(editor, place, both):
    page = contact("2014-03")
    form = {"location": place, "organization": place.organization} if both else {}
    response = decide(editor, page, decision="approved", **form)
    assert "Pour approuver, choisissez un lieu" in response.content.decode()
    assert page.decision == "pending"


def test_decision_stands(editor, place):
    page = contact("2014-03")
    decide(editor, page, decision="rejected")
    url = reverse("admin:contacts_pagecontact_change", args=[page.pk])
    assert editor.post(url, {"decision": "approved", "location": place.pk}).status_code == 403


def test_what_was_read_is_shown_as_text(editor, directory):
    page = contact("2014-03", name="<script>alert(1)</script>")
    url = reverse("admin:contacts_pagecontact_change", args=[page.pk])
    for address in (url, reverse("admin:contacts_pagecontact_changelist")):
        text = editor.get(address).content.decode()
        assert "<script>alert(1)" not in text
        assert "alert(1)" in BeautifulSoup(text, "html.parser").get_text()


def test_page_is_old_after_two_years_or_without_a_date():
    today = timezone.localdate()
    assert is_old("")
    assert is_old("2014")
    assert is_old(f"{today.year - 3}-12-31")
    assert not is_old(f"{today.year - 1}-01-01")
    assert not is_old(today.isoformat())
