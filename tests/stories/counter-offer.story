# 她选的每月太高，我们建议少一点；她先没接受，又想了想，接受了。
# She chose more a month than she can keep; a lighter plan is offered, and taken after questions.
story: 换一个方案 / Another plan
language: en

loan HC-2025-0077008 of 周敏 990007197502140755 15400000007 zhou@example.com
  signed 2025-06-05 at 24.00 %, penalty 36.00 %, 30/360
  owed on 2026-03-02: principal 20000.00, interest 800.00, penalty 240.00, fees 50.00
  18 instalments of 1334.00 on day 5, unpaid since 2025-12-05

home cn/jiangsu/nanjing, 1 adult, 1 child
  income wages 4200.00 a month, evidence B
  outgoing rent 1200.00 a month
  outgoing food 1000.00 a month

2026-03-02 borrower opens HC-2025-0077008
2026-03-02 borrower answers cause: family-change
2026-03-02 borrower answers since: 2025-11-15
2026-03-02 borrower answers until: unknown
2026-03-02 borrower answers for home
2026-03-02 borrower answers wish: lower-instalment, 1200.00 a month
2026-03-02 borrower submits
2026-03-02 borrower sends paper 1
2026-03-02 borrower sends paper 2
2026-03-02 borrower sends paper 3
expect affordable 2026-04 1512.00, 2026-05 1512.00, 2026-06 1512.00, 2026-07 1512.00, 2026-08 1512.00, 2026-09
  1512.00
2026-03-02 borrower chooses 1200.00 a month
2026-03-03 agent wu accepts
2026-03-04 agent wu asks for more: Is the school fee in your outgoings? We do not see it.
expect waits for borrower
expect due 2026-03-25 more
expect notice more-asked on email
2026-03-05 borrower writes: No, it is 300 a month from September.
expect waits for agent
2026-03-06 agent wu writes: Thank you. We look for a plan that leaves room for it.
2026-03-06 agent wu accepts paper 1
2026-03-06 agent wu accepts paper 2
2026-03-06 agent wu accepts paper 3
2026-03-06 agent wu proposes lightest instead, surplus-too-small: With the school fee, less a month is safer.
2026-03-09 reviewer chen sends back: please say how much less
2026-03-09 agent wu proposes lightest instead, surplus-too-small: With the school fee, about half as much a month is safer.
2026-03-10 reviewer chen decides
expect decided countered by chen: surplus-too-small
expect waits for borrower
expect due 2026-04-09 counter
expect notice countered on email
expect message We have an answer: we would like to offer you another plan. Please look by 9 April 2026. You can
  accept it or ask for another look. http://127.0.0.1:8000
2026-03-12 borrower takes the counter-offer
expect stage agreement
expect agreement 1 offered: 60 payments of 418.00 at most, 2026-04-05 to 2031-03-05, 25042.55 in all, 577.17
  forgiven
2026-03-13 borrower declines: I would like to read it with my sister first.
expect stage plan
expect message That agreement does not stand any more. You can choose a plan again:
  http://127.0.0.1:8000 Until 24 March 2026 we do not ask for payment. To talk, call 400-000-0000.
2026-03-16 borrower chooses lightest
2026-03-17 agent wu accepts
2026-03-17 agent wu proposes lightest
2026-03-18 reviewer chen decides
2026-03-19 borrower signs
expect stage payments
expect agreement 2 in-force: 60 payments of 418.00 at most, 2026-04-05 to 2031-03-05, 25078.68 in all, 633.81
  forgiven
expect notices statement-received plan-received case-accepted more-asked person-asked message countered
  agreement-ready agreement-lapsed plan-received case-accepted agreement-ready agreement-in-force
