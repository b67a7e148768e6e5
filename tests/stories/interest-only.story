# 先只还利息：头几个月只付利息，病好了再还本金。
# Interest only at first: for some months just the interest, the principal once wages are whole again.
story: 先只还利息 / Only the interest at first
language: zh

loan HC-2025-0051001 of 欧阳彧 990001198504121247 15400000001
  signed 2025-05-28 at 23.76 %, penalty 35.64 %, 30/360
  owed on 2026-03-02: principal 38200.00, interest 1146.00, penalty 312.55, fees 0.00
  24 instalments of 2026.20 on day 28, unpaid since 2025-12-28

home cn/sichuan/chengdu, 2 adults, 1 child
  income wages 5200.00 a month, evidence A
  outgoing rent 1500.00 a month
  outgoing food 1400.00 a month

2026-03-02 borrower opens HC-2025-0051001
2026-03-02 borrower answers cause: illness
2026-03-02 borrower answers since: 2025-12-01
2026-03-02 borrower answers until: unknown
2026-03-02 borrower answers for home
2026-03-02 borrower answers wish: interest-only, 6 months
2026-03-02 borrower submits
expect refusals none
expect offer lightest 59 payments of 800.00 at most, 2026-04-28 to 2031-02-28, 43231.52 in all, 885.55 forgiven
expect offer as-requested 59 payments of 800.00 at most, 2026-04-28 to 2031-02-28, 43231.52 in all, 885.55 forgiven
2026-03-02 borrower sends paper 1
2026-03-02 borrower sends paper 2
2026-03-02 borrower agrees to health papers
2026-03-02 borrower sends paper 3
2026-03-03 borrower chooses as-requested
2026-03-04 agent lin accepts
2026-03-04 agent lin accepts paper 1
2026-03-04 agent lin accepts paper 2
2026-03-04 agent lin accepts paper 3
2026-03-05 agent lin proposes as-requested
2026-03-06 reviewer chen decides
expect agreement 1 offered: 59 payments of 800.00 at most, 2026-04-28 to 2031-02-28, 43259.16 in all, 931.06 forgiven
2026-03-07 borrower signs
expect stage payments
expect next 1 on 2026-04-28 of 224.95
2026-04-28 bank books 224.95
expect next 2 on 2026-05-28 of 127.33
2026-05-28 bank books 127.33
2026-06-28 bank books 127.33
2026-07-28 bank books 127.33
2026-08-28 bank books 127.33
2026-09-28 bank books 127.33
expect next 7 on 2026-10-28 of 800.00
expect standing on-track
