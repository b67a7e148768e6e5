# 一个人两笔借款，一份收入：第二份方案要给第一份留出位置。
# Two loans on one income: the second plan leaves room for what the first agreement takes.
story: 两笔借款，一份工资 / Two loans, one wage
language: zh

loan HC-2025-0055005 of 赵芳 990005199311303175 15400000005
  signed 2025-01-15 at 20.00 %, penalty 30.00 %, 30/360
  owed on 2026-03-02: principal 10000.00, interest 300.00, penalty 80.00, fees 0.00
  12 instalments of 926.00 on day 15, unpaid since 2026-01-15
loan HC-2025-0055006 of 赵芳 990005199311303175 15400000005
  signed 2025-04-25 at 20.00 %, penalty 30.00 %, 30/360
  owed on 2026-03-02: principal 8000.00, interest 200.00, penalty 45.00, fees 0.00
  10 instalments of 875.00 on day 25, unpaid since 2026-01-25

home cn/hunan/changsha, 1 adult, 1 child
  income wages 4600.00 a month, evidence A
  outgoing rent 1200.00 a month
  outgoing food 1100.00 a month

2026-03-02 borrower opens HC-2025-0055005
2026-03-02 borrower answers cause: income-cut
2026-03-02 borrower answers since: 2026-01-01
2026-03-02 borrower answers until: unknown
2026-03-02 borrower answers for home
2026-03-02 borrower answers wish: lower-instalment, 700.00 a month
2026-03-02 borrower submits
2026-03-02 borrower sends paper 1
2026-03-02 borrower sends paper 2
2026-03-02 borrower sends paper 3
# The other loan has no agreement yet, so what its contract takes, 875.00, is not there: 90 % of 2300.00 − 875.00.
expect affordable 2026-04 1282.50, 2026-05 1282.50, 2026-06 1282.50, 2026-07 1282.50, 2026-08 1282.50, 2026-09
  1282.50
2026-03-02 borrower chooses 700.00 a month
2026-03-03 agent lin accepts
2026-03-03 agent lin accepts paper 1
2026-03-03 agent lin accepts paper 2
2026-03-03 agent lin accepts paper 3
2026-03-03 agent lin proposes 700.00 a month
2026-03-04 reviewer chen decides
2026-03-05 borrower signs
expect agreement 1 in-force: 17 payments of 700.00 at most, 2026-04-15 to 2027-08-15, 11245.85 in all, 81.28
  forgiven

2026-03-05 borrower opens HC-2025-0055006
2026-03-05 borrower answers cause: income-cut
2026-03-05 borrower answers since: 2026-01-01
2026-03-05 borrower answers until: unknown
2026-03-05 borrower answers for home
2026-03-05 borrower answers wish: lower-instalment
2026-03-05 borrower submits
# 第一笔里核过的材料不再要一遍。
expect papers own-plan wanted
expect affordable 2026-04 1440.00, 2026-05 1440.00, 2026-06 1440.00, 2026-07 1440.00, 2026-08 1440.00, 2026-09
  1440.00
expect offer soonest 10 payments of 873.00 at most, 2026-04-25 to 2027-01-25, 8722.34 in all, 48.74 forgiven
2026-03-05 borrower chooses balanced
2026-03-06 agent wu accepts
2026-03-06 agent wu proposes balanced
2026-03-09 reviewer zhao decides
2026-03-10 borrower signs
expect agreement 1 in-force: 23 payments of 404.00 at most, 2026-04-25 to 2028-02-25, 9289.80 in all, 49.99
  forgiven
2026-04-15 borrower goes on with HC-2025-0055005
2026-04-15 bank books 700.00
expect paid 700.00
2026-04-15 borrower goes on with HC-2025-0055006
expect paid 0.00
expect next 1 on 2026-04-25 of 404.00
