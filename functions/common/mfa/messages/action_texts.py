"""The words around a deed that a passcode confirms, in text messages and calls.

A text message stays inside GSM-7 where its language allows (`locales` names the letters that are missing). The deed comes from
settings and parameters; it is any phrase that continues "581883 confirms:", an infinitive as well as a noun. No text says
he or she: several languages name the account, since their word for a user has a gender.
"""

from msgspec import Struct

from mfa.messages.passcode_texts import Passcode
from mfa.messages.templates import text_of

MAX_SEGMENTS = 6
# A deed that ends with one of these gets no full stop.
_ENDS = tuple(".!?…。！？؟।")


class ActionTexts(Struct, frozen=True):
    """A language's words.

    Attributes:
        message: the text message, a template of `{code}`, `{deed}`, `{login_name}` and `{prefix}`.
        asked: begins a call, before the deed.
        hang_up: follows the deed in a call.
        digits_follow: precedes the digits of a call.
        stop: ends the deed's sentence.
    """

    message: str
    asked: str
    hang_up: str
    digits_follow: str
    stop: str = "."


_TEXTS = {
    "en": ActionTexts(
        '{code} confirms: {deed} User "{login_name}", reference {prefix}. '
        "If you did not ask for this, do not enter it anywhere.",
        "You are asked to confirm:",
        "If you did not ask for this, hang up.",
        "Your code to confirm it is:",
    ),
    "de": ActionTexts(
        '{code} bestätigt: {deed} Konto "{login_name}", Referenz {prefix}. '
        "Nicht von Ihnen angefordert? Dann geben Sie den Code nirgends ein.",
        "Sie werden um folgende Bestätigung gebeten:",
        "Wenn Sie das nicht angefordert haben, legen Sie bitte auf.",
        "Ihr Code zur Bestätigung lautet:",
    ),
    "fr": ActionTexts(
        '{code} confirme : {deed} Compte "{login_name}", référence {prefix}. '
        "Si cette demande ne vient pas de vous, ne saisissez ce code nulle part.",
        "Il vous est demandé de confirmer :",
        "Si cette demande ne vient pas de vous, raccrochez.",
        "Votre code de confirmation est :",
    ),
    "es": ActionTexts(
        '{code} confirma: {deed} Cuenta "{login_name}", referencia {prefix}. '
        "Si no lo ha pedido usted, no introduzca esta clave en ninguna parte.",
        "Se le pide que confirme lo siguiente:",
        "Si no lo ha pedido usted, cuelgue.",
        "Su código de confirmación es:",
    ),
    # "Nunca", never, since GSM-7 lacks the "ã" of "não".
    "pt-BR": ActionTexts(
        '{code} confirma: {deed} Conta "{login_name}", identificador {prefix}. '
        "Se o pedido veio de outra pessoa, nunca digite este token.",
        "Pedimos que confirme o seguinte:",
        "Se o pedido não foi seu, desligue.",
        "Seu código de confirmação é:",
    ),
    "pt-PT": ActionTexts(
        '{code} confirma: {deed} Conta "{login_name}", identificador {prefix}. '
        "Se o pedido partiu de outra pessoa, nunca introduza esta chave.",
        "Pedimos-lhe que confirme o seguinte:",
        "Se o pedido não foi seu, desligue.",
        "O seu código de confirmação é:",
    ),
    "zh-Hans": ActionTexts(
        "{code} 用于确认：{deed}用户“{login_name}”，编号 {prefix}。若非本人操作，请勿在任何地方输入此验证码。",
        "请您确认以下操作：",
        "若非本人操作，请直接挂断电话。",
        "用于确认的验证码是：",
        "。",
    ),
    "zh-Hant": ActionTexts(
        "{code} 用於確認：{deed}使用者「{login_name}」，編號 {prefix}。若非本人操作，請勿在任何地方輸入此驗證碼。",
        "請您確認以下操作：",
        "若非本人操作，請直接掛斷電話。",
        "用於確認的驗證碼是：",
        "。",
    ),
    "ja": ActionTexts(
        "{code}\n次の操作の確認コードです：{deed}ユーザー「{login_name}」、参照:{prefix}。"
        "お心当たりがない場合は、このコードをどこにも入力しないでください。",
        "次の操作について、確認が求められています。",
        "お心当たりがない場合は、電話をお切りください。",
        "確認コードをお知らせします。",
        "。",
    ),
    "ko": ActionTexts(
        '{code}\n다음 작업의 인증번호입니다: {deed} 사용자 "{login_name}", 참조 {prefix}. '
        "본인이 요청하지 않았다면 인증번호를 어디에도 입력하지 마십시오.",
        "다음 작업의 확인 요청이 있습니다.",
        "본인이 요청하지 않았다면 전화를 끊어 주십시오.",
        "확인을 위한 인증번호를 알려 드립니다.",
    ),
    "it": ActionTexts(
        '{code} conferma: {deed} Account "{login_name}", riferimento {prefix}. '
        "Se la richiesta non è Sua, non inserisca il codice da nessuna parte.",
        "Le viene chiesto di confermare:",
        "Se la richiesta non è Sua, riagganci.",
        "Il Suo codice di conferma è:",
    ),
    "nl": ActionTexts(
        '{code} bevestigt: {deed} Account "{login_name}", referentie {prefix}. '
        "Hebt u dit niet aangevraagd? Voer de code dan nergens in.",
        "U wordt gevraagd het volgende te bevestigen:",
        "Hebt u dit niet aangevraagd? Hang dan op.",
        "Uw bevestigingscode is:",
    ),
    # The code has a line of its own, as for a login.
    "ar": ActionTexts(
        '{code}\nرمز لتأكيد العملية التالية: {deed} الحساب "{login_name}"، المرجع: {prefix}. '
        "إذا لم يكن الطلب منك، يُرجى عدم إدخال الرمز في أي مكان.",
        "مطلوب تأكيد العملية التالية:",
        "إذا لم يكن الطلب منك، يُرجى إنهاء المكالمة.",
        "رمز التحقق لتأكيد العملية هو:",
    ),
}
LOCALES = tuple(_TEXTS)


def texts(locale: str) -> ActionTexts:
    """The words of a language of LOCALES."""
    return _TEXTS[locale]


def sentence(locale: str, deed: str) -> str:
    """The deed's words as a sentence of a language of LOCALES: with a full stop, unless they have an end."""
    return deed if deed.endswith(_ENDS) else f"{deed}{_TEXTS[locale].stop}"


def text(locale: str, deed: str, passcode: Passcode) -> str:
    """The text message in a language of LOCALES. A long login name is shortened where that saves a segment, the deed never."""
    template = f"{_TEXTS[locale].message}\n{{signature}}"
    return text_of(template, passcode, {"deed": sentence(locale, deed)}, MAX_SEGMENTS)
