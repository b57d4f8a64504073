"""The words of test messages, in each language of messages. Text messages stay inside GSM-7 where their language allows."""

from mfa.messages import templates, twiml
from mfa.messages.channels import Channel, Form
from mfa.messages.composition import NOTICE_VALID_SECONDS, Reader
from mfa.messages.outgoing import Outgoing
from mfa.messages.passcode_texts import SHORTEST_PASSCODE, Passcode

SENTENCES = {
    "en": 'Test message for user "{login_name}": this phone gets messages. There is nothing to do.',
    "de": 'Testnachricht für Benutzer "{login_name}": Nachrichten kommen an. Sie müssen nichts tun.',
    "fr": "Message d'essai pour \"{login_name}\" : les messages arrivent bien. Vous n'avez rien à faire.",
    "es": 'Mensaje de prueba para "{login_name}": este teléfono recibe mensajes. No tiene que hacer nada.',
    "pt-BR": 'Mensagem de teste para "{login_name}": este telefone recebe mensagens. Nada precisa ser feito.',
    "pt-PT": 'Mensagem de teste para "{login_name}": este telefone recebe mensagens. Nada precisa de ser feito.',
    "zh-Hans": "“{login_name}”的测试短信：此手机可以收到短信，无需任何操作。",
    "zh-Hant": "「{login_name}」的測試簡訊：此手機可以收到簡訊，無須任何操作。",
    "ja": "「{login_name}」宛てのテストメッセージです。この電話で受信できています。操作は不要です。",
    "ko": '"{login_name}" 사용자 테스트 메시지: 이 전화로 수신됩니다. 따로 하실 일은 없습니다.',
    "it": 'Messaggio di prova per "{login_name}": questo telefono riceve i messaggi. Non deve fare nulla.',
    "nl": 'Testbericht voor "{login_name}": deze telefoon ontvangt berichten. U hoeft niets te doen.',
    "ar": 'رسالة اختبار للمستخدم "{login_name}": هذا الهاتف يتلقى الرسائل. لا يلزم أي إجراء.',
}
LOCALES = tuple(SENTENCES)


def text(locale: str, login_name: str, signature: str) -> str:
    """The text message, in a language of LOCALES. It carries no code, and nothing that autofill takes for one."""
    return _filled(f"{SENTENCES[locale]}\n{{signature}}", login_name, signature)


def call(locale: str, login_name: str, signature: str, region: str | None = None) -> str:
    """The same, spoken: TwiML."""
    return twiml.call_without_passcode(locale, signature, _filled(SENTENCES[locale], login_name, signature), region)


def composed(login_name: str, address: str, channel: Channel, reader: Reader, signature: str) -> Outgoing:
    """The message to this number. It has no `ref` yet. Raises ValueError for a channel whose words are fixed."""
    locale, form = reader.language(), channel.traits.form
    if form not in {Form.TEXT, Form.CALL}:
        raise ValueError(f"a message by {channel.traits.label} always carries a passcode")
    spoken = form is Form.CALL
    body = call(locale, login_name, signature, reader.region) if spoken else text(locale, login_name, signature)
    return Outgoing(
        channel=channel,
        address=address,
        region=reader.region or "",
        body=body,
        valid_seconds=NOTICE_VALID_SECONDS,
        is_notice=True,
    )


def _filled(template: str, login_name: str, signature: str) -> str:
    shown = Passcode(login_name=login_name, code="0" * SHORTEST_PASSCODE, prefix="", signature=signature, origin=None)
    return templates.text(template, shown)
