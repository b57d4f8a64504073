"""Action types as administrators see them."""

from mfa.administration import answers
from mfa.administration.views import finding
from mfa.messages import deed_lint
from mfa.messages.composition import Reader, frame_locale
from mfa.messages.deeds import DEFAULT
from mfa.settings.action_rules import conditions, faults, text_problems
from mfa.settings.action_types import ActionType
from mfa.settings.values import Settings


def preview(type_: str, action: ActionType, locale: str | None, settings: Settings) -> answers.ActionPreview:
    """An action type as its messages and calls will arrive: in every language, or as readers of this one get it."""
    shown = list(action.texts)
    if locale is not None:
        read = Reader(locale, None, None, settings.default_locale).language_among(shown)
        shown = [read] if read in action.texts else []
    return answers.ActionPreview(
        type=type_,
        parameters=list(action.parameters) if DEFAULT in action.texts else [],
        problems=[
            answers.FieldFinding(f"actions.{type_}.{field}", problem.code, problem.message)
            for field, problem in faults(action, settings)
        ],
        texts=[_text(action, each, settings) for each in shown],
    )


def _text(action: ActionType, locale: str, settings: Settings) -> answers.ActionTextPreview:
    report = deed_lint.lint(action.texts, locale, conditions(settings))
    return answers.ActionTextPreview(
        locale=locale,
        language=frame_locale(locale),
        preview=report.preview,
        alphabet=report.alphabet,
        segments=report.segments,
        longest=report.longest,
        longest_segments=report.longest_segments,
        most_segments=report.most_segments,
        call=list(report.call),
        problems=[finding(each) for each in text_problems(action, locale, settings)],
        warnings=[finding(each) for each in report.warnings],
    )
