"""Speaking and listening.

A headless browser has neither ears nor voices: a stand-in is put in the place of its engine. What is real is all that
the widget does with an engine; what a phone's own engine hears is for a phone to show.
"""

import pytest
from playwright.sync_api import expect

from tests.widget.chat import Chat, words
from tests.widget.conftest import Open

FR, AR = words("fr"), words("ar")
# An engine that hears what the test says (`hear`), refuses the languages in `refused`, and notes what it was asked.
EARS = """
    window.engines = [];
    window.refused = [];
    window.webkitSpeechRecognition = window.SpeechRecognition = class {
        start() {
            engines.push(this);
            if (!refused.includes(this.lang)) return;
            this.onerror({ error: 'language-not-supported' });
            this.onend();
        }
        stop() { this.onend(); }
        abort() { this.aborted = true; this.onend(); }
    };
    window.hear = (...texts) => {
        const results = texts.map((transcript) => [{ transcript }]);
        if (engines.at(-1).onresult) engines.at(-1).onresult({ results });
    };
"""
NO_EARS = "delete window.SpeechRecognition; delete window.webkitSpeechRecognition;"
VOICES = """
    window.read = [];
    const voices = %s;
    const engine = Object.assign(new EventTarget(), {
        getVoices: () => voices,
        speak(utterance) { read.push(utterance); },
        cancel() { read.push(null); },
    });
    const Utterance = class { constructor(text) { this.text = text; } };
    Object.defineProperty(window, 'speechSynthesis', { value: engine });
    Object.defineProperty(window, 'SpeechSynthesisUtterance', { value: Utterance });
"""


def begin(chat: Chat, strings: dict[str, str]) -> None:
    chat.button(strings["speak"]).click()
    chat.button(strings["speech_accept"]).click()
    expect(chat.button(strings["speak_stop"])).to_have_attribute("aria-pressed", "true")


@pytest.mark.long
def test_where_the_browser_cannot_hear_there_is_no_microphone(open_chat: Open) -> None:
    chat = open_chat("fr", NO_EARS)
    expect(chat.button(FR["send"])).to_be_visible()
    expect(chat.button(FR["speak"])).to_have_count(0)


def test_nothing_is_heard_before_the_notice_was_accepted(open_chat: Open) -> None:
    chat = open_chat("fr", EARS)
    chat.button(FR["speak"]).click()
    expect(chat.page.get_by_text(FR["speech_notice"])).to_be_visible()
    expect(chat.button(FR["speech_accept"])).to_be_focused()
    assert chat.page.evaluate("engines.length") == 0
    chat.button(FR["speech_decline"]).click()
    expect(chat.page.get_by_text(FR["speech_notice"])).to_have_count(0)
    expect(chat.button(FR["speak"])).to_be_focused()
    assert chat.page.evaluate("engines.length") == 0


def test_what_is_heard_is_read_before_it_is_sent(open_chat: Open) -> None:
    chat = open_chat("fr", EARS)
    chat.composer.fill("Bonjour,")
    begin(chat, FR)
    assert chat.page.evaluate("[engines[0].lang, engines[0].interimResults]") == ["fr-FR", True]
    chat.page.evaluate("hear('comment')")
    expect(chat.composer).to_have_value("Bonjour, comment")
    chat.page.evaluate("hear('comment renouveler', ' ma carte de séjour')")
    expect(chat.composer).to_have_value("Bonjour, comment renouveler ma carte de séjour")
    expect(chat.said).to_have_count(0)
    chat.button(FR["speak_stop"]).click()
    expect(chat.button(FR["speak"])).to_have_attribute("aria-pressed", "false")
    chat.button(FR["send"]).click()
    chat.wait_for_replies(2)


@pytest.mark.long
def test_the_notice_comes_once(open_chat: Open) -> None:
    chat = open_chat("fr", EARS)
    begin(chat, FR)
    chat.button(FR["speak_stop"]).click()
    chat.button(FR["speak"]).click()
    expect(chat.button(FR["speak_stop"])).to_be_visible()
    assert chat.page.evaluate("engines.length") == 2


