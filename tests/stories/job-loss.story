# 失业：一个月只还得起一点，先缓后还；晚了几天，补上了。
# A job lost: a late payment after a hard month, cured in the days of grace and after them, then kept.
story: 厂里裁员 / Laid off
language: zh

loan HC-2025-0010002 of 李建国 990002197809032335 15400000002
  signed 2025-03-20 at 18.00 %, penalty 27.00 %, 30/360
  owed on 2026-03-02: principal 12000.00, interest 360.00, penalty 95.40, fees 30.00
  12 instalments of 1100.10 on day 20, unpaid since 2026-01-20

home cn/henan/zhengzhou, 2 adults, 0 children
  income unemployment 1700.00 a month, evidence A
  income wages 2600.00 a month, evidence B
  outgoing food 1200.00 a month
  outgoing utilities 260.00 a month

2026-03-02 borrower opens HC-2025-0010002
2026-03-02 borrower answers cause: job-loss
2026-03-02 borrower answers since: 2026-01-05
2026-03-02 borrower answers until: unknown
2026-03-02 borrower answers for home
2026-03-02 borrower answers wish: longer-term, waive-penalty, 500.00 a month
2026-03-02 borrower submits
2026-03-02 borrower sends paper 1
2026-03-02 borrower sends paper 2
2026-03-02 borrower sends paper 3
expect offers lightest, cheapest, soonest, balanced, as-requested
expect offer as-requested 29 payments of 500.00 at most, 2026-04-20 to 2028-08-20, 14358.83 in all, 125.40
  forgiven
2026-03-02 borrower chooses 500.00 a month
2026-03-03 agent wu accepts
2026-03-04 agent wu accepts paper 1
2026-03-04 agent wu accepts paper 2
2026-03-04 agent wu accepts paper 3
2026-03-04 agent wu proposes 500.00 a month
2026-03-05 reviewer zhao decides
expect decided approved by zhao
expect agreement 1 offered: 29 payments of 500.00 at most, 2026-04-20 to 2028-08-20, 14361.65 in all, 128.18
  forgiven
2026-03-06 borrower signs

# 第一期按时，第二期晚了两天：宽限期内，什么都不发生。
2026-04-20 bank books 500.00
2026-05-22 bank books 500.00
expect standing on-track
expect late none

# 第三期过了宽限期：提醒一次，不加一分钱；补上就恢复。
2026-06-25 clock stands
expect standing late
expect late 3
expect waits for borrower
expect notice late on sms on 2026-06-24
expect message 有一期还款还没有收到。是2026年6月20日那一期，现在差 500.00 元，方便时请补上。有困难请告诉我们，可以重新安排：http://127.0.0.1:8000 或
  400-000-0000。
2026-06-27 bank books 200.00
expect standing late
expect next 3 on 2026-06-20 of 300.00
2026-06-29 bank books 300.00
expect standing on-track
expect late none
expect notice default-cured on sms on 2026-06-29
expect paid 1500.00
expect open 12861.65
expect notices statement-received plan-received case-accepted agreement-ready agreement-in-force reminder
  payment-received reminder overdue payment-received reminder overdue late payment-received credit-notice
  payment-received default-cured
