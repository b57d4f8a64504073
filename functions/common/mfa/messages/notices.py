"""Notices: the changes that a user is told of, and the messages that tell them.

The words are templates as in `locales`: text messages stay inside GSM-7 where their language allows. A notice says no code, and
shows a phone by three digits at most, so that autofill finds nothing in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from mfa.messages import composition, templates
from mfa.messages.channels import RECOVERY
from mfa.messages.composition import NOTICE_VALID_SECONDS, Reader
from mfa.messages.outgoing import Outgoing
from mfa.messages.passcode_texts import SHORTEST_PASSCODE, Passcode

# One digit less than the shortest passcode.
SHOWN_DIGITS = SHORTEST_PASSCODE - 1
# What `masked` gives, or nothing.
MASKED = rf"^(\+[0-9]{{1,4}} \*{{4}}[0-9]{{0,{SHOWN_DIGITS}}})?$(?!\n)"


class AccountChange(StrEnum):
    """The changes that users are told of."""

    PHONE_ADDED = "phone_added"
    PHONE_REMOVED = "phone_removed"
    PASSWORD = "password"  # noqa: S105 - the name of a change
    MFA_OFF = "mfa_off"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class NoticeTexts:
    """A language's words: a mail's subject, the sentence, what stands between two changes, and the changes."""

    subject: str
    sentence: str
    between: str
    changes: Mapping[AccountChange, str]


def _texts(subject: str, sentence: str, changes: tuple[str, str, str, str, str], between: str = ", ") -> NoticeTexts:
    """The changes in the order of `AccountChange`."""
    return NoticeTexts(subject, f"{sentence}\n{{signature}}", between, dict(zip(AccountChange, changes, strict=True)))


_TEXTS = {
    "en": _texts(
        "Change to your account",
        'Account "{login_name}": {changes}. If you did not expect this, contact your administrator.',
        (
            "phone {phone} added",
            "phone {phone} removed",
            "password changed",
            "second factor switched off",
            "contact email changed",
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
        ),
    ),
    "zh-Hans": _texts(
        "账号变更通知",
        "“{login_name}”：{changes}。若非本人操作，请联系管理员。",
        ("已添加手机 {phone}", "已移除手机 {phone}", "密码已更改", "第二验证已关闭", "联系邮箱已更改"),
        "，",
    ),
    "zh-Hant": _texts(
        "帳號變更通知",
        "「{login_name}」：{changes}。若非本人操作，請聯絡管理員。",
        ("已新增手機 {phone}", "已移除手機 {phone}", "密碼已變更", "第二驗證已關閉", "聯絡信箱已變更"),
        "，",
    ),
    "ja": _texts(
        "アカウント変更のお知らせ",
        "「{login_name}」: {changes}。お心当たりがない場合は管理者へご連絡ください。",
        ("電話 {phone} を追加", "電話 {phone} を削除", "パスワードを変更", "二要素認証を停止", "連絡先メールを変更"),
        "、",
    ),
    "ko": _texts(
        "계정 변경 알림",
        '"{login_name}": {changes}. 본인이 아니라면 관리자에게 문의해 주십시오.',
        ("전화 {phone} 추가", "전화 {phone} 삭제", "비밀번호 변경", "추가 인증 해제", "연락처 이메일 변경"),
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
        ),
    ),
    "ar": _texts(
        "تغيير في حسابك",
        'حساب "{login_name}": {changes}. إذا لم يكن ذلك متوقعاً، يُرجى التواصل مع الإدارة.',
        ("أُضيف الهاتف {phone}", "أُزيل الهاتف {phone}", "تغيرت كلمة المرور", "أُوقف العامل الثاني", "تغير بريد التواصل"),
        "، ",
    ),
}
LOCALES = tuple(_TEXTS)


@dataclass(frozen=True, slots=True)
class Told:
    """The part of a notice that everybody is told.

    Attributes:
        login_name: whose account it is.
        changes: what changed.
        phone: the phone that was added or removed, masked.
        signature: the setting `signature`.
    """

    login_name: str
    changes: tuple[AccountChange, ...]
    phone: str
    signature: str

    def text(self, locale: str) -> str:
        """The notice in a language of LOCALES."""
        words = _TEXTS[locale]
        changes = words.between.join(words.changes[change] for change in self.changes)
        sentence = words.sentence.replace("{changes}", changes).replace("{phone}", self.phone)
        passcode = Passcode(
            login_name=self.login_name,
            code="0" * SHORTEST_PASSCODE,
            prefix="",
            signature=self.signature,
            origin=None,
        )
        return templates.text(sentence, passcode)

    def message(self, number: str, reader: Reader, ref: str) -> Outgoing:
        """The notice to a phone."""
        return composition.text_without_passcode(self.text(reader.language()), number, ref)

    def mail(self, address: str, reader: Reader) -> Outgoing:
        """The notice to a mailbox."""
        locale = reader.language()
        return Outgoing(
            channel=RECOVERY,
            address=address,
            subject=_TEXTS[locale].subject,
            body=f"{self.text(locale)}\n",
            valid_seconds=NOTICE_VALID_SECONDS,
        )


def masked(calling_code: str, masked_number: str) -> str:
    """A phone as a notice shows it, from the mask that other screens show.

    >>> masked("+852", "****3799")
    '+852 ****799'
    """
    return f"{calling_code} ****{masked_number.lstrip('*')[-SHOWN_DIGITS:]}"
