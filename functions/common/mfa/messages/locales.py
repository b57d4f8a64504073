"""The built-in templates, and the choice of a message's language.

A template holds `{code}`, `{login_name}`, `{prefix}` and `{signature}`. Text messages and notices stay inside GSM-7 (3GPP
TS 23.038) where their language allows: it has è é ù ì ò à ä ö ñ ü, but not ç ê á í ó ú ã õ â î ô û ë ï, hence Spanish
`clave` and Portuguese `token` and `chave`. In Chinese, Japanese and Korean a message must fit one segment of 70 characters,
so it has few words. Mail may hold any character. No text says he or she.
"""

from collections.abc import Collection

from msgspec import Struct

from mfa.messages.language_tags import closest

DEFAULT = "en"


class Texts(Struct, frozen=True, kw_only=True):
    """The texts of a language. All are templates; the notice has neither code nor prefix."""

    message: str
    notice: str
    mail_subject: str
    mail_body: str


def _texts(message: str, notice: str, subject: str, *mail: str) -> Texts:
    """The signature is the last line of each."""
    return Texts(
        message=f"{message}\n{{signature}}",
        notice=f"{notice}\n{{signature}}",
        mail_subject=subject,
        mail_body="\n\n".join([*mail, "{signature}\n"]),
    )


