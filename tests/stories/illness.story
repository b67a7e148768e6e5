# 生病住院：材料、批准、签约、按月还，后来宽裕了提前还清。
# An illness: papers, approval, signature, instalments, then settled early.
story: 住院以后 / After the hospital
language: zh

loan HC-2025-0007781 of 欧阳彧 990001198504121247 15400000001 ouyang@example.com
  signed 2025-05-28 at 23.76 %, penalty 35.64 %, 30/360
  owed on 2026-03-02: principal 38200.00, interest 1146.00, penalty 312.55, fees 0.00
  24 instalments of 2026.20 on day 28, unpaid since 2025-12-28

home cn/sichuan/chengdu, 2 adults, 1 child
  income wages 5200.00 a month, evidence A
  outgoing rent 1500.00 a month
  outgoing food 1400.00 a month
  outgoing medical 900.00 in 2026-04

2026-03-02 borrower opens HC-2025-0007781
expect stage statement
expect due 2026-05-31 keep
2026-03-02 borrower answers cause: illness
2026-03-02 borrower answers since: 2025-12-01
2026-03-02 borrower answers until: 2026-06-30
2026-03-02 borrower answers story: 去年年底住院做了手术，现在还在休养。
2026-03-02 borrower answers for home
2026-03-02 borrower answers wish: longer-term, 900.00 a month, 48 months
2026-03-02 11:00 borrower submits
expect stage evidence
expect waits for borrower
expect collection rests
expect papers ?
expect due ?
expect owed 39658.55
expect message ?
expect notice statement-received on email

2026-03-03 borrower sends paper 1
2026-03-03 borrower sends paper 2
2026-03-03 borrower sends paper 3
expect stage plan
expect affordable ?
expect offer lightest ?
expect offer cheapest ?
expect offer as-requested ?

2026-03-04 borrower chooses as-requested
expect waits for agent
expect stage decision
2026-03-05 agent lin accepts
expect due ?
2026-03-05 agent lin accepts paper 1
2026-03-05 agent lin refuses paper 2: 照片有点模糊，请再拍一次。
expect papers ?
expect notice paper-refused on sms
2026-03-06 borrower sends paper 2
2026-03-09 agent lin accepts paper 2
2026-03-09 agent lin accepts paper 3
2026-03-09 agent lin proposes as-requested
expect waits for reviewer
2026-03-09 agent lin decides => refused decision.role
2026-03-10 reviewer chen decides
expect stage agreement
expect decided approved by chen
expect due ?
expect collection ?
expect agreement 1 ?
expect message ?
2026-03-11 borrower signs
expect stage payments
expect standing on-track
expect collection rests
expect notice agreement-in-force on sms
expect next ?
2026-04-28 bank books 900.00
expect paid 900.00
2026-05-26 bank books 900.00
2026-06-26 bank books 900.00
expect next ?
expect open ?
expect message ?

# 秋天有了积蓄，一次还清：利息只算到那天。
2026-07-10 clock stands
expect settlement ?
2026-07-10 bank books 39000.00
expect standing completed
expect closed completed
expect stage closed
expect spared ?
expect back ?
expect open 0.00
expect collection may resume
expect notices ?
