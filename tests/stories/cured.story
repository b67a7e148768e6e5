# 书面通知之后补上了，协议照旧，一直还到清。
# Noticed, cured on the last day, and paid to the end.
story: 补上了，还清了 / Cured and completed
language: zh

loan HC-2025-0099010 of 郑秀兰 990009199608090911 15400000009
  signed 2025-05-18 at 15.00 %, penalty 22.50 %, 30/360
  owed on 2026-03-02: principal 1500.00, interest 40.00, penalty 20.00, fees 0.00
  4 instalments of 400.00 on day 18, unpaid since 2026-01-18

home cn/shandong/qingdao, 1 adult, 0 children
  income wages 2500.00 a month, evidence A
  outgoing food 700.00 a month

2026-03-02 borrower opens HC-2025-0099010
2026-03-02 borrower answers cause: illness
2026-03-02 borrower answers since: 2026-01-02
2026-03-02 borrower answers until: 2026-03-31
2026-03-02 borrower answers for home
2026-03-02 borrower answers wish: waive-penalty, 400.00 a month
2026-03-02 borrower submits
2026-03-02 borrower sends paper 1
2026-03-02 borrower sends paper 2
2026-03-02 borrower agrees to health papers
2026-03-02 borrower sends paper 3
2026-03-02 borrower chooses 400.00 a month
2026-03-03 agent wu accepts
2026-03-03 agent wu accepts paper 1
2026-03-03 agent wu accepts paper 2
2026-03-03 agent wu accepts paper 3
2026-03-03 agent wu proposes 400.00 a month
2026-03-04 reviewer zhao decides
2026-03-05 borrower signs
expect agreement 1 in-force: 4 payments of 400.00 at most, 2026-04-18 to 2026-07-18, 1550.62 in all, 32.57
  forgiven
2026-04-29 clock stands
expect standing default-noticed
expect due 2026-05-09 cure
2026-05-09 22:00 bank books 400.00
expect standing on-track
expect due 2026-05-18 instalment
expect late none
expect next 2 on 2026-05-18 of 400.00
2026-05-10 clock stands
expect notice default-cured on sms
2026-05-18 bank books 400.00
2026-06-18 bank books 400.00

# 一笔记错了：冲正之后照旧。
2026-06-19 bank reverses payment 3: 记到了别人的款
expect next 3 on 2026-06-18 of 400.00
expect paid 800.00
expect notice payment-reversed on sms
2026-06-20 bank books 400.00 as BK-RIGHT
2026-06-21 bank books 400.00 paid 2026-06-20 as BK-RIGHT
expect paid 1200.00
2026-06-22 bank books 300.00 as BK-RIGHT => refused payments.reference
expect next 4 on 2026-07-18 of 350.62
2026-07-18 bank books 500.00
expect standing completed
expect closed completed
expect paid 1550.62
expect back 149.38
expect refund 149.38
expect open 0.00
expect message 全部还清了，谢谢您。您不用再做什么。结清的记录在这里：http://127.0.0.1:8000
expect notices statement-received plan-received case-accepted agreement-ready agreement-in-force reminder overdue
  late credit-notice default-noticed payment-received default-cured reminder payment-received reminder payment-received
  payment-reversed payment-received reminder overpaid
  completed
