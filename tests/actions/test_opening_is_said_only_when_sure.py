"""Whether a place is open: usual days, breaks, nights, holidays, Ramadan, and what nobody can know."""

from datetime import date, datetime, time, timedelta, timezone

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from actions.services.opening import HORIZON, ZONE, Opening, opening
from actions.services.places import Span, places
from tests.actions.seed import services

WORKDAYS, WEEK = (0, 1, 2, 3, 4), (0, 1, 2, 3, 4, 5, 6)
OFFICE = (Span(WORKDAYS, time(9), time(17)),)
BREAK = (Span(WORKDAYS, time(9), time(12)), Span(WORKDAYS, time(14), time(17)))
ALWAYS = (Span(WEEK, time(0), time(0)),)
# 2026-11-25 is a Wednesday; Ramadan 2026 is estimated from 19 February to 19 March, the feast on 20 and 21 March.


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def test_open_until_closing_time():
    assert opening(OFFICE, at("2026-11-25T10:00")) == Opening("open", at("2026-11-25T17:00"))


@pytest.mark.parametrize(
    ("moment", "state"),
    [("08:59", "closed"), ("09:00", "open"), ("16:59", "open"), ("17:00", "closed")],
)
def test_opening_time_is_open_and_closing_time_is_closed(moment, state):
    assert opening(OFFICE, at(f"2026-11-25T{moment}")).state == state


def test_closed_until_the_next_morning_and_over_the_weekend():
    assert opening(OFFICE, at("2026-11-25T17:00")) == Opening("closed", at("2026-11-26T09:00"))
    assert opening(OFFICE, at("2026-11-27T20:00")) == Opening("closed", at("2026-11-30T09:00"))


def test_a_lunch_break():
    assert opening(BREAK, at("2026-11-25T11:00")).until == at("2026-11-25T12:00")
    assert opening(BREAK, at("2026-11-25T12:30")) == Opening("closed", at("2026-11-25T14:00"))


def test_a_friday_with_its_own_hours():
    spans = (Span((0, 1, 2, 3), time(9), time(17)), Span((4,), time(9), time(12)), Span((4,), time(15), time(17)))
    assert opening(spans, at("2026-11-27T13:00")) == Opening("closed", at("2026-11-27T15:00"))
    assert opening(spans, at("2026-11-26T13:00")).state == "open"


def test_spans_that_meet_are_one():
    spans = (Span(WORKDAYS, time(9), time(12)), Span(WORKDAYS, time(12), time(17)))
    assert opening(spans, at("2026-11-25T10:00")).until == at("2026-11-25T17:00")


def test_a_night_belongs_to_the_day_on_which_it_begins():
    spans = (Span((4,), time(22), time(6)),)
    assert opening(spans, at("2026-11-28T05:00")) == Opening("open", at("2026-11-28T06:00"))
    assert opening(spans, at("2026-11-27T05:00")) == Opening("closed", at("2026-11-27T22:00"))
    evening = (Span((4,), time(18), time(0)),)
    assert opening(evening, at("2026-11-27T23:00")).until == at("2026-11-28T00:00")


def test_a_whole_day_is_not_the_whole_week():
    spans = (Span((5, 6), time(8), time(8)),)
    result = opening(spans, at("2026-11-28T03:00"))
    assert (result.state, result.until, result.around_the_clock) == ("open", at("2026-11-30T00:00"), False)


def test_around_the_clock_is_always():
    for moment in ("2026-11-25T03:00", "2026-11-18T12:00", "2026-03-01T12:00", "2026-03-20T12:00"):
        result = opening(ALWAYS, at(moment))
        assert (result.state, result.until, result.around_the_clock) == ("open", None, True)
    assert opening(
        (Span((0, 1, 2), time(0), time(0)), Span((3, 4, 5, 6), time(0), time(0))), at("2026-11-25T03:00")
    ).around_the_clock


def test_hours_on_the_phone_only():
    phone = (Span(WORKDAYS, time(9), time(15), phone_only=True),)
    assert opening(phone, at("2026-11-25T10:00")) == Opening("open", at("2026-11-25T15:00"), phone_only=True)
    assert opening(phone, at("2026-11-25T16:00")) == Opening("closed", at("2026-11-26T09:00"), phone_only=True)


