"""`forbear worker` on a desk that has never seen one."""

from tests.servers import Site

NIGHTS = """
from forbear.store.models import AgendaItem
print(*AgendaItem.objects.filter(kind="nightly").values_list("key", flat=True))
"""


def test_the_worker_sees_to_it_that_nights_come(site: Site):
    for _ in range(2):
        site.forbear("worker", "--once")
    assert site.python(NIGHTS).split() == ["nightly:2026-03-03"]
