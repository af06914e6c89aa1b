"""Settings: defaults, what is refused, and that `.env.example` says the same."""

import stat

import pytest
from honcho.environ import parse

from assistant.paths import ROOT
from assistant.server.system import environment
from assistant.settings import Settings, SettingsError, names, sender_key

EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")


def test_example_lists_exactly_the_settings_with_their_defaults():
    lines = [line.partition("=") for line in EXAMPLE.splitlines() if line and not line.startswith("#")]
    assert [name for name, _, _ in lines] == [name.upper() for name in names()]
    assert Settings.from_environment({name: value for name, _, value in lines}) == Settings()


def test_example_explains_each_setting():
    lines = EXAMPLE.splitlines()
    for number, line in enumerate(lines):
        assert not line or line[0] == "#" or lines[number - 1].startswith("# "), line


def test_no_variable_and_an_empty_one_are_the_default():
    assert Settings.from_environment({}) == Settings()
    assert Settings.from_environment({name.upper(): " " for name in names()}) == Settings()


def test_children_get_the_same_settings():
    given = {"ASSISTANT_PORT": "6000", "VAR_DIR": "/tmp/x", "REST_CHANNEL": "off", "ACTION_TIMEOUT": "1.5"}
    settings = Settings.from_environment(given)
    assert not settings.rest_channel
    assert Settings.from_environment(settings.to_environment()) == settings


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("ASSISTANT_PORT", "http", "ASSISTANT_PORT is 'http'; allowed: a whole number from 1 to 65535."),
        ("ACTIONS_PORT", "70000", "ACTIONS_PORT is '70000'; allowed: a whole number from 1 to 65535."),
        ("ACTIONS_PORT", "5005", "ASSISTANT_PORT and ACTIONS_PORT are both 5005; they must differ."),
        ("ASSISTANT_HOST", "http://x", "ASSISTANT_HOST is 'http://x'; allowed: an address"),
        ("RETENTION_DAYS", "0", "RETENTION_DAYS is '0'; allowed: a whole number from 1 to 36500."),
        ("RETENTION_DAYS", "-90", "RETENTION_DAYS is '-90'; allowed: a whole number from 1 to 36500."),
        ("LOG_LEVEL", "loud", "LOG_LEVEL is 'loud'; allowed: DEBUG, INFO, WARNING, ERROR, CRITICAL."),
        ("LOG_FORMAT", "xml", "LOG_FORMAT is 'xml'; allowed: text or json."),
        ("METRICS_HOST", "http://x", "METRICS_HOST is 'http://x'; allowed: an address"),
        ("ACTIONS_METRICS_PORT", "-1", "ACTIONS_METRICS_PORT is '-1'; allowed: a whole number from 0 to 65535."),
        (
            "ASSISTANT_METRICS_PORT",
            "5005",
            "ASSISTANT_PORT and ASSISTANT_METRICS_PORT are both 5005; they must differ.",
        ),
        ("REST_CHANNEL", "maybe", "REST_CHANNEL is 'maybe'; allowed: on or off."),
        ("ACTION_TIMEOUT", "nan", "ACTION_TIMEOUT is 'nan'; allowed: seconds from 0.1 to 30."),
        ("DATABASE_URL", "postgres://u:secret@h/d", "DATABASE_URL is of the kind 'postgres'; allowed: empty"),
        ("DATABASE_URL", "secret", "DATABASE_URL is no URL; allowed: empty"),
        (
            "REDIS_URL",
            "localhost:secret",
            "REDIS_URL is no address of a Redis; allowed: empty, or redis://:password@host",
        ),
        ("REDIS_URL", "redis://:secret@", "REDIS_URL is no address of a Redis"),
        ("REDIS_URL", "redis://:secret@h:port/0", "REDIS_URL is no address of a Redis"),
        ("REDIS_URL", "redis://:secret@h/locks", "REDIS_URL is no address of a Redis"),
        ("SENDER_KEY", "secret", "SENDER_KEY is 6 characters long; allowed: empty, or at least 32"),
    ],
)
def test_wrong_value_is_one_clear_line_without_secrets(name, value, expected):
    with pytest.raises(SettingsError) as error:
        Settings.from_environment({name: value})
    assert str(error.value).startswith(expected)
    assert "\n" not in str(error.value)
    assert "secret" not in str(error.value).replace("SENDER_KEY", "")


def test_secrets_are_not_in_the_representation():
    settings = Settings(sender_key="s" * 32, database_url="postgresql://u:password@h/d")
    assert "sss" not in repr(settings)
    assert "password" not in repr(settings)