def test_when_the_door_closes_before_the_phone_the_door_is_what_counts():
    both = (Span(WORKDAYS, time(9), time(12)), Span(WORKDAYS, time(9), time(16), phone_only=True))
    assert opening(both, at("2026-11-25T10:00")) == Opening("open", at("2026-11-25T12:00"))
    assert opening(both, at("2026-11-25T13:00")) == Opening("open", at("2026-11-25T16:00"), phone_only=True)


def test_no_hours_are_unknown_hours():
    assert opening((), at("2026-11-25T10:00")) == Opening("unknown")


def test_hours_hold_between_their_dates():
    spans = (Span(WORKDAYS, time(9), time(17), valid_from=date(2026, 11, 25), valid_to=date(2026, 11, 25)),)
    assert opening(spans, at("2026-11-25T10:00")).state == "open"
    assert opening(spans, at("2026-11-24T10:00")).state == "unknown"
    assert opening(spans, at("2026-11-26T10:00")).state == "unknown"


def test_a_next_opening_behind_days_of_which_nothing_is_known_is_not_told():
    spans = (Span(WORKDAYS, time(9), time(17), valid_to=date(2026, 11, 25)),)
    assert opening(spans, at("2026-11-25T18:00")) == Opening("closed", None)


@pytest.mark.parametrize("day", ["2026-11-18", "2026-07-30", "2026-01-14", "2026-10-31"])
def test_a_public_holiday_is_closed(day):
    all_but_sunday = (Span((0, 1, 2, 3, 4, 5), time(9), time(17)),)
    result = opening(all_but_sunday, at(f"{day}T10:00"))
    assert (result.state, result.holiday) == ("closed", True)


def test_the_thirteenth_of_january_is_a_working_day():
    assert opening(OFFICE, at("2026-01-13T10:00")) == Opening("open", at("2026-01-13T17:00"))


def test_a_holiday_is_passed_over_for_the_next_opening():
    assert opening(OFFICE, at("2026-11-17T18:00")).until == at("2026-11-19T09:00")


def test_who_works_on_sundays_may_work_on_holidays():
    daily = (Span(WEEK, time(8, 30), time(18)),)
    assert opening(daily, at("2026-11-18T10:00")) == Opening("unknown", holiday=True)


@pytest.mark.parametrize("day", ["2026-03-20", "2026-03-21", "2026-05-26", "2026-05-27", "2026-05-28", "2026-05-29"])
def test_around_a_religious_holiday_nobody_knows(day):
    saturday_too = (Span((0, 1, 2, 3, 4, 5), time(9), time(17)),)
    result = opening(saturday_too, at(f"{day}T10:00"))
    assert (result.state, result.holiday) == ("unknown", True)


def test_two_days_away_from_a_religious_holiday_one_knows():
    assert opening(OFFICE, at("2026-05-25T10:00")) == Opening("open", at("2026-05-25T17:00"))
    assert opening(OFFICE, at("2026-06-01T10:00")).state == "open"


def test_in_ramadan_the_usual_hours_do_not_hold():
    assert opening(OFFICE, at("2026-03-04T10:00")).state == "unknown"


def test_in_ramadan_the_hours_of_ramadan_hold():
    spans = (*OFFICE, Span(WORKDAYS, time(9), time(15), season="ramadan"))
    assert opening(spans, at("2026-03-04T16:00")) == Opening("closed", at("2026-03-05T09:00"))
    assert opening(spans, at("2026-11-25T16:00")).state == "open"


def test_on_the_days_on_which_ramadan_may_begin_only_what_holds_either_way_is_said():
    spans = (*OFFICE, Span(WORKDAYS, time(9), time(15), season="ramadan"))
    assert opening(spans, at("2026-02-18T10:00")) == Opening("open", at("2026-02-18T15:00"))
    assert opening(spans, at("2026-02-18T16:00")).state == "unknown"
    assert opening(spans, at("2026-02-18T18:00")) == Opening("closed", at("2026-02-19T09:00"))


def test_where_only_the_phone_is_sure_the_phone_is_said():
    spans = (*OFFICE, Span(WORKDAYS, time(9), time(15), season="ramadan", phone_only=True))
    assert opening(spans, at("2026-02-18T10:00")) == Opening("open", at("2026-02-18T15:00"), phone_only=True)