@pytest.mark.long
def test_what_was_sent_does_not_come_back_into_the_composer(open_chat: Open) -> None:
    chat = open_chat("fr", EARS)
    begin(chat, FR)
    chat.page.evaluate("hear('bonjour')")
    chat.composer.press("Enter")
    chat.wait_for_replies(2)
    chat.page.evaluate("hear('bonjour tout le monde')")
    expect(chat.composer).to_have_value("")
    assert chat.page.evaluate("engines[0].aborted")


@pytest.mark.long
def test_arabic_of_morocco_else_any_arabic(open_chat: Open) -> None:
    chat = open_chat("ar", EARS)
    chat.page.evaluate("refused = ['ar-MA']")
    begin(chat, AR)
    assert chat.page.evaluate("engines.map(({ lang }) => lang)") == ["ar-MA", "ar"]
    chat.page.evaluate("hear('السلام عليكم')")
    expect(chat.composer).to_have_value("السلام عليكم")


@pytest.mark.long
def test_a_microphone_that_fails_is_said_to_fail(open_chat: Open) -> None:
    chat = open_chat("fr", EARS)
    begin(chat, FR)
    chat.page.evaluate("engines[0].onerror({ error: 'not-allowed' }); engines[0].onend()")
    expect(chat.notes.last).to_have_text(FR["speech_failed"])
    expect(chat.button(FR["speak"])).to_be_visible()


def voices(*languages: str, local: bool = True) -> str:
    listed = ", ".join(f"{{ lang: '{language}', localService: {str(local).lower()} }}" for language in languages)
    return VOICES % f"[{listed}]"


@pytest.mark.long
def test_an_answer_is_read_aloud_and_stopped(open_chat: Open) -> None:
    chat = open_chat("fr", voices("en-US", "fr-FR"))
    button = chat.ask("comment renouveler ma carte de séjour ?").get_by_role("button", name=FR["read"])
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    spoken = chat.page.evaluate("read.filter(Boolean).map(({ text, lang }) => [text, lang])")
    assert len(spoken) == 1
    text, language = spoken[0]
    assert language == "fr-FR" and "renouvellement" in text and "🪪" not in text
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    assert chat.page.evaluate("read.at(-1)") is None
    button.click()
    chat.page.evaluate("read.at(-1).onend()")
    expect(button).to_have_attribute("aria-pressed", "false")


@pytest.mark.long
def test_a_closed_panel_neither_listens_nor_reads(open_host: Open) -> None:
    chat = open_host("fr", script=EARS + voices("fr-FR"))
    chat.open()
    answer = chat.ask("bonjour")
    answer.get_by_role("button", name=FR["read"]).click()
    begin(chat, FR)
    chat.button(FR["close"]).click()
    chat.page.wait_for_function("read.at(-1) === null && engines[0].aborted")  # a panel tells a little later
    chat.launcher.click()
    expect(chat.button(FR["speak"])).to_have_attribute("aria-pressed", "false")


@pytest.mark.long
@pytest.mark.parametrize(
    "engine", [voices(), voices("en-US"), voices("fr-FR", local=False)], ids=["none", "other language", "elsewhere"]
)
def test_without_a_voice_of_the_device_there_is_no_such_button(open_chat: Open, engine: str) -> None:
    """A voice that is not on the device would send the text away."""
    chat = open_chat("fr", engine)
    answer = chat.ask("bonjour")
    expect(answer.get_by_role("button", name=FR["up"])).to_be_visible()
    expect(answer.get_by_role("button", name=FR["read"])).to_have_count(0)


@pytest.mark.long
def test_arabic_answers_need_an_arabic_voice(open_chat: Open) -> None:
    chat = open_chat("fr", voices("fr-FR", "ar-SA"))
    expect(chat.ask("bonjour").get_by_role("button", name=FR["read"])).to_be_visible()
    answer = chat.ask("كيفاش نجدد لاكارط ديالي")
    answer.get_by_role("button", name=FR["read"]).click()
    assert chat.page.evaluate("read.at(-1).lang") == "ar-SA"
