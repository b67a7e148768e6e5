# 一点剩余也没有：不是死路。请人来谈，先停催，等情况好转再重新说。
# No surplus at all: never a dead end. A person calls, figures are put right, and a small plan becomes possible.
story: 一分钱也省不出 / Nothing left
language: en

loan HC-2025-0044004 of 马秀英 990004196905250824 15400000004
  signed 2025-02-10 at 15.00 %, penalty 22.50 %, 30/360
  owed on 2026-03-02: principal 6000.00, interest 150.00, penalty 40.00, fees 0.00
  10 instalments of 640.00 on day 10, unpaid since 2026-01-10

home cn/gansu/lanzhou, 2 adults, 2 children
  income wages 2400.00 a month, evidence A
  outgoing rent 800.00 a month
  outgoing food 1500.00 a month
  outgoing school 300.00 a month

later cn/gansu/lanzhou, 2 adults, 2 children
  income wages 2400.00 a month, evidence A
  income benefit 2900.00 a month, evidence A
  outgoing rent 800.00 a month
  outgoing food 1500.00 a month
  outgoing school 300.00 a month

2026-03-02 borrower opens HC-2025-0044004
2026-03-02 borrower answers cause: family-change
2026-03-02 borrower answers since: 2025-12-01
2026-03-02 borrower answers until: unknown
2026-03-02 borrower answers for home
2026-03-02 borrower answers wish: 0.00 a month
2026-03-02 borrower submits
expect offers none
expect refusals cn.budget.floor, base.relief.deferral_usual, base.relief.debt_advice
expect affordable 2026-04 0.00, 2026-05 0.00, 2026-06 0.00, 2026-07 0.00, 2026-08 0.00, 2026-09 0.00
2026-03-02 borrower chooses lightest => refused plan.offer
2026-03-02 borrower chooses a person: I do not know how to go on.
expect stage evidence
expect waits for agent
expect due 2026-03-04 call-back
expect notice person-asked on sms
2026-03-03 agent lin accepts
2026-03-04 agent lin writes: You may have a right to the local living allowance. We can apply together.
expect notice message on sms
expect collection rests
2026-03-12 borrower writes: The allowance was granted, I sent the letter.
expect waits for agent
2026-03-13 agent lin corrects the budget to later: benefit award of 11 March
expect offers lightest, cheapest, soonest, balanced
2026-03-13 agent lin writes: With the allowance a small plan is possible.
2026-03-13 agent lin proposes lightest
2026-03-16 reviewer chen decides
expect agreement 1 offered: 60 payments of 124.00 at most, 2026-04-10 to 2031-03-10, 7439.09 in all, 100.36
  forgiven
2026-03-17 borrower signs
expect stage payments
expect notices statement-received person-asked case-accepted message person-asked message agreement-ready
  agreement-in-force
