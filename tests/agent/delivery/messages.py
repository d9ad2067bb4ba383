"""A message, and where it goes."""

from __future__ import annotations

from typing import Any

from agent.model.delivery import Message, MessageAction, MessageFile, RobotDestination
from agent.support.credentials import Secret
from tests.agent.delivery.robot import SECRET, TOKEN, Robot

MESSAGE = Message(
    language="en",
    headline="Acme · prod: score 62.3, Needs attention",
    title="OceanBase Health Assessment",
    facts=(("Customer", "Acme"), ("Score", "62.3")),
    actions_title="Do first",
    actions=(MessageAction(title="Data disk nearly full", action="Buy disk space", due="by 2026-10-10"),),
    place_title="The report",
    place="https://files.example.com/acme/",
    files=(MessageFile("report_Acme_prod_2026-10-03.en.pdf", "ab" * 32),),
)


def robot_destination(robot: Robot, **changes: Any) -> RobotDestination:
    given: dict[str, Any] = {"token": lambda: Secret(TOKEN), "secret": lambda: Secret(SECRET), **changes}
    return RobotDestination(key="group", url=robot.url, **given)
