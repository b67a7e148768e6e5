"""A large file of a form comes whole, and never has a name where a killed process would leave it, readable."""

from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

LARGE = bytes(range(256)) * (3 * 1024 * 4)


def test_a_large_file_is_whole_and_without_a_name(tmp_path: Path, settings):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    sent = {"files": [SimpleUploadedFile("大.jpg", LARGE, "image/jpeg"), SimpleUploadedFile("small.jpg", b"small")]}
    request = RequestFactory().post("/", sent)
    large, small = request.FILES.getlist("files")
    assert (large.name, large.size, large.content_type) == ("大.jpg", len(LARGE), "image/jpeg")
    assert large.read() == LARGE and b"".join(large.chunks()) == LARGE and small.read() == b"small"
    assert not isinstance(large.file.name, str), "a file that is open and has no name"
    assert list(tmp_path.iterdir()) == []


def test_a_form_that_breaks_off_leaves_nothing(tmp_path: Path, settings):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    whole = RequestFactory().post("/", {"files": SimpleUploadedFile("a.jpg", LARGE)})
    cut = whole.body[: len(whole.body) // 2]
    request = RequestFactory().generic("POST", "/", cut, content_type=whole.META["CONTENT_TYPE"])
    assert dict(request.FILES) == {} or request.FILES["files"].size < len(LARGE)
    assert list(tmp_path.iterdir()) == []
