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
expect papers identity wanted, income wanted, cause wanted, own-plan wanted
expect due 2026-03-23 papers
expect owed 39658.55
expect message 收到您的情况说明，谢谢。从现在到我们答复，不会催您还款。材料请在2026年3月23日前传上来。方案现在就能看：http://127.0.0.1:8000
expect notice statement-received on email

2026-03-03 borrower sends paper 1
2026-03-03 borrower sends paper 2
2026-03-03 borrower agrees to health papers
2026-03-03 borrower sends paper 3
2026-03-03 agent lin confirms the cause until 2026-06-30
expect stage plan
expect affordable 2026-04 1116.00, 2026-05 1926.00, 2026-06 1926.00, 2026-07 1926.00, 2026-08 1926.00, 2026-09
  1926.00
expect offer lightest 59 payments of 728.00 at most, 2026-04-28 to 2031-02-28, 42896.18 in all, 900.72 forgiven
expect offer cheapest 22 payments of 1926.00 at most, 2026-04-28 to 2028-01-28, 40384.04 in all, 900.72 forgiven
expect offer as-requested 47 payments of 900.00 at most, 2026-04-28 to 2030-02-28, 42060.42 in all, 900.72
  forgiven

2026-03-04 borrower chooses as-requested
expect waits for agent
expect stage decision
2026-03-05 agent lin accepts
expect due 2026-03-19 decide
2026-03-05 agent lin accepts paper 1
2026-03-05 agent lin refuses paper 2: 照片有点模糊，请再拍一次。
expect papers identity accepted, income refused, cause received, own-plan wanted
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
expect due 2026-03-24 sign
expect collection rests until 2026-03-24
expect agreement 1 offered: 47 payments of 900.00 at most, 2026-04-28 to 2030-02-28, 42109.93 in all, 991.74
  forgiven
expect message 您的还款协议准备好了。请慢慢看，觉得可以，在2026年3月24日前签署。不清楚的请打 400-000-0000。在这里：http://127.0.0.1:8000
2026-03-11 borrower signs
expect stage payments
expect standing on-track
expect collection rests
expect notice agreement-in-force on sms
expect next 1 on 2026-04-28 of 900.00
2026-04-28 bank books 900.00
expect paid 900.00
2026-05-26 bank books 900.00
2026-06-26 bank books 900.00
expect next 4 on 2026-07-28 of 900.00
expect open 39409.93
expect message 收到您的还款，谢谢。金额 900.00 元。下一期2026年7月28日，900.00 元。详情：http://127.0.0.1:8000

# 夏天有了积蓄，一次还清：利息只算到那天。
2026-07-10 clock stands
expect settlement 36660.88
2026-07-10 bank books 39000.00
expect standing completed
expect closed completed
expect stage closed
expect spared 2749.05
expect back 2339.12
expect open 0.00
expect collection may resume
expect notices statement-received plan-received case-accepted paper-refused agreement-ready agreement-in-force
  reminder payment-received reminder payment-received reminder payment-received overpaid
  completed
