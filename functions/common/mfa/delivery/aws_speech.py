"""Calls of AWS End User Messaging: SSML in the voice of Amazon Polly, made from the TwiML of a call."""

from xml.etree.ElementTree import Element, SubElement, fromstring, tostring

# Voices of Polly that AWS calls with, where Twilio has one of another vendor. AWS has no Cantonese voice.
_INSTEAD = {
    "Google.cmn-CN-Standard-A": "ZHIYU",
    "Google.cmn-TW-Standard-A": "ZHIYU",
    "Google.yue-HK-Standard-A": "ZHIYU",
}
_POLLY = "Polly."


def ssml(twiml: str) -> tuple[str, str]:
    """The call as SSML, and the voice that speaks it, of the API's `VoiceId`.

    https://docs.aws.amazon.com/polly/latest/dg/supportedtags.html
    """
    speech, voice = Element("speak"), ""
    # The product has written it, and escaped what is in it.
    for part in fromstring(twiml):  # noqa: S314  # nosec B314
        if part.tag == "Pause":
            SubElement(speech, "break", time=f"{part.attrib['length']}s")
            continue
        voice = part.attrib["voice"]
        paragraph = SubElement(speech, "p")
        paragraph.text = part.text
        paragraph.extend(part)
    return tostring(speech, encoding="unicode"), _INSTEAD.get(voice) or voice.removeprefix(_POLLY).upper()
