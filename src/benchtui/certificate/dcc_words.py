"""The fixed words of the digital calibration certificate, and the reference types that go with them."""

from __future__ import annotations

from benchtui.certificate.content import Bilingual, SignatoryRole, StatementKind
from benchtui.tables import ColumnKey

REF_TYPE_NAMESPACE = "benchtui"
REF_TYPE_LINK = "urn:x-benchtui:reference-types:1"
PROVENANCE_NAMESPACE = "urn:x-benchtui:provenance:1"
REF_TYPES = Bilingual("benchtui 引用类型", "benchtui reference types")
REF_TYPES_DESCRIPTION = Bilingual(
    "本程序对结果表、声明和标识的分类；benchtui_jjf2009_B6 指 JJF 2009 附录 B 的表 B.6。",
    "The program's own classes of result tables, statements and identifications; benchtui_jjf2009_B6 is table B.6 in "
    "appendix B of JJF 2009.",
)

# ---------------------------------------------------------------------------------------------- identifications
RECORD_NUMBER = Bilingual("原始记录编号", "Record number")
SERIAL = Bilingual("出厂编号", "Serial number")
CUSTOMER_IDENTIFICATION = Bilingual("客户标识", "Customer's identification")
MODULE = Bilingual("模块", "Module")
CERTIFICATE = Bilingual("校准证书", "Calibration certificate")
HASH_OF_SNAPSHOT = Bilingual(
    "散列值取自原始记录中保存的标准器数据，并非证书文件。发证机构：{issuer}；有效期至 {due}；{accuracy}",
    "The hash is that of the standard's data kept in the record, not of the certificate's file. Issuer: {issuer}; "
    "valid until {due}; {accuracy}",
)

# --------------------------------------------------------------------------------------------------- statements
DRAFT = Bilingual("草稿", "DRAFT")
NOT_APPROVED = Bilingual(
    "本证书为草稿，未经批准，不得作为证书使用。",
    "This certificate is a draft: it has not been approved and must not be used as a certificate.",
)
STATEMENTS: dict[StatementKind, tuple[str, Bilingual]] = {
    "traceability": ("basic_metrologicalTraceability", Bilingual("计量溯源性", "Metrological traceability")),
    "coverage": ("benchtui_uncertainty", Bilingual("测量不确定度", "Measurement uncertainty")),
    "validity": ("benchtui_validity", Bilingual("结果的有效范围", "Validity of the results")),
    "copying": ("benchtui_copying", Bilingual("复制", "Copying")),
    "remark": ("benchtui_remark", Bilingual("备注", "Remark")),
}
PLACE = Bilingual("校准地点", "Place of calibration")
SAMPLING = Bilingual("抽样", "Sampling")
DEVIATIONS = Bilingual("偏离", "Deviations")
SIGNED = Bilingual("签署于 {when}", "signed {when}")
ROLES: dict[SignatoryRole, str] = {"operator": "operator", "checker": "checker", "approver": "approver"}

# ------------------------------------------------------------------------------------------------------ results
RESULTS = Bilingual("校准结果", "Calibration results")
METHOD_VERSION = Bilingual("方法版本 {version}", "Version of the method: {version}")
UNCERTAINTY_METHOD = Bilingual("测量不确定度评定", "Evaluation of measurement uncertainty")
RECORD_OF_RESULTS = Bilingual(
    "{program}；记录数据库 {database}；记录链首哈希 {head}；内容摘要 SHA-256 {digest}",
    "{program}; record database {database}; head of the record's hash chain {head}; SHA-256 of the content {digest}",
)
TEMPERATURE = Bilingual("环境温度", "Ambient temperature")
HUMIDITY = Bilingual("环境相对湿度", "Ambient relative humidity")
MAINS_VOLTAGE = Bilingual("供电电压", "Mains voltage")
MAINS_FREQUENCY = Bilingual("供电频率", "Mains frequency")
MINIMUM = Bilingual("最小值", "Minimum")
MAXIMUM = Bilingual("最大值", "Maximum")
DEGREES_OF_FREEDOM = Bilingual("有效自由度", "Effective degrees of freedom")
QUANTITIES: dict[ColumnKey, str] = {
    "setpoint": "basic_nominalValue",
    "indication": "basic_measuredValue",
    "standard": "basic_referenceValue",
    "voltage": "benchtui_voltage",
    "current": "benchtui_current",
    "resistance": "benchtui_resistance",
    "ratio": "benchtui_ratio",
    "error": "basic_measurementError",
    "measurement_error": "basic_measurementError benchtui_measuringFunction",
}
"""Reference type of the quantity in a column of a result table."""
