# 差一块钱不算晚；住院先暂停；多付的退回；最后一笔退票，协议恢复，再还清。
# A coin short is not late; a pause for the hospital; too much comes back; the last payment bounces and is made again.
story: 先停一停 / Paused for a while
language: zh

loan HC-2025-0099011 of 郑秀梅 990009199608090938 15400000019
  signed 2025-05-18 at 15.00 %, penalty 22.50 %, 30/360
  owed on 2026-03-02: principal 1500.00, interest 40.00, penalty 20.00, fees 0.00
  4 instalments of 400.00 on day 18, unpaid since 2026-01-18

home cn/shandong/qingdao, 1 adult, 0 children
  income wages 2500.00 a month, evidence A
  outgoing food 700.00 a month

2026-03-02 borrower opens HC-2025-0099011
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
expect state offered
2026-03-05 borrower signs
expect state kept
expect agreement 1 in-force: 4 payments of 400.00 at most, 2026-04-18 to 2026-07-18, 1550.62 in all, 32.57
  forgiven
expect watched 2026-04-18 to 2027-04-18

# 容差是一块钱。
2026-04-18 bank books 399.00
2026-04-25 clock stands
expect standing on-track
expect late none
2026-05-18 bank books 401.00
expect paid 800.00
expect next 3 on 2026-06-18 of 400.00

2026-06-10 agent wu suspends until 2026-12-31: 住院 => refused promise.until
2026-06-10 agent wu suspends until 2026-07-10: 住院
expect state suspended
expect message 还款协议先暂停。到2026年7月10日为止，不用还款，也不算晚。之后照旧，我们会先告诉您。有事请打 400-000-0000，详情：http://127.0.0.1:8000
2026-06-11 agent wu suspends until 2026-07-12: 再久一点 => refused promise.suspended
2026-07-10 23:00 clock stands
expect standing on-track
2026-07-11 12:00 clock stands
expect state kept
expect notice pause-over on sms
# 六月十八那期，暂停的二十二天不算：第四天才算晚。
2026-07-13 clock stands
expect standing on-track
2026-07-14 clock stands
expect standing late
expect state grace

2026-07-15 bank books 900.00 as BK-LAST
expect state completed
expect closed completed
expect spared 0.17
expect paid 1550.45
expect back 149.55
expect refund 149.55
expect message 全部还清了，谢谢您。您不用再做什么。结清的记录在这里：http://127.0.0.1:8000
2026-07-16 agent wu refunds as RF-0001
expect refund none
expect notice refunded on sms

# 银行退回了最后一笔：协议恢复，结清证明作废，两期又是没还。
2026-07-17 bank reverses payment 3: 余额不足
expect state kept
expect closed no
expect paid 800.00
expect open 750.62
expect spared 0.00
2026-07-18 09:00 clock stands
expect state grace
2026-07-18 10:30 bank books 750.62 as BK-AGAIN
expect state completed
expect open 0.00
expect refund none
2026-07-20 bank books 400.00 as BK-TOO-LATE
expect refund 400.00
expect notices statement-received plan-received case-accepted agreement-ready agreement-in-force reminder
  payment-received reminder payment-received suspended pause-over late reminder overpaid completed refunded
  reopened payment-reversed late credit-notice completed overpaid
