//! What a column keeps of a value, and when two values are the same: a saved aggregate equals its reload.

use aggregate_core::{Backend, Error, Tracked, Version};
use aggregate_tests::assert_refused;
use aggregate_tests::model::reading::{self, Grade, Origin, Ratio, Reading, ReadingId, Sample, Status};
use aggregate_tests::model::wide::{self, Wide};
use chrono::{DateTime, Timelike};
use sqlx::types::Uuid;

use super::{Db, Lab, Repo};

async fn readings(lab: &Lab) -> (Repo<Reading>, Tracked<Reading>) {
    let readings = lab.with::<Reading>(&reading::TABLES).await;
    let reading = lab.saved(&readings, Reading::sample(1)).await;
    (readings, reading)
}

/// Saves, and checks that a reload gives the same value, and that there is nothing more to save.
async fn round_trip(lab: &Lab, readings: &Repo<Reading>, reading: &mut Tracked<Reading>) {
    let report = lab.save(readings, reading).await.unwrap();
    assert_eq!(report.new_version.get(), report.old_version.get() + 1);
    let loaded = readings.get(&reading.id).await.unwrap();
    assert_eq!(format!("{:?}", *loaded), format!("{:?}", **reading), "`Debug` tells -0.0 and NaN apart");
    **reading = (*loaded).clone();
    assert!(!reading.is_dirty());
}

pub(crate) async fn values_of_every_type_come_back(lab: &Lab) {
    let (readings, mut reading) = readings(lab).await;
    assert_eq!(*readings.get(&reading.id).await.unwrap(), *reading);
    let id = reading.id;
    *reading = Reading {
        id,
        version: Version::UNSAVED,
        value: -2.5e300,
        peak: Some(f64::MAX),
        taken: DateTime::from_timestamp(-1, 999_999_000).unwrap(),
        local_time: DateTime::from_timestamp(1, 1_000).map(|t| t.naive_utc()),
        day: Some(chrono::NaiveDate::from_ymd_opt(2024, 2, 29).unwrap()),
        note: "a 'quoted' \"text\" – with ü and 🦀".to_owned(),
        remark: Some("NULL".to_owned()),
        counter: i64::MIN,
        small: i16::MAX,
        good: false,
        raw: vec![],
        tags: vec!["\"".to_owned(), String::new()],
        origin: Some(Origin { device: "d".to_owned(), channel: 255 }),
        status: Status::Closed,
        grade: Grade::High,
        ratio: Ratio(f64::MIN_POSITIVE),
        r#type: "keyword".to_owned(),
        order: i32::MIN,
        mixed: i32::MAX,
        samples: vec![Sample { from: Some(0.1), ..Sample::empty("key") }],
    };
    round_trip(lab, &readings, &mut reading).await;
    *reading = Reading { id, counter: i64::MAX, ..Reading::sample(1) };
    round_trip(lab, &readings, &mut reading).await;
}

/// A list of rows has one text for all of them, so a NULL in one must not change the type of the others.
pub(crate) async fn rows_of_a_list_mix_nulls_and_values_of_every_type(lab: &Lab) {
    let (readings, mut reading) = readings(lab).await;
    reading.samples =
        vec![Sample::empty("a"), Sample::full("b"), Sample::empty("c"), Sample::full("d"), Sample::full("e")];
    round_trip(lab, &readings, &mut reading).await;
    let samples = &mut reading.samples;
    samples[0] = Sample::full("a");
    samples[1] = Sample::empty("b");
    samples[2] = Sample { raw: Some(vec![]), ..Sample::full("c") };
    samples[3].taken = None;
    samples[3].good = Some(false);
    round_trip(lab, &readings, &mut reading).await;
    reading.samples.iter_mut().for_each(|sample| *sample = Sample::empty(&sample.select.0.clone()));
    round_trip(lab, &readings, &mut reading).await;
    reading.samples.drain(1..4);
    round_trip(lab, &readings, &mut reading).await;
}

/// The columns after the 64th are seen and written like the first.
pub(crate) async fn more_than_64_columns(lab: &Lab) {
    let wides = lab.with::<Wide>(&wide::TABLES).await;
    let mut wide = lab.saved(&wides, Wide::sample(1)).await;
    wide.c79 = 1;
    wide.rows[0].c63 = 2;
    wide.rows[2].c64 = 3;
    lab.save(&wides, &mut wide).await.unwrap();
    assert_eq!(lab.written().await, ["wide U 1", "wide_row U 1", "wide_row U 3"]);
    assert_eq!(*wides.get(&1).await.unwrap(), *wide);
    wide.c64 = 4;
    lab.save(&wides, &mut wide).await.unwrap();
    assert_eq!(lab.rows("SELECT c63, c64, c79 FROM wide").await, ["0|4|1"]);
}

