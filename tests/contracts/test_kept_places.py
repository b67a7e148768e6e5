"""The report of what is kept names every table there is and everything that stands in the data directory."""

from django.db import connection

from forbear.actions.kept_places import FOLDERS, PLACES, TABLES, Goes
from forbear.core.facts import Retention
from forbear.store.leaving import WRITTEN_ANEW
from tests.contracts import leaving_desk as on
from tests.contracts.bench import Bench


def test_every_table_is_in_the_report(stored: Bench):
    assert set(connection.introspection.table_names()) == set(TABLES)


def test_everything_in_the_data_directory_is_in_the_report(site):
    site.forbear("check")
    found = {file.name for file in site.home.iterdir()}
    own = {name for name in found if name.startswith("forbear.sqlite3")} | {"clock", "log"}
    assert found - own - set(FOLDERS) == set()
    assert {"keys", "secret", "static"} <= found


def test_a_table_and_a_file_of_one_name_are_two_places():
    assert len(PLACES) == len(TABLES) + len(FOLDERS)
    assert PLACES["secret"].goes is Goes.CASE and PLACES["FORBEAR_HOME/secret"].goes is Goes.NOBODY


def test_a_place_says_by_what_it_empties_and_tables_of_people_are_scrubbed(stored: Bench):
    by_class = {retention for place in TABLES.values() for retention in place.classes}
    assert by_class == set(Retention)
    for place in PLACES.values():
        assert bool(place.classes) == (place.goes in (Goes.CASE, Goes.LOOSE))
    assert set(WRITTEN_ANEW) <= {name for name, place in TABLES.items() if place.goes is not Goes.NOBODY}


def test_where_nobody_should_be_nobody_is(stored: Bench):
    """What lies in the open in the tables that stay, while a person is in every other."""
    desk = on.desk_on(stored.home)
    she = on.borrower(desk, "she", 1)
    on.lives(she, 1)
    found = on.values()
    stays = [name for name, place in TABLES.items() if place.goes in (Goes.STAYS, Goes.NOBODY)]
    content = b"\0".join(value for name in stays for value in found.get(name, set()))
    assert on.canaries_in(content, she.row.name, she.row.phone, she.row.id_number, str(she.row.email)) == []
    assert on.canaries_in(content, she.row.loan.contract) == []
