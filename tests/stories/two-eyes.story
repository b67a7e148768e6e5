# 假材料：先问她，给她日子说明；一个人提出，另一个人看；不同意就继续。后来同意了，减免按已还的比例保留。
# False papers: she is asked and has days to answer; one puts it forward, another looks; then both agree.
story: 两个人看过才终止 / Two look before it ends
language: en

loan HC-2025-0088010 of 吴强 990008198806202696 15400000028
  signed 2025-02-08 at 18.00 %, penalty 27.00 %, 30/360
  owed on 2026-03-02: principal 5000.00, interest 150.00, penalty 60.00, fees 0.00
  8 instalments of 670.00 on day 8, unpaid since 2025-12-08

home cn/chongqing, 1 adult, 0 children
  income wages 2600.00 a month, evidence A
  outgoing food 700.00 a month

2026-03-02 borrower opens HC-2025-0088010
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
2026-05-08 bank books 500.00

2026-05-20 agent lin declares it broken, false-papers: 工资单是改过的 => refused payments.role
2026-05-20 reviewer chen declares it broken, false-papers: 工资单是改过的 => refused breach.unasked
2026-05-20 agent lin asks about false-papers: 单位说工资单不是他们开的。
expect state kept
2026-05-22 borrower explains: 单位换了名字，新的证明我去开。
2026-05-30 reviewer chen declares it broken, false-papers: 工资单是改过的 => refused payments.cure
2026-05-31 reviewer chen declares it broken, false-papers: 工资单是改过的
expect waits for second
expect state kept
expect collection rests
2026-05-31 reviewer chen declares it broken, false-papers: 我再说一遍 => refused decision.four_eyes
2026-06-01 reviewer zhao returns the breach: 单位确实换了名字
expect waits for nobody
expect state kept
2026-06-08 bank books 500.00
2026-06-10 agent lin asks about false-papers: 新的证明上的单位也说没有这个人。
2026-06-21 reviewer zhao declares it broken, false-papers: 单位说没有这个人
2026-06-22 reviewer chen declares it broken, false-papers: 单位说没有这个人
expect state breached
expect closed broken
expect collection may resume
expect fallback 30.18 kept, 76.65 back, 3715.31 before, 3791.96 after
expect message Our reviewer has ended the repayment agreement. We are sorry. The reasons and what you can still do: http://127.0.0.1:8000 You can ask again; please call 400-000-0000 to talk.
