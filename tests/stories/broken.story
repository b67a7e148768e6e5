# 通知、补救期、期满，然后由人决定；之前谁也不能终止。
# Noticed, the days to cure, their end, and only then a person's decision.
story: 到头来没能还上 / Not kept in the end
language: zh

loan HC-2025-0088009 of 吴刚 990008198806202688 15400000008
  signed 2025-02-08 at 18.00 %, penalty 27.00 %, 30/360
  owed on 2026-03-02: principal 5000.00, interest 150.00, penalty 60.00, fees 0.00
  8 instalments of 670.00 on day 8, unpaid since 2025-12-08

home cn/chongqing, 1 adult, 0 children
  income wages 2600.00 a month, evidence A
  outgoing food 700.00 a month

2026-03-02 borrower opens HC-2025-0088009
2026-03-02 borrower answers cause: income-cut
2026-03-02 borrower answers since: 2025-12-01
2026-03-02 borrower answers until: unknown
2026-03-02 borrower answers for home
2026-03-02 borrower answers wish: lower-instalment, 500.00 a month
2026-03-02 borrower submits
2026-03-02 borrower sends paper 1
2026-03-02 borrower sends paper 2
2026-03-02 borrower sends paper 3
2026-03-02 borrower chooses 500.00 a month
2026-03-03 agent lin accepts
2026-03-03 agent lin accepts paper 1
2026-03-03 agent lin accepts paper 2
2026-03-03 agent lin accepts paper 3
2026-03-03 agent lin proposes 500.00 a month
2026-03-04 reviewer chen decides
2026-03-05 borrower signs
expect agreement 1 in-force: 11 payments of 500.00 at most, 2026-04-08 to 2027-02-08, 5311.37 in all, 106.83
  forgiven
2026-04-08 bank books 500.00
expect paid 500.00

# 五月没有还。宽限三天，第四天提醒，第十一天书面通知，十天补救。
2026-05-11 23:00 clock stands
expect standing on-track
2026-05-12 clock stands
expect standing late
2026-05-18 23:00 clock stands
expect standing late
2026-05-19 clock stands
expect standing default-noticed
expect due 2026-05-29 cure
expect waits for borrower
expect message 还款协议有一部分没有收到。现在差 500.00 元。请在2026年5月29日前补上，协议照旧。补不上也请在这天前告诉我们，可以重新安排：http://127.0.0.1:8000 或
  400-000-0000。
2026-05-20 reviewer chen declares it broken, unpaid: 没有还款 => refused payments.cure
2026-05-29 23:00 clock stands
expect standing default-noticed
2026-05-30 clock stands
expect standing cure-ended
expect waits for reviewer
expect closed no
expect collection rests
2026-06-01 agent lin declares it broken, unpaid: 没有还款 => refused payments.role
2026-06-03 reviewer chen declares it broken, unpaid: 打了三次电话没有接，也没有回信。
expect fallback 10.06 kept, 96.77 back, 4699.30 before, 4796.07 after
expect standing broken
expect closed broken
expect collection may resume
expect paid 500.00
expect open 4811.37
expect message 我们的审核人决定终止还款协议，很抱歉。您可以重新申请，也请打 400-000-0000 和我们谈谈。理由和您还可以怎么做，在这里：http://127.0.0.1:8000
expect notices statement-received plan-received case-accepted agreement-ready agreement-in-force reminder
  payment-received reminder overdue late credit-notice default-noticed broken
2026-06-04 bank books 500.00 => refused payments.none

# 门没有关上：她可以重新申请。
2026-06-20 borrower opens HC-2025-0088009
expect stage statement
expect closed no
