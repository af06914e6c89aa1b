"""The page of licences is true, and no licence forbids what the project does."""

import sys
from email.message import Message

import pytest

from quality.licences import PAGE, licence, page


def of(**fields: str) -> Message:
    metadata = Message()
    for name, value in fields.items():
        metadata[name.replace("_", "-")] = value
    return metadata


@pytest.mark.skipif(sys.platform != "linux", reason="other systems install other packages; the page is of Linux")
def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "make it anew: python -m quality.licences"


def test_nothing_on_a_server_is_under_the_gpl() -> None:
    served = PAGE.read_text(encoding="utf-8").partition("## Only to develop")[0]
    rows = [line for line in served.splitlines() if line.startswith("| ") and "GPL" in line.upper()]
    assert [row for row in rows if "Lesser" not in row] == []


def test_the_plainest_statement_of_a_package_is_taken() -> None:
    classifier = "License :: OSI Approved :: MIT License"
    assert licence("a", of(License_Expression="MIT", Classifier=classifier)) == "MIT"
    assert licence("a", of(License="x" * 80, Classifier=classifier)) == "MIT License"
    assert licence("a", of(License="ISC", Classifier="License :: OSI Approved")) == "ISC"
    with pytest.raises(ValueError, match="a does not say its licence"):
        licence("a", of(License="UNKNOWN"))
