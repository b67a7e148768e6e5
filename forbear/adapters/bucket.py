"""The vault's shelf on an S3 server (forbear/adapters/vault.py); needs the extra `s3`. What lies there is sealed.

An object appears whole or not at all: its parts are sent one after the other and joined at the end, and given up
together when anything fails in between.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from io import BufferedReader, RawIOBase
from typing import Any

from forbear.actions.ports import VaultFull

PART_BYTES = 8 * 1024 * 1024
READ_BYTES = 64 * 1024
TIMEOUT_SECONDS = 20
FULL = frozenset({"QuotaExceeded", "InsufficientStorage", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded"})
GONE = frozenset({"NoSuchKey", "404"})


@dataclass(frozen=True, kw_only=True)
class S3:
    """Where the bucket is. Empty key and secret: whatever boto3 finds on the machine; `endpoint` "": Amazon's own."""

    bucket: str
    endpoint: str = ""
    region: str = ""
    prefix: str = ""
    key: str = ""
    secret: str = field(default="", repr=False)


class Bucket:
    """The Shelf in a bucket, under `prefix`."""

    def __init__(self, s3: S3) -> None:
        from boto3.s3.transfer import TransferConfig
        from boto3.session import Session
        from botocore.config import Config
        from botocore.exceptions import ClientError

        times = {"connect_timeout": TIMEOUT_SECONDS, "read_timeout": TIMEOUT_SECONDS}
        self._client: Any = Session().client(
            "s3",
            endpoint_url=s3.endpoint or None,
            region_name=s3.region or "us-east-1",
            aws_access_key_id=s3.key or None,
            aws_secret_access_key=s3.secret or None,
            config=Config(retries={"max_attempts": 3}, **times, s3={"addressing_style": "path"} if s3.endpoint else {}),
        )
        self._s3 = s3
        self._transfer = TransferConfig(
            multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES, use_threads=False
        )
        self._error = ClientError

    def put(self, path: str, parts: Iterable[bytes]) -> None:
        try:
            source = BufferedReader(_Stream(iter(parts)), READ_BYTES)
            self._client.upload_fileobj(source, self._s3.bucket, self._key(path), Config=self._transfer)
        except Exception as error:
            if _code(error) in FULL:
                raise VaultFull(f"the bucket {self._s3.bucket} is full") from error
            raise

    def read(self, path: str, start: int) -> Iterator[bytes]:
        try:
            found = self._client.get_object(Bucket=self._s3.bucket, Key=self._key(path), Range=f"bytes={start}-")
        except self._error as error:
            if _code(error) in GONE:
                raise FileNotFoundError(path) from error
            if _code(error) == "InvalidRange":
                return
            raise
        with closing(found["Body"]) as body:
            yield from body.iter_chunks(READ_BYTES)

    def there(self, path: str) -> bool:
        try:
            self._client.head_object(Bucket=self._s3.bucket, Key=self._key(path))
        except self._error as error:
            if _code(error) in GONE:
                return False
            raise
        return True

    def delete(self, path: str) -> None:
        self._client.delete_object(Bucket=self._s3.bucket, Key=self._key(path))

    def paths(self) -> Iterator[str]:
        """What lies there, in order."""
        start = f"{self._s3.prefix}/" if self._s3.prefix else ""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._s3.bucket, Prefix=start)
        yield from (found["Key"][len(start) :] for page in pages for found in page.get("Contents", ()))

    def _key(self, path: str) -> str:
        return f"{self._s3.prefix}/{path}" if self._s3.prefix else path


def _code(error: Exception) -> str:
    """The server's code of an error; a failed multipart upload carries it inside."""
    found: Any = error
    while found is not None:
        response = getattr(found, "response", None)
        if isinstance(response, dict):
            return str(response.get("Error", {}).get("Code", ""))
        found = found.__cause__ or found.__context__
    return ""


class _Stream(RawIOBase):
    """An iterator of bytes as a file to read from."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts, self._rest = parts, b""

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        while not self._rest:
            self._rest = next(self._parts, b"")
            if not self._rest:
                return 0
        count = min(len(into), len(self._rest))
        into[:count], self._rest = self._rest[:count], self._rest[count:]
        return count
