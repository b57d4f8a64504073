"""Mails with a link that works once: the invitation to set up a second factor, and the link to another password."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mfa.messages.channels import RECOVERY
from mfa.messages.composition import NOTICE_VALID_SECONDS, Reader
from mfa.messages.insertions import shown_names, shown_signature
from mfa.messages.outgoing import Outgoing
from mfa.messages.passcode_texts import SHORTEST_PASSCODE
from mfa.messages.placeholders import render


class LinkPurpose(StrEnum):
    """The uses of a link."""

    INVITATION = "invitation"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class LinkMailTexts:
    """A language's words: the subject, and the paragraphs before and after the link."""

    subject: str
    before: str
    after: str


_TEXTS: Mapping[LinkPurpose, Mapping[str, LinkMailTexts]] = {
    LinkPurpose.INVITATION: {
        "en": LinkMailTexts(
            "Set up your second factor",
            'Account "{login_name}": please set up a second factor, such as your phone. '
            "After that, the password alone no longer opens the account.\n\n"
            "Open this link to begin. It works once, until {until}:",
            "If you did not expect this, do not open the link and contact your administrator.",
        ),
        "de": LinkMailTexts(
            "Zweiten Faktor einrichten",
            'Konto "{login_name}": Bitte richten Sie einen zweiten Faktor ein, zum Beispiel Ihr Telefon. '
            "Danach genügt das Passwort allein nicht mehr.\n\n"
            "Öffnen Sie dazu diesen Link. Er gilt einmal, bis {until}:",
            "Unerwartet? Öffnen Sie den Link nicht und wenden Sie sich an die Administration.",
        ),
        "fr": LinkMailTexts(
            "Configurez votre second facteur",
            'Compte "{login_name}" : veuillez configurer un second facteur, par exemple votre téléphone. '
            "Ensuite, le mot de passe seul ne suffira plus.\n\n"
            "Ouvrez ce lien pour commencer. Il est valable une seule fois, jusqu'au {until} :",
            "Si cela vous surprend, n'ouvrez pas le lien et contactez l'administration.",
        ),
        "es": LinkMailTexts(
            "Configure su segundo factor",
            'Cuenta "{login_name}": configure un segundo factor, por ejemplo su teléfono. '
            "A partir de entonces, la contraseña sola ya no bastará.\n\n"
            "Abra este enlace para empezar. Sirve una sola vez, hasta {until}:",
            "Si no lo esperaba, no abra el enlace y avise a la persona que administra la cuenta.",
        ),
        "pt-BR": LinkMailTexts(
            "Configure o seu segundo fator",
            'Conta "{login_name}": configure um segundo fator, por exemplo o seu telefone. '
            "Depois disso, a senha sozinha não bastará.\n\n"
            "Abra este link para começar. Ele funciona uma única vez, até {until}:",
            "Se você não esperava esta mensagem, não abra o link e avise a equipe que administra a conta.",
        ),
        "pt-PT": LinkMailTexts(
            "Configure o seu segundo fator",
            'Conta "{login_name}": configure um segundo fator, por exemplo o seu telefone. '
            "Depois disso, a palavra-passe sozinha não bastará.\n\n"
            "Abra esta ligação para começar. Funciona uma única vez, até {until}:",
            "Se não esperava esta mensagem, não abra a ligação e avise a equipa que administra a conta.",
        ),
        "zh-Hans": LinkMailTexts(
            "请设置第二验证",
            "账号“{login_name}”：请设置第二验证，例如您的手机。设置后，仅凭密码将无法登录。\n\n"
            "请打开此链接开始设置。链接只能使用一次，有效期至 {until}：",
            "若您未预期收到此邮件，请勿打开链接，并联系管理员。",
        ),
        "zh-Hant": LinkMailTexts(
            "請設定第二驗證",
            "帳號「{login_name}」：請設定第二驗證，例如您的手機。設定後，僅憑密碼將無法登入。\n\n"
            "請開啟此連結開始設定。連結只能使用一次，有效期限至 {until}：",
            "若您未預期收到此郵件，請勿開啟連結，並聯絡管理員。",
        ),
        "ja": LinkMailTexts(
            "二要素認証の設定のお願い",
            "アカウント「{login_name}」: 電話などによる二要素認証を設定してください。"
            "設定後は、パスワードだけではログインできなくなります。\n\n"
            "次のリンクを開いて設定を始めてください。{until} まで、一回だけ使えます:",
            "お心当たりがない場合は、リンクを開かずに管理者へご連絡ください。",
        ),
        "ko": LinkMailTexts(
            "추가 인증을 설정해 주십시오",
            '계정 "{login_name}": 전화 등 추가 인증 수단을 설정해 주십시오. '
            "설정 후에는 비밀번호만으로 로그인할 수 없습니다.\n\n"
            "아래 링크를 열어 시작하십시오. {until}까지 한 번만 사용할 수 있습니다:",
            "예상하지 못한 메일이라면 링크를 열지 말고 관리자에게 문의해 주십시오.",
        ),
        "it": LinkMailTexts(
            "Configuri il Suo secondo fattore",
            'Account "{login_name}": La preghiamo di configurare un secondo fattore, per esempio il Suo telefono. '
            "Da allora la password da sola non basterà più.\n\n"
            "Apra questo link per iniziare. Vale una sola volta, fino a {until}:",
            "Se non se lo aspettava, non apra il link e contatti l'amministrazione.",
        ),
        "nl": LinkMailTexts(
            "Stel uw tweede factor in",
            'Account "{login_name}": stel een tweede factor in, bijvoorbeeld uw telefoon. '
            "Daarna is het wachtwoord alleen niet meer genoeg.\n\n"
            "Open deze link om te beginnen. De link werkt één keer, tot {until}:",
            "Niet verwacht? Open de link niet en neem contact op met de beheerder.",
        ),
        "ar": LinkMailTexts(
            "إعداد العامل الثاني",
            'حساب "{login_name}": يُرجى إعداد عامل ثانٍ، مثل هاتفك. بعد ذلك لن تكفي كلمة المرور وحدها.\n\n'
            "افتح هذا الرابط للبدء. يعمل مرة واحدة، حتى {until}:",
            "إذا لم تكن تتوقع هذه الرسالة، فلا تفتح الرابط، ويُرجى التواصل مع الإدارة.",
        ),
    },
    LinkPurpose.RESET: {
        "en": LinkMailTexts(
            "Choose another password",
            'Account "{login_name}": somebody asked for a link to another password.\n\n'
            "Open this link to choose one. It works once, until {until}:",
            "If it was not you, do nothing: your password stays as it is. Give this link to nobody.",
        ),
        "de": LinkMailTexts(
            "Neues Passwort wählen",
            'Konto "{login_name}": Für dieses Konto wurde ein Link zu einem neuen Passwort angefordert.\n\n'
            "Öffnen Sie diesen Link, um es zu wählen. Er gilt einmal, bis {until}:",
            "Waren Sie das nicht? Dann tun Sie nichts: Ihr Passwort bleibt, wie es ist. Geben Sie den Link niemandem weiter.",
        ),
        "fr": LinkMailTexts(
            "Choisissez un nouveau mot de passe",
            'Compte "{login_name}" : un lien vers un nouveau mot de passe a été demandé.\n\n'
            "Ouvrez ce lien pour le choisir. Il est valable une seule fois, jusqu'au {until} :",
            "Si ce n'était pas vous, ne faites rien : votre mot de passe ne change pas. Ne donnez ce lien à personne.",
        ),
        "es": LinkMailTexts(
            "Elija otra contraseña",
            'Cuenta "{login_name}": alguien pidió un enlace para cambiar la contraseña.\n\n'
            "Abra este enlace para elegir otra. Sirve una sola vez, hasta {until}:",
            "Si no fue usted, no haga nada: su contraseña sigue igual. No dé este enlace a nadie.",
        ),
        "pt-BR": LinkMailTexts(
            "Escolha outra senha",
            'Conta "{login_name}": alguém pediu um link para trocar a senha.\n\n'
            "Abra este link para escolher outra. Ele funciona uma única vez, até {until}:",
            "Se não foi você, não faça nada: sua senha continua a mesma. Não passe este link a ninguém.",
        ),
        "pt-PT": LinkMailTexts(
            "Escolha outra palavra-passe",
            'Conta "{login_name}": alguém pediu uma ligação para mudar a palavra-passe.\n\n'
            "Abra esta ligação para escolher outra. Funciona uma única vez, até {until}:",
            "Se não foi o próprio, não faça nada: a sua palavra-passe não muda. Não dê esta ligação a ninguém.",
        ),
        "zh-Hans": LinkMailTexts(
            "请设置新密码",
            "账号“{login_name}”：有人请求了设置新密码的链接。\n\n请打开此链接设置新密码。链接只能使用一次，有效期至 {until}：",
            "若非您本人操作，请忽略此邮件，您的密码不会改变。请勿将链接告诉任何人。",
        ),
        "zh-Hant": LinkMailTexts(
            "請設定新密碼",
            "帳號「{login_name}」：有人要求了設定新密碼的連結。\n\n請開啟此連結設定新密碼。連結只能使用一次，有效期限至 {until}：",
            "若非您本人操作，請忽略此郵件，您的密碼不會變更。請勿將連結告訴任何人。",
        ),
        "ja": LinkMailTexts(
            "新しいパスワードの設定",
            "アカウント「{login_name}」: 新しいパスワードを設定するリンクが請求されました。\n\n"
            "次のリンクを開いて設定してください。{until} まで、一回だけ使えます:",
            "お心当たりがない場合は、何もしないでください。パスワードは変わりません。このリンクは誰にも教えないでください。",
        ),
        "ko": LinkMailTexts(
            "새 비밀번호 설정",
            '계정 "{login_name}": 새 비밀번호를 설정하는 링크가 요청되었습니다.\n\n'
            "아래 링크를 열어 설정하십시오. {until}까지 한 번만 사용할 수 있습니다:",
            "본인이 요청하지 않았다면 아무것도 하지 마십시오. 비밀번호는 그대로입니다. 이 링크를 누구에게도 알려 주지 마십시오.",
        ),
        "it": LinkMailTexts(
            "Scelga un'altra password",
            'Account "{login_name}": è stato chiesto un link per cambiare la password.\n\n'
            "Apra questo link per sceglierne un'altra. Vale una sola volta, fino a {until}:",
            "Se non è stato Lei, non faccia nulla: la password resta com'è. Non dia questo link a nessuno.",
        ),
        "nl": LinkMailTexts(
            "Kies een ander wachtwoord",
            'Account "{login_name}": er is een link naar een ander wachtwoord aangevraagd.\n\n'
            "Open deze link om er een te kiezen. De link werkt één keer, tot {until}:",
            "Was u dat niet? Doe dan niets: uw wachtwoord blijft zoals het is. Geef deze link aan niemand.",
        ),
        "ar": LinkMailTexts(
            "اختيار كلمة مرور أخرى",
            'حساب "{login_name}": طُلب رابط لاختيار كلمة مرور أخرى.\n\nافتح هذا الرابط لاختيارها. يعمل مرة واحدة، حتى {until}:',
            "إذا لم تكن أنت من طلبه، فلا تفعل شيئًا: تبقى كلمة مرورك كما هي. لا تعطِ هذا الرابط لأحد.",
        ),
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkText:
    """The values that fill in such a mail.

    Attributes:
        purpose: what the link is for.
        login_name: whose account it is.
        url: the link.
        until: when it ends, as the mail says it.
        signature: the setting `signature`.
    """

    purpose: LinkPurpose
    login_name: str
    url: str = field(repr=False)
    until: str
    signature: str

    def mail(self, address: str, reader: Reader) -> Outgoing:
        """The mail to this address. The link stands on a line of its own, so that programs find its end."""
        texts = _TEXTS[self.purpose]
        words = texts[reader.language_among(sorted(texts))]
        values = {
            "login_name": next(shown_names(self.login_name, SHORTEST_PASSCODE)),
            "until": self.until,
            "url": self.url,
            "signature": shown_signature(self.signature, SHORTEST_PASSCODE),
        }
        body = f"{words.before}\n\n{{url}}\n\n{words.after}\n\n{{signature}}\n"
        return Outgoing(
            channel=RECOVERY,
            address=address,
            subject=words.subject,
            body=render(body, values),
            valid_seconds=NOTICE_VALID_SECONDS,
        )
