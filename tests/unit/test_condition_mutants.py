"""How conditions are changed for mutation testing, and the list of the changes that nobody could see."""

import pytest

from tests.proof import conditions
from tests.proof.conditions import CONDITIONS, mutants

CHANGES = {
    "n < :top": {
        "n <= :top",
        "n >= :top",
        "n < :top OR NOT (n < :top)",
        "n < :top AND NOT (n < :top)",
    },
    "attribute_not_exists(a) OR (a = :b AND size(a) <= :c)": {
        "attribute_exists(a) OR (a = :b AND size(a) <= :c)",
        "(attribute_not_exists(a) OR NOT (attribute_not_exists(a))) OR (a = :b AND size(a) <= :c)",
        "(attribute_not_exists(a) AND NOT (attribute_not_exists(a))) OR (a = :b AND size(a) <= :c)",
        "attribute_not_exists(a) OR (a <> :b AND size(a) <= :c)",
        "attribute_not_exists(a) OR ((a = :b OR NOT (a = :b)) AND size(a) <= :c)",
        "attribute_not_exists(a) OR ((a = :b AND NOT (a = :b)) AND size(a) <= :c)",
        "attribute_not_exists(a) OR (a = :b AND size(a) < :c)",
        "attribute_not_exists(a) OR (a = :b AND size(a) > :c)",
        "attribute_not_exists(a) OR (a = :b AND (size(a) <= :c OR NOT (size(a) <= :c)))",
        "attribute_not_exists(a) OR (a = :b AND (size(a) <= :c AND NOT (size(a) <= :c)))",
    },
    "NOT contains(a, :b)": {
        "contains(a, :b)",
        "NOT contains(a, :b) OR NOT (NOT contains(a, :b))",
        "NOT contains(a, :b) AND NOT (NOT contains(a, :b))",
    },
}


@pytest.mark.parametrize("rule", CHANGES)
def test_each_part_of_a_condition_is_changed_by_itself(rule: str) -> None:
    assert {mutant.rule for mutant in mutants("RULE", rule)} == CHANGES[rule]


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_change_keeps_every_name_and_value(name: str) -> None:
    def words(rule: str) -> set[str]:
        return set(rule.replace("(", " ").replace(")", " ").replace(",", " ").split())

    used = {word for word in words(CONDITIONS[name]) if word[0] in ":#"}
    assert all(used <= words(mutant.rule) for mutant in mutants(name, CONDITIONS[name]))


def test_each_change_that_is_called_harmless_can_be_made_and_has_a_reason() -> None:
    for name, known in conditions.harmless().items():
        assert known.keys() <= {mutant.rule for mutant in mutants(name, CONDITIONS[name])}
        assert all(known.values())
