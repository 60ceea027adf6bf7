//! A whole save as one statement that checks itself.

use super::text::{Sql, Text};
use super::{Arm, Dialect, Form, Kind, RootWrite, write_root};
use crate::layout::Node;

/// One statement that writes the root and, only if that wrote a row, every arm.
///
/// ```sql
/// WITH root AS (UPDATE invoices AS t SET version = t.version + 1 WHERE t.id = $1 AND t.version = $2 RETURNING 1),
///  a0 AS (DELETE FROM lines AS t USING root, (VALUES …) AS v WHERE t.invoice_id = v.column1 AND … RETURNING 1),
///  a1 AS (UPDATE lines AS t SET qty = v.column3 FROM root, (VALUES …) AS v, (SELECT count(*) FROM a0) AS z WHERE … RETURNING 1)
/// SELECT CASE WHEN n0 = $8 AND … THEN 0 ELSE CAST('…' || … AS int) END
///  FROM (SELECT (SELECT count(*) FROM a0) AS n0, … FROM root OFFSET 0) AS counts
/// ```
///
/// No row in the answer means that the root is not at the version expected, or not there; then nothing was
/// written. A
/// count that does not come out fails the cast, and with it the whole statement. The cast depends on the
/// counts, so the planner cannot fold it. An arm that follows another one of its table reads that one's
/// count, which makes it wait: a value that a deleted row held is free before it is inserted again.
///
/// The root's values come first, then each arm's rows (of more than a few an array for each column, which
/// `unnest` makes rows of) and, for a list that is inserted, its length; then the number of rows of each arm.
pub(crate) fn save_in_one(
    dialect: Dialect,
    root: &Node,
    write: &RootWrite,
    arms: &[Arm<'_>],
    failure: &str,
) -> Sql {
    let mut text = Text::new(dialect);
    text.push("WITH root AS (").push(write_root(dialect, root, write).text);
    text.push(if write.is_query() { ")" } else { " RETURNING 1)" });
    let mut next = write.width(root) + 1;
    for (i, arm) in arms.iter().enumerate() {
        let same_table =
            |other: &Arm<'_>| (other.node.name, other.node.schema) == (arm.node.name, arm.node.schema);
        let earlier = arms[..i].iter().rposition(same_table);
        text.push(", a").push(i).push(" AS (");
        one_arm(&mut text, arm, next, earlier);
        text.push(" RETURNING 1)");
        next += arm.values() + usize::from(arm.has_limit(dialect));
    }
    text.push(" SELECT CASE WHEN ");
    text.join(" AND ", 0..arms.len(), |text, i| {
        text.push('n').push(i).push(" = ").value(next + i);
    });
    text.push(" THEN 0 ELSE CAST('").push(failure).push("' || CASE");
    for i in 0..arms.len() {
        text.push(" WHEN n").push(i).push(" <> ").value(next + i).push(" THEN '").push(i).push('\'');
    }
    // Without the offset the counts would be put in their places, each twice.
    text.push(" END AS int) END FROM (SELECT ");
    text.join(", ", 0..arms.len(), |text, i| {
        count(text, i);
        text.push(" AS n").push(i);
    });
    text.push(" FROM root OFFSET 0) AS counts");
    text.finish()
}

/// `(SELECT count(*) FROM a0)`
fn count(text: &mut Text, arm: usize) {
    text.push("(SELECT count(*) FROM a").push(arm).push(')');
}

/// One arm, which joins the root's row and, if there is an earlier one of its table, that one's count.
fn one_arm(text: &mut Text, arm: &Arm<'_>, first: usize, earlier: Option<usize>) {
    let wait = |text: &mut Text| {
        if let Some(earlier) = earlier {
            text.push(", ");
            count(text, earlier);
            text.push(" AS z");
        }
    };
    match &arm.kind {
        Kind::Insert(columns) => {
            arm.insert_into(text, columns);
            if arm.has_limit(text.dialect) {
                let limit = first + arm.values();
                text.push("SELECT v.* FROM root, (SELECT * FROM (");
                arm.list(text, first);
                text.push(") AS w LIMIT ").value(limit).push(") AS v");
            } else if arm.form == Form::Arrays {
                text.push("SELECT v.* FROM root");
                arm.rows_as_v(text, ", ", first);
            } else {
                text.push("SELECT ").values(arm.width(), first).push(" FROM root");
            }
            wait(text);
            return;
        }
        Kind::Delete => {
            text.push("DELETE FROM ").table(arm.node).push(" AS t USING root");
        }
        Kind::Update(set) => {
            text.push("UPDATE ").table(arm.node).push(" AS t SET ");
            arm.assignments(text, set, first);
            text.push(" FROM root");
        }
    }
    arm.rows_as_v(text, ", ", first);
    wait(text);
    text.push(" WHERE ");
    arm.matches_key(text, first);
}
