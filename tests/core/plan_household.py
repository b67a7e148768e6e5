"""The family of three in Chengdu that the tests of the budget look at."""

from forbear.core.budget import Evidence, Household, Income, OtherDebt, Outgoing

WAGES = Income(source="wages", monthly_minor=5_200_00, evidence=Evidence.A)
HARVEST = Income(source="harvest", month="2026-09", amount_minor=8_000_00, evidence=Evidence.C)
HOME = Household(
    place="cn/sichuan/chengdu",
    adults=2,
    children=1,
    income=(WAGES, HARVEST),
    outgoings=(
        Outgoing(kind="rent", monthly_minor=1_500_00),
        Outgoing(kind="food", monthly_minor=1_400_00),
        Outgoing(kind="medical", month="2026-04", amount_minor=900_00),
    ),
    other_debts=(OtherDebt(creditor="bank", balance_minor=12_000_00, monthly_minor=400_00, priority=False),),
)
