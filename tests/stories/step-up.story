# 先少还，后多还：停工又要看病的几个月少还，八月以后多还。
# Less at first, more later: a smaller amount while hours are cut and treatment runs, a larger one after August.
story: 先少还，后多还 / Less at first, more later
language: zh

loan HC-2025-0051002 of 欧阳彧 990001198504121247 15400000001
  signed 2025-05-28 at 23.76 %, penalty 35.64 %, 30/360
  owed on 2026-03-02: principal 38200.00, interest 1146.00, penalty 312.55, fees 0.00
  24 instalments of 2026.20 on day 28, unpaid since 2025-12-28

home cn/sichuan/chengdu, 2 adults, 1 child
  income wages 5200.00 a month, evidence A
  outgoing rent 1500.00 a month
  outgoing food 1400.00 a month
  outgoing medical 1300.00 in 2026-04
  outgoing medical 1300.00 in 2026-05
  outgoing medical 1300.00 in 2026-06
  outgoing medical 1300.00 in 2026-07
  outgoing medical 1300.00 in 2026-08

2026-03-02 borrower opens HC-2025-0051002
2026-03-02 borrower answers cause: income-cut
2026-03-02 borrower answers since: 2025-12-01
2026-03-02 borrower answers until: 2026-08-31
2026-03-02 borrower answers for home
2026-03-02 borrower answers wish: step-up
2026-03-02 borrower submits
expect refusals none
expect offer lightest 59 payments of 812.00 at most, 2026-04-28 to 2031-02-28, 47606.15 in all, 656.35 forgiven
expect offer as-requested 59 payments of 812.00 at most, 2026-04-28 to 2031-02-28, 47606.15 in all, 656.35 forgiven
2026-03-02 borrower sends paper 1
2026-03-02 borrower sends paper 2
2026-03-02 borrower sends paper 3
2026-03-03 borrower chooses as-requested
2026-03-04 agent lin accepts
2026-03-04 agent lin accepts paper 1
2026-03-04 agent lin accepts paper 2
2026-03-04 agent lin accepts paper 3
2026-03-05 agent lin proposes as-requested
2026-03-06 reviewer chen decides
expect agreement 1 offered: 59 payments of 813.00 at most, 2026-04-28 to 2031-02-28, 47627.55 in all, 688.27 forgiven
2026-03-07 borrower signs
expect stage payments
expect next 1 on 2026-04-28 of 756.00
2026-04-28 bank books 756.00
2026-05-28 bank books 756.00
2026-06-28 bank books 756.00
2026-07-28 bank books 756.00
2026-08-28 bank books 756.00
expect next 6 on 2026-09-28 of 813.00
expect standing on-track
