"""`python console/manage.py fetch_page_contacts URL`: the contacts that a news page names, for staff to approve."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations
from django.db import transaction

from contacts.models import PageContact
from contacts.pages import Page, PageError, fetch


class Command(BaseCommand):
    """Stores what it read as awaiting approval; nothing is shown to people before staff approve it."""

    help = "Read the contact block of a page of IOM's site; staff approve or reject the contacts in the console."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which page."""
        parser.add_argument("url", help="address of a news page, such as https://morocco.iom.int/fr/news/…")

    @no_translations
    def handle(self, *args: Any, url: str, **options: Any) -> None:  # noqa: ANN401
        """Fetch, store what is new, and say what was found.

        Raises:
            CommandError: the page gives no contact; nothing was stored.
        """
        try:
            page = fetch(url)
        except PageError as error:
            raise CommandError(f"{error} Nothing was stored.") from error
        new = store(page)
        self.stdout.write(f"{page.title or page.url} ({page.date or 'no date'})")
        for contact in page.contacts:
            state = "awaits approval" if contact in new else "known already"
            self.stdout.write(f"  {', '.join(contact.values())}: {state}")


@transaction.atomic
def store(page: Page) -> list[dict[str, str]]:
    """Keep the contacts that were not read from this page before, whatever staff decided of them.

    Returns:
        Those that are new.
    """
    known = list(PageContact.objects.filter(url=page.url).values_list("found", flat=True))
    new = [contact for contact in page.contacts if contact not in known]
    for contact in new:
        PageContact.objects.create(url=page.url, title=page.title, page_date=page.date, found=contact)
    return new
