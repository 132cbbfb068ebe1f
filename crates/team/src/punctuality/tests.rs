use proptest::prelude::*;

use super::*;

const THRESHOLDS: Thresholds = Thresholds {
    shift_late_after: Duration::from_mins(10),
    shift_missed_after: Duration::from_hours(2),
    post_within: Duration::from_hours(2),
};

const STATES: [State; 6] = [
    State::Scheduled,
    State::OnTime,
    State::Late,
    State::Missed,
    State::LateResolved,
    State::Withdrawn,
];

const INPUTS: [Input; 4] = [
    Input::Cancelled,
    Input::Done,
    Input::GraceOver,
    Input::MissedOver,
];

fn minute(minutes: u64) -> Instant {
    Instant::from_micros(0).plus(Duration::from_mins(minutes))
}

fn shift(clocked_in: Option<u64>) -> Subject {
    Subject::shift(
        (minute(0), minute(480)),
        clocked_in.map(minute),
        None,
        THRESHOLDS,
    )
}

fn state(subject: Subject, at: u64) -> State {
    subject.history(minute(at)).state
}

#[test]
fn the_table_is_what_it_says_for_every_state_and_input() {
    let mut changes = Vec::new();
    for state in STATES {
        for input in INPUTS {
            if let Some((after, finding)) = next(state, input) {
                changes.push((state, input, after, finding));
            }
        }
    }
    let expected = [
        (State::Scheduled, Input::Cancelled, State::Withdrawn, None),
        (
            State::Scheduled,
            Input::Done,
            State::OnTime,
            Some(Finding::OnTime),
        ),
        (
            State::Scheduled,
            Input::GraceOver,
            State::Late,
            Some(Finding::Late),
        ),
        (
            State::Scheduled,
            Input::MissedOver,
            State::Missed,
            Some(Finding::Missed),
        ),
        (State::OnTime, Input::Cancelled, State::Withdrawn, None),
        (State::Late, Input::Cancelled, State::Withdrawn, None),
        (
            State::Late,
            Input::Done,
            State::LateResolved,
            Some(Finding::LateResolved),
        ),
        (
            State::Late,
            Input::MissedOver,
            State::Missed,
            Some(Finding::Missed),
        ),
        (State::Missed, Input::Cancelled, State::Withdrawn, None),
        (
            State::Missed,
            Input::Done,
            State::LateResolved,
            Some(Finding::LateResolved),
        ),
        (
            State::LateResolved,
            Input::Cancelled,
            State::Withdrawn,
            None,
        ),
    ];
    assert_eq!(changes, expected);
}

#[test]
fn no_run_of_inputs_finds_anything_twice_or_leaves_withdrawn() {
    // Every order of every selection of inputs, each once.
    let mut runs: Vec<Vec<Input>> = vec![Vec::new()];
    for _ in 0..INPUTS.len() {
        let longer: Vec<Vec<Input>> = runs
            .iter()
            .flat_map(|run| {
                INPUTS
                    .iter()
                    .filter(|input| !run.contains(input))
                    .map(|input| [run.as_slice(), &[*input]].concat())
            })
            .collect();
        runs.extend(longer);
    }
    for run in runs {
        let mut state = State::Scheduled;
        let mut found = Vec::new();
        for input in &run {
            let Some((after, finding)) = next(state, *input) else {
                continue;
            };
            assert_ne!(state, State::Withdrawn, "{run:?}");
            state = after;
            found.extend(finding);
        }
        for finding in Finding::ALL {
            assert!(
                found.iter().filter(|one| **one == finding).count() <= 1,
                "{run:?}"
            );
        }
    }
}

#[test]
fn d109_a_shift_goes_over_late_to_missed_while_nobody_clocks_in() {
    assert_eq!(state(shift(None), 10), State::Scheduled);
    assert_eq!(state(shift(None), 11), State::Late);
    assert_eq!(state(shift(None), 120), State::Late);
    assert_eq!(state(shift(None), 121), State::Missed);
}

#[test]
fn d159_one_grace_decides_whether_a_clock_in_is_late() {
    for (minutes, expected) in [
        (0, State::OnTime),
        (10, State::OnTime),
        (11, State::LateResolved),
    ] {
        assert_eq!(state(shift(Some(minutes)), 500), expected, "{minutes}");
    }
}

#[test]
fn a_late_clock_in_turns_missed_into_late_by_its_minutes_and_takes_missed_back() {
    let history = shift(Some(130)).history(minute(500));
    assert_eq!(history.minutes_late(), Some(130));
    let standing: Vec<Finding> = history.standing().map(|found| found.finding).collect();
    assert_eq!(standing, [Finding::Late, Finding::LateResolved]);
    assert!(history.found.iter().any(|found| found.withdrawn));
}

