"""Files that the business uploads."""

from dataclasses import dataclass

from tools.whatsapp_sandbox.errors import MALFORMED, Refused

_MB = 1024 * 1024
_AUDIO = dict.fromkeys(
    ("audio/aac", "audio/mp4", "audio/mpeg", "audio/amr", "audio/ogg", "audio/opus"),
    16 * _MB,
)
_DOCUMENTS = dict.fromkeys(
    (
        "application/pdf",
        "text/plain",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    100 * _MB,
)
# Largest size in bytes of each type that Meta takes.
LARGEST = {
    **_AUDIO,
    **_DOCUMENTS,
    "image/jpeg": 5 * _MB,
    "image/png": 5 * _MB,
    "image/webp": _MB // 2,
    "video/mp4": 16 * _MB,
    "video/3gpp": 16 * _MB,
}


@dataclass(frozen=True)
class Media:
    """An uploaded file: its MIME type and its bytes."""

    type: str
    content: bytes


def check_media(media: Media) -> None:
    """Check a file.

    Raises:
        Refused: Meta does not take its type or its size.
    """
    kind = media.type.partition(";")[0].strip().lower()
    if kind not in LARGEST:
        raise Refused(
            MALFORMED,
            f"Param file must be a file with one of the following types: {', '.join(LARGEST)}. "
            f"Received file of type '{kind}'.",
        )
    if not media.content:
        raise Refused(MALFORMED, "Param file is empty")
    if len(media.content) > LARGEST[kind]:
        raise Refused(MALFORMED, f"Param file is too large: at most {LARGEST[kind]} bytes of type '{kind}'.")
