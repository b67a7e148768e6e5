# 不上网的人：电话里说，同事记，签约还是她本人用验证码。
# Nobody has to use a website: told by telephone, noted by an agent, signed by herself. Once it expires unsigned.
story: 电话里说 / By telephone
language: zh

loan HC-2025-0131014 of 秦桂英 990004196905250824 15400000004
  signed 2025-08-22 at 16.00 %, penalty 24.00 %, 30/360
  owed on 2026-03-02: principal 3000.00, interest 80.00, penalty 25.00, fees 0.00
  8 instalments of 400.00 on day 22, unpaid since 2025-12-22

home cn/heilongjiang/harbin, 1 adult, 0 children
  income pension 2400.00 a month, evidence A
  outgoing food 700.00 a month

2026-03-02 agent wu opens HC-2025-0131014
2026-03-02 agent wu answers cause: other
2026-03-02 agent wu answers since: unknown
2026-03-02 agent wu answers until: unknown
2026-03-02 agent wu answers for home
2026-03-02 agent wu answers debts: unknown
2026-03-02 agent wu answers wish: 300.00 a month
2026-03-02 agent wu submits
expect stage evidence
2026-03-03 agent wu sends paper 1
2026-03-03 agent wu waives paper 2: 养老金流水我们能查到
expect papers identity received, income waived, cause wanted, own-plan wanted
2026-03-03 agent wu chooses 300.00 a month
2026-03-04 agent lin accepts
2026-03-04 agent wu accepts => refused decision.taken
2026-03-04 agent lin accepts paper 1
2026-03-04 agent lin proposes 300.00 a month
2026-03-05 reviewer chen decides
expect due 2026-03-19 sign
2026-03-21 clock stands
expect stage plan
expect notice agreement-lapsed on sms
2026-03-23 borrower opens HC-2025-0131014
2026-03-23 borrower chooses 300.00 a month
2026-03-24 agent lin accepts
2026-03-24 agent lin proposes 300.00 a month
2026-03-25 reviewer chen decides
2026-03-26 agent lin signs => refused agreement.signer
2026-03-26 borrower signs
expect stage payments
expect agreement 2 in-force: 11 payments of 300.00 at most, 2026-04-22 to 2027-02-22, 3283.28 in all, 41.55
  forgiven
expect notices statement-received plan-received case-accepted agreement-ready agreement-lapsed plan-received
  case-accepted agreement-ready agreement-in-force
