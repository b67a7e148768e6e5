"""What every LoanBook does, asked of the one in memory and of the one in the database."""

from dataclasses import dataclass, replace
from datetime import date

import pytest

from forbear.actions.ports import Counts
from forbear.adapters.memory_loanbook import MemoryLoanBook
from forbear.core.loanbook import Row
from forbear.town.book import made_up_book

AS_OF = date(2026, 3, 2)
BOOK = made_up_book(3, 30, AS_OF)
"""Rows 9, 19 and 29 are second loans of the people of rows 4, 14 and 24."""


class CountingIds:
    def __init__(self):
        self.count = 0

    def new(self, prefix):
        self.count += 1
        return f"{prefix}_{self.count}"

    def salt(self):
        self.count += 1
        return self.count.to_bytes(16, "big")


@dataclass(frozen=True)
class BookKeys:
    book: bytes = bytes(range(32))
    index: bytes = bytes(range(32, 64))


def with_loan(row: Row, **changed) -> Row:
    return replace(row, loan=replace(row.loan, **changed))


@pytest.fixture(params=["memory", "store"])
def book(request):
    if request.param == "memory":
        return MemoryLoanBook(CountingIds())
    request.getfixturevalue("db")
    from forbear.store.loans import StoredLoanBook

    return StoredLoanBook(BookKeys(), CountingIds())


def test_an_id_number_finds_her_loan_signed_last(book):
    book.put(BOOK)
    first, second = BOOK[4], BOOK[9]
    assert first.id_number == second.id_number
    latest = max(first, second, key=lambda row: row.loan.signed_on)
    assert book.by_id_number(first.id_number).row == latest
    assert book.by_id_number("110101199003070000") is None


def test_an_empty_book_finds_nobody(book):
    assert book.find("HC-1") is None
    assert book.loan("l_1") is None
    assert book.by_identity("HC-1", BOOK[0].id_number) is None
    assert book.borrower("p_1") is None
    assert book.loans_of("p_1") == ()
    assert book.all_contracts() == ()
    assert book.put([]) == Counts(new=0, changed=0, unchanged=0)


def test_what_was_put_is_found_as_it_was(book):
    assert book.put(BOOK) == Counts(new=30, changed=0, unchanged=0)
    held = [book.find(row.loan.contract) for row in BOOK]
    assert [one.row for one in held] == list(BOOK)
    assert [book.loan(one.loan_id) for one in held] == held
    assert book.all_contracts() == tuple(sorted(row.loan.contract for row in BOOK))
    assert len({one.loan_id for one in held}) == 30
    assert len({one.borrower_id for one in held}) == 27


def test_putting_the_same_rows_again_changes_nothing(book):
    book.put(BOOK)
    before = [book.find(row.loan.contract) for row in BOOK]
    assert book.put(BOOK) == Counts(new=0, changed=0, unchanged=30)
    assert [book.find(row.loan.contract) for row in BOOK] == before


def test_a_changed_row_is_brought_up_to_date_and_keeps_its_ids(book):
    book.put(BOOK)
    before = book.find(BOOK[0].loan.contract)
    later = with_loan(BOOK[0], principal_minor=BOOK[0].loan.principal_minor - 1)
    moved_house = replace(BOOK[1], phone="15400000001", place=None)
    assert book.put([later, moved_house, *BOOK[2:]]) == Counts(new=0, changed=2, unchanged=28)
    after = book.find(BOOK[0].loan.contract)
    assert (after.row, after.loan_id, after.borrower_id) == (later, before.loan_id, before.borrower_id)
    assert book.find(BOOK[1].loan.contract).row == moved_house


def test_one_identity_number_is_one_borrower_also_in_a_later_import(book):
    book.put(BOOK[:9])
    assert book.put(BOOK[9:10]) == Counts(new=1, changed=0, unchanged=0)
    first, second = (book.find(BOOK[i].loan.contract) for i in (4, 9))
    assert first.borrower_id == second.borrower_id
    assert book.loans_of(first.borrower_id) == tuple(sorted((first, second), key=lambda held: held.row.loan.contract))


def test_a_borrower_is_known_by_the_loan_signed_last(book):
    book.put(BOOK)
    first, second = (book.find(BOOK[i].loan.contract) for i in (4, 9))
    newest = max(first, second, key=lambda held: held.row.loan.signed_on)
    assert book.borrower(first.borrower_id) == newest


def test_a_contract_is_found_however_it_is_spaced_or_capitalised(book):
    row = with_loan(BOOK[0], contract="（2025）消贷字第0012号-a")
    book.put([row])
    assert book.find("(2025) 消贷字 第0012号-A").row == row
    assert book.find("(2025) 消贷字 第0013号-A") is None


def test_identity_needs_contract_and_number_of_one_person(book):
    book.put(BOOK)
    hers = book.by_identity(BOOK[0].loan.contract, BOOK[0].id_number)
    assert hers == book.find(BOOK[0].loan.contract)
    assert book.by_identity(BOOK[0].loan.contract, BOOK[1].id_number) is None
    assert book.by_identity("HC-2025-9999999", BOOK[0].id_number) is None


