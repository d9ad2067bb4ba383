"""What repeats is found, and nothing is found where nothing repeats."""

from __future__ import annotations

import numpy as np

from agent.judgement.forecast import season

STEPS = np.arange(180.0)
RANDOM = np.random.RandomState(5)
NOISE = RANDOM.normal(0, 1.0, len(STEPS))


def test_weekends_are_found_in_growth() -> None:
    values = 100 + 0.3 * STEPS - 8 * np.isin(STEPS % 7, [5, 6]) + NOISE
    week = season.find_week(values)
    assert np.allclose(week, np.where(np.isin(np.arange(7), [5, 6]), -8 * 5 / 7, 8 * 2 / 7), atol=1.5)


def test_noise_and_a_line_have_no_week() -> None:
    assert not season.find_week(100 + 0.3 * STEPS + NOISE).any()
    assert not season.find_week(STEPS[:20]).any()


def test_purges_are_found_and_come_again() -> None:
    values = 100 + 2.0 * (STEPS % 30) + NOISE
    purges = season.find_purges(values)
    assert purges is not None and purges.distance == 30
    ahead = purges.at(np.arange(180.0, 240.0))
    assert np.allclose(ahead[:30], ahead[30:])
    assert np.ptp(ahead) > 50


def test_one_fall_is_no_purge_and_uneven_ones_are_none() -> None:
    assert season.find_purges(np.where(STEPS < 90, 200.0, 100.0) + NOISE) is None
    assert season.find_purges(100 + 0.3 * STEPS + NOISE) is None
    uneven = np.zeros(180)
    for fall in (5, 12, 90, 170):
        uneven[fall:] -= 100
    assert season.find_purges(uneven + 2 * STEPS + NOISE) is None


def test_a_month_is_found_as_a_wave() -> None:
    wave = season.find_wave(10 * np.sin(2 * np.pi * STEPS / 30) + NOISE)
    assert wave is not None and abs(wave.period - 30) < 1.5
    assert np.allclose(wave.at(STEPS + 180), 10 * np.sin(2 * np.pi * (STEPS + 180) / 30), atol=5)


def test_noise_is_no_wave_and_two_cycles_are_too_few() -> None:
    assert season.find_wave(NOISE) is None
    assert season.find_wave(10 * np.sin(2 * np.pi * STEPS / 90)) is None
    assert season.find_wave(np.zeros(180)) is None
