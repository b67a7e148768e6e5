# 提前还清：利息只算到那天，多付的退还。
# Settled early: interest only to the day, and what is too much goes back.
story: 提前还清 / Settled early
language: zh

loan HC-2025-0121013 of 谭志远 990000197912241300 15400000012
  signed 2025-09-10 at 18.00 %, penalty 27.00 %, 30/360
  owed on 2026-03-02: principal 4000.00, interest 100.00, penalty 30.00, fees 0.00
  9 instalments of 480.00 on day 10, unpaid since 2026-01-10

home cn/shaanxi/xian, 1 adult, 0 children
  income wages 2700.00 a month, evidence A
  outgoing food 700.00 a month

2026-03-02 borrower opens HC-2025-0121013
2026-03-02 borrower answers cause: income-cut
2026-03-02 borrower answers since: 2026-01-01
2026-03-02 borrower answers until: unknown
2026-03-02 borrower answers for home
2026-03-02 borrower answers wish: lower-instalment, 400.00 a month
2026-03-02 borrower submits
2026-03-02 borrower sends paper 1
2026-03-02 borrower sends paper 2
2026-03-02 borrower sends paper 3
2026-03-02 borrower chooses 400.00 a month
2026-03-03 agent wu accepts
2026-03-03 agent wu accepts paper 1
2026-03-03 agent wu accepts paper 2
2026-03-03 agent wu accepts paper 3
2026-03-03 agent wu proposes 400.00 a month
2026-03-04 reviewer zhao decides
2026-03-05 borrower signs
expect agreement 1 in-force: 11 payments of 400.00 at most, 2026-04-10 to 2027-02-10, 4358.40 in all, 30.63
  forgiven
2026-04-10 bank books 400.00
2026-05-10 bank books 1000.00
expect next 4 on 2026-07-10 of 200.00
expect open 2958.40
2026-05-20 clock stands
expect settlement 2799.34
2026-05-20 bank books 3000.00
expect paid 4199.34
expect spared 159.06
expect back 200.66
expect open 0.00
expect standing completed
expect closed completed
expect notices statement-received plan-received case-accepted agreement-ready agreement-in-force reminder
  payment-received reminder payment-received overpaid completed
