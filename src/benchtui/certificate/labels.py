"""The fixed words of certificates and records, Chinese and English side by side."""

from __future__ import annotations

from benchtui.certificate.content import Bilingual, SignatoryRole, Statement

# -------------------------------------------------------------------------------------- documents and pages
CERTIFICATE = Bilingual("校准证书", "Calibration Certificate")
RECORD = Bilingual("校准原始记录", "Calibration Record")
CERTIFICATE_NUMBER = Bilingual("证书编号", "Certificate No.")
RECORD_NUMBER = Bilingual("记录编号", "Record No.")
PAGE = Bilingual("第 {page} 页 共 {pages} 页", "Page {page} of {pages}")
DRAFT_MARK = Bilingual("草稿", "DRAFT")
DRAFT_SENTENCE = Bilingual("草稿 · 未经批准", "DRAFT · not approved")
CONTINUED = Bilingual("（续）", "(continued)")
END_OF_CERTIFICATE = Bilingual("证书结束，以下空白", "End of certificate")
END_OF_RECORD = Bilingual("记录结束，以下空白", "End of record")

# ----------------------------------------------------------------------------------------------- title page
CUSTOMER = Bilingual("客户", "Customer")
CUSTOMER_NAME = Bilingual("客户名称", "Customer")
ADDRESS = Bilingual("地址", "Address")
CONTACT = Bilingual("联系方式", "Contact")
ITEM = Bilingual("被校对象", "Item calibrated")
ITEM_NAME = Bilingual("名称", "Description")
MANUFACTURER = Bilingual("制造商", "Manufacturer")
MODEL = Bilingual("型号", "Model")
SERIAL = Bilingual("出厂编号", "Serial No.")
IDENTIFICATION = Bilingual("客户标识", "Identification")
CONDITION = Bilingual("接收状态", "Condition")
MODULES = Bilingual("模块", "Modules")
DATES = Bilingual("日期与地点", "Dates and place")
RECEIVED = Bilingual("接收日期", "Date of receipt")
CALIBRATED = Bilingual("校准日期", "Date of calibration")
ISSUED = Bilingual("签发日期", "Date of issue")
PLACE = Bilingual("校准地点", "Place of calibration")
AT_THE_LABORATORY = Bilingual("本实验室", "At the laboratory")
SIGNATURES = Bilingual("签署", "Signatures")
SIGNED = Bilingual("签署于", "Signed")
NOT_SIGNED = Bilingual("未签署", "not signed")
NOT_NAMED = Bilingual("未指定", "not named")
ROLES: dict[SignatoryRole, Bilingual] = {
    "operator": Bilingual("校准", "Calibrated by"),
    "checker": Bilingual("核验", "Checked by"),
    "approver": Bilingual("批准", "Approved by"),
}
DIGEST = Bilingual("内容摘要", "Digest of the content, SHA-256")

# ----------------------------------------------------------------------------------------------- conditions
BASIS = Bilingual("校准依据", "Basis of the calibration")
SPECIFICATION = Bilingual("校准依据", "Specification")
SAMPLING = Bilingual("抽样", "Sampling")
NOT_APPLICABLE = Bilingual("不适用", "Not applicable")
DEVIATIONS = Bilingual("偏离", "Deviations")
NO_DEVIATIONS = Bilingual("无偏离", "None")
STANDARDS = Bilingual("测量标准", "Measurement standards")
STANDARD_NAME = Bilingual("名称", "Name")
STANDARD_MODEL = Bilingual("型号", "Model")
STANDARD_SERIAL = Bilingual("编号", "Serial No.")
ACCURACY = Bilingual("不确定度或最大允许误差", "Uncertainty or limits of error")
STANDARD_CERTIFICATE = Bilingual("证书编号 / 机构", "Certificate, issuer")
DUE = Bilingual("有效期至", "Valid until")
ENVIRONMENT = Bilingual("环境条件", "Ambient conditions")
TEMPERATURE = Bilingual("温度", "Temperature")
HUMIDITY = Bilingual("相对湿度", "Relative humidity")
MAINS = Bilingual("供电", "Mains supply")
RESULTS = Bilingual("校准结果", "Results")
TABLE = Bilingual("表", "Table")
FIGURE = Bilingual("图", "Figure")
ERROR_FIGURE = Bilingual("误差与扩展不确定度", "Errors with expanded uncertainties")
ERROR = Bilingual("误差", "Error")
SETPOINT = Bilingual("设定值", "Set value")
COVERAGE = Bilingual(
    "表中的扩展不确定度 U 等于合成标准不确定度乘以包含因子 k = {k}，包含概率约为 {percent} %。",
    "The expanded uncertainty U in the table is the combined standard uncertainty multiplied by the coverage "
    "factor k = {k}; the coverage probability is approximately {percent} %.",
)
FIGURE_NOTE = Bilingual(
    "点表示误差，竖线表示误差 ± U；各图纵坐标不同。",
    "Dots show the errors, bars the errors ± U. Each range has a vertical scale of its own.",
)

