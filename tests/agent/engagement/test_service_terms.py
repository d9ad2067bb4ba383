"""What belongs to the premier tier only is refused for others, or its reason is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.engagement.service_terms import Entitlement, has_premier_tier, require_entitlement
from agent.support.errors import NotAuthorized
from agent.support.i18n import load_translations, render_text
from tests.agent.engagements import load, with_line


@pytest.mark.parametrize("tier", ["顶级版", "premier", "Premier"])
def test_the_premier_tier_has_everything(tmp_path: Path, tier: str) -> None:
    engagement = load(tmp_path, with_line("  tier: premier\n", f"  tier: {tier}\n"))
    assert has_premier_tier(engagement)
    assert {require_entitlement(engagement, each, "a reason") for each in Entitlement} == {""}


@pytest.mark.parametrize("tier", ["企业级版", "enterprise", "gold"])
@pytest.mark.parametrize("wanted", Entitlement)
def test_another_tier_is_refused_unless_there_is_a_reason(tmp_path: Path, tier: str, wanted: Entitlement) -> None:
    engagement = load(tmp_path, with_line("  tier: premier\n", f"  tier: {tier}\n"))
    for blank in ("", "  "):
        with pytest.raises(NotAuthorized) as caught:
            require_entitlement(engagement, wanted, blank)
        assert caught.value.exit_code == 3
        told = render_text(caught.value.text, "en")
        assert tier in told and wanted.value in told and "--outside-service" in told
        assert load_translations("zh-CN")[wanted.value] in render_text(caught.value.text, "zh-CN")
    assert require_entitlement(engagement, wanted, " agreed by mail ") == "agreed by mail"
