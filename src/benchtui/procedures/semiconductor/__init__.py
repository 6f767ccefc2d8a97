"""Semiconductor parameter precision analyzers, JJF 2009—2022."""

SPECIFICATION = "JJF 2009—2022"
SPECIFICATION_TITLE_ZH = "半导体参数精密分析仪校准规范"
SPECIFICATION_TITLE_EN = "Calibration Specification for Semiconductor Parameter Precision Analyzers"
