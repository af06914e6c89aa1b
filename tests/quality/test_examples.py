"""Examples that repeat themselves, stand in two topics or are measured on."""

from itertools import combinations

from quality.examples import frame, variety_report

REGUL, CONTACT, ARABIC = "data/nlu/fr/regul.yml", "data/nlu/fr/contact.yml", "data/nlu/ar/regul.yml"
NOUNS = ["boulanger", "chevalet", "girafe", "moquette", "tournevis", "pamplemousse", "wagon", "kiosque"]
ARABIC_NOUNS = list(combinations(["زرافة", "بطيخة", "قنديل", "مطرقة", "سجادة"], 2))  # ten pairs


def test_what_a_frame_is():
    assert frame("Comment faire pour la carte de séjour ?") == frame("comment faire pour la girafe de Rabat")
    assert frame("واش كاين شي طبيب فطنجة") != ("_",)


def test_one_frame_too_often(project):
    project.add_examples(REGUL, [f"Comment faire pour avoir un {noun} ?" for noun in NOUNS])
    (found,) = project.problems()
    assert found.startswith(f"frames: {REGUL}: 8 of 38 examples of regul.card share the frame 'comment faire pour")
    assert found.endswith("Vary them.")


def test_one_frame_too_often_in_darija(project):
    project.add_examples(ARABIC, [f"كيفاش ندير باش {' '.join(nouns)}" for nouns in ARABIC_NOUNS])
    (found,) = project.problems()
    assert found.startswith(f"frames: {ARABIC}: 10 of 55 examples of regul.card share the frame")


def test_a_frame_below_the_bar(project):
    project.add_examples(REGUL, [f"Comment faire pour avoir un {noun} ?" for noun in NOUNS[:5]])
    assert project.problems() == []


def test_nearly_the_same(project):
    project.add_examples(REGUL, ["Où refaire ma carte perdue à Rabat ?", "ou refaire ma cart perdue a rabat"])
    assert project.problems() == [
        f"near-duplicates: {REGUL}: regul.card: 'Où refaire ma carte perdue à Rabat ?' and"
        " 'ou refaire ma cart perdue a rabat' are nearly the same. Drop one."
    ]


def test_the_same_short_one_twice(project):
    project.add_examples(REGUL, ["Réfugié ?", "refugie"])
    assert project.problems() == [
        f"near-duplicates: {REGUL}: regul.card: 'Réfugié ?' and 'refugie' are nearly the same. Drop one."
    ]


def test_short_ones_may_be_alike(project):
    project.add_examples(REGUL, ["pas besoin", "pa besoin"])
    assert project.problems() == []


def test_in_two_topics(project):
    project.add_examples(REGUL, ["Où est-ce ?"])
    project.add_examples(CONTACT, ["ou est ce"])
    text = "two topics: {}: {!r} stands in {} ({}) and {}. Keep it in one."
    assert project.problems() == [text.format(REGUL, "Où est-ce ?", "contact.find", CONTACT, "regul.card")]


def test_emoji_are_no_text_in_common(project):
    project.add_examples(REGUL, ["🏠"])
    project.add_examples(CONTACT, ["📞"])
    assert project.problems() == []


ROW = "Ma question à moi sur la carte"


def test_a_row_that_is_measured_on(project):
    project.add_examples(CONTACT, [ROW.upper()])
    assert project.problems() == [
        f"leak: {CONTACT}: {ROW.upper()!r} (contact.find) is measured on: tests/nlu/french.tsv line 2 {ROW!r}."
        " Remove it here."
    ]


def test_a_row_that_is_nearly_measured_on(project):
    nearly = "ma questions à moi sur la carte"
    project.add_examples(REGUL, [nearly])
    assert project.problems() == [
        f"leak: {REGUL}: {nearly!r} (regul.card) is measured on: tests/nlu/french.tsv line 2 {ROW!r}. Remove it here."
    ]


def test_the_report(project):
    project.add_examples(REGUL, [f"Comment faire pour avoir un {noun} ?" for noun in NOUNS])
    header, contact, regul = [line.split() for line in variety_report(project.root)]
    assert header == ["topic", "fr", "ar", "openings", "frames", "likeness"]
    assert contact[:5] == ["contact.find", "30", "45", "75", "1"]  # three made-up words each: one mask
    assert regul[:5] == ["regul.card", "38", "45", "76", "2"]
    assert 0 < float(contact[5]) < 100
