"""The changes that users are told of, and the words for them in each language.

The words are templates as in `locales`: text messages stay inside GSM-7 where their language allows.
"""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct


class AccountChange(StrEnum):
    """The changes that users are told of."""

    PHONE_ADDED = "phone_added"
    PHONE_REMOVED = "phone_removed"
    PASSWORD = "password"  # noqa: S105 - the name of a change
    MFA_OFF = "mfa_off"
    EMAIL = "email"
    TOTP_ADDED = "totp_added"
    TOTP_REMOVED = "totp_removed"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    TEMPORARY_CODE_MADE = "temporary_code_made"
    TEMPORARY_CODE_USED = "temporary_code_used"
    DEVICES_ENDED = "devices_ended"
    ENROLMENT_STARTED = "enrolment_started"
    ENROLLED = "enrolled"
    RECOVERY_CODES_REMOVED = "recovery_codes_removed"
    LANGUAGE = "language"


class NoticeTexts(Struct, frozen=True):
    """A language's words: a mail's subject, the sentence, what stands between two changes, and the changes."""

    subject: str
    sentence: str
    between: str
    changes: Mapping[AccountChange, str]


def _texts(subject: str, sentence: str, changes: tuple[str, ...], between: str = ", ") -> NoticeTexts:
    """The changes in the order of `AccountChange`."""
    return NoticeTexts(subject, f"{sentence}\n{{signature}}", between, dict(zip(AccountChange, changes, strict=True)))