_BUILT_IN = {
    "en": _texts(
        '{code} is the verification code for user "{login_name}" login. Reference: {prefix}',
        'A code for user "{login_name}" login was sent by email instead of to this phone. '
        "If it was not you, change your password.",
        "Verification code, reference {prefix}",
        '{code} is the verification code for user "{login_name}" login. Reference: {prefix}',
        "Somebody who knows the password asked for it to be sent here instead of to a phone. If it was not you, do not pass "
        "it on, and change your password.",
    ),
    "de": _texts(
        '{code} ist der Bestätigungscode für die Anmeldung von "{login_name}". Referenz: {prefix}',
        'Ein Code für die Anmeldung von "{login_name}" ging per E-Mail statt per SMS. '
        "Waren Sie das nicht, ändern Sie Ihr Passwort.",
        "Bestätigungscode, Referenz {prefix}",
        '{code} ist der Bestätigungscode für die Anmeldung von "{login_name}". Referenz: {prefix}',
        "Jemand kennt das Passwort und hat den Code hierher statt an ein Telefon senden lassen. Wenn Sie das nicht waren, "
        "geben Sie den Code nicht weiter und ändern Sie Ihr Passwort.",
    ),
    "fr": _texts(
        '{code} est le code de vérification pour la connexion de "{login_name}". Référence : {prefix}',
        'Un code de connexion pour "{login_name}" a été envoyé par e-mail et non par SMS. '
        "Ce n'était pas vous ? Changez de mot de passe.",
        "Code de vérification, référence {prefix}",
        '{code} est le code de vérification pour la connexion de "{login_name}". Référence : {prefix}',
        "Une personne qui connaît le mot de passe a demandé que ce code soit envoyé ici et non à un téléphone. Si ce n'était "
        "pas vous, ne communiquez ce code à personne et changez de mot de passe.",
    ),
    "es": _texts(
        '{code} es la clave de un solo uso para el acceso de "{login_name}". Referencia: {prefix}',
        'La clave de acceso de "{login_name}" se ha enviado por e-mail y no por SMS. '
        "Si no la ha pedido usted, cambie su contraseña.",
        "Código de verificación, referencia {prefix}",
        '{code} es el código de verificación para el acceso de "{login_name}". Referencia: {prefix}',
        "Una persona que conoce la contraseña ha pedido que el código se envíe aquí y no a un teléfono. Si no lo ha pedido "
        "usted, no comparta el código y cambie su contraseña.",
    ),
    "pt-BR": _texts(
        '{code} é o token para confirmar o login de "{login_name}". Identificador: {prefix}',
        'O token para o login de "{login_name}" foi enviado por e-mail em vez de SMS. '
        "Se o pedido veio de outra pessoa, troque a senha.",
        "Código de verificação, identificador {prefix}",
        '{code} é o código de verificação para o login de "{login_name}". Identificador: {prefix}',
        "Uma pessoa que conhece a senha pediu que o código fosse enviado para cá em vez de para um telefone. Se o pedido não "
        "foi seu, não repasse o código e troque a senha.",
    ),
    # "Chave" in the text, since GSM-7 lacks letters of "código de verificação".
    "pt-PT": _texts(
        '{code} é a chave para confirmar a entrada de "{login_name}". Identificador: {prefix}',
        'A chave para a entrada de "{login_name}" foi enviada por e-mail em vez de SMS. '
        "Se outra pessoa a pediu, altere a palavra-passe.",
        "Código de verificação, identificador {prefix}",
        '{code} é o código de verificação para o início de sessão de "{login_name}". Identificador: {prefix}',
        "Uma pessoa que sabe a palavra-passe pediu que o código fosse enviado para aqui em vez de para um telefone. Se o "
        "pedido não foi seu, não revele o código e altere a palavra-passe.",
    ),
    "zh-Hans": _texts(
        "{code} 是“{login_name}”的登录验证码，编号 {prefix}",
        "“{login_name}”的登录验证码已发送至邮箱，而非此手机。若非本人操作，请修改密码。",
        "登录验证码，编号 {prefix}",
        "{code} 是“{login_name}”的登录验证码，编号 {prefix}",
        "有人使用正确的密码，要求将验证码发送至此邮箱，而非手机。若非本人操作，请勿将验证码告知他人，并尽快修改密码。",
    ),
    "zh-Hant": _texts(
        "{code} 是「{login_name}」的登入驗證碼，編號 {prefix}",
        "「{login_name}」的登入驗證碼已寄至電子郵件信箱，而非傳送至此手機。若非本人操作，請變更密碼。",
        "登入驗證碼，編號 {prefix}",
        "{code} 是「{login_name}」的登入驗證碼，編號 {prefix}",
        "有人使用正確的密碼，要求將驗證碼寄至此電子郵件信箱，而非傳送至手機。若非本人操作，請勿將驗證碼告知他人，並盡快變更密碼。",
    ),
    "ja": _texts(
        "{code}\n「{login_name}」の認証コードです。参照:{prefix}",
        "「{login_name}」の認証コードを、この電話ではなくメールに送信しました。"
        "お心当たりがない場合は、パスワードを変更してください。",
        "認証コードのお知らせ（参照:{prefix}）",
        "{code}",
        "「{login_name}」のログイン用認証コードです。参照:{prefix}",
        "正しいパスワードの入力があり、電話ではなくこのメールアドレスへの送信が求められました。お心当たりがない場合は、"
        "コードを誰にも伝えず、パスワードを変更してください。",
    ),
    "ko": _texts(
        '{code}\n"{login_name}" 인증번호입니다\n참조 {prefix}',
        '"{login_name}" 로그인 인증번호가 이 전화 대신 이메일로 전송되었습니다. '
        "본인이 요청하지 않았다면 비밀번호를 변경해 주십시오.",
        "로그인 인증번호, 참조 {prefix}",
        "{code}",
        '"{login_name}" 로그인 인증번호입니다. 참조: {prefix}',
        "비밀번호를 아는 사람이 인증번호를 전화 대신 이 이메일로 보내 달라고 요청했습니다. 본인이 요청하지 않았다면 "
        "인증번호를 다른 사람에게 알리지 말고 비밀번호를 변경해 주십시오.",
    ),
    "it": _texts(
        '{code} è il codice di verifica per l\'accesso di "{login_name}". Riferimento: {prefix}',
        'Un codice di accesso per "{login_name}" è stato inviato via e-mail e non via SMS. '
        "Se la richiesta non è Sua, cambi la password.",
        "Codice di verifica, riferimento {prefix}",
        '{code} è il codice di verifica per l\'accesso di "{login_name}". Riferimento: {prefix}',
        "Una persona che conosce la password ha chiesto di inviare il codice qui e non a un telefono. Se la richiesta non è "
        "Sua, non comunichi il codice a nessuno e cambi la password.",
    ),
    "nl": _texts(
        '{code} is de verificatiecode voor de aanmelding van "{login_name}". Referentie: {prefix}',
        'Een code voor de aanmelding van "{login_name}" is per e-mail verzonden en niet per sms. '
        "Was u dit niet? Wijzig uw wachtwoord.",
        "Verificatiecode, referentie {prefix}",
        '{code} is de verificatiecode voor de aanmelding van "{login_name}". Referentie: {prefix}',
        "Iemand die het wachtwoord kent, heeft de code hierheen laten sturen in plaats van naar een telefoon. Was u dit niet? "
        "Geef de code dan niet door en wijzig uw wachtwoord.",
    ),
    # The code has a line of its own: digits take the direction of what is beside them (Unicode, UAX 9).
    "ar": _texts(
        '{code}\nرمز التحقق لتسجيل الدخول باسم "{login_name}". المرجع: {prefix}',
        'أُرسل رمز دخول "{login_name}" بالبريد الإلكتروني. إذا لم يكن الطلب منك، يُرجى تغيير كلمة المرور.',
        "رمز التحقق، المرجع: {prefix}",
        "{code}",
        'رمز التحقق لتسجيل الدخول باسم "{login_name}". المرجع: {prefix}',
        "طلب شخص يعرف كلمة المرور إرسال الرمز إلى هنا بدلاً من إرساله إلى هاتف. إذا لم يكن الطلب منك، "
        "يُرجى عدم إعطاء الرمز لأي شخص، وتغيير كلمة المرور.",
    ),
}
LOCALES = tuple(_BUILT_IN)