def test_a_contract_that_would_change_hands_is_named_and_never_put(book):
    book.put(BOOK[:1])
    taken = replace(BOOK[0], id_number=BOOK[1].id_number, name=BOOK[1].name)
    assert book.moved(BOOK) == ()
    assert book.moved([taken, BOOK[2]]) == (taken.loan.contract,)
    with pytest.raises(AssertionError, match="never changes hands"):
        book.put([BOOK[2], taken])
    assert book.all_contracts() == (BOOK[0].loan.contract,)
    assert book.find(BOOK[0].loan.contract).row == BOOK[0]


def test_a_book_larger_than_one_batch(book):
    many = made_up_book(4, 620, AS_OF)
    assert book.put(many) == Counts(new=620, changed=0, unchanged=0)
    assert book.put((*many[:-1], with_loan(many[-1], fees_minor=99))) == Counts(new=0, changed=1, unchanged=619)


@pytest.mark.django_db
def test_the_database_holds_nothing_that_can_be_read_without_the_keys():
    from forbear.store.loan_tables import BorrowerRow, LoanRow
    from forbear.store.loans import StoredLoanBook

    StoredLoanBook(BookKeys(), CountingIds()).put(BOOK)
    kept = [value for table in (BorrowerRow, LoanRow) for row in table.objects.values_list() for value in row]
    everything = b"\n".join(bytes(value) if not isinstance(value, str) else value.encode() for value in kept)
    telling = [str(getattr(row, name)) for row in BOOK for name in ("name", "id_number", "phone")]
    telling += [row.loan.contract for row in BOOK]
    assert [text for text in telling if text.encode() in everything] == []
    assert len(LoanRow.objects.all()) == 30
    assert len(BorrowerRow.objects.all()) == 27


@pytest.mark.django_db
def test_a_sealed_row_opens_neither_in_another_place_nor_with_another_key():
    from forbear.store.loan_tables import LoanRow
    from forbear.store.loans import StoredLoanBook
    from forbear.store.privacy import WrongKey

    book = StoredLoanBook(BookKeys(), CountingIds())
    book.put(BOOK[:2])
    first, second = LoanRow.objects.order_by("id")
    other_key = StoredLoanBook(BookKeys(book=bytes(32)), CountingIds())
    with pytest.raises(WrongKey):
        other_key.loan(first.id)
    LoanRow.objects.filter(id=first.id).update(sealed=bytes(second.sealed))
    with pytest.raises(WrongKey):
        book.loan(first.id)


@pytest.mark.django_db
@pytest.mark.parametrize("whose", ["unknown", "another's", "hers"])
def test_asking_for_an_identity_costs_one_query_whoever_it_is(whose, django_assert_num_queries):
    from forbear.store.loans import StoredLoanBook

    book = StoredLoanBook(BookKeys(), CountingIds())
    book.put(BOOK)
    asked = {
        "unknown": ("HC-2025-9999999", BOOK[0].id_number),
        "another's": (BOOK[1].loan.contract, BOOK[0].id_number),
        "hers": (BOOK[0].loan.contract, BOOK[0].id_number),
    }
    with django_assert_num_queries(1):
        held = book.by_identity(*asked[whose])
    assert (held is not None) == (whose == "hers")


def test_borrowers_are_found_by_their_address(book):
    one, two = replace(BOOK[0], email="Wang@Example.cn"), replace(BOOK[1], email="wang@example.cn ")
    book.put([one, replace(BOOK[2], email=None)])
    hers, none = book.find(one.loan.contract).borrower_id, book.borrowers_at("")
    assert (book.borrowers_at(" wang@EXAMPLE.cn"), book.borrowers_at("li@example.cn"), none) == ((hers,), (), ())
    book.put([two])
    assert book.borrowers_at("wang@example.cn") == tuple(sorted((hers, book.find(two.loan.contract).borrower_id)))
    book.put([replace(one, email="new@example.cn")])
    assert book.borrowers_at("wang@example.cn") == (book.find(two.loan.contract).borrower_id,)


def test_rows_of_before_are_found_by_their_address_too(db):
    from forbear.store.loan_tables import LoanRow
    from forbear.store.loans import StoredLoanBook

    book = StoredLoanBook(BookKeys(), CountingIds())
    book.put([replace(row, email=f"{number}@example.cn") for number, row in enumerate(BOOK)])
    LoanRow.objects.update(email_index=None)
    assert book.borrowers_at("3@example.cn") == (book.find(BOOK[3].loan.contract).borrower_id,)
    assert not LoanRow.objects.filter(email_index=None).exists()


def test_loans_are_found_by_the_number_on_file(book):
    one, other = BOOK[0], replace(BOOK[1], phone=BOOK[0].phone)
    book.put([one, other, BOOK[2]])
    found = book.by_phone(f"+86{one.phone}")
    assert [held.row for held in found] == sorted([one, other], key=lambda row: row.loan.contract)
    assert [held.row for held in book.by_phone(f"+86{BOOK[2].phone}")] == [BOOK[2]]
    assert book.by_phone("") == book.by_phone(one.phone) == book.by_phone("+8610000000000") == ()
    book.put([replace(one, phone="13912345678")])
    assert [held.row.loan.contract for held in book.by_phone(f"+86{one.phone}")] == [other.loan.contract]
    assert [held.row.loan.contract for held in book.by_phone("+8613912345678")] == [one.loan.contract]