TEXTS = {
    "en": _texts(
        "Change to your account",
        'Account "{login_name}": {changes}. If you did not expect this, contact your administrator.',
        (
            "phone {phone} added",
            "phone {phone} removed",
            "password changed",
            "second factor switched off",
            "contact email changed",
            "authenticator app added",
            "authenticator app removed",
            "new recovery codes made",
            "recovery code used",
            "temporary access code issued",
            "temporary access code used",
            "trusted devices removed",
            "setup of a second factor begun",
            "second factor switched on",
            "recovery codes removed",
            "language changed",
        ),
    ),
    "de": _texts(
        "Änderung an Ihrem Konto",
        'Konto "{login_name}": {changes}. Unerwartet? Bitte wenden Sie sich an die Administration.',
        (
            "Telefon {phone} hinzugefügt",
            "Telefon {phone} entfernt",
            "Passwort geändert",
            "zweiter Faktor abgeschaltet",
            "Kontakt-E-Mail geändert",
            "Authenticator-App hinzugefügt",
            "Authenticator-App entfernt",
            "neue Wiederherstellungscodes erstellt",
            "Wiederherstellungscode benutzt",
            "befristeter Zugangscode ausgestellt",
            "befristeter Zugangscode benutzt",
            "vertraute Geräte entfernt",
            "Einrichtung eines zweiten Faktors begonnen",
            "zweiter Faktor eingeschaltet",
            "Wiederherstellungscodes entfernt",
            "Sprache geändert",
        ),
    ),
    "fr": _texts(
        "Modification de votre compte",
        'Compte "{login_name}" : {changes}. Si cela vous surprend, contactez l\'administration.',
        (
            "téléphone {phone} ajouté",
            "téléphone {phone} retiré",
            "mot de passe modifié",
            "second facteur désactivé",
            "e-mail de contact modifié",
            "appli d'authentification ajoutée",
            "appli d'authentification retirée",
            "nouveaux codes de secours créés",
            "code de secours utilisé",
            "code d'accès provisoire émis",
            "code d'accès provisoire utilisé",
            "appareils de confiance retirés",
            "mise en place d'un second facteur commencée",
            "second facteur activé",
            "codes de secours supprimés",
            "langue modifiée",
        ),
    ),
    "es": _texts(
        "Cambio en su cuenta",
        'Cuenta "{login_name}": {changes}. Si no lo esperaba, avise a la persona que la administra.',
        (
            "nuevo teléfono {phone}",
            "teléfono {phone} eliminado",
            "contraseña cambiada",
            "segundo factor desactivado",
            "e-mail de contacto cambiado",
            "app autenticadora añadida",
            "app autenticadora eliminada",
            "nuevas claves de respaldo creadas",
            "clave de respaldo usada",
            "clave de acceso temporal emitida",
            "clave de acceso temporal usada",
            "dispositivos de confianza eliminados",
            "alta de un segundo factor iniciada",
            "segundo factor activado",
            "claves de respaldo eliminadas",
            "idioma cambiado",
        ),
    ),
    "pt-BR": _texts(
        "Alteração na sua conta",
        'Conta "{login_name}": {changes}. Se algo estiver errado, avise a equipe que a administra.',
        (
            "telefone {phone} adicionado",
            "telefone {phone} removido",
            "senha alterada",
            "segundo fator desativado",
            "e-mail de contato alterado",
            "app autenticador adicionado",
            "app autenticador removido",
            "novas chaves de reserva criadas",
            "chave de reserva usada",
            "acesso por tempo limitado concedido",
            "acesso por tempo limitado usado",
            "aparelhos salvos removidos",
            "cadastro de um segundo fator iniciado",
            "segundo fator ativado",
            "chaves de reserva removidas",
            "idioma alterado",
        ),
    ),
    "pt-PT": _texts(
        "Alteração na sua conta",
        'Conta "{login_name}": {changes}. Se algo estiver errado, avise a equipa que a administra.',
        (
            "telefone {phone} adicionado",
            "telefone {phone} removido",
            "palavra-passe alterada",
            "segundo fator desativado",
            "e-mail de contacto alterado",
            "app autenticadora adicionada",
            "app autenticadora removida",
            "novas chaves de reserva criadas",
            "chave de reserva usada",
            "acesso por tempo limitado concedido",
            "acesso por tempo limitado usado",
            "equipamentos memorizados removidos",
            "registo de um segundo fator iniciado",
            "segundo fator ativado",
            "chaves de reserva removidas",
            "idioma alterado",
        ),
    ),
    "zh-Hans": _texts(
        "账号变更通知",
        "“{login_name}”：{changes}。若非本人操作，请联系管理员。",
        (
            "已添加手机 {phone}",
            "已移除手机 {phone}",
            "密码已更改",
            "第二验证已关闭",
            "联系邮箱已更改",
            "已添加验证器应用",
            "已移除验证器应用",
            "已生成新的恢复码",
            "已使用恢复码",
            "已签发临时访问码",
            "已使用临时访问码",
            "已移除受信任的设备",
            "已开始设置第二验证",
            "第二验证已开启",
            "已移除恢复码",
            "语言已更改",
        ),
        "，",
    ),
    "zh-Hant": _texts(
        "帳號變更通知",
        "「{login_name}」：{changes}。若非本人操作，請聯絡管理員。",
        (
            "已新增手機 {phone}",
            "已移除手機 {phone}",
            "密碼已變更",
            "第二驗證已關閉",
            "聯絡信箱已變更",
            "已新增驗證器應用程式",
            "已移除驗證器應用程式",
            "已產生新的復原碼",
            "已使用復原碼",
            "已核發臨時存取碼",
            "已使用臨時存取碼",
            "已移除受信任的裝置",
            "已開始設定第二驗證",
            "第二驗證已開啟",
            "已移除復原碼",
            "語言已變更",
        ),
        "，",
    ),
    "ja": _texts(
        "アカウント変更のお知らせ",
        "「{login_name}」: {changes}。お心当たりがない場合は管理者へご連絡ください。",
        (
            "電話 {phone} を追加",
            "電話 {phone} を削除",
            "パスワードを変更",
            "二要素認証を停止",
            "連絡先メールを変更",
            "認証アプリを追加",
            "認証アプリを削除",
            "新しいリカバリーコードを作成",
            "リカバリーコードを使用",
            "一時アクセスコードを発行",
            "一時アクセスコードを使用",
            "信頼済みデバイスを削除",
            "二要素認証の設定を開始",
            "二要素認証を有効化",
            "リカバリーコードを削除",
            "言語を変更",
        ),
        "、",
    ),
    "ko": _texts(
        "계정 변경 알림",
        '"{login_name}": {changes}. 본인이 아니라면 관리자에게 문의해 주십시오.',
        (
            "전화 {phone} 추가",
            "전화 {phone} 삭제",
            "비밀번호 변경",
            "추가 인증 해제",
            "연락처 이메일 변경",
            "인증 앱 추가",
            "인증 앱 삭제",
            "새 복구 코드 생성",
            "복구 코드 사용",
            "임시 접근 코드 발급",
            "임시 접근 코드 사용",
            "신뢰할 수 있는 기기 삭제",
            "추가 인증 설정 시작",
            "추가 인증 사용 시작",
            "복구 코드 삭제",
            "언어 변경",
        ),
    ),
    "it": _texts(
        "Modifica del Suo account",
        'Account "{login_name}": {changes}. Se non se lo aspettava, contatti l\'amministrazione.',
        (
            "telefono {phone} aggiunto",
            "telefono {phone} rimosso",
            "password cambiata",
            "secondo fattore disattivato",
            "e-mail di contatto cambiata",
            "app di autenticazione aggiunta",
            "app di autenticazione rimossa",
            "nuovi codici di recupero creati",
            "codice di recupero usato",
            "codice di accesso temporaneo emesso",
            "codice di accesso temporaneo usato",
            "dispositivi attendibili rimossi",
            "configurazione di un secondo fattore iniziata",
            "secondo fattore attivato",
            "codici di recupero rimossi",
            "lingua cambiata",
        ),
    ),
    "nl": _texts(
        "Wijziging van uw account",
        'Account "{login_name}": {changes}. Niet verwacht? Neem contact op met de beheerder.',
        (
            "telefoon {phone} toegevoegd",
            "telefoon {phone} verwijderd",
            "wachtwoord gewijzigd",
            "tweede factor uitgeschakeld",
            "contact-e-mail gewijzigd",
            "authenticator-app toegevoegd",
            "authenticator-app verwijderd",
            "nieuwe herstelcodes gemaakt",
            "herstelcode gebruikt",
            "tijdelijke toegangscode uitgegeven",
            "tijdelijke toegangscode gebruikt",
            "vertrouwde apparaten verwijderd",
            "instellen van een tweede factor begonnen",
            "tweede factor ingeschakeld",
            "herstelcodes verwijderd",
            "taal gewijzigd",
        ),
    ),
    "ar": _texts(
        "تغيير في حسابك",
        'حساب "{login_name}": {changes}. إذا لم يكن ذلك متوقعاً، يُرجى التواصل مع الإدارة.',
        (
            "أُضيف الهاتف {phone}",
            "أُزيل الهاتف {phone}",
            "تغيرت كلمة المرور",
            "أُوقف العامل الثاني",
            "تغير بريد التواصل",
            "أُضيف تطبيق المصادقة",
            "أُزيل تطبيق المصادقة",
            "أُنشئت رموز استرداد جديدة",
            "استُخدم رمز استرداد",
            "أُصدر رمز دخول مؤقت",
            "استُخدم رمز دخول مؤقت",
            "أُزيلت الأجهزة الموثوقة",
            "بدأ إعداد عامل ثانٍ",
            "فُعّل العامل الثاني",
            "أُزيلت رموز الاسترداد",
            "غُيّرت اللغة",
        ),
        "، ",
    ),
}
