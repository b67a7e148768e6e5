"""A file that a form sends and that is too large for memory: kept in a file without a name while it comes.

Django's own way gives it a name in the directory of temporary files, where a killed process would leave it, readable.
"""

from tempfile import TemporaryFile
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class UnnamedFileUploadHandler(FileUploadHandler):
    """The last of the handlers: takes what the one in memory leaves."""

    def new_file(self, *given: Any, **named: Any) -> None:
        super().new_file(*given, **named)
        nameless = TemporaryFile()  # noqa: SIM115 (whoever takes the file closes it)
        self.file = UploadedFile(nameless, self.file_name, self.content_type, 0, self.charset)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile:
        self.file.seek(0)
        self.file.size = file_size
        return self.file

    def upload_interrupted(self) -> None:
        if hasattr(self, "file"):
            self.file.close()
