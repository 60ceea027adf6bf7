//! The macro.

/// Tests an aggregate of yours on a repository of yours: a `#[test]` for each [behaviour](super#behaviours).
///
/// | key | meaning |
/// |---|---|
/// | `module` | the name of the module that the tests are in, `conformance` if it is left out |
/// | `aggregate` | the type of the root |
/// | `repository` | a future of a repository whose tables are there. It is made anew for each test, on the test's own runtime of four threads. Tests that run at the same time must not use the same ids, so give each a database or a schema of its own. A pool of several connections lets writers and readers meet |
/// | `samples` | two values of one id that differ in every column and in every collection, see [`Samples`](super::Samples) |
/// | `strategy` | instead of `samples`, a strategy of proptest whose values have one id, see [`Generated`](super::Generated); with feature `proptest` |
/// | `neighbour` | a value of another id, which is stored beside them and must not be touched; may be left out |
/// | `allow_equal` | the child fields in which the samples do not differ, as `["lines.allocations"]`; may be left out |
/// | `same` | a function that compares what is loaded with what was saved, as `PartialEq::eq`; may be left out, but finds a collection whose `#[child]` is missing, see [`Samples::same`](super::Samples::same) |
///
/// All keys stand in this order.
///
/// ```
/// use aggregate_core::{Aggregate, Entity, MemoryRepository, Version};
///
/// #[derive(Aggregate, Clone, Debug)]
/// struct Cart { #[id] id: i64, #[version] version: Version, note: String, #[child] items: Vec<Item> }
///
/// #[derive(Entity, Clone, Debug)]
/// struct Item { #[id(local)] sku: String, quantity: i32 }
///
/// fn cart(note: &str, items: [(&str, i32); 2]) -> Cart {
///     let items = items.map(|(sku, quantity)| Item { sku: sku.into(), quantity }).into();
///     Cart { id: 7, version: Version::UNSAVED, note: note.into(), items }
/// }
///
/// # #[cfg(any())]
/// #[cfg(test)]
/// mod tests {
///     use super::*;
///
///     aggregate_core::testing::conformance! {
///         aggregate: Cart,
///         repository: async { MemoryRepository::new() },
///         samples: [cart("first", [("tea", 1), ("cup", 1)]), cart("second", [("tea", 2), ("pot", 1)])],
///     }
/// }
/// # aggregate_core::testing::run(
/// #     async { MemoryRepository::new() },
/// #     aggregate_core::testing::Samples::new(cart("first", [("tea", 1), ("cup", 1)]), cart("second", [("tea", 2), ("pot", 1)])),
/// #     1,
/// #     async |repository, samples| aggregate_core::testing::every_child_is_dirty(&*repository, samples).await,
/// # );
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! __conformance {
    ($(module: $module:ident,)? aggregate: $aggregate:ty, repository: $repository:expr, samples: $samples:expr
        $(, neighbour: $neighbour:expr)? $(, allow_equal: [$($field:literal),* $(,)?])? $(, same: $same:expr)? $(,)?) => {
        $crate::__conformance! { @module [$($module)?] [$aggregate] [$repository]
            [$crate::testing::Samples::<$aggregate>::from($samples)$(.neighbour($neighbour))?$($(.allow_equal($field))*)?$(.same($same))?] }
    };
    ($(module: $module:ident,)? aggregate: $aggregate:ty, repository: $repository:expr, strategy: $strategy:expr
        $(, neighbour: $neighbour:expr)? $(, allow_equal: [$($field:literal),* $(,)?])? $(, same: $same:expr)? $(,)?) => {
        $crate::__conformance! { @module [$($module)?] [$aggregate] [$repository]
            [$crate::testing::Generated::<_, $aggregate>::new($strategy)$(.neighbour($neighbour))?$($(.allow_equal($field))*)?$(.same($same))?] }
    };
    (@module [] $($rest:tt)*) => {
        $crate::__conformance! { @module [conformance] $($rest)* }
    };
    (@module [$module:ident] [$aggregate:ty] [$repository:expr] [$source:expr]) => {
        mod $module {
            #[allow(unused_imports, clippy::wildcard_imports, reason = "what the values of the macro name")]
            use super::*;

            $crate::__conformance! { @alone [$aggregate] [$repository] [$source] 32
                round_trip every_child_is_dirty no_op stale_save rollback }
            $crate::__conformance! { @together [$aggregate] [$repository] [$source] 4 race torn_load }
        }
    };
    (@alone $aggregate:tt $repository:tt $source:tt $cases:literal $($behaviour:ident)*) => {
        $($crate::__conformance! { @test $aggregate $repository $source $cases $behaviour
            |repository, samples| $crate::testing::$behaviour(&*repository, samples) })*
    };
    (@together $aggregate:tt $repository:tt $source:tt $cases:literal $($behaviour:ident)*) => {
        $($crate::__conformance! { @test $aggregate $repository $source $cases $behaviour
            |repository, samples| $crate::testing::$behaviour(repository, samples) })*
    };
    (@test [$aggregate:ty] [$repository:expr] [$source:expr] $cases:literal $behaviour:ident
        |$given:ident, $samples:ident| $call:expr) => {
        #[test]
        fn $behaviour() {
            $crate::testing::run::<$aggregate, _>($repository, $source, $cases, async |$given, $samples| {
                $call.await
            });
        }
    };
}
