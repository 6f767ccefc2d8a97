from __future__ import annotations

import pytest
from tests.certificate.sample_certificate import build

from benchtui.certificate import Certificate, certificate_pdf, record_pdf


@pytest.fixture(scope="session")
def content() -> Certificate:
    return build()


@pytest.fixture(scope="session")
def certificate(content: Certificate) -> bytes:
    return certificate_pdf(content)


@pytest.fixture(scope="session")
def record(content: Certificate) -> bytes:
    return record_pdf(content)
