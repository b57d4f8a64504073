"""The parts of a template that the local stack reads."""

from pathlib import Path

import pytest

from infra.local.errors import StartError
from infra.local.processes import HOME
from infra.local.template import Schedule, read_template

SMALL = """\
Parameters:
  Fast: {Type: String, Default: "no"}
Conditions:
  IsFast: !Equals [!Ref Fast, "yes"]
  IsSlow: !Not [!Condition IsFast]
Globals:
  Function:
    Handler: handler.handler
    Timeout: 7
    Layers: [!Ref Layer]
    Environment:
      Variables:
        SHARED: !Sub "${AWS::StackName}-${AWS::Region}-${AWS::AccountId}"
        SPEED: !If [IsFast, fast, slow]
        GONE: !If [IsFast, x, !Ref "AWS::NoValue"]
        FLAG: true
Resources:
  Layer: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: functions/common/}}
  Table: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Sub "${AWS::StackName}-t"}}
  OnlyWhenFast: {Type: AWS::SQS::Queue, Condition: IsFast, Properties: {}}
  One:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/one/
      MemorySize: 256
      Environment: {Variables: {TABLE: !Ref Table, TABLE_ARN: !GetAtt Table.Arn, JOINED: !Join ["/", [a, !Ref Table]]}}
      Events:
        Timer: {Type: Schedule, Properties: {Schedule: rate(1 day)}}
  Api:
    Type: AWS::Serverless::Api
    Properties:
      DefinitionBody:
        paths:
          "/x/{proxy+}":
            x-amazon-apigateway-any-method:
              x-amazon-apigateway-integration: {uri: !Sub "arn:aws:apigateway:::path/functions/${One.Arn}:live/invocations"}
"""


def small(tmp_path: Path, text: str = SMALL) -> Path:
    path = tmp_path / "template.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_function_joins_its_own_settings_with_the_shared_ones(tmp_path: Path) -> None:
    one = read_template(small(tmp_path)).functions["One"]
    assert (one.timeout, one.memory, one.handler) == (7.0, 256, "handler.handler")
    assert one.code == tmp_path / "functions" / "one"
    assert one.layers == (tmp_path / "functions" / "common",)
    assert one.environment == {
        "SHARED": "local-us-east-1-123456789012",
        "SPEED": "slow",
        "FLAG": "true",
        "TABLE": "local-t",
        "TABLE_ARN": "arn:aws:dynamodb:us-east-1:123456789012:table/local-t",
        "JOINED": "a/local-t",
    }


def test_a_parameter_given_turns_its_conditions(tmp_path: Path) -> None:
    template = read_template(small(tmp_path), {"Fast": "yes"})
    assert template.functions["One"].environment["SPEED"] == "fast"
    assert "OnlyWhenFast" in template.named("AWS::SQS::Queue")
    assert not read_template(small(tmp_path)).named("AWS::SQS::Queue")


def test_routes_are_the_operations_of_the_api(tmp_path: Path) -> None:
    [route] = read_template(small(tmp_path)).api.routes
    assert (route.method, route.path, route.function) == ("ANY", "/x/{proxy+}", "One")


def test_this_template_has_the_three_functions_and_their_routes() -> None:
    template = read_template(HOME / "template.yaml").at("http://127.0.0.1:1")
    assert {"SendCodeFunction", "VerifyCodeFunction", "AdminFunction"} <= template.functions.keys()
    routes = {(route.method, route.path): route.function for route in template.api.routes}
    assert routes["POST", "/v1/challenges"] == "SendCodeFunction"
    assert routes["POST", "/v1/challenges/{id}/verify"] == "VerifyCodeFunction"
    [parameter] = template.named("AWS::SSM::Parameter").values()
    assert parameter["Value"] == "http://127.0.0.1:1"


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"CorsOrigins": "https://app.example.com,http://localhost.evil"}, "CorsOrigins has to be empty, or origins"),
        ({"CorsOrigins": ",".join(["https://app.example.com"] * 9)}, "200 characters in all"),
        ({"SigningOrder": "third"}, "SigningOrder has to be one of first, first,second, second,first, second: third"),
    ],
)
def test_a_value_that_a_parameter_does_not_allow_is_refused_by_its_name(given: dict[str, str], wanted: str) -> None:
    with pytest.raises(StartError, match=wanted):
        read_template(HOME / "template.yaml", given)


def test_a_function_whose_role_has_policies_of_awss_own_is_not_run_without_them(tmp_path: Path) -> None:
    """The permissions of such policies are unknown here: the function would be allowed too little, or too much."""
    role = "  Wide: {Type: AWS::IAM::Role, Properties: {ManagedPolicyArns: [x], Policies: []}}\n"
    read_template(small(tmp_path, SMALL + role))
    with pytest.raises(StartError, match="Wide"):
        read_template(
            small(tmp_path, SMALL.replace("      MemorySize: 256\n", "      Role: !GetAtt Wide.Arn\n") + role)
        )


@pytest.mark.parametrize("text", ["", "Resources: {", "Resources: {A: {Type: X, Properties: !Ref Missing}}", "[1]"])
def test_an_invalid_template_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(StartError) as refused:
        read_template(small(tmp_path, text))
    assert "\n" not in str(refused.value)


def test_a_missing_template_is_named(tmp_path: Path) -> None:
    with pytest.raises(StartError, match=r"nowhere\.yaml"):
        read_template(tmp_path / "nowhere.yaml")


def test_schedules_are_read(tmp_path: Path) -> None:
    timed = SMALL.replace("Schedule: rate(1 day)", 'Schedule: rate(5 minutes), Input: \'{"operation": "x"}\'')
    assert read_template(small(tmp_path, timed)).schedules == (Schedule("One", 300, '{"operation": "x"}'),)
    assert read_template(small(tmp_path)).schedules == (Schedule("One", 86400, "{}"),)


@pytest.mark.parametrize("rate", ["cron(0 3 * * ? *)", "rate(0 minutes)", "rate(1 week)", "daily"])
def test_a_schedule_that_the_stack_cannot_run_is_refused(tmp_path: Path, rate: str) -> None:
    with pytest.raises(StartError, match="is not a rate"):
        read_template(small(tmp_path, SMALL.replace("rate(1 day)", f"'{rate}'")))