pub(crate) async fn an_empty_text_is_not_null(lab: &Lab) {
    let (readings, mut reading) = readings(lab).await;
    reading.note = String::new();
    reading.remark = Some(String::new());
    round_trip(lab, &readings, &mut reading).await;
    assert_eq!(reading.remark.as_deref(), Some(""));
    reading.remark = None;
    assert!(reading.is_dirty(), "NULL is another value than the empty text");
    round_trip(lab, &readings, &mut reading).await;
    assert_eq!(reading.remark, None);
    reading.samples.push(Sample::empty(""));
    round_trip(lab, &readings, &mut reading).await;
    assert_eq!(reading.samples[0].select.0, "", "an empty text can be an id");
}

/// NaN is a value like others where the database keeps it, and refused where it would become NULL.
pub(crate) async fn nan_is_kept_or_refused(lab: &Lab) {
    let (readings, mut reading) = readings(lab).await;
    if Db::FLOATS.nan {
        reading.value = f64::NAN;
        reading.peak = Some(f64::NAN);
        round_trip(lab, &readings, &mut reading).await;
        assert!(reading.value.is_nan() && reading.peak.is_some_and(f64::is_nan));
        reading.value = f64::NAN;
        assert!(lab.save(&readings, &mut reading).await.unwrap().is_noop(), "NaN is the same as NaN");
    } else {
        reading.value = f64::NAN;
        assert_refused!(
            lab.save(&readings, &mut reading).await,
            Error::Encode { table: "Readings", column: "value", .. }
        );
        reading.value = 1.5;
        reading.samples.push(Sample { from: Some(f64::NAN), ..Sample::empty("s") });
        assert_refused!(
            lab.save(&readings, &mut reading).await,
            Error::Encode { table: "sample", column: "from", .. }
        );
        assert_eq!(lab.sent(), [], "nothing is sent");
        assert_eq!(lab.written().await, [""; 0]);
        assert_eq!(reading.version(), Version::INITIAL);
    }
}

pub(crate) async fn an_infinity_is_kept_or_refused(lab: &Lab) {
    let (readings, mut reading) = readings(lab).await;
    reading.peak = Some(f64::NEG_INFINITY);
    if Db::FLOATS.infinite {
        reading.value = f64::INFINITY;
        round_trip(lab, &readings, &mut reading).await;
        assert!(reading.value.is_infinite() && reading.peak.is_some_and(f64::is_infinite));
    } else {
        assert_refused!(
            lab.save(&readings, &mut reading).await,
            Error::Encode { table: "Readings", column: "peak", .. }
        );
        assert_eq!((lab.sent(), lab.written().await), (vec![], vec![]), "nothing is sent");
        assert_eq!(reading.version(), Version::INITIAL);
    }
}

pub(crate) async fn negative_zero_is_kept_or_settled(lab: &Lab) {
    let (readings, mut reading) = readings(lab).await;
    reading.value = -0.0;
    reading.peak = Some(-0.0);
    reading.samples.push(Sample { from: Some(-0.0), ..Sample::empty("s") });
    round_trip(lab, &readings, &mut reading).await;
    assert_eq!(reading.value.is_sign_negative(), Db::FLOATS.negative_zero);
    reading.value = 0.0;
    assert_eq!(reading.is_dirty(), Db::FLOATS.negative_zero, "where it is kept, it is not 0.0");
    assert_eq!(lab.save(&readings, &mut reading).await.unwrap().is_noop(), !Db::FLOATS.negative_zero);
}

