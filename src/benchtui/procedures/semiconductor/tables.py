"""Tables of JJF 2009—2022, appendix A (record) and appendix B (certificate), with the specification's columns."""

from __future__ import annotations

from benchtui.tables import Column, Table

_MODULE = Column("module", "模块", "Module", "left")
_RANGE = Column("range", "量程", "Range", "left")
_SET = Column("setpoint", "设定值", "Set value")
_MEASURED = Column("indication", "测量值", "Measured value")
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

# ------------------------------------------------------------------------------------ current from 1 pA to 10 µA
# 标准值 {标准电压值 · 高值电阻值}
_HIGH_RESISTANCE = (
    Column("voltage", "标准电压值", "Standard voltage"),
    Column("resistance", "高值电阻值", "High resistance"),
)
RECORD_A2 = Table(
    "A.2",
    "直流电流输出 ±(1 pA~10 μA)",
    "DC current output ±(1 pA … 10 µA)",
    (_MODULE, _RANGE, _SET, *_HIGH_RESISTANCE, _ERROR, _U),
)
CERTIFICATE_B2 = Table("B.2", RECORD_A2.zh, RECORD_A2.en, (_MODULE, _RANGE, _SET, _STANDARD, _ERROR, _U))

RECORD_A4 = Table(
    "A.4",
    "直流电流测量 ±(1 pA~10 μA)",
    "DC current measurement ±(1 pA … 10 µA)",
    (_MODULE, _RANGE, _MEASURED, *_HIGH_RESISTANCE, _ERROR, _U),
)
CERTIFICATE_B4 = Table("B.4", RECORD_A4.zh, RECORD_A4.en, (_MODULE, _RANGE, _MEASURED, _STANDARD, _ERROR, _U))

# --------------------------------------------------------- current above 10 µA, voltage over resistors and dividers
RECORD_A3 = Table(
    "A.3",
    "直流电流输出 ±(10 μA~10 A)",
    "DC current output ±(10 µA … 10 A)",
    (_MODULE, _RANGE, _SET, _STANDARD, _ERROR, _U),
)
CERTIFICATE_B3 = Table("B.3", RECORD_A3.zh, RECORD_A3.en, RECORD_A3.columns)

# 标准值 {标准电压值 · 标准电阻值}
RECORD_A5 = Table(
    "A.5",
    "直流电流测量 ±(10 μA~10 A)",
    "DC current measurement ±(10 µA … 10 A)",
    (
        _MODULE,
        _RANGE,
        _MEASURED,
        Column("voltage", "标准电压值", "Standard voltage"),
        Column("resistance", "标准电阻值", "Standard resistance"),
        _ERROR,
        _U,
    ),
)
CERTIFICATE_B5 = Table("B.5", RECORD_A5.zh, RECORD_A5.en, (_MODULE, _RANGE, _MEASURED, _STANDARD, _ERROR, _U))

# 标准值 {标准电压值 · 分压比}
RECORD_A7 = Table(
    "A.7",
    "直流电压输出 ±(1 000 V~3 kV)",
    "DC voltage output ±(1 000 V … 3 kV)",
    (
        _MODULE,
        _RANGE,
        _SET,
        Column("voltage", "标准电压值", "Standard voltage"),
        Column("ratio", "分压比", "Divider ratio"),
        _ERROR,
        _U,
    ),
)
CERTIFICATE_B7 = Table("B.7", RECORD_A7.zh, RECORD_A7.en, (_MODULE, _RANGE, _SET, _STANDARD, _ERROR, _U))

RECORD_A8 = Table(
    "A.8",
    "直流电压测量 ±(0.1 V~100 V)",
    "DC voltage measurement ±(0.1 V … 100 V)",
    (_MODULE, _RANGE, _MEASURED, _STANDARD, _ERROR, _U),
)
CERTIFICATE_B8 = Table("B.8", RECORD_A8.zh, RECORD_A8.en, RECORD_A8.columns)

# 标准值 {标准电流值 · 标准电阻值}: the specification prints "voltage" above the current.
RECORD_A9 = Table(
    "A.9",
    "直流电压测量 ±(100 V~3 kV)",
    "DC voltage measurement ±(100 V … 3 kV)",
    (
        _MODULE,
        _RANGE,
        _MEASURED,
        Column("current", "标准电流值", "Standard current"),
        Column("resistance", "标准电阻值", "Standard resistance"),
        _ERROR,
        _U,
    ),
)
CERTIFICATE_B9 = Table("B.9", RECORD_A9.zh, RECORD_A9.en, (_MODULE, _RANGE, _MEASURED, _STANDARD, _ERROR, _U))

# ------------------------------------------------------------ pulses, test signals, capacitance, what a person judges
# 标准值 {标准电压值 · 电阻值}; each of the two errors is stated with its own U.
_PULSE_ERRORS = (
    Column("error", "设定误差", "Setting error"),
    Column("U", "设定误差 U (k=2)", "U (k=2) of it"),
    Column("measurement_error", "测量误差", "Measurement error"),
    Column("measurement_U", "测量误差 U (k=2)", "U (k=2) of it"),
)
RECORD_A10 = Table(
    "A.10",
    "脉冲电流",
    "Pulsed current",
    (
        _MODULE,
        _RANGE,
        _SET,
        Column("voltage", "标准电压值", "Standard voltage"),
        Column("resistance", "电阻值", "Resistance"),
        _MEASURED,
        *_PULSE_ERRORS,
    ),
)
CERTIFICATE_B10 = Table(
    "B.10", RECORD_A10.zh, RECORD_A10.en, (_MODULE, _RANGE, _SET, _STANDARD, _MEASURED, *_PULSE_ERRORS)
)

RECORD_A11 = Table("A.11", "频率", "Frequency", (_MODULE, _RANGE, _SET, _STANDARD, _ERROR, _U))
CERTIFICATE_B11 = Table("B.11", RECORD_A11.zh, RECORD_A11.en, RECORD_A11.columns)

RECORD_A12 = Table(
    "A.12", "电容测量", "Capacitance measurement", (_MODULE, _RANGE, _MEASURED, _STANDARD, _ERROR, _U)
)
CERTIFICATE_B12 = Table("B.12", RECORD_A12.zh, RECORD_A12.en, RECORD_A12.columns)

RECORD_A1 = Table(
    "A.1",
    "外观和工作正常性检查",
    "Appearance and function",
    (Column("item", "项目", "Item", "left"), Column("verdict", "检查结果", "Result", "left")),
)
CERTIFICATE_B1 = Table("B.1", RECORD_A1.zh, RECORD_A1.en, RECORD_A1.columns)