#[test]
fn a_short_shift_is_missed_at_its_end() {
    let short = |ends| Subject::shift((minute(0), minute(ends)), None, None, THRESHOLDS);
    assert_eq!(state(short(30), 30), State::Late);
    assert_eq!(state(short(30), 31), State::Missed);
    assert_eq!(state(short(5), 6), State::Missed);
}

#[test]
fn a_post_is_missed_two_hours_after_its_time_and_late_when_it_comes_after_all() {
    let post = |done: Option<u64>| Subject::post(minute(0), done.map(minute), None, THRESHOLDS);
    assert_eq!(state(post(None), 120), State::Scheduled);
    assert_eq!(state(post(None), 121), State::Missed);
    assert_eq!(
        post(Some(125)).history(minute(500)).minutes_late(),
        Some(125)
    );
    assert_eq!(state(post(Some(120)), 500), State::OnTime);
}

#[test]
fn cancelling_withdraws_whatever_was_found() {
    let cancelled = Subject {
        cancelled_at: Some(minute(200)),
        ..shift(None)
    };
    let history = cancelled.history(minute(500));
    assert_eq!(history.state, State::Withdrawn);
    assert_eq!(history.found.len(), 2);
    assert_eq!(history.standing().count(), 0);
    assert_eq!(state(cancelled, 150), State::Missed);
}

/// The definition in plain words, without a machine.
fn oracle(subject: Subject, now: Instant) -> Vec<(Finding, bool)> {
    let before = |limit: Instant, deed: Option<Instant>| deed.is_some_and(|at| at <= limit);
    let cancelled = subject.cancelled_at.filter(|at| *at <= now);
    let in_force = |at: Instant| cancelled.is_none_or(|cancelled| cancelled > at);
    let done = subject
        .done_at
        .filter(|at| *at <= now && cancelled.is_none_or(|cancelled| cancelled > *at));
    let limit = subject.late_after.unwrap_or(subject.missed_after);
    let overrun = |limit: Instant| now > limit && in_force(limit) && !before(limit, done);
    let mut found = Vec::new();
    if before(limit, done) {
        found.push((Finding::OnTime, cancelled.is_some()));
    }
    if subject.late_after.is_some_and(overrun) {
        found.push((Finding::Late, cancelled.is_some()));
    }
    if overrun(subject.missed_after) {
        found.push((Finding::Missed, cancelled.is_some() || done.is_some()));
    }
    if done.is_some() && !before(limit, done) {
        found.push((Finding::LateResolved, cancelled.is_some()));
    }
    found
}

prop_compose! {
    fn any_subject()(
        is_shift in any::<bool>(),
        length in 1..600_u64,
        done in prop::option::of(0..700_u64),
        cancelled in prop::option::weighted(0.2, 0..700_u64),
        late_after in 0..30_u64,
        missed_more in 1..200_u64,
    ) -> Subject {
        let thresholds = Thresholds {
            shift_late_after: Duration::from_mins(late_after),
            shift_missed_after: Duration::from_mins(late_after + missed_more),
            post_within: Duration::from_mins(missed_more),
        };
        // Planned an hour after the epoch, so that deeds may come early.
        let (done, cancelled) = (done.map(minute), cancelled.map(minute));
        if is_shift {
            Subject::shift((minute(60), minute(60 + length)), done, cancelled, thresholds)
        } else {
            Subject::post(minute(60), done, cancelled, thresholds)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn the_machine_agrees_with_the_definition_at_every_instant(
        subject in any_subject(),
        now in 0..900_u64,
    ) {
        let history = subject.history(minute(now));
        let mut found: Vec<(Finding, bool)> = history
            .found
            .iter()
            .map(|found| (found.finding, found.withdrawn))
            .collect();
        found.sort_unstable();
        prop_assert_eq!(found, oracle(subject, minute(now)));
    }

    #[test]
    fn whoever_looks_when_told_to_misses_nothing(subject in any_subject()) {
        let mut now = minute(0);
        let mut seen = subject.history(now);
        while let Some(next_at) = seen.next_at {
            prop_assert!(next_at > now);
            let before = Instant::from_micros(next_at.micros() - 1);
            prop_assert_eq!(&subject.history(before).found, &seen.found);
            now = next_at;
            let later = subject.history(now);
            prop_assert_ne!(later.state, seen.state);
            seen = later;
        }
        prop_assert_eq!(seen.found, subject.history(minute(100_000)).found);
    }
}
