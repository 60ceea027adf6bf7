//! What `observed` prints.

use crate::{assert_says, example, stdout};

#[test]
fn a_span_is_printed_for_each_call() {
    let output = stdout(example("observed"));
    let order = r#"{aggregate="orders" id=7 "#;
    assert_says(
        &output,
        &format!(r#"aggregate.save{order}old_version=-1 new_version=0 rows=3 statements=4 outcome="ok"}}: "#),
    );
    assert_says(
        &output,
        r#"aggregate.load{aggregate="orders" ids=1 found=1 rows=3 version=0 statements=4 outcome="ok"}: "#,
    );
    assert_says(&output, r#"new_version=0 rows=0 statements=0 outcome="unchanged"}: "#);
    assert_says(&output, "aggregate.retry attempt=1 wait_ms=");
    assert_says(&output, &format!(r#"aggregate.update{order}attempts=2 outcome="ok"}}: "#));
    assert_says(&output, &format!(r#"aggregate.save{order}old_version=0 outcome="conflict"}}: "#));
    assert_says(&output, &format!("aggregate.delete{order}old_version=2 new_version=-1 rows=3 "));
    assert_says(&output, "two updates took 3 attempts; a stale copy was refused: true\n");
    assert!(!output.contains("not to be seen"), "{output}");
}