# Regions by their main language, if it is not English: CLDR 48, likelySubtags (`und_HK` is `zh_Hant_HK`).
# SG is `en` there, BE `nl`, CH `de`, LU `fr`, CA `en`. The second line of a language: CLDR's main language has no
# built-in template, this one is official or widely understood (territoryInfo).
_REGIONS = {
    region: locale
    for locale, regions in {
        "ar": "AE BH DZ EG EH IQ JO KM KW LB LY MA MR OM PS QA SA SD SS SY TD TN YE",
        "de": "AT CH DE LI",
        "es": "AR BO CL CO CR CU DO EC ES GQ GT HN MX NI PA PE PR SV UY VE"
        " AD PY",
        "fr": "BF BJ BL CD CG CI CM DJ FR GA GF GN GP LU MC MF MQ MU NC PF PM RE SC TG WF YT"
        " BI CF HT MG ML NE SN",
        "it": "IT SM VA",
        "ja": "JP",
        "ko": "KP KR",
        "nl": "AW BE NL SR"
        " BQ CW",
        "pt-BR": "BR",
        "pt-PT": "AO CV GW MZ PT ST TL",
        "zh-Hans": "CN",
        "zh-Hant": "HK MO TW",
    }.items()
    for region in regions.split()
}  # fmt: skip


def built_in(locale: str) -> str:
    """The text message's template in a language of LOCALES."""
    return _BUILT_IN[locale].message


def texts(locale: str) -> Texts:
    """All the built-in templates of a language of LOCALES."""
    return _BUILT_IN[locale]


def match(
    request_locale: str | None,
    user_locale: str | None,
    region: str | None,
    available: Collection[str] = LOCALES,
    default_locale: str | None = None,
) -> str:
    """Chooses the locale of a message from the available ones.

    The first of these that is close enough to one: the request's, the user's, the administrator's default, the main
    language of the phone's region; else `en`. A value that is not a language tag (BCP 47) is ignored.
    """
    for tag in (request_locale, user_locale, default_locale, _REGIONS.get((region or "").upper())):
        if tag and (found := closest(tag, available)) is not None:
            return found
    return DEFAULT
