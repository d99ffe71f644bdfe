"""A policy that began in some provinces: dates, staggered adoption, other codings, an event study and its picture.

python scripts/policy_pilot.py --policy ftz --years 2010-2022 --out pilot
"""
