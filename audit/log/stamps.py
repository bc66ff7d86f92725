"""Time stamps by RFC 3161: that a checkpoint was there at a time, said by an authority that knows nothing of us. What
is asked, and whether an answer holds; no network, and no other part of the project."""

from __future__ import annotations

from datetime import datetime

from cryptography.x509 import Certificate, load_pem_x509_certificates

NEEDS = "time stamps need the package rfc3161-client: `pip install rfc3161-client`"


class BadStamp(ValueError):
    """A time stamp that does not hold for these bytes."""


def request_for(data: bytes) -> bytes:
    """What an authority is asked: a stamp over the SHA-256 of `data`, with its certificate. Raises BadStamp."""
    try:
        from rfc3161_client import HashAlgorithm, TimestampRequestBuilder
    except ImportError:
        raise BadStamp(NEEDS) from None
    return TimestampRequestBuilder(data, HashAlgorithm.SHA256).build().as_bytes()


def checked(token: bytes, data: bytes, authorities: bytes) -> datetime:
    """When `data` was stamped. `token` is an authority's whole answer (DER), `authorities` their root certificates, and
    those between them and the stamp's, as PEM. Raises BadStamp."""
    try:
        from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response
    except ImportError:
        raise BadStamp(NEEDS) from None
    try:
        answer = decode_timestamp_response(token)
        builder = VerifierBuilder()
        for certificate in load_pem_x509_certificates(authorities):
            is_root = _is_root(certificate)
            builder = (builder.add_root_certificate if is_root else builder.add_intermediate_certificate)(certificate)
        builder.build().verify_message(answer, data)
    except (VerificationError, ValueError) as error:
        raise BadStamp(f"the time stamp does not hold: {error}") from None
    return answer.tst_info.gen_time


def _is_root(certificate: Certificate) -> bool:
    return certificate.issuer == certificate.subject