def test_sender_key_is_made_once_and_for_this_account_only(tmp_path):
    settings = Settings(var_dir=tmp_path / "var")
    key = sender_key(settings)
    assert len(key) == 64
    assert sender_key(settings) == key
    assert stat.S_IMODE((tmp_path / "var" / "sender.key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["sender.key"]
    assert sender_key(Settings(var_dir=tmp_path, sender_key="k" * 40)) == "k" * 40


def test_damaged_sender_key_is_not_used(tmp_path):
    (tmp_path / "sender.key").write_text("\n")
    with pytest.raises(SettingsError, match=r"sender\.key is 0 characters long"):
        sender_key(Settings(var_dir=tmp_path))


def test_settings_file_gives_way_to_the_shell(tmp_path):
    file = tmp_path / ".env"
    file.write_text('A=file # why\nB="two words"\nDATABASE_URL=postgresql://u:p@h:5432/d\nEMPTY=\n')
    env = environment(file, {"A": "shell"})
    assert env == {"A": "shell", "B": "two words", "DATABASE_URL": "postgresql://u:p@h:5432/d"}
    assert environment(tmp_path / "none", {"A": "1"}) == {"A": "1"}
    assert parse("EMPTY=") == {}


def test_unreadable_line_of_the_settings_file_is_named_without_its_value(tmp_path):
    file = tmp_path / ".env"
    file.write_text("A=1\nSENDER_KEY=don't\n")
    with pytest.raises(SettingsError, match=r"\.env, line 2: No closing quotation") as error:
        environment(file, {})
    assert "don" not in str(error.value)


WHATSAPP = {
    "WHATSAPP_PHONE_ID": "100000000000009",
    "WHATSAPP_TOKEN": "secret-token",
    "WHATSAPP_APP_SECRET": "secret-of-the-app",
    "WHATSAPP_VERIFY_TOKEN": "secret-word",
}
KEY = {"SENDER_KEY": "k" * 32}


def test_whatsapp_is_open_with_all_credentials_and_closed_without():
    assert not Settings.from_environment({}).whatsapp
    assert Settings.from_environment({**WHATSAPP, **KEY}).whatsapp


@pytest.mark.parametrize("number", [1, 2, 3])
def test_whatsapp_has_all_credentials_or_none(number):
    given = dict(list(WHATSAPP.items())[:number])
    missing = ", ".join(list(WHATSAPP)[number:])
    with pytest.raises(SettingsError) as error:
        Settings.from_environment({**given, **KEY})
    assert str(error.value) == f"WhatsApp lacks {missing}: set all four, from Meta's console, or none."


@pytest.mark.parametrize(
    "graph", ["", "https://graph.facebook.com", "http://10.0.0.7:5056", "http://127.0.0.1.evil.ma"]
)
def test_numbers_of_real_people_need_a_key_of_ones_own(graph):
    with pytest.raises(SettingsError, match="openssl rand -hex 32") as error:
        Settings.from_environment({**WHATSAPP, "WHATSAPP_GRAPH": graph})
    assert "secret-" not in str(error.value)
    assert Settings.from_environment({**WHATSAPP, **KEY, "WHATSAPP_GRAPH": graph}).whatsapp


@pytest.mark.parametrize("graph", ["http://127.0.0.1:5056", "http://localhost:5056", "http://[::1]:5056"])
def test_the_sandbox_needs_no_key(graph):
    assert Settings.from_environment({**WHATSAPP, "WHATSAPP_GRAPH": graph}).whatsapp


@pytest.mark.parametrize("name", WHATSAPP)
@pytest.mark.parametrize("value", ["secret word", "secreté", "secret\nHost: x"])
def test_a_credential_that_cannot_be_one_is_refused_without_showing_it(name, value):
    with pytest.raises(SettingsError) as error:
        Settings.from_environment({**WHATSAPP, **KEY, name: value})
    assert str(error.value).startswith(f"{name} is with spaces or letters")
    assert "secret" not in str(error.value).replace("_SECRET", "")


def test_credentials_of_whatsapp_are_not_in_the_representation():
    assert "secret-" not in repr(Settings.from_environment({**WHATSAPP, **KEY}))


def test_socketio_is_for_one_assistant_only():
    several = {"REDIS_URL": "redis://:word@127.0.0.1:6379/0"}
    assert Settings.from_environment(several).redis_url == several["REDIS_URL"]
    with pytest.raises(SettingsError, match="Set SOCKETIO_CHANNEL=off, or REDIS_URL to nothing"):
        Settings.from_environment({**several, "SOCKETIO_CHANNEL": "on"})
