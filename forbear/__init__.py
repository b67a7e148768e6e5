"""Forbear turns "I cannot pay this month" into a signed, affordable, lawful agreement that is kept, with proof.

The straight line, in ten sentences; each names the file to open next.

1.  Contact: she proves who she is by a code to the number on file and a case opens (core/contact.py,
    actions/contact.py, web/borrower/contact.py); every file below has the same name on each floor.
2.  Statement: one question a page, why she fell behind, what she can pay, what she asks for (core/statement.py);
    handing it in pauses collection.
3.  Evidence: the cause calls for papers, any one of an item's kinds is enough, and a photo will do (core/evidence.py).
4.  Plan: core/budget.py says what each month can bear, core/cashflow.py searches every way to pay it off within
    forbear/rulebook, core/solver.py names the few worth offering, core/explanation.py tells why; she chooses one, an
    amount of her own, or a person.
5.  Decision: an agent proposes, a reviewer decides, above her authority a second agrees, an appeal goes to somebody
    else (core/decision.py).
6.  Agreement: the terms are fixed row by row, printed, signed with a code, in force (core/agreement.py).
7.  Payments: what comes in is split as agreed; late, cured, broken by a person only, renegotiated, settled, completed
    (core/payments.py).
8.  Every step is a fact (core/events.py) that actions/record.py alone appends to the ledger (store/ledger.py), chained
    and salted as core/chain.py says; core/case.py folds the facts into the state of work, core/file.py into the file.
9.  What a fact promises leaves through the agenda: core/notices.py says which message, actions/letters.py words it,
    actions/agenda.py sends it, reminds, closes the day, and gives up only to a person.
10. Outside things stand behind actions/ports.py in adapters/ and store/; config/wiring.py puts them together, and
    town/ makes up a lender's book and seventy lives to look at.
"""
