# 协议履行中又有变化：重新说明，新的协议替代旧的，已还的都算数。
# Life changes again: a new statement, a new agreement that names the old one; what was paid counts.
story: 又有变化 / Life changed again
language: zh

loan HC-2025-0101011 of 何丽华 990000197110191129 15400000010
  signed 2025-03-28 at 20.00 %, penalty 30.00 %, 30/360
  owed on 2026-03-02: principal 9000.00, interest 250.00, penalty 70.00, fees 0.00
  12 instalments of 834.00 on day 28, unpaid since 2025-12-28

home cn/zhejiang/hangzhou, 2 adults, 0 children
  income wages 5200.00 a month, evidence A
  outgoing rent 1100.00 a month
  outgoing food 1200.00 a month

later cn/zhejiang/hangzhou, 2 adults, 0 children
  income wages 4300.00 a month, evidence A
  outgoing rent 1100.00 a month
  outgoing food 1200.00 a month
  outgoing medical 300.00 a month

2026-03-02 borrower opens HC-2025-0101011
2026-03-02 borrower answers cause: income-cut
2026-03-02 borrower answers since: 2025-12-01
2026-03-02 borrower answers until: unknown
2026-03-02 borrower answers for home
2026-03-02 borrower answers wish: lower-instalment, 800.00 a month
2026-03-02 borrower submits
2026-03-02 borrower sends paper 1
2026-03-02 borrower sends paper 2
2026-03-02 borrower sends paper 3
2026-03-02 borrower chooses 800.00 a month
2026-03-03 agent lin accepts
2026-03-03 agent lin accepts paper 1
2026-03-03 agent lin accepts paper 2
2026-03-03 agent lin accepts paper 3
2026-03-03 agent lin proposes 800.00 a month
2026-03-04 reviewer chen decides
2026-03-05 borrower signs
expect agreement 1 in-force: 13 payments of 800.00 at most, 2026-04-28 to 2027-04-28, 9632.16 in all, 147.89
  forgiven
2026-04-28 bank books 800.00
2026-05-28 bank books 800.00
expect open 8032.16

2026-06-10 borrower renegotiates: 母亲摔伤了，我只能少上班。
expect stage statement
expect standing on-track
expect collection rests
expect message 知道了，我们重新安排。新协议签好之前，现在的协议照旧，下一期2026年6月28日。想先聊聊请打 400-000-0000。请看看哪些答案变了：http://127.0.0.1:8000
2026-06-11 borrower answers cause: family-change
2026-06-11 borrower answers since: 2026-06-01
2026-06-11 borrower answers for later
2026-06-11 borrower answers wish: lower-instalment, 400.00 a month
2026-06-11 borrower submits
expect papers income wanted, cause wanted, medical-costs wanted, own-plan wanted
2026-06-12 borrower sends paper 1
2026-06-12 borrower sends paper 2
2026-06-12 borrower agrees to health papers
2026-06-12 borrower sends paper 3
expect owed 7769.25
expect offer as-requested 21 payments of 400.00 at most, 2026-07-28 to 2028-03-28, 8379.38 in all, 0.00 forgiven
2026-06-12 borrower chooses as-requested
2026-06-15 agent lin accepts
2026-06-15 agent lin accepts paper 1
2026-06-15 agent lin accepts paper 2
2026-06-15 agent lin accepts paper 3
2026-06-15 agent lin proposes as-requested
2026-06-16 reviewer chen decides
expect agreement 1 in-force: 13 payments of 800.00 at most, 2026-04-28 to 2027-04-28, 9632.16 in all, 147.89
  forgiven
expect agreement 2 offered: 21 payments of 400.00 at most, 2026-07-28 to 2028-03-28, 8379.18 in all, 0.00
  forgiven
# 新的签好之前，旧的照旧。
expect standing on-track
2026-06-17 borrower signs
expect agreement 1 replaced: 13 payments of 800.00 at most, 2026-04-28 to 2027-04-28, 9632.16 in all, 147.89
  forgiven
expect agreement 2 in-force: 21 payments of 400.00 at most, 2026-07-28 to 2028-03-28, 8379.18 in all, 0.00
  forgiven
expect paid 0.00
expect next 1 on 2026-07-28 of 400.00
2026-07-28 bank books 400.00
expect paid 400.00
expect notices statement-received plan-received case-accepted agreement-ready agreement-in-force reminder
  payment-received reminder payment-received renegotiation statement-received plan-received case-accepted
  agreement-ready agreement-in-force reminder payment-received