def test_the_feast_ends_ramadan():
    assert opening(OFFICE, at("2026-03-20T03:00")).state == "unknown"  # may still be Ramadan
    assert opening(OFFICE, at("2026-03-21T03:00")) == Opening("closed", at("2026-03-23T09:00"), holiday=True)


def test_the_clock_of_ramadan_is_an_hour_behind():
    spans = (Span(WORKDAYS, time(9), time(15), season="ramadan"),)
    eight_utc = datetime(2026, 3, 4, 8, 30, tzinfo=timezone.utc)
    assert opening(spans, eight_utc) == Opening("closed", at("2026-03-04T09:00"))
    assert opening(spans, eight_utc).until == datetime(2026, 3, 4, 9, tzinfo=timezone.utc)
    assert opening(OFFICE, datetime(2026, 11, 25, 8, 30, tzinfo=timezone.utc)).state == "open"


def test_an_opening_beyond_two_weeks_is_not_told():
    spans = (Span(WORKDAYS, time(9), time(17), valid_to=date(2030, 1, 1)),)
    assert opening(spans, at("2026-11-27T18:00")).until is not None
    rare = (Span((2,), time(9), time(10)), Span((2,), time(9), time(10), season="ramadan"))
    found = opening(rare, at("2026-11-12T10:00"))
    assert found.until == at("2026-11-25T09:00")  # the 18th is a holiday


def test_a_moment_without_time_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        opening(OFFICE, datetime(2026, 11, 25, 10))


def test_the_hours_of_the_seed():
    found = {place.id: place.spans for place in places(services()) if place.spans}
    wednesday = at("2026-11-25T10:00")
    assert opening(found["police-urgence"], wednesday).around_the_clock
    assert opening(found["hcr-rabat"], wednesday) == Opening("open", at("2026-11-25T15:00"), phone_only=True)
    assert opening(found["civ-rabat"], at("2026-11-25T12:30")) == Opening("closed", at("2026-11-25T13:00"))
    assert opening(found["foo-ecoute"], at("2026-11-26T14:00")) == Opening("closed", at("2026-11-27T13:00"))
    assert opening(found["pmp-ligne"], at("2026-03-04T15:30")).state == "closed"
    assert opening(found["pmp-ligne"], at("2026-11-25T15:30")).state == "open"


TIMES = st.times(timezones=st.none()).map(lambda t: t.replace(second=0, microsecond=0))
DAYS = st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days)))
DATES = st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31))
SEASONS = st.sampled_from(["usual", "ramadan"])
SPANS = st.lists(st.builds(Span, DAYS, TIMES, TIMES, SEASONS, st.booleans(), DATES, DATES), max_size=3)
KNOWN_SPANS = st.builds(lambda known, more: [known, *more], st.builds(Span, DAYS, TIMES, TIMES), SPANS)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(timezone.utc))
SECOND = timedelta(seconds=1)


@given(KNOWN_SPANS, MOMENTS)
@settings(max_examples=100)
def test_the_next_opening_is_an_opening_and_nothing_is_open_before(spans, moment):
    result = opening(spans, moment)
    assume(result.state == "closed" and result.until)
    assert moment < result.until <= moment + HORIZON
    then = opening(spans, result.until)
    assert (then.state, then.phone_only) == ("open", result.phone_only)
    for part in range(1, 10):
        between = moment + (result.until - SECOND - moment) * part / 10
        assert opening(spans, max(between, moment)).state == "closed"


@given(KNOWN_SPANS, MOMENTS)
@settings(max_examples=100, suppress_health_check=[HealthCheck.filter_too_much])
def test_what_is_open_stays_open_as_it_is_until_the_time_that_is_told(spans, moment):
    result = opening(spans, moment)
    assume(result.state == "open" and result.until)
    assert moment < result.until <= moment + HORIZON
    last = opening(spans, max(result.until - SECOND, moment))
    assert (last.state, last.phone_only) == ("open", result.phone_only)
    then = opening(spans, result.until)
    assert (then.state, then.phone_only) != ("open", result.phone_only)


@given(SPANS, MOMENTS)
@settings(max_examples=200)
def test_any_hours_at_any_moment_have_an_answer(spans, moment):
    result = opening(spans, moment)
    assert result == opening(reversed(spans), moment.astimezone(ZONE))
    assert not (result.state == "unknown" and (result.until or result.phone_only or result.around_the_clock))
    if result.around_the_clock:
        assert (result.state, result.until) == ("open", None)