pub(crate) async fn nanoseconds_are_cut_in_memory_after_the_save(lab: &Lab) {
    let (readings, mut reading) = readings(lab).await;
    let whole = reading.taken;
    reading.taken = whole.with_nanosecond(123_456_789).unwrap();
    assert!(!reading.is_dirty(), "less than a microsecond is no change");
    assert!(lab.save(&readings, &mut reading).await.unwrap().is_noop());

    reading.taken = whole.with_nanosecond(777_777_777).unwrap();
    reading.local_time = Some(whole.with_nanosecond(1_999).unwrap().naive_utc());
    round_trip(lab, &readings, &mut reading).await;
    assert_eq!(reading.taken.nanosecond(), 777_777_000, "cut, not rounded");
    assert_eq!(reading.local_time.map(|t| t.nanosecond()), Some(1_000));

    let mut new = Tracked::new(Reading::sample(2));
    new.taken = whole.with_nanosecond(999).unwrap();
    round_trip(lab, &readings, &mut new).await;
    assert_eq!(new.taken.nanosecond(), 0);
}

/// Times that a count of 32 bits from 1970 does not reach.
pub(crate) async fn times_of_other_centuries(lab: &Lab) {
    let (readings, mut reading) = readings(lab).await;
    for seconds in [-2_208_988_800, -1, 0, 2_147_483_648, 4_102_444_800] {
        let time = DateTime::from_timestamp(seconds, 123_456_000).unwrap();
        reading.taken = time;
        reading.local_time = Some(time.naive_utc());
        let sample = |id: &str| Sample { taken: Some(time), ..Sample::empty(id) };
        reading.samples = vec![sample("a"), sample("b"), Sample::empty("c")];
        round_trip(lab, &readings, &mut reading).await;
    }
}

pub(crate) async fn a_save_that_fails_cuts_nothing(lab: &Lab) {
    let (readings, mut winner) = readings(lab).await;
    let mut loser = readings.get(&winner.id).await.unwrap();
    winner.order = 5;
    lab.save(&readings, &mut winner).await.unwrap();
    loser.taken = loser.taken.with_nanosecond(777_777_777).unwrap();
    assert_refused!(lab.save(&readings, &mut loser).await, Error::Conflict(_));
    assert_eq!(loser.taken.nanosecond(), 777_777_777);
}

pub(crate) async fn a_stored_value_that_cannot_be_read_is_named(lab: &Lab) {
    let (readings, reading) = readings(lab).await;
    lab.sql("UPDATE \"Readings\" SET status = 'unheard of'").await;
    let error = readings.get(&reading.id).await.unwrap_err();
    assert!(!error.to_string().contains("unheard of"), "no values in messages: {error}");
    assert_refused!(
        Err::<(), _>(error),
        Error::Decode { table: "Readings", column: "status", id: Some(id), source }
            if id.contains("ReadingId") && source.to_string() == "no status is called unheard of"
    );
    lab.sql("UPDATE \"Readings\" SET status = 'open', grade = 77").await;
    assert_refused!(
        readings.get(&reading.id).await,
        Error::Decode { table: "Readings", column: "grade", id: Some(_), .. }
    );
    lab.sql("UPDATE \"Readings\" SET grade = 1").await;
    assert_eq!(*readings.get(&reading.id).await.unwrap(), *reading);
}

pub(crate) async fn a_comparison_of_the_users_decides(lab: &Lab) {
    let (readings, mut reading) = readings(lab).await;
    reading.ratio = Ratio(0.0);
    round_trip(lab, &readings, &mut reading).await;
    reading.ratio = Ratio(-0.0);
    assert!(reading.ratio == Ratio(0.0), "its `PartialEq` says equal");
    assert!(reading.is_dirty(), "its `same` says different");
}

pub(crate) async fn a_newtype_of_a_uuid_finds_its_row(lab: &Lab) {
    let (readings, _) = readings(lab).await;
    lab.saved(&readings, Reading::sample(u128::MAX)).await;
    let found = readings.find(&ReadingId(Uuid::from_u128(u128::MAX))).await.unwrap().unwrap();
    assert_eq!(found.id.0, Uuid::from_u128(u128::MAX));
    assert!(readings.find(&ReadingId(Uuid::from_u128(3))).await.unwrap().is_none());
}

pub(crate) async fn no_value_stands_in_the_events(lab: &Lab) {
    let (readings, mut reading) = readings(lab).await;
    reading.note = "a secret".into();
    reading.counter = 987_654_321;
    readings.save(&mut reading).await.unwrap();
    readings.get(&reading.id).await.unwrap();
    let sent = lab.sent();
    assert!(!sent.is_empty());
    for statement in sent {
        assert!(!statement.sql.contains("secret") && !statement.sql.contains("987654321"), "{statement:?}");
        assert_eq!(statement.backend, <Db as sqlx::Database>::NAME);
    }
}
