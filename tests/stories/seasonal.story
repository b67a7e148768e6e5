# 果农：平时收入少，收成的月份多还，没有收成的月份不还。
# An orchard: pays in the months of harvest, nothing in between, and nobody presses for it.
story: 等收成 / After the harvest
language: zh

loan HC-2024-0031007 of 古丽娜尔·阿布都 990003199001171610 15400000003
  signed 2024-06-15 at 18.00 %, penalty 27.00 %, act/365
  owed on 2026-01-31: principal 9000.00, interest 168.75, penalty 64.10, fees 20.00
  8 instalments of 1400.00 on day 15, unpaid since 2025-11-15

home cn/shaanxi/baoji, 2 adults, 0 children
  income day-labour 1500.00 a month, evidence C
  income orchard 6200.00 in 2026-05, evidence B
  income orchard 6800.00 in 2026-06, evidence B
  income orchard 9400.00 in 2026-09, evidence B
  income orchard 7900.00 in 2026-10, evidence B
  income orchard 6200.00 in 2027-05, evidence B
  income orchard 6800.00 in 2027-06, evidence B
  income orchard 9400.00 in 2027-09, evidence B
  income orchard 7900.00 in 2027-10, evidence B
  outgoing food 900.00 a month
  outgoing utilities 150.00 a month

2026-01-31 borrower opens HC-2024-0031007
2026-01-31 borrower answers cause: income-cut
2026-01-31 borrower answers since: 2025-11-01
2026-01-31 borrower answers until: unknown
2026-01-31 borrower answers for home
2026-01-31 borrower answers wish: longer-term, 24 months
2026-01-31 borrower submits
2026-02-01 borrower sends paper 1
2026-02-01 borrower sends paper 2
2026-02-01 borrower sends paper 3
expect affordable 2026-03 0.00, 2026-04 0.00, 2026-05 5040.00, 2026-06 5580.00, 2026-07 0.00, 2026-08 0.00
expect offers lightest, cheapest, soonest, as-requested
expect offer lightest 8 payments of 1232.00 at most, 2026-05-15 to 2027-10-15, 9851.69 in all, 138.33 forgiven
expect offer soonest 7 payments of 1397.00 at most, 2026-05-15 to 2027-09-15, 9774.58 in all, 138.33 forgiven
2026-02-02 borrower chooses lightest: 收成以后我就有钱。
2026-02-03 agent lin accepts
2026-02-04 agent lin accepts paper 1
2026-02-04 agent lin accepts paper 2
2026-02-04 agent lin accepts paper 3
2026-02-04 agent lin proposes lightest
2026-02-05 reviewer chen decides
2026-02-06 borrower signs
expect agreement 1 in-force: 8 payments of 1232.00 at most, 2026-05-15 to 2027-10-15, 9851.02 in all, 149.17
  forgiven
expect next 1 on 2026-05-15 of 1232.00

# 春天没有到期的，也没有人催。
2026-05-01 clock stands
expect standing on-track
expect notices statement-received plan-received case-accepted agreement-ready agreement-in-force
2026-05-13 clock stands
expect message 提醒您，有一期还款快到了。2026年5月15日，1,232.00 元。已经付了请忽略。还不上请先告诉我们，可以重新安排：http://127.0.0.1:8000 或 400-000-0000。
2026-05-15 bank books 1232.00
2026-06-15 bank books 1232.00
expect next 3 on 2026-09-15 of 1232.00
2026-09-12 clock stands
expect standing on-track
expect paid 2464.00
expect open 7387.02
