"""The project's training files as text: an example is put in its place, and every other line stays as it is."""

import difflib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from assistant.dialogue.topics import family
from assistant.nlu.normalise import clean
from assistant.privacy.redact import MARKS

# As people wrote it, corrected by staff: which French or Arabic it is nobody has said.
VARIETY = "field"
REGRESSIONS = "tests/nlu/corrections/corrections.tsv"
HEADER = "topic\tvariety\ttext\n"
# "[Rabat](city)" would be an annotated entity to Rasa, "\n" a line's end.
_NOT_PLAIN = re.compile(r"[\[\]\\\t]")
_MARK = re.compile("|".join(map(re.escape, MARKS.values())))


def as_example(text: str) -> str:
    """A message as an example: one line of plain text, without the marks of redaction. Empty when nothing is left.

    The marks go because people never write them: the assistant would learn them.
    """
    return clean(_NOT_PLAIN.sub(" ", _MARK.sub(" ", text))).strip(" -,;:")


def file_of(topic: str, language: str) -> str:
    """Training file of a topic, from the project's root."""
    return f"data/nlu/{language}/{family(topic)}.yml"


def with_example(content: str, topic: str, language: str, text: str) -> str:
    """A training file with one more example, at the end of those that came from people, else in a block of its own
    behind the topic's last.

    Args:
        content: of the file; empty for a new one.
        topic: with the dot.
        language: `fr` or `ar`.
        text: see `as_example`.
    """
    lines = (content or 'version: "3.1"\nnlu:\n').splitlines()
    intent = f"- intent: {topic.replace('.', '/', 1)}"
    metadata = f"  metadata: {{language: {language}, variety: {VARIETY}}}"
    begins = [number for number, line in enumerate(lines) if line.startswith("- ")]
    ends = {begin: _end(lines, end) for begin, end in zip(begins, [*begins, len(lines)][1:], strict=True)}
    of_topic = [begin for begin in begins if lines[begin].rstrip() == intent]
    of_people = [begin for begin in of_topic if metadata in lines[begin : ends[begin]]]
    example = f"    - {text}"
    if of_people:
        lines.insert(ends[of_people[-1]], example)
    else:
        at = ends[of_topic[-1]] if of_topic else _end(lines, len(lines))
        lines[at:at] = [intent, metadata, "  examples: |", example]
    return "\n".join(lines) + "\n"


def _end(lines: list[str], end: int) -> int:
    """Where a block ends, without the comments and empty lines that lead to the next."""
    while end and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1
    return end


def examples_in(content: str) -> Iterator[tuple[str, str]]:
    """Topic and text of each example of a training file. A YAML reader takes seconds for all of them."""
    topic = ""
    for line in content.splitlines():
        if line.startswith("- intent:"):
            topic = line.partition(":")[2].strip().replace("/", ".", 1)
        elif line.startswith("    - "):
            yield topic, line[6:]


def with_regression(content: str, topic: str, text: str) -> str:
    """The regression cases with one more."""
    return (content or HEADER) + f"{topic}\t{VARIETY}\t{text}\n"


def as_patch(root: Path, changes: Mapping[str, str]) -> str:
    """Changes of files as `git apply` reads them.

    Args:
        root: the checkout.
        changes: path from the root -> new content.
    """
    parts = []
    for path, content in sorted(changes.items()):
        old = read(root, path)
        before = f"a/{path}" if old else "/dev/null"
        diff = difflib.unified_diff(old.splitlines(True), content.splitlines(True), before, f"b/{path}")
        parts += [f"diff --git a/{path} b/{path}\n", *([] if old else ["new file mode 100644\n"]), *diff]
    return "".join(parts)


def read(root: Path, path: str) -> str:
    """Content of a file, empty where there is none."""
    file = root / path
    return file.read_text(encoding="utf-8") if file.exists() else ""