# ----------------------------------------------------------------------------------------------- statements
REMARKS = Bilingual("说明", "Statements")
STATEMENTS: tuple[Statement, ...] = (
    Statement(
        kind="traceability",
        words=Bilingual(
            "校准所用测量标准的量值经所列证书溯源至国际单位制（SI）。",
            "The values of the measurement standards used are traceable to the International System of Units "
            "(SI) through the certificates listed.",
        ),
    ),
    Statement(
        kind="coverage",
        words=Bilingual(
            "测量不确定度按 JJF 1059.1 评定，以扩展不确定度给出；包含因子和包含概率见各表。",
            "Measurement uncertainty was evaluated according to the GUM (JCGM 100) and is stated as expanded "
            "uncertainty; each table names its coverage factor and coverage probability.",
        ),
    ),
    Statement(
        kind="validity",
        words=Bilingual(
            "校准结果仅对被校对象在校准时的状态有效。",
            "The results relate only to the item calibrated, in its state at the time of calibration.",
        ),
    ),
    Statement(
        kind="copying",
        words=Bilingual(
            "未经本实验室书面批准，不得部分复制本证书。",
            "This certificate may be copied only in full, unless the laboratory has agreed in writing.",
        ),
    ),
)
PROVENANCE = Bilingual("记录与数据", "Records and data")
RECORD_DATABASE = Bilingual("记录数据库", "Record database")
CHAIN_HEAD = Bilingual("记录链首哈希", "Head of the record's hash chain")
PROGRAM = Bilingual("程序", "Program")
METHODS = Bilingual("方法版本", "Method versions")
ATTACHMENTS = Bilingual("附件", "Attachments")
READINGS_ATTACHED = Bilingual(
    "readings.csv：全部读数，含整定过程与重复尝试",
    "readings.csv: all readings, with those while settling and of repeated attempts",
)
DCC_ATTACHED = Bilingual(
    "certificate.xml：数字校准证书（DCC），SHA-256 {digest}，与二维码中相同",
    "certificate.xml: digital calibration certificate (DCC), SHA-256 {digest}, as in the QR code",
)
CONTENT_ATTACHED = Bilingual(
    "content.json：本记录与证书的全部内容，摘要即该文件的 SHA-256",
    "content.json: all content of record and certificate; the digest is the SHA-256 of this file",
)

# --------------------------------------------------------------------------------------------------- record
WORK = Bilingual("工作", "Work")
JOB_TIME = Bilingual("起止时间", "Time")
OPERATOR = Bilingual("操作者", "Operator")
FOR_CERTIFICATE = Bilingual("对应证书", "For certificate")
INSTRUMENTS = Bilingual("仪器", "Instruments")
ROLE = Bilingual("用途", "Role")
NAME = Bilingual("名称", "Name")
MAKER_MODEL = Bilingual("制造商、型号", "Manufacturer, model")
IDENTITY = Bilingual("自报标识", "Own answer")
DRIVER = Bilingual("驱动 / 地址", "Driver, address")
WIRINGS = Bilingual("接线", "Wiring")
WIRING_FIGURE = Bilingual("接线图", "Figure")
LEADS = Bilingual("连接", "Leads")
CONFIRMED = Bilingual("确认", "Confirmed")
CLAUSE = Bilingual("条款", "Clause")
READINGS = Bilingual("读数", "Readings")
READINGS_NOTE = Bilingual(
    "每格上行为仪器原文，下行为所取数值。整定过程的读数在附件 readings.csv 中。",
    "Upper line: as the instrument sent it; lower line: the value taken. Readings while settling are in the "
    "attached readings.csv.",
)
ATTEMPT = Bilingual("第 {number} 次", "attempt {number}")
ATTEMPT_STATES = {
    "done": Bilingual("完成", "done"),
    "interrupted": Bilingual("中断", "interrupted"),
    "failed": Bilingual("失败", "failed"),
}
COUNTED = Bilingual("计入", "counted")
NO_READINGS = Bilingual("无读数", "no readings")
MEAN = Bilingual("平均值", "mean")
DEVIATION = Bilingual("实验标准偏差 s", "experimental standard deviation s")
WAVEFORM = Bilingual(
    "波形 {number} / {count}，{samples} 点", "waveform {number} of {count}, {samples} samples"
)
AVERAGED = Bilingual("灰色部分取平均", "the grey part was averaged")
EVENTS = Bilingual("事件", "Events")
NO_EVENTS = Bilingual("无", "None")
TIME = Bilingual("时间", "Time")
WHO = Bilingual("人员", "Who")
WHAT = Bilingual("内容", "What happened")
BUDGETS = Bilingual(
    "不确定度预算：各量程扩展不确定度最大的点", "Uncertainty budgets: the point of largest U in each range"
)
FULL_RESULTS = Bilingual("全部校准点的计算结果", "Results of all points as computed")
ALL_BUDGETS = Bilingual("全部校准点的不确定度预算", "Uncertainty budgets of all points")
MODULE = Bilingual("模块", "Module")
RANGE = Bilingual("量程", "Range")
STANDARD_VALUE = Bilingual("标准值", "Standard value")
SYMBOL = Bilingual("量", "Input")
SOURCE = Bilingual("来源", "Source")
KIND = Bilingual("类", "Type")
DISTRIBUTION = Bilingual("分布", "Distribution")
VALUE = Bilingual("值", "Value")
STANDARD_U = Bilingual("标准不确定度", "Std. unc. u")
SENSITIVITY = Bilingual("灵敏系数", "c")
CONTRIBUTION = Bilingual("分量", "|c|·u")
DOF = Bilingual("自由度", "ν")
SHARE = Bilingual("份额", "Share")
