from acme_rules.personal_data import PersonalData

from feasilint.testing import failures


def test_the_examples_hold() -> None:
    assert list(failures(PersonalData())) == []
