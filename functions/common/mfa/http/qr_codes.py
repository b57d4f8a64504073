"""QR codes (ISO/IEC 18004) as SVG, for pages and apps that show the secret of an authenticator app."""

import io


def svg(text: str) -> str:
    """The code of this text, dark on light with its quiet zone: a reader needs both, also on a dark page."""
    import segno  # noqa: PLC0415 - only the set-up of an authenticator app needs it

    written = io.BytesIO()
    segno.make_qr(text, error="m").save(
        written, kind="svg", xmldecl=False, svgclass=None, lineclass=None, omitsize=True, light="#fff", border=4
    )
    return written.getvalue().decode().strip()
