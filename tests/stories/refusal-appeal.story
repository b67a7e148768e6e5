# 没同意，申诉，由没有参与过的人再看，同意了。
# Refused, appealed, looked at again by people who took no part, approved.
story: 没同意，再看一次 / Refused, and looked at again
language: zh

loan HC-2025-0066007 of 孙强 990006198212080449 15400000006
  signed 2025-04-12 at 22.00 %, penalty 33.00 %, 30/360
  owed on 2026-03-02: principal 15000.00, interest 550.00, penalty 160.00, fees 0.00
  14 instalments of 1250.00 on day 12, unpaid since 2025-12-12

home cn/hubei/wuhan, 1 adult, 0 children
  income cash-work 3000.00 a month, evidence D
  outgoing rent 700.00 a month
  outgoing food 600.00 a month

later cn/hubei/wuhan, 1 adult, 0 children
  income cash-work 3000.00 a month, evidence B
  outgoing rent 700.00 a month
  outgoing food 600.00 a month

2026-03-02 borrower opens HC-2025-0066007
2026-03-02 borrower answers cause: income-cut
2026-03-02 borrower answers since: 2025-12-01
2026-03-02 borrower answers until: unknown
2026-03-02 borrower answers story: 工资是现金发的，没有流水。
2026-03-02 borrower answers for home
2026-03-02 borrower answers wish: lower-instalment, 600.00 a month
2026-03-02 borrower submits
2026-03-02 borrower sends paper 1
2026-03-02 borrower sends paper 2
2026-03-02 borrower sends paper 3
expect offers none
2026-03-02 borrower chooses a person: 我每月能还六百，想和人说。
expect waits for agent
expect due 2026-03-04 call-back
expect notice person-asked on sms
2026-03-03 agent lin accepts
2026-03-03 agent lin writes: 收入没有记录，我们先按材料算，请尽量补一份证明。
2026-03-10 agent lin proposes to refuse, figures-contradict: 从材料里看不到说明里写的收入。 / 请补三个月的流水，或者单位的收入证明。
# 答应的那天到了还没有决定：交给人处理。
2026-03-17 clock stands
expect tasks decide
2026-03-18 reviewer chen decides
expect decided refused by chen: figures-contradict
expect stage decision
expect waits for borrower
expect due 2026-04-17 appeal
expect collection rests until 2026-04-01
expect message 您的申请有答复了，这次没能同意。2026年4月17日前可以请别人再看一次。想先聊聊请打 400-000-0000。理由和接下来可以怎么做，在这里：http://127.0.0.1:8000

# 期限之内申诉，又停下不催；参与过的人，从头到尾都不能再碰。
2026-04-02 clock stands
expect collection may resume
2026-04-08 borrower appeals: 老板开了收入证明，请再看一次。
expect collection rests
expect waits for agent
expect due 2026-04-22 decide
expect notice appeal-received on sms
2026-04-09 agent lin accepts => refused decision.appeal
2026-04-09 reviewer chen accepts => refused decision.appeal
2026-04-09 agent wu accepts
2026-04-09 agent wu corrects the budget to later: 单位收入证明
2026-04-09 agent lin proposes lightest => refused decision.appeal
2026-04-09 agent wu accepts paper 1
2026-04-09 agent wu accepts paper 2
2026-04-09 agent wu accepts paper 3
2026-04-09 agent wu proposes lightest
2026-04-10 reviewer chen decides => refused decision.appeal
2026-04-10 reviewer zhao decides
expect decided approved by zhao
expect agreement 1 offered: 59 payments of 320.00 at most, 2026-05-12 to 2031-03-12, 18878.63 in all, 527.96
  forgiven
2026-04-13 borrower signs
expect stage payments
expect standing on-track
expect notices statement-received person-asked case-accepted message refused appeal-received case-accepted
  agreement-ready agreement-in-force
