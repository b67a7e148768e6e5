"""The store's part of the vault: which encrypted file lies where, under which data key."""

from collections.abc import Mapping, Sequence

from forbear.store.models import Blob, DataKey
from forbear.store.privacy import DataKeys, Keys


class DjangoRegister:
    """The Register of forbear/adapters/vault.py."""

    def __init__(self, keys: Keys, using: str = "default") -> None:
        self._data_keys = DataKeys(keys, using)
        self._using = using

    def key_for(self, case_id: str, retention: str) -> tuple[str, bytes]:
        return self._data_keys.for_writing(case_id, retention)

    def enter(self, blob_id: str, key_id: str, size: int, path: str) -> None:
        Blob.objects.using(self._using).create(blob_id=blob_id, key_id=key_id, size=size, path=path)

    def find(self, blob_id: str) -> tuple[bytes, int, str] | None:
        row = Blob.objects.using(self._using).filter(blob_id=blob_id).values_list("key_id", "size", "path").first()
        if row is None:
            return None
        key_id, size, path = row
        key = self._data_keys.by_id([key_id]).get(key_id)
        return None if key is None else (key, size, path)

    def entered(self, blob_ids: Sequence[str]) -> Mapping[str, str]:
        live = DataKey.objects.using(self._using).exclude(wrapped=None)
        rows = Blob.objects.using(self._using).filter(blob_id__in=blob_ids, key_id__in=live.values("key_id"))
        return dict(rows.values_list("blob_id", "path"))

    def closed(self, case_id: str, retention: str) -> Sequence[tuple[str, str]]:
        keys = DataKey.objects.using(self._using).filter(case_id=case_id, retention=retention, wrapped=None)
        blobs = Blob.objects.using(self._using).filter(key_id__in=keys.values("key_id")).order_by("blob_id")
        return list(blobs.values_list("blob_id", "path"))

    def strike(self, blob_id: str) -> None:
        Blob.objects.using(self._using).filter(blob_id=blob_id).delete()


def named(path: str = "", using: str = "default") -> tuple[tuple[str, str], ...]:
    """(path, key id) of the files that can be opened: of one path, of all without."""
    live = DataKey.objects.using(using).exclude(wrapped=None).values("key_id")
    blobs = Blob.objects.using(using).filter(key_id__in=live, **({"path": path} if path else {}))
    return tuple(blobs.order_by("path").values_list("path", "key_id"))
