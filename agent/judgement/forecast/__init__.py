"""When a series reaches its limit: daily values, a trend with its season, and an interval of 80 % by bootstrap. Pure.

numpy and scipy (extra ``forecast``) are imported only when there is a series to forecast. The bootstrap is seeded from
the values, so that the same series always gives the same answer.
"""
