"""The limits on contact against a reference that looks at minute after minute until nothing forbids it."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from forbear.core.contact import Channel, Purpose, Reach
from forbear.core.contact_budget import Attempt, Reached, Wish, answer
from forbear.core.contact_limits import Limit, Limits

ZONES = [ZoneInfo(name) for name in ("Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "America/Santiago")]
STARTS = [datetime(2026, month, day, tzinfo=UTC) for month, day in ((3, 6), (4, 3), (9, 4), (10, 2), (10, 30))]
"""Around the days on which some of these places put their clocks forward or back."""

MINUTES_MOST = 12 * 24 * 60
CALLS = (Purpose.COLLECTION, Purpose.CASE)


def limit(key: str, value: int | None) -> Limit | None:
    return Limit(key=key, value=value, house=False) if value else None


HOURS = st.sampled_from(["00:00", "01:30", "02:00", "02:30", "07:45", "09:00", "12:00", "20:00", "22:30"])
LIMITS = st.builds(
    lambda quiet, per_day, unanswered, gap, week, talk: Limits(
        quiet_from=time.fromisoformat(quiet[0]),
        quiet_until=time.fromisoformat(quiet[1]),
        third_party="locate-only",
        unreached_days=7,
        answer_minutes=30,
        connected_max_per_day=limit("connected", per_day),
        unanswered_max_per_day=limit("unanswered", unanswered),
        round_gap_days=limit("gap", gap),
        calls_max_per_week=limit("week", week),
        after_talk_days=limit("talk", talk),
    ),
    st.tuples(HOURS, HOURS).filter(lambda pair: pair[0] != pair[1]),
    *[st.sampled_from([None, 1, 2, 3]) for _ in range(2)],
    *[st.sampled_from([None, 2, 3, 7]) for _ in range(3)],
)


@st.composite
def moments(draw: st.DrawFn) -> tuple[datetime, tuple[Attempt, ...]]:
    at = draw(st.sampled_from(STARTS)) + timedelta(minutes=draw(st.integers(0, 4 * 24 * 60)))
    attempts = draw(
        st.lists(
            st.builds(
                lambda before, connected, purpose, loan: Attempt(
                    at=at - timedelta(minutes=before),
                    channel=Channel.HOTLINE,
                    connected=connected,
                    purpose=purpose,
                    loan=loan,
                ),
                st.one_of(st.integers(0, 1440), st.integers(0, 8 * 1440)),
                st.booleans(),
                st.sampled_from(CALLS),
                st.sampled_from(["", "l_1", "l_2"]),
            ),
            max_size=8,
        )
    )
    return at, tuple(attempts)


def allowed(
    limits: Limits, zone: ZoneInfo, reach: Reach | None, wish: Wish, tried: list[Attempt], at: datetime
) -> bool:
    """The rules read off a wall clock and a calendar at her place, with no idea of when they end."""
    wall = at.astimezone(zone)
    clock, today = wall.strftime("%H:%M"), wall.date()
    begins, ends = f"{limits.quiet_from:%H:%M}", f"{limits.quiet_until:%H:%M}"
    if (begins <= clock < ends) if begins < ends else (clock >= begins or clock < ends):
        return False
    if reach is not None:
        begins, ends = reach.safe_from, reach.safe_until
        if not ((begins <= clock < ends) if begins < ends else (clock >= begins or clock < ends)):
            return False
    ago = [((today - one.at.astimezone(zone).date()).days, one) for one in tried]
    same = [(days, one) for days, one in ago if one.loan in ("", "l_1")]
    spoken = [days for days, one in ago if one.connected and days == 0]
    rung = [days for days, one in ago if not one.connected and days == 0]
    broken = [
        limits.connected_max_per_day and len(spoken) >= limits.connected_max_per_day.value,
        limits.unanswered_max_per_day and len(rung) >= limits.unanswered_max_per_day.value,
        limits.calls_max_per_week and sum(days <= 6 for days, _ in same) >= limits.calls_max_per_week.value,
        limits.after_talk_days and any(one.connected and days < limits.after_talk_days.value for days, one in same),
    ]
    if wish.purpose is Purpose.COLLECTION and limits.round_gap_days:
        rounds = [days for days, one in same if one.connected and one.purpose is Purpose.COLLECTION]
        broken.append(bool(rounds) and 0 < min(rounds) < limits.round_gap_days.value)
    return not any(broken)


@settings(max_examples=60, deadline=None)
@given(
    limits=LIMITS,
    zone=st.sampled_from(ZONES),
    case=moments(),
    safe=st.none() | st.tuples(HOURS, HOURS).filter(lambda pair: pair[0] != pair[1]),
    purpose=st.sampled_from(CALLS),
)
def test_the_next_allowed_moment_is_the_first_minute_at_which_nothing_forbids_it(
    limits: Limits,
    zone: ZoneInfo,
    case: tuple[datetime, tuple[Attempt, ...]],
    safe: tuple[str, str] | None,
    purpose: Purpose,
):
    at, attempts = case
    reach = Reach(language="zh", phone="1", safe_from=safe[0], safe_until=safe[1]) if safe else None
    wish = Wish(channel=Channel.HOTLINE, purpose=purpose, loan="l_1")
    found = answer(limits, Reached(zones=(zone,), reach=reach, attempts=attempts), wish, at)
    tried = list(attempts)
    assert found.allowed == allowed(limits, zone, reach, wish, tried, at)
    expected, looked = at, 0
    while looked < MINUTES_MOST and not allowed(limits, zone, reach, wish, tried, expected):
        expected, looked = expected + timedelta(minutes=1), looked + 1
    assert found.next_at == (expected if looked < MINUTES_MOST else None)
