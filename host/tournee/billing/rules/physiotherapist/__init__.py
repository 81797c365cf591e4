"""The rules of the physiotherapist's part of the NGAP."""

from tournee.billing.rules.case import Rule
from tournee.billing.rules.physiotherapist.agreements import agreements
from tournee.billing.rules.physiotherapist.assessments import assessments, isolated
from tournee.billing.rules.physiotherapist.one_day import (
    daily_care,
    groups,
    one_session,
    returns,
    supplements,
    two_sessions,
)
from tournee.billing.rules.physiotherapist.travel import allowances, at_home, without_act

PHYSIOTHERAPIST: tuple[Rule, ...] = (
    one_session,
    two_sessions,
    supplements,
    groups,
    daily_care,
    returns,
    assessments,
    isolated,
    agreements,
    allowances,
    at_home,
    without_act,
)
