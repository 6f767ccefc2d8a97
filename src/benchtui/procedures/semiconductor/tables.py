"""Tables of JJF 2009—2022, appendix A (record) and appendix B (certificate), with the specification's columns."""

from __future__ import annotations

from benchtui.tables import Column, Table

_MODULE = Column("module", "模块", "Module", "left")
_RANGE = Column("range", "量程", "Range", "left")
_SET = Column("setpoint", "设定值", "Set value")
_STANDARD = Column("standard", "标准值", "Standard value")
_ERROR = Column("error", "误差", "Error")
_U = Column("U", "测量不确定度 U (k=2)", "Uncertainty U (k=2)")

RECORD_A6 = Table(
    "A.6",
    "直流电压输出 ±(0.1 V~1 000 V)",
    "DC voltage output ±(0.1 V … 1 000 V)",
    (_MODULE, _RANGE, _SET, _STANDARD, _ERROR, _U),
)
CERTIFICATE_B6 = Table("B.6", RECORD_A6.zh, RECORD_A6.en, RECORD_A6.columns)
