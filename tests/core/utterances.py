"""What people type, in Chinese and English, with what is meant; "" is nothing the bot knows. Made up, none copied."""

UTTERANCES = """
person|转人工
person|我要找人工客服
person|真人
person|找个人跟我说
person|轉人工
person|转 人 工
person|人工！！！
person|请转人公
person|客符在吗
person|不要机器人，要人工
person|别再用机器人了，我要真人
person|你是机器人吗，我要人工
person|有人吗
person|有没有活人啊
person|叫你们经理来
person|能给我打电话吗
person|请回电
person|让人联系我
person|我想跟人聊聊
person|换个人
person|接线员
person|听不懂人话，转接
person|talk to a human
person|I want to talk to a person
person|humn please
person|agent
person|AGENT!!!
person|representative
person|speak to a repersentative
person|get me a supervisor
person|I don't want to talk to a bot, get me a person
person|can I speak with someone?
person|is anyone there?
person|please call me back
person|no more bots
person|real person now
person|put me through to customer service
stay|不要转人工
stay|不用找人工客服了
stay|I do not want a human agent
stay|no need for a human
owed|不想转人工，只想问还欠多少
robot|你是真人吗
robot|are you a human?
robot|人工智能会决定我的申请吗
what-helps|有什么办法
|找人借钱还
worry-self|我不想活了
worry-self|活着没意思，想死
worry-self|我想自杀
worry-self|真想一了百了
worry-self|我想一死了之，遗书都写好了
worry-self|I want to kill myself
worry-self|i want to end my life
worry-self|sometimes I feel suicidal
worry-self|I'd be better off dead
worry-violence|他打我
worry-violence|老公天天打我和孩子
worry-violence|他说要杀了我
worry-violence|家里有家庭暴力
worry-violence|my husband hits me
worry-violence|he threatened to kill me
worry-health|我胸口疼喘不上气
worry-health|我妈晕倒了
worry-health|I think I'm having a heart attack
worry-health|he collapsed, call an ambulance
|累死了
|急死人了
|气死我了
|笑死
|别打我电话
collection-calls|别给我打电话
collection-calls|你们会给我打电话吗
collection-calls|催收老打电话
collection-calls|能不能别催了，一直催我
collection-calls|催收会上门吗
collection-calls|stop calling me
collection-calls|why do you keep ringing me
collection-calls|too many calls every day
penalty-interest|this interest is killing me
now|现在到哪一步了
now|申请进度怎么样了
now|what happens now
now|any update?
how-long|要多久才有结果
how-long|审核要几天
how-long|how long does it take
how-long|when will I hear from you
owed|我欠多少钱
owed|还欠你们多少
owed|查一下我的欠款
owed|how much do I owe
owed|what is my balance
owed|how mcuh do I owe
penalty-interest|罚息怎么算
penalty-interest|逾期一天多少钱
penalty-interest|what is the penalty interest
penalty-interest|what late fees do you charge
waive|罚息能不能免
waive|发息能减免吗
waive|能减免利息吗
waive|可以停息挂账吗
waive|can you waive the late fees
waive|can you wiave the late fees
waive|please remove the penalty
how-to-pay|怎么还款
how-to-pay|能用支付宝还吗
how-to-pay|how do I pay
how-to-pay|I already paid yesterday
credit-record|征信会不会有影响
credit-record|會影響徵信嗎
credit-record|会上真信吗
credit-record|will this affect my credit score
credit-record|will I be blacklisted
family-told|会告诉我家人吗
family-told|会联系我单位吗
family-told|你们会打电话给我老板吗
family-told|别爆通讯录
family-told|will you call my employer
family-told|can you call someone in my family?
family-told|does my wife find out
papers|需要什么材料
papers|还缺什么证明
papers|what papers do you need
papers|what documents does the person need
upload-link|上传链接在哪
upload-link|怎么上传照片
upload-link|send me the upload link
upload-link|how do I upload my payslip
refused|申请被拒绝了怎么办
refused|我要申诉
refused|为什么没通过
refused|I was refused, can I appeal
change-plan|想改还款计划
change-plan|这个月还不上了，能晚几天吗
change-plan|can I change my plan
change-plan|I will be a few days late this month
next-instalment|下一期什么时候还
next-instalment|什么时候扣款
next-instalment|when is my next payment
sign|怎么签协议
sign|how do I sign
cannot-pay|我真的没钱还
cannot-pay|一分都还不起
cannot-pay|I can't pay anything
cannot-pay|I cannot pay at all
job-loss|失业了
job-loss|公司倒闭了
job-loss|I lost my job
job-loss|I was laid off
illness|我爸住院了
illness|my mother is in hospital
illness|I need surgery
sued|会起诉我吗
sued|会被其诉吗
sued|会坐牢吗
sued|收到法院传票
sued|will you sue me
sued|can I go to jail for this
limitation|诉讼时效是多久
limitation|is this debt time barred
privacy|隐私安全吗
privacy|我的资料给谁看
privacy|is my data safe
privacy|who can see my papers
erase|删除我的资料
erase|delete my data
complaint|我要投诉
complaint|12378
complaint|I want to complain
complaint|I want to make a complaimt
advice|有免费的债务咨询吗
advice|哪里有法律援助
advice|free debt advice
hours|周末上班吗
hours|几点上班
hours|opening hours
hours|are you open on saturday
agents|申请收费吗
agents|中介说可以代办
agents|is it free
not-mine|不是我借的
not-mine|我被骗了
not-mine|this loan is not mine
wrong-number|换手机号了
wrong-number|I have a new phone number
holiday|先停几个月行吗
holiday|可以延期吗
holiday|can I pause payments for three months
settle|能一次结清吗
settle|can I pay it off in full
what-helps|能分期吗
what-helps|what are my options
begin|开始
begin|继续
begin|想申请分期
begin|我要协商还款
begin|start
begin|continue
begin|I'd like to apply
change-answer|改一下
change-answer|改一下收入
change-answer|填错了
change-answer|change that
change-answer|that is wrong
later|以后再填
later|先不提交
later|later
later|not now
submit|我看过了，提交
submit|I have read this, send it
greeting|你好
greeting|hello
thanks|谢谢
thanks|thank you so much
disaster|家里被洪水淹了
disaster|our house was hit by the flood
genuine|你们是骗子吗
genuine|怎么知道你们是真的
genuine|is this a scam
genuine|how do I know you are real
person|为什么没人回复我
person|Can a person look at my case?
person|not a bot please, a human
stay|先别转人工，我再想想
stay|please don't transfer me
how-to-pay|不需要人工，你告诉我怎么还款就行
collection-calls|I paid but you still call me
collection-calls|烦死了别再发短信
worry-self|你们要逼死我吗
cannot-pay|打死我也还不起
|my phone is dead
|I'm dying to know
|I could kill for a coffee
|my manager cut my hours
|someone stole my wallet
|找不到人担保
|人工费多少
privacy|what happens to my data
settle|can I pay half now
change-plan|my salary is late, can I pay next week
wrong-number|验证码收不到
|今天天气不错
|the weather is nice
|deadline
|哈哈哈
|asdf qwer
"""

TABLE = [tuple(line.split("|", 1)) for line in UTTERANCES.strip().splitlines()]
