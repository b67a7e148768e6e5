"""What a file is called when a browser saves it."""

from django.utils.http import content_disposition_header


def saved_as(name: str) -> str:
    """The header for a file of this name. A contract's number may hold Chinese signs and strokes, which a header and a
    file's name may not hold as they are.
    """
    plain = name.replace("/", "-").replace("\\", "-")
    return content_disposition_header(True, plain) or "attachment"
