# 很久没还的一笔：一次结清，减免超过一个人的权限，要第二个人同意。
# A debt long unpaid: settled in few payments, above one reviewer's authority, so a second pair of eyes agrees.
story: 一次结清 / Settled, with two pairs of eyes
language: zh

loan HC-2024-0111012 of 韩雪 990000198403020555 15400000011
  signed 2024-02-20 at 22.00 %, penalty 33.00 %, 30/360
  owed on 2026-03-02: principal 9000.00, interest 2400.00, penalty 900.00, fees 100.00
  10 instalments of 950.00 on day 20, unpaid since 2025-01-20

home cn/guangdong/guangzhou, 1 adult, 0 children
  income wages 3000.00 a month, evidence A
  income family 9000.00 in 2026-04, evidence B
  outgoing food 900.00 a month

2026-03-02 borrower opens HC-2024-0111012
2026-03-02 borrower answers cause: business-failure
2026-03-02 borrower answers since: 2025-01-01
2026-03-02 borrower answers until: unknown
2026-03-02 borrower answers for home
2026-03-02 borrower answers wish: settlement
2026-03-02 borrower submits
2026-03-02 borrower sends paper 1
2026-03-02 borrower sends paper 2
2026-03-02 borrower sends paper 3
expect owed 12400.00
expect offers lightest, cheapest, soonest, balanced, as-requested
expect offer as-requested 1 payments of 6820.00 at most, 2026-04-20 to 2026-04-20, 6820.00 in all, 5580.00
  forgiven
2026-03-02 borrower chooses as-requested
2026-03-03 agent lin accepts
2026-03-03 agent lin accepts paper 1
2026-03-03 agent lin accepts paper 2
2026-03-03 agent lin accepts paper 3
2026-03-03 agent lin proposes as-requested
2026-03-04 reviewer chen decides
expect waits for second
expect stage decision
expect decided nobody
2026-03-04 11:00 reviewer chen decides => refused decision.appeal
2026-03-05 reviewer zhao decides
expect decided approved by chen and zhao
expect agreement 1 offered: 1 payments of 6824.54 at most, 2026-04-20 to 2026-04-20, 6824.54 in all, 5583.71
  forgiven
2026-03-06 borrower signs
expect next 1 on 2026-04-20 of 6824.54
2026-04-20 bank books 6824.54
expect standing completed
expect closed completed
expect paid 6824.54
expect open 0.00
expect notices statement-received plan-received case-accepted agreement-ready agreement-in-force reminder
  completed
